//! Mails of this service, closed by the signature of whoever sends the request; and the signing page in the brand's
//! colours.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};
use tests::{Answer, CONTRACT, Ceremony, Door, ada, body, grace};

use super::pictures::picture;
use super::{house, put};

async fn create(door: &Door, options: Value) -> Answer {
    let mut request = body(CONTRACT, &[ada(), grace()]);
    request["options"] = options;
    door.post("/EU-SES", &request).await
}

async fn request(door: &Door, options: Value) -> Ceremony {
    let id = create(door, options).await.expect(200).text("/data/id");
    door.settle().await;
    Ceremony::new(door.clone(), id, &[ada(), grace()])
}

/// The house, in which Augusta sends.
async fn sender(door: &Door) {
    house(door).await;
    let people = json!([{ "email": "augusta@engines.example", "firstname": "Augusta", "lastname": "King", "title": "Director" }]);
    let _written = door.post("/users", &people).await.expect(200);
}

#[tokio::test]
async fn every_mail_closes_with_the_sender_s_signature() {
    let door = Door::open().await;
    sender(&door).await;
    let reminders = json!({ "firstAfterDays": 1, "everyDays": 1, "count": 1 });
    let ceremony =
        request(&door, json!({ "sender": "augusta@engines.example", "reminders": reminders })).await;
    door.advance(Duration::from_hours(48)).await;
    ceremony.sign_all().await;
    let declined = request(&door, json!({ "sender": "augusta@engines.example" })).await;
    let reason = json!({ "reason": "Not my name" });
    let _declined = declined.as_signatory(ada(), Method::POST, "/sign/decline", Some(&reason)).await;
    let cancelled = request(&door, json!({ "sender": "augusta@engines.example" })).await;
    let _cancelled = door.post(&format!("/signatures/{}/cancel", cancelled.id), &json!({})).await.expect(200);
    let expired = request(&door, json!({ "sender": "augusta@engines.example" })).await;
    door.advance(Duration::from_hours(24 * 40)).await;
    let _seen = expired.detail().await;
    door.settle().await;
    let mails: Vec<_> = [ada().email, grace().email].iter().flat_map(|it| door.mails_to(it)).collect();
    let subjects: Vec<&str> = mails.iter().map(|it| it.subject.as_str()).collect();
    for part in ["asks you to sign", "Your code", "Signed by everyone", "declined"] {
        assert!(subjects.iter().any(|it| it.contains(part)), "{part} in {subjects:?}");
    }
    assert!(mails.len() > 8, "{subjects:?}");
    for mail in &mails {
        assert!(
            mail.html.contains("Augusta King") && mail.html.contains("Analytical Engines"),
            "{}",
            mail.subject
        );
        let (_, closing) = mail.text.split_once("\n\n-- \n").unwrap_or_else(|| panic!("{}", mail.text));
        assert!(closing.contains("Augusta King"), "{}", mail.text);
        assert!(!mail.html.contains("<!--closing-->") && mail.html.matches("</html>").count() == 1);
    }
    let code = mails.iter().find(|it| it.subject.contains("Your code")).unwrap();
    let last = code.text.lines().last().unwrap();
    assert!(
        last.starts_with('@') || !code.text.contains("\n@"),
        "the line for browsers stays the last: {last}"
    );
}

#[tokio::test]
async fn without_a_sender_mails_are_what_they_were() {
    let door = Door::open().await;
    sender(&door).await;
    let ceremony = request(&door, json!({})).await;
    ceremony.sign_all().await;
    for mail in door.mails_to(ada().email) {
        assert!(!mail.html.contains("Augusta") && !mail.text.contains("\n-- \n"), "{}", mail.text);
        assert!(!mail.html.contains("closing"));
    }
}

#[tokio::test]
async fn a_sender_who_is_gone_holds_up_no_mail() {
    let door = Door::open().await;
    sender(&door).await;
    let ceremony = request(&door, json!({ "sender": "augusta@engines.example" })).await;
    let off = json!([{ "email": "augusta@engines.example", "enabled": 2 }]);
    let _off = door.post("/users", &off).await.expect(200);
    ceremony.sign_all().await;
    let mails = door.mails_to(ada().email);
    assert_eq!(mails.len(), 3);
    assert!(mails[0].html.contains("Augusta") && !mails[2].html.contains("Augusta"));
}

#[tokio::test]
async fn who_cannot_send_and_what_is_no_brand_is_refused() {
    let door = Door::open().await;
    sender(&door).await;
    for (options, pointer) in [
        (json!({ "sender": "nobody@engines.example" }), "/options/sender"),
        (json!({ "sender": "grace@example.com" }), "/options/sender"),
        (json!({ "sender": "x" }), "/options/sender"),
        (json!({ "brand": "nothing" }), "/options/brand"),
        (json!({ "brand": "No Name" }), "/options/brand"),
    ] {
        let refused = create(&door, options).await.expect(422);
        assert_eq!(
            (refused.text("/errors/0/pointer").as_str(), &refused.json()["error"]),
            (pointer, &json!(625))
        );
    }
    let foreign = door.another_tenant("mallory").await;
    let mut request = body(CONTRACT, &[ada()]);
    request["options"] = json!({ "sender": "augusta@engines.example" });
    let _refused = door.call_as(&foreign, Method::POST, "/EU-SES", Some(&request)).await.expect(422);
}

#[tokio::test]
async fn the_signing_page_has_the_brand_s_colours_and_logo_where_nothing_was_said() {
    let door = Door::open().await;
    sender(&door).await;
    let logo = picture(&door, 200, 50).await;
    let brand =
        json!({ "name": "Sales", "colors": { "primary": "#0b3d91", "accent": "#1b5e20" }, "logo": logo });
    let _brand = put(&door, "/brands/sales", brand).await.expect(200);
    let ui_of = async |options: Value| {
        let ceremony = request(&door, options).await;
        ceremony.detail().await.json()["data"]["options"].clone()
    };
    let options = ui_of(json!({ "brand": "sales" })).await;
    assert_eq!((&options["brand"], &options["sender"]), (&json!("sales"), &Value::Null));
    let ui = &options["ui"];
    assert_eq!(
        [&ui["headerBackgroundColor"], &ui["buttonBackgroundColor"], &ui["signButtonBackgroundColor"]],
        ["#0b3d91", "#0b3d91", "#1b5e20"]
    );
    assert!(ui["sidebarLogo"].as_str().unwrap().ends_with(logo["id"].as_str().unwrap()));
    let own = json!({ "brand": "sales", "ui": { "buttonTextColor": "#111111", "sidebarLogo": "https://cdn.example.com/logo.png" } });
    let ui = ui_of(own).await["ui"].clone();
    assert_eq!(
        (&ui["buttonBackgroundColor"], &ui["headerBackgroundColor"]),
        (&Value::Null, &json!("#0b3d91"))
    );
    assert_eq!(ui["sidebarLogo"], "https://cdn.example.com/logo.png");
    let ui = ui_of(json!({ "sender": "augusta@engines.example" })).await["ui"].clone();
    assert_eq!(ui["headerBackgroundColor"], "#7a1f5c", "of whoever sends");
}

#[tokio::test]
async fn the_evidence_says_in_whose_name_and_under_which_brand_it_was_asked() {
    let door = Door::open().await;
    sender(&door).await;
    let named = request(&door, json!({ "sender": "augusta@engines.example", "brand": "house" })).await;
    let nobody = request(&door, json!({})).await;
    let shown = async |ceremony: &Ceremony, form: &str| {
        let request = Request::get(format!("/signatures/{}/audit", ceremony.id))
            .header("host", "127.0.0.1:3000")
            .header("authorization", format!("Bearer {}", door.cloud.api_key().unwrap()))
            .header("accept", form);
        let answer = door.send(request.body(Bytes::new()).unwrap()).await.expect(200);
        String::from_utf8(answer.body.to_vec()).unwrap()
    };
    let audit: Value = serde_json::from_str(&shown(&named, "application/json").await).unwrap();
    let events = audit["data"]["evidence"]["events"].as_array().unwrap();
    let received: Value = serde_json::from_str(events[0]["event"].as_str().unwrap()).unwrap();
    assert_eq!(received["kind"], "RequestReceived");
    assert_eq!(received["facts"]["brand"], "house");
    assert!(received["commitments"]["sender"].is_string(), "{received}");
    let every: Vec<&str> = events.iter().map(|it| it["event"].as_str().unwrap()).collect();
    assert!(!every.join("").contains("augusta@"), "a person is a commitment in the chain");
    for form in ["text/plain", "text/html"] {
        let text = shown(&named, form).await;
        for part in ["Mails signed by", "augusta@engines.example", "Brand", "house"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        let text = shown(&nobody, form).await;
        assert!(!text.contains("Mails signed by") && !text.contains("Brand"), "{text}");
    }
}
