//! Pictures: drawn anew, served without a key, and not deleted while they are shown.

use http::Method;
use serde_json::{Value, json};
use tests::{Answer, Door};

use super::{house, put, send};

/// A PNG of this size.
pub(super) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let pixels = vec![120; usize::try_from(width * height * 3).unwrap()];
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    file
}

pub(super) async fn upload(door: &Door, kind: &str, bytes: &[u8]) -> Answer {
    let key = format!("Bearer {}", door.cloud.api_key().unwrap());
    let headers = [("authorization", key.as_str()), ("content-type", kind)];
    send(door, Method::POST, "/signature-images", &headers, bytes).await
}

/// A picture as brands and campaigns name it.
pub(crate) async fn picture(door: &Door, width: u32, height: u32) -> Value {
    // What was taken in before is there already.
    let kept = upload(door, "image/png", &png(width, height)).await;
    assert!(matches!(kept.status, 200 | 201), "{}", kept.status);
    let kept = kept.json();
    json!({ "id": kept["data"]["id"], "width": kept["data"]["width"], "height": kept["data"]["height"] })
}

#[tokio::test]
async fn a_picture_is_drawn_anew_and_served_for_good() {
    let door = Door::open().await;
    let mut file = png(60, 30);
    file.extend_from_slice(b"<script>alert(1)</script>");
    let kept = upload(&door, "image/png", &file).await.expect(201).json();
    assert_eq!((&kept["data"]["width"], &kept["data"]["mediaType"]), (&json!(60), &json!("image/png")));
    let path = format!("/i/{}", kept["data"]["id"].as_str().unwrap());
    assert!(kept["data"]["url"].as_str().unwrap().ends_with(&path));
    let shown = send(&door, Method::GET, &path, &[], b"").await.expect(200);
    assert_eq!(shown.headers["content-type"], "image/png");
    assert_eq!(shown.headers["cache-control"], "public, max-age=31536000, immutable");
    assert!(!shown.body.windows(7).any(|it| it == b"<script"), "nothing of the file is left");
    let again = upload(&door, "image/png", &png(60, 30)).await.expect(200).json();
    assert_eq!(again["data"]["id"], kept["data"]["id"]);
    for (kind, bytes, status) in [
        ("image/png", b"no picture".as_slice(), 422),
        ("image/gif", b"GIF89a", 422),
        ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415),
    ] {
        let _refused = upload(&door, kind, bytes).await.expect(status);
    }
    let _unknown = send(&door, Method::GET, "/i/nothing", &[], b"").await.expect(404);
    let stranger = door.another_tenant("mallory").await;
    let theirs = door.call_as(&stranger, Method::GET, "/signature-images", None).await.expect(200).json();
    assert_eq!(theirs["data"], json!([]));
}

#[tokio::test]
async fn what_is_shown_stays_and_what_is_not_goes() {
    let door = Door::open().await;
    house(&door).await;
    let (logo, portrait) = (picture(&door, 200, 50).await, picture(&door, 80, 80).await);
    let brand = json!({ "name": "Engines", "colors": { "primary": "#7a1f5c" }, "logo": logo });
    let _brand = put(&door, "/brands/house", brand).await.expect(200);
    let told =
        put(&door, "/users/ada@example.com/picture", json!({ "id": portrait["id"] })).await.expect(200);
    assert_eq!(told.json()["picture"], portrait["id"]);
    let user = door.get("/users/ada@example.com").await.expect(200).json();
    assert!(user["user"]["picture"].as_str().unwrap().ends_with(portrait["id"].as_str().unwrap()));
    let _template =
        put(&door, "/signature-templates/default", json!({ "copyOf": "portrait" })).await.expect(200);
    let html = door.get("/signatures/ada@example.com/json").await.expect(200).text("/html");
    assert!(html.contains(&format!("/i/{}", portrait["id"].as_str().unwrap())), "{html}");
    let path = |picture: &Value| format!("/signature-images/{}", picture["id"].as_str().unwrap());
    for (shown, by) in [(&logo, "brand house"), (&portrait, "the portrait of one person")] {
        let refused = door.call(Method::DELETE, &path(shown), None).await.expect(409);
        assert_eq!(refused.text("/code"), "thing_in_use");
        assert_eq!(refused.text("/detail"), format!("It is shown by {by}. Change that first."));
    }
    let _none = put(&door, "/users/ada@example.com/picture", json!({ "id": null })).await.expect(200);
    let _gone = door.call(Method::DELETE, &path(&portrait), None).await.expect(200);
    let public = format!("/i/{}", portrait["id"].as_str().unwrap());
    let _gone = send(&door, Method::GET, &public, &[], b"").await.expect(404);
    let unknown = put(&door, "/users/ada@example.com/picture", json!({ "id": portrait["id"] })).await;
    assert_eq!(unknown.expect(422).text("/errors/0/pointer"), "/id");
}
