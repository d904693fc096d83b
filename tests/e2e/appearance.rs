//! How the signing page looks, who may frame it, and how it leads back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tests::{Answer, CONTRACT, Ceremony, Door, ada, body, grace};

/// Every key of the dialect.
fn every_key() -> Value {
    json!({
        "sidebarBackgroundColor": "#0B1F3A", "sidebarTitleColor": "#FFFFFF", "sidebarTextColor": "#e0e0e0",
        "headerBackgroundColor": "#ffffff", "headerTitleColor": "#111111", "headerSubtitleColor": "#444444",
        "footerBackgroundColor": "#eeeeee",
        "buttonTextColor": "#ffffff", "buttonTextColorHover": "#ffffff",
        "buttonBackgroundColor": "#1a5fb4", "buttonBackgroundColorHover": "#0b3d91",
        "signButtonTextColor": "#ffffff", "signButtonTextColorHover": "#000000",
        "signButtonBackgroundColor": "#1b5e20", "signButtonBackgroundColorHover": "#a5d6a7",
        "sidebarLogo": "https://cdn.example.com/logo.png",
        "hideSidebar": false, "hideHeader": true, "hideDownloadValidated": true, "hideDownloadSigned": false,
        "iframeAncestors": ["https://app.example.com", "http://localhost:5173"],
        "completeUrl": "https://app.example.com/done?order=7#top", "cancelUrl": "https://app.example.com/back",
    })
}

async fn create(door: &Door, options: Value) -> Answer {
    let mut request = body(CONTRACT, &[ada(), grace()]);
    request["options"] = options;
    door.post("/EU-SES", &request).await
}

async fn request(door: &Door, options: Value) -> Ceremony {
    let answer = create(door, options).await.expect(200);
    door.settle().await;
    Ceremony::new(door.clone(), answer.text("/data/id"), &[ada(), grace()])
}

#[tokio::test]
async fn every_key_comes_back_and_reaches_the_page() {
    let door = Door::open().await;
    let mut signer_in_french = body(CONTRACT, &[ada()]);
    signer_in_french["options"] = json!({ "ui": every_key(), "timezone": "Europe/Paris" });
    signer_in_french["signers"][0]["language"] = json!("fr-CA");
    let answer = door.post("/EU-SES", &signer_in_french).await.expect(200);
    door.settle().await;
    let ceremony = Ceremony::new(door.clone(), answer.text("/data/id"), &[ada()]);
    assert_eq!(ceremony.detail().await.json()["data"]["options"]["ui"], every_key());
    let view = ceremony.view(ada()).await;
    let mut expected = every_key();
    for gone in ["completeUrl", "cancelUrl"] {
        assert_eq!(view[gone], expected[gone]);
        expected.as_object_mut().unwrap().remove(gone);
    }
    // The page asks nothing of strangers: the logo comes from here.
    expected["sidebarLogo"] = json!("sign/logo");
    assert_eq!(view["ui"], expected);
    assert_eq!((&view["language"], &view["timezone"]), (&json!("fr-CA"), &json!("Europe/Paris")));
}

#[tokio::test]
async fn what_cannot_be_had_is_refused_where_it_stands() {
    let door = Door::open().await;
    for (options, pointer, detail) in [
        (
            json!({ "ui": { "headerTitleColor": "#777777", "headerBackgroundColor": "#ffffff" } }),
            "/options/ui/headerTitleColor",
            "4.47:1",
        ),
        (json!({ "ui": { "buttonTextColor": "blue" } }), "/options/ui/buttonTextColor", "#1a5fb4"),
        (json!({ "ui": { "colour": 1 } }), "/options/ui/colour", "no such key"),
        (
            json!({ "ui": { "completeUrl": "https://bank.example@evil.example/" } }),
            "/options/ui/completeUrl",
            "user name",
        ),
        (json!({ "ui": { "cancelUrl": "http://app.example.com" } }), "/options/ui/cancelUrl", "not https"),
        (
            json!({ "ui": { "iframeAncestors": ["https://a.example; script-src *"] } }),
            "/options/ui/iframeAncestors/0",
            "percent-encoded",
        ),
        (json!({ "theme": "spring" }), "/options/theme", "no such theme"),
        (json!({ "ui": { "theme": 7 } }), "/options/ui/theme", "no such theme"),
    ] {
        let refused = create(&door, options.clone()).await.expect(422);
        assert_eq!(
            (refused.text("/errors/0/pointer"), &refused.json()["error"]),
            (pointer.to_owned(), &json!(625))
        );
        assert!(refused.text("/detail").contains(detail), "{options}: {}", refused.text("/detail"));
    }
}

#[tokio::test]
async fn a_theme_is_kept_by_name_and_copied_into_the_request() {
    let door = Door::open().await;
    let put = async |name: &str, ui: Value| {
        door.call(Method::PUT, &format!("/themes/{name}"), Some(&json!({ "ui": ui }))).await
    };
    assert_eq!(door.get("/themes").await.expect(200).json()["data"], json!([]));
    let dark =
        json!({ "headerBackgroundColor": "#0b1f3a", "headerTitleColor": "#ffffff", "hideHeader": true });
    let _saved = put("dark", dark.clone()).await.expect(200);
    let _saved = put("bright", json!({})).await.expect(200);
    let names = door.get("/themes").await.expect(200).json();
    let names: Vec<&str> =
        names["data"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["bright", "dark"]);
    assert_eq!(door.get("/themes/dark").await.expect(200).json()["data"]["ui"], dark);
    let refused =
        put("dark", json!({ "headerTitleColor": "#333333", "headerBackgroundColor": "#222222" })).await;
    assert_eq!(refused.expect(422).text("/errors/0/pointer"), "/ui/headerTitleColor");
    assert_eq!(put("Dark", json!({})).await.expect(422).text("/errors/0/pointer"), "/name");

    // What the request says itself stands upon the theme; null takes the theme's value away.
    let own = json!({ "theme": "dark", "hideHeader": null, "footerBackgroundColor": "#eeeeee" });
    let ceremony = request(&door, json!({ "ui": own })).await;
    let kept = json!({ "headerBackgroundColor": "#0b1f3a", "headerTitleColor": "#ffffff",
        "footerBackgroundColor": "#eeeeee" });
    assert_eq!(ceremony.detail().await.json()["data"]["options"]["ui"], kept);
    let clash = create(&door, json!({ "theme": "dark", "ui": { "headerTitleColor": "#111111" } })).await;
    assert_eq!(clash.expect(422).text("/errors/0/pointer"), "/options/ui/headerTitleColor");

    let _changed = put("dark", json!({ "hideSidebar": true })).await.expect(200);
    assert_eq!(ceremony.detail().await.json()["data"]["options"]["ui"], kept, "the request keeps its copy");
    let by_name = request(&door, json!({ "theme": "dark" })).await;
    assert_eq!(by_name.detail().await.json()["data"]["options"]["ui"], json!({ "hideSidebar": true }));
    let _deleted = door.call(Method::DELETE, "/themes/dark", None).await.expect(200);
    let _gone = door.call(Method::DELETE, "/themes/dark", None).await.expect(404);
    let _gone = door.get("/themes/dark").await.expect(404);
}

/// HMAC-SHA256 (RFC 2104), as an integrator computes it.
fn hmac(key: &[u8], message: &str) -> Vec<u8> {
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let pad = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}

/// The address before the query, and the result in it once its signature was checked.
async fn result_of(door: &Door, url: &str) -> (String, String, i64) {
    let (address, rest) = url.split_once('?').unwrap();
    let query = rest.split('#').next().unwrap();
    let value = |name: &str| {
        let found = query.split('&').filter_map(|it| it.split_once('='));
        found.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value).unwrap_or_default()
    };
    let values = ["request", "signer", "result", "at"].map(|name| value(&format!("paraphe_{name}")));
    let keys = door.get("/result-keys").await.expect(200).json();
    assert_eq!(keys["data"]["algorithm"], "HMAC-SHA256");
    let key = URL_SAFE_NO_PAD.decode(keys["data"]["keys"][0].as_str().unwrap()).unwrap();
    let expected = hmac(&key, &format!("v1.{}", values.join(".")));
    assert_eq!(value("paraphe_signature"), format!("v1,{}", URL_SAFE_NO_PAD.encode(expected)));
    (address.to_owned(), values[2].to_owned(), values[3].parse().unwrap())
}

#[tokio::test]
async fn the_way_back_tells_a_result_that_can_be_checked() {
    let door = Door::open().await;
    let ceremony = request(&door, json!({ "ui": every_key() })).await;
    let view = ceremony.view(ada()).await;
    assert_eq!(view["redirectUrl"], Value::Null, "nothing has been done yet");
    let (address, result, _) = result_of(&door, view["leaveUrl"].as_str().unwrap()).await;
    assert_eq!((address.as_str(), result.as_str()), ("https://app.example.com/back", "cancelled"));

    let before = door.cloud.clock().now().unix_seconds();
    let _signed = ceremony.sign(ada()).await.expect(200);
    let view = ceremony.view(ada()).await;
    assert_eq!(view["leaveUrl"], Value::Null);
    let url = view["redirectUrl"].as_str().unwrap();
    assert!(url.starts_with("https://app.example.com/done?order=7&paraphe_request="), "{url}");
    assert!(url.ends_with("#top"), "{url}");
    let (_, result, at) = result_of(&door, url).await;
    assert_eq!(result, "signed");
    assert!(at >= before, "{at}");

    let token = ceremony.token(grace());
    let declined = json!({ "reason": "Not my name" });
    let answer = ceremony.as_signatory(grace(), Method::POST, "/sign/decline", Some(&declined)).await;
    assert_eq!(answer.status / 100, 2);
    let view = door.call_as(&token, Method::GET, "/sign/request", None).await.expect(200).json();
    let (address, result, _) = result_of(&door, view["redirectUrl"].as_str().unwrap()).await;
    assert_eq!((address.as_str(), result.as_str()), ("https://app.example.com/back", "declined"));
}

#[tokio::test]
async fn without_addresses_the_page_leads_nowhere() {
    let door = Door::open().await;
    let ceremony = request(&door, json!({})).await;
    let _signed = ceremony.sign(ada()).await.expect(200);
    for person in [ada(), grace()] {
        let view = ceremony.view(person).await;
        assert_eq!((&view["redirectUrl"], &view["leaveUrl"]), (&Value::Null, &Value::Null));
    }
}

#[tokio::test]
async fn only_the_origins_of_the_request_may_frame_its_page() {
    let door = Door::open().await;
    let ceremony = request(&door, json!({ "ui": every_key() })).await;
    let plain = request(&door, json!({})).await;
    let ancestors = async |path: String| {
        let page = door.browse(Method::GET, &path, None, None).await.expect(200);
        let policy = page.headers["content-security-policy"].to_str().unwrap().to_owned();
        (policy.split("frame-ancestors ").nth(1).unwrap().to_owned(), page.body)
    };
    let (nobody, page) = ancestors("/sign".to_owned()).await;
    assert_eq!(nobody, "'none'");
    for unknown in ["0".repeat(24), "no%20id".to_owned(), plain.id.clone()] {
        assert_eq!(ancestors(format!("/sign?frame={unknown}")).await, (nobody.clone(), page.clone()));
    }
    let framed = ancestors(format!("/sign?frame={}", ceremony.id)).await;
    assert_eq!(framed, ("https://app.example.com http://localhost:5173".to_owned(), page));
    let signer = &ceremony.detail().await.json()["data"]["signers"][0];
    let (url, embed) = (signer["url"].as_str().unwrap(), signer["embedUrl"].as_str().unwrap());
    assert_eq!(embed, url.replace("/sign#", &format!("/sign?frame={}#", ceremony.id)));
    assert_eq!(plain.detail().await.json()["data"]["signers"][0]["embedUrl"], Value::Null);
}

#[tokio::test]
async fn the_logo_comes_from_here_and_is_fetched_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = |body: &'static [u8]| {
        let asked = Arc::clone(&asked);
        get(move || {
            asked.fetch_add(1, Ordering::Relaxed);
            async move { body }
        })
    };
    let app = Router::new()
        .route("/logo.png", counted(b"\x89PNG\r\n\x1a\nand more"))
        .route("/logo.svg", counted(b"<svg onload='alert(1)'/>"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });

    let door = Door::open().await;
    let logo = async |name: &str| {
        let ui = json!({ "sidebarLogo": format!("http://{server}/{name}") });
        let ceremony = request(&door, json!({ "ui": ui })).await;
        let first = ceremony.as_signatory(ada(), Method::GET, "/sign/logo", None).await;
        (first, ceremony.as_signatory(grace(), Method::GET, "/sign/logo", None).await)
    };
    let (first, second) = logo("logo.png").await;
    assert_eq!(first.headers["content-type"], "image/png");
    assert_eq!((first.expect(200).body, asked.load(Ordering::Relaxed)), (second.expect(200).body, 1));
    for (name, calls) in [("logo.svg", 2), ("none.png", 2)] {
        let (first, second) = logo(name).await;
        assert_eq!((first.status, second.status), (404, 404), "{name}");
        assert_eq!(asked.load(Ordering::Relaxed), calls, "a failure is kept as well");
    }
    let without = request(&door, json!({})).await;
    let _none = without.as_signatory(ada(), Method::GET, "/sign/logo", None).await.expect(404);
}

#[tokio::test]
async fn text_that_nobody_could_read_is_refused_with_its_contrast_wherever_a_colour_comes_in() {
    let door = Door::open().await;
    let refused = |answer: Answer, pointer: &str, ratio: &str| {
        let problem = answer.expect(422).json();
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        let detail = problem["errors"][0]["detail"].as_str().unwrap();
        assert!(detail.contains(&format!("{ratio}:1")) && detail.contains("4.5:1"), "{detail}");
    };
    let white = |text: &str| json!({ "headerBackgroundColor": "#ffffff", "headerTitleColor": text });
    refused(create(&door, json!({ "ui": white("#777777") })).await, "/options/ui/headerTitleColor", "4.47");
    let _readable = create(&door, json!({ "ui": white("#767676") })).await.expect(200);
    for (text, ground) in [
        ("sidebarTitleColor", "sidebarBackgroundColor"),
        ("sidebarTextColor", "sidebarBackgroundColor"),
        ("headerSubtitleColor", "headerBackgroundColor"),
        ("buttonTextColor", "buttonBackgroundColor"),
        ("buttonTextColorHover", "buttonBackgroundColorHover"),
        ("signButtonTextColor", "signButtonBackgroundColor"),
        ("signButtonTextColorHover", "signButtonBackgroundColorHover"),
    ] {
        let ui = json!({ text: "#777777", ground: "#ffffff" });
        let saved = door.call(Method::PUT, "/themes/grey", Some(&json!({ "ui": ui }))).await;
        refused(saved, &format!("/ui/{text}"), "4.47");
    }
    let half = json!({ "ui": { "headerBackgroundColor": "#ffffff" } });
    let _saved = door.call(Method::PUT, "/themes/half", Some(&half)).await.expect(200);
    let over = json!({ "theme": "half", "ui": { "headerTitleColor": "#777777" } });
    refused(create(&door, over.clone()).await, "/options/ui/headerTitleColor", "4.47");
    let mut preview = body(CONTRACT, &[ada()]);
    preview["options"] = over;
    let problems =
        door.post("/signatures/preview", &preview).await.expect(200).json()["data"]["problems"].to_string();
    assert!(problems.contains("/options/ui/headerTitleColor") && problems.contains("4.47:1"), "{problems}");
}
