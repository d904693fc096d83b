//! What is asked of people: channels, roles, order, groups, delegation, what only they know, attachments.

mod asked;
mod channels;
mod order;

use http::Method;
use serde_json::{Value, json};
use tests::{CONTRACT, Ceremony, Door, Person, body, signers};

/// A request for these signers, each as `wish` wants them, with more at the top level.
async fn request(door: &Door, people: &[Person], wish: impl Fn(usize, &mut Value), more: &Value) -> Ceremony {
    let answer = door.post("/EU-SES", &wished(people, wish, more)).await.expect(200);
    door.settle().await;
    Ceremony::new(door.clone(), answer.text("/data/id"), people)
}

/// The body of that request.
fn wished(people: &[Person], wish: impl Fn(usize, &mut Value), more: &Value) -> Value {
    let mut body = body(CONTRACT, people);
    let mut signers = signers(people);
    for (index, signer) in signers.as_array_mut().unwrap().iter_mut().enumerate() {
        wish(index, signer);
    }
    body["signers"] = signers;
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// A signer in the integrator's view.
async fn signer(ceremony: &Ceremony, index: usize) -> Value {
    ceremony.detail().await.json()["data"]["signers"][index].clone()
}

/// A call of the integrator about a signer.
async fn about_signer(
    ceremony: &Ceremony,
    index: usize,
    method: Method,
    rest: &str,
    body: Option<&Value>,
) -> tests::Answer {
    let id = signer(ceremony, index).await["id"].as_str().unwrap().to_owned();
    let path = format!("/signatures/{}/signers/{id}{rest}", ceremony.id);
    ceremony.door.call(method, &path, body).await
}

/// Reads, agrees, asks and posts to `path` what `more` says, with the code that came by mail.
async fn act(ceremony: &Ceremony, person: Person, path: &str, more: &Value) -> tests::Answer {
    let sha256 = ceremony.read(person).await;
    let _sent = ceremony.ask(person, &sha256).await.expect(202);
    let mut body = json!({ "documentSha256": sha256, "code": ceremony.code(person) });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    ceremony.as_signatory(person, Method::POST, path, Some(&body)).await
}
