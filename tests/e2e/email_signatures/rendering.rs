//! What comes out: HTML, text, cards, codes, and where their links lead.

use http::Method;
use serde_json::{Value, json};
use tests::Door;

use super::{house, put, send};

async fn text_of(door: &Door, path: &str) -> String {
    String::from_utf8(door.get(path).await.expect(200).body.to_vec()).unwrap()
}

#[tokio::test]
async fn a_signature_is_read_in_signitics_shape() {
    let door = Door::open().await;
    house(&door).await;
    let whole = door.get("/signatures/ada@example.com/json").await.expect(200).json();
    assert_eq!((&whole["success"], &whole["variant"]), (&json!(true), &json!("normal")));
    let html = whole["html"].as_str().unwrap();
    assert!(html.contains("Ada Lovelace") && html.contains("Analyst") && html.contains("#7a1f5c"), "{html}");
    let shown = door.get("/signatures/ada@example.com/html").await.expect(200);
    assert_eq!(shown.headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(shown.body, html.as_bytes());
    let text = text_of(&door, "/signatures/ada@example.com/text").await;
    assert_eq!(json!(text), whole["text"]);
    assert!(text.contains("Ada Lovelace") && text.contains("+44 20 7946 0000"), "{text}");
    let reply = door.get("/signatures/ada@example.com/json?variant=reply").await.expect(200).json();
    assert_eq!(reply["variant"], "reply");
    assert!(reply["html"].as_str().unwrap().len() < html.len());
    let upper = door.get("/signatures/ADA%40example.com/json").await.expect(200).json();
    assert_eq!(upper["text"], whole["text"]);
}

#[tokio::test]
async fn the_paths_of_requests_are_what_they_were() {
    let door = Door::open().await;
    house(&door).await;
    let ceremony = door.request(tests::CONTRACT, &[tests::ada()]).await;
    let _detail = door.get(&format!("/signatures/{}/detail", ceremony.id)).await.expect(200);
    for kind in ["html", "json", "text"] {
        let refused = door.get(&format!("/signatures/{}/{kind}", ceremony.id)).await.expect(404);
        assert_eq!(refused.json()["error"], 102, "{kind}");
    }
    let reader = door.key(&["signatures:read"], &json!({})).await;
    let path = "/signatures/ada@example.com/html";
    let _forbidden = door.call_as(&reader, Method::GET, path, None).await.expect(403);
    let own = door.key(&["email-signatures:read"], &json!({})).await;
    let _shown = door.call_as(&own, Method::GET, path, None).await.expect(200);
    let list = format!("/signatures/{}", ceremony.id);
    let _forbidden = door.call_as(&own, Method::GET, &list, None).await.expect(403);
}

#[tokio::test]
async fn rules_and_places_decide_on_template_and_brand() {
    let door = Door::open().await;
    house(&door).await;
    let plain = |name: &str| json!({ "name": name, "html": format!("<p>{name} {{{{brand_name}}}}</p>"), "text": format!("{name} {{{{brand_name}}}}") });
    for name in ["default", "sales", "german"] {
        let _saved = put(&door, &format!("/signature-templates/{name}"), plain(name)).await.expect(200);
    }
    let rules = json!({ "items": [
        { "place": { "group": "Sales" }, "template": "sales" },
        { "language": "de", "template": "german" },
    ] });
    let _rules = put(&door, "/signature-rules", rules).await.expect(200);
    let sales =
        json!({ "name": "Sales Ltd", "colors": { "primary": "#000000" }, "places": [{ "group": "Sales" }] });
    let _brand = put(&door, "/brands/sales", sales).await.expect(200);
    let path = "/signatures/ada@example.com/text";
    assert_eq!(text_of(&door, path).await, "default Analytical Engines");
    assert_eq!(text_of(&door, &format!("{path}?language=de")).await, "german Analytical Engines");
    assert_eq!(text_of(&door, &format!("{path}?brand=sales")).await, "default Sales Ltd");
    let _moved =
        door.post("/users", &json!([{ "email": "ada@example.com", "group": "Sales" }])).await.expect(200);
    assert_eq!(text_of(&door, &format!("{path}?language=de")).await, "sales Sales Ltd");
}

#[tokio::test]
async fn nothing_of_a_person_becomes_markup() {
    let door = Door::open().await;
    house(&door).await;
    for hostile in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' style='background:url(javascript:alert(1))",
        "{{email}}",
        "</td></tr></table><h1>",
        "&lt;b&gt;",
    ] {
        let fields =
            ["firstname", "lastname", "title", "unit", "address", "city", "postal_code", "formula", "phone"];
        let mut person = json!({ "email": "ada@example.com", "group": hostile });
        for field in fields {
            person[field] = hostile.into();
        }
        let told = door.post("/users", &json!([person])).await.expect(200).json();
        assert_eq!(told["success"], true, "{told}");
        let gallery = door.get("/signature-gallery").await.expect(200).json();
        for sample in gallery["data"].as_array().unwrap() {
            let _saved =
                put(&door, "/signature-templates/default", sample_named_default(sample)).await.expect(200);
            let html = text_of(&door, "/signatures/ada@example.com/html").await;
            for harm in ["<script", "<img src=x", "<h1", "style='background"] {
                assert!(!html.contains(harm), "{hostile}: {harm} in {html}");
            }
        }
    }
}

fn sample_named_default(sample: &Value) -> Value {
    let mut body = sample.clone();
    body["id"] = json!("default");
    body
}

#[tokio::test]
async fn a_card_and_its_code_are_read_with_a_key_and_without() {
    let door = Door::open().await;
    house(&door).await;
    let card = door.get("/signatures/ada@example.com/vcard").await.expect(200);
    assert_eq!(card.headers["content-type"], "text/vcard; charset=utf-8");
    let text = String::from_utf8(card.body.to_vec()).unwrap();
    assert!(text.contains("FN:Ada Lovelace\r\n") && text.contains("VERSION:4.0\r\n"), "{text}");
    let older = text_of(&door, "/signatures/ada@example.com/vcard?version=3.0").await;
    assert!(older.contains("VERSION:3.0\r\n"));
    let code = door.get("/signatures/ada@example.com/qr").await.expect(200);
    assert!(code.body.starts_with(b"\x89PNG"));
    let template = json!({ "name": "Card", "html": "<p>{{fullname}} <a href=\"{{vcard_url}}\">card</a></p>", "text": "{{vcard_url}}" });
    let _saved = put(&door, "/signature-templates/default", template).await.expect(200);
    let link = text_of(&door, "/signatures/ada@example.com/text").await;
    let path =
        link.strip_prefix("https://127.0.0.1").map_or(link.as_str(), |it| &it[it.find('/').unwrap()..]);
    let public = send(&door, Method::GET, path, &[], b"").await.expect(200);
    assert!(String::from_utf8_lossy(&public.body).contains("FN:Ada Lovelace"));
    let tampered = format!("{}A", &path[..path.len() - 1]);
    if tampered != path {
        let _unknown = send(&door, Method::GET, &tampered, &[], b"").await.expect(404);
    }
    let _deleted = door.call(Method::DELETE, "/users/ada@example.com", None).await.expect(200);
    door.advance(std::time::Duration::from_hours(24 * 32)).await;
    let _gone = send(&door, Method::GET, path, &[], b"").await.expect(404);
}

#[tokio::test]
async fn links_and_pictures_are_at_the_address_that_is_theirs() {
    let mut options = local::Options::default();
    options.parameters.insert("SignatureLinkUrl".to_owned(), "https://links.example.com/s".to_owned());
    let door = Door::open_with(options).await;
    house(&door).await;
    let logo = super::pictures::picture(&door, 200, 50).await;
    let brand = json!({ "name": "Engines", "colors": { "primary": "#7a1f5c" }, "logo": logo });
    let _brand = put(&door, "/brands/house", brand).await.expect(200);
    let _template = put(&door, "/signature-templates/default", json!({ "copyOf": "card" })).await.expect(200);
    let html = door.get("/signatures/ada@example.com/json").await.expect(200).text("/html");
    assert!(html.contains("\"https://links.example.com/s/l/"), "{html}");
    assert!(
        html.contains(&format!("\"https://links.example.com/s/i/{}\"", logo["id"].as_str().unwrap())),
        "{html}"
    );
    assert!(!html.contains("127.0.0.1"), "{html}");
    // Whoever follows a link comes to this API, by whatever name.
    let (_, token) = html.split_once("https://links.example.com/s/l/").unwrap();
    let token = token.split('"').next().unwrap();
    let followed = send(&door, Method::GET, &format!("/l/{token}"), &[], b"").await;
    assert_eq!(followed.expect(200).headers["content-type"], "text/vcard; charset=utf-8");
}
