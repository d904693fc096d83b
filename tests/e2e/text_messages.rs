//! Text messages: where a tenant lets them go, and numbers that moved to another SIM card.

use std::time::Duration;

use http::Method;
use local::Options;
use serde_json::{Value, json};
use tests::{Answer, CONTRACT, Ceremony, Door, Endpoint, Manner, Person, ada, body, grace};

const FRENCH: &str = "+33 6 12 34 56 78";
const ITALIAN: &str = "+39 333 112 2333";

fn by_text(wished: &mut Value, mobile: &str) {
    wished["signers"][0]["authentication"] = json!(["sms"]);
    wished["signers"][0]["mobile"] = json!(mobile);
}

async fn requested(door: &Door, person: Person, mobile: &str) -> (Ceremony, String) {
    let ceremony = door.request_with(&[person], |it| by_text(it, mobile)).await;
    let sha256 = ceremony.read(person).await;
    (ceremony, sha256)
}

/// The code in the newest text message to a number.
fn code_of(door: &Door, number: &str) -> String {
    let texts = door.mails_to(number);
    texts.last().unwrap().text.rsplit_once('#').unwrap().1.trim().to_owned()
}

async fn limit(door: &Door, limits: &Value) -> Answer {
    door.call(Method::PUT, "/text-messages", Some(limits)).await
}

#[tokio::test]
async fn a_tenant_narrows_the_countries_and_the_budget_and_open_requests_follow_at_once() {
    let door = Door::open().await;
    let before = door.get("/text-messages").await.expect(200).json()["data"].clone();
    assert_eq!(before, json!({ "countries": null, "dailyBudget": null }));
    let (open, sha256) = requested(&door, grace(), ITALIAN).await;
    let kept = limit(&door, &json!({ "countries": ["fr", "BE", "FR"], "dailyBudget": 1 })).await.expect(200);
    assert_eq!(kept.json()["data"], json!({ "countries": ["FR", "BE"], "dailyBudget": 1 }));
    let mut italian = body(CONTRACT, &[ada()]);
    by_text(&mut italian, ITALIAN);
    let refused = door.post("/EU-SES", &italian).await.expect(422);
    assert!(refused.text("/errors/0/detail").ends_with("its country is not allowed."), "{refused:?}");
    assert_eq!(refused.text("/errors/0/pointer"), "/signers/0/mobile");
    let stopped = open.ask(grace(), &sha256).await.expect(503);
    assert_eq!(stopped.text("/code"), "sms_unavailable");
    assert!(door.mails_to("+393331122333").is_empty());
    let (french, shown) = requested(&door, ada(), FRENCH).await;
    let _sent = french.ask(ada(), &shown).await.expect(202);
    door.advance(Duration::from_mins(1)).await;
    assert_eq!(french.ask(ada(), &shown).await.expect(503).text("/code"), "sms_unavailable");
    let _kept = limit(&door, &json!({ "countries": null, "dailyBudget": null })).await.expect(200);
    let _sent = french.ask(ada(), &shown).await.expect(202);
    let _sent = open.ask(grace(), &sha256).await.expect(202);
    let _kept = limit(&door, &json!({ "countries": [] })).await.expect(200);
    door.advance(Duration::from_mins(1)).await;
    assert_eq!(open.ask(grace(), &sha256).await.expect(503).text("/code"), "sms_unavailable");
}

#[tokio::test]
async fn an_operator_stops_all_text_messages_and_open_requests_wait() {
    let data = tempfile::tempdir().unwrap();
    let with_texts = async |enabled: bool| {
        let parameters = [("SmsEnabled".to_owned(), enabled.to_string())].into();
        Door::open_with(Options { data: Some(data.path().to_owned()), parameters, ..Options::default() })
            .await
    };
    let door = with_texts(true).await;
    let (open, sha256) = requested(&door, grace(), ITALIAN).await;
    let id = open.id.clone();
    drop((open, door));

    let door = with_texts(false).await;
    let open = Ceremony::new(door.clone(), id.clone(), &[grace()]);
    let stopped = open.ask(grace(), &sha256).await.expect(503);
    assert_eq!(stopped.text("/code"), "sms_unavailable");
    assert!(door.mails_to("+393331122333").is_empty());
    let mut another = body(CONTRACT, &[ada()]);
    by_text(&mut another, FRENCH);
    let refused = door.post("/EU-SES", &another).await.expect(422);
    assert_eq!(refused.text("/errors/0/pointer"), "/signers/0/authentication");
    drop((open, door));

    let door = with_texts(true).await;
    let open = Ceremony::new(door.clone(), id, &[grace()]);
    let _sent = open.ask(grace(), &sha256).await.expect(202);
    let code = code_of(&door, "+393331122333");
    let _signed = open.answer(grace(), &sha256, &code).await.expect(200);
    door.settle().await;
    assert_eq!(open.state().await, "DONE");
}

#[tokio::test]
async fn nobody_is_promised_more_text_messages_than_the_operator_allows() {
    let door = Door::open().await;
    for (limits, pointer) in [
        (json!({ "countries": ["FR", "US"] }), "/countries/1"),
        (json!({ "countries": ["France"] }), "/countries/0"),
        (json!({ "dailyBudget": 201 }), "/dailyBudget"),
        (json!({ "dailyBudget": -1 }), "/dailyBudget"),
        (json!({ "budget": 5 }), "/budget"),
    ] {
        let refused = limit(&door, &limits).await.expect(422);
        assert_eq!(refused.text("/errors/0/pointer"), pointer, "{limits}");
    }
    let shown = door.get("/text-messages").await.expect(200);
    assert_eq!(shown.json()["data"], json!({ "countries": null, "dailyBudget": null }));
    let etag = shown.headers["etag"].to_str().unwrap();
    let _kept = limit(&door, &json!({ "dailyBudget": 7 })).await.expect(200);
    let eight = json!({ "dailyBudget": 8 }).to_string();
    let key = door.cloud.api_key();
    let late =
        door.call_with(key.as_deref(), Method::PUT, "/text-messages", &[("if-match", etag)], eight).await;
    assert_eq!(late.status, 412);
    assert_eq!(door.get("/text-messages").await.json()["data"]["dailyBudget"], 7);
}

async fn asking(api: &Endpoint) -> Door {
    let mut options = Options::default();
    options.parameters.insert("SimSwapUrl".to_owned(), format!("{}/sim-swap/v1", api.base()));
    Door::open_with(options).await
}

#[tokio::test]
async fn no_code_goes_to_a_number_that_moved_to_another_sim_card() {
    let api = Endpoint::listen(|_, asked| {
        let moved = asked.json()["phoneNumber"] == "+33612345678";
        Manner::Answer(200, "", json!({ "swapped": moved }).to_string())
    })
    .await;
    let door = asking(&api).await;
    let (moved, sha256) = requested(&door, ada(), FRENCH).await;
    for _ in 0..10 {
        let refused = moved.ask(ada(), &sha256).await.expect(409);
        assert_eq!(refused.text("/code"), "number_moved");
    }
    assert!(door.mails_to("+33612345678").is_empty());
    let asked = api.got();
    assert_eq!(asked.len(), 10);
    assert_eq!(asked[0].path, "/sim-swap/v1/check");
    assert_eq!(asked[0].json(), json!({ "phoneNumber": "+33612345678", "maxAge": 240 }));
    assert!(asked[0].headers["authorization"].starts_with("Bearer "), "{:?}", asked[0].headers.keys());
    let spent = moved.ask(ada(), &sha256).await.expect(429);
    assert_eq!(
        spent.text("/code"),
        "too_many_codes",
        "a link asks the network as often as it asks for codes"
    );
    assert_eq!(api.got().len(), 10);
    let (other, shown) = requested(&door, ada(), ITALIAN).await;
    let _sent = other.ask(ada(), &shown).await.expect(202);
    assert_eq!(door.mails_to("+393331122333").len(), 1);
    let mails = door.request(CONTRACT, &[grace()]).await;
    let shown = mails.read(grace()).await;
    let _sent = mails.ask(grace(), &shown).await.expect(202);
    assert_eq!(api.got().len(), 11, "nobody is asked about a mailbox");
}

#[tokio::test]
async fn a_network_that_does_not_answer_stops_no_code() {
    for manner in
        [Manner::status(503), Manner::Answer(200, "", "yes".to_owned()), Manner::Reset, Manner::Hang]
    {
        let api = Endpoint::listen(move |_, _| manner.clone()).await;
        let door = asking(&api).await;
        let (ceremony, sha256) = requested(&door, ada(), FRENCH).await;
        let _sent = ceremony.ask(ada(), &sha256).await.expect(202);
        assert_eq!((api.got().len(), door.mails_to("+33612345678").len()), (1, 1));
    }
}

#[tokio::test]
async fn who_has_no_mailbox_signs_by_text_message_with_the_link_that_the_integrator_passes_on() {
    let door = Door::open().await;
    let mut wished = body(CONTRACT, &[ada(), grace()]);
    by_text(&mut wished, FRENCH);
    wished["signers"][0].as_object_mut().unwrap().remove("email");
    let created = door.post("/EU-SES", &wished).await.expect(200).json();
    door.settle().await;
    let of_ada = &created["data"]["signers"][0];
    assert_eq!((&of_ada["email"], &of_ada["emailValidation"]["domain"]), (&Value::Null, &Value::Null));
    let (id, link) = (created["data"]["id"].as_str().unwrap(), of_ada["url"].as_str().unwrap());
    let (_, token) = link.split_once('#').unwrap();
    let signer = format!("/signatures/{id}/signers/{}", of_ada["id"].as_str().unwrap());
    door.advance(Duration::from_hours(2)).await;
    let refused = door.post(&format!("{signer}/remind"), &json!({})).await.expect(409);
    assert_eq!(refused.text("/code"), "step_missing", "{refused:?}");
    let _others = door.post(&format!("/signatures/{id}/remind"), &json!({})).await.expect(200);
    let call = async |path: &str, body: &Value| door.call_as(token, Method::POST, path, Some(body)).await;
    let view = door.call_as(token, Method::GET, "/sign/request", None).await.expect(200).json();
    let (sha256, consent) = (&view["document"]["sha256"], &view["consent"]["sha256"]);
    let _read = call("/sign/presented", &json!({ "documentSha256": sha256 })).await.expect(204);
    let _sent =
        call("/sign/otp", &json!({ "documentSha256": sha256, "consentSha256": consent })).await.expect(202);
    let code = code_of(&door, "+33612345678");
    let mark = json!({ "mode": "typed", "name": "Ada Lovelace" });
    let act = json!({ "documentSha256": sha256, "code": code, "mark": mark });
    let _signed = call("/sign/signature", &act).await.expect(200);
    let ceremony = Ceremony::new(door.clone(), id.to_owned(), &[grace()]);
    let _signed = ceremony.sign(grace()).await.expect(200);
    door.settle().await;
    assert_eq!(ceremony.state().await, "DONE");
    assert!(door.cloud.outbox().iter().all(|it| it.channel == "sms" || it.to == grace().email));
    let now = door.cloud.clock().now().unix_seconds();
    let verdict =
        trail::verify(&ceremony.bundle().await, &trail::Knowledge { now, ..trail::Knowledge::default() });
    let broken: Vec<_> = verdict.checks.iter().filter(|it| it.outcome == trail::Outcome::Failed).collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[tokio::test]
async fn who_has_neither_mailbox_nor_number_can_be_asked_for_nothing() {
    let door = Door::open().await;
    for (change, pointer) in [
        (json!({ "authentication": ["sms"] }), "/signers/0/email"),
        (json!({ "authentication": ["email", "sms"], "mobile": FRENCH }), "/signers/0/email"),
        (json!({ "authentication": ["email"], "mobile": FRENCH }), "/signers/0/email"),
        (
            json!({ "role": "cc", "signatures": [], "authentication": ["sms"], "mobile": FRENCH }),
            "/signers/0/email",
        ),
    ] {
        let mut wished = body(CONTRACT, &[ada(), grace()]);
        let of_ada = wished["signers"][0].as_object_mut().unwrap();
        of_ada.remove("email");
        of_ada.extend(change.as_object().unwrap().clone());
        let refused = door.post("/EU-SES", &wished).await.expect(422);
        assert_eq!(refused.text("/errors/0/pointer"), pointer, "{change}");
    }
}
