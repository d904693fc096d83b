//! Mails of this service, closed by the signature of whoever sends the request; and the signing page in the brand's
//! colours.

use std::time::Duration;

use http::Method;
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
