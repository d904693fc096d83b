//! Who may do what: keys, tenants, links.

mod headers;
mod interleaved;
mod keys;
mod matrix;
mod tokens;

use http::Method;
use serde_json::json;
use tests::{CONTRACT, Door, ada, grace};

#[tokio::test]
async fn a_call_without_a_key_is_refused_as_a_problem() {
    let door = Door::open().await;
    for (bearer, status) in [("", 401), ("no-such-key-0123456789abcdef", 401)] {
        let answer = door.call_as(bearer, Method::GET, "/signatures", None).await;
        let answer = if bearer.is_empty() {
            let request = http::Request::builder().uri("/signatures").header("host", "127.0.0.1:3000");
            door.send(request.body(bytes::Bytes::new()).unwrap()).await
        } else {
            answer
        };
        assert_eq!(answer.status, status);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert_eq!(answer.json()["success"], json!(false));
    }
    let _unknown = door.get("/nothing-here").await.expect(404);
}

#[tokio::test]
async fn another_tenant_s_request_is_as_unknown_as_none() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    let key = door.another_tenant("another").await;
    let unknown = "0".repeat(24);
    for (method, action) in [
        (Method::GET, ""),
        (Method::GET, "/detail"),
        (Method::GET, "/audit"),
        (Method::GET, "/signedDocument"),
        (Method::GET, "/validatedDocument"),
        (Method::DELETE, ""),
    ] {
        let call = async |id: &str| {
            let path = format!("/signatures/{id}{action}");
            let answer = door.call_as(&key, method.clone(), &path, None).await;
            let mut json = answer.json();
            json.as_object_mut().unwrap().remove("instance");
            (answer.status, json)
        };
        let (foreign, none) = (call(&ceremony.id).await, call(&unknown).await);
        assert_eq!(foreign.0, 404, "{method} {action}");
        assert_eq!(foreign, none);
    }
    let list = door.call_as(&key, Method::GET, "/signatures", None).await.expect(200).json();
    assert_eq!(list["data"], json!([]));
}

#[tokio::test]
async fn a_link_opens_its_own_signatory_s_view_and_nothing_else() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada(), grace()]).await;
    let view = ceremony.view(ada()).await.to_string();
    assert!(!view.contains("Hopper") && !view.contains("grace"), "{view}");
    let token = ceremony.token(ada());
    let (front, secret) = token.rsplit_once('.').unwrap();
    let forged = format!("{front}.{}", "0".repeat(secret.len()));
    let swapped = {
        let other = ceremony.token(grace());
        let signatory = other.split('.').nth(1).unwrap().to_owned();
        format!("{}.{signatory}.{secret}", front.split('.').next().unwrap())
    };
    let unknown = format!("{}.{}.{secret}", "0".repeat(24), front.split('.').nth(1).unwrap());
    let mut answers = Vec::new();
    for bad in [forged, swapped, unknown, "x".to_owned()] {
        let answer = door.call_as(&bad, Method::GET, "/sign/request", None).await;
        let mut json = answer.json();
        json.as_object_mut().unwrap().remove("instance");
        answers.push((answer.status, json.to_string()));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "a stranger learns nothing from the difference: {answers:?}");
    assert_eq!(answers[0].0, 404);
    let api = door.call_as(&token, Method::GET, "/signatures", None).await;
    assert_eq!(api.status, 401, "a link is no API key");
}
