//! What every answer says to browsers.

use bytes::Bytes;
use http::{Method, Request};
use tests::Door;

#[tokio::test]
async fn no_route_lets_pages_of_others_read_it_and_all_insist_on_tls() {
    let door = Door::open().await;
    let key = door.cloud.api_key().unwrap();
    let mut paths: Vec<(String, String)> =
        door.cloud.template().api.routes.iter().map(|it| (it.method.clone(), it.path.clone())).collect();
    paths.extend(["GET", "OPTIONS", "POST"].map(|method| (method.to_owned(), "/nothing-here".to_owned())));
    paths.push(("OPTIONS".to_owned(), "/signatures".to_owned()));
    for (method, path) in paths {
        for key in [Some(key.as_str()), Some("pk_live_wrong"), None] {
            let mut request = Request::builder()
                .method(Method::from_bytes(method.as_bytes()).unwrap())
                .uri(path.replace(['{', '}'], ""))
                .header("host", "127.0.0.1:3000")
                .header("origin", "https://attacker.example")
                .header("access-control-request-method", "POST");
            if let Some(key) = key {
                request = request.header("authorization", format!("Bearer {key}"));
            }
            let answer = door.send(request.body(Bytes::new()).unwrap()).await;
            let name = format!("{method} {path} as {key:?}: {}", answer.status);
            let told =
                answer.headers.get("strict-transport-security").map(|it| it.to_str().unwrap().to_owned());
            assert_eq!(told.as_deref(), Some("max-age=31536000; includeSubDomains"), "{name}");
            let cors = answer.headers.keys().find(|it| it.as_str().starts_with("access-control-"));
            assert_eq!(cors, None, "{name}");
        }
    }
}
