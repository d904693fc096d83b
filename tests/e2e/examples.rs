//! Every example of the contract is sent, and answered as the contract says.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use contract::Node;
use http::{Method, Request};
use serde_json::{Value, json};
use tests::{Answer, CONTRACT, Ceremony, Door, ada, grace};

/// The examples, and which of them were sent.
struct Examples {
    document: Node,
    sent: BTreeSet<String>,
}

impl Examples {
    fn new() -> Self {
        Self { document: contract::tree().unwrap(), sent: BTreeSet::new() }
    }

    /// Every operation with the content of its JSON body.
    fn bodies(&self) -> Vec<(String, &Node)> {
        let paths = self.document.get("paths").unwrap().members();
        let operations = paths.iter().flat_map(|(_, item)| item.members());
        let own = operations.filter(|(_, it)| it.get("x-alias-of").is_none());
        own.filter_map(|(_, operation)| {
            let body = operation.get("requestBody")?.resolve(&self.document)?;
            let content = body.at(&["content", "application/json"])?;
            Some((operation.word("operationId").to_owned(), content))
        })
        .collect()
    }

    fn all(&self) -> BTreeSet<String> {
        let bodies = self.bodies().into_iter();
        bodies
            .flat_map(|(id, content)| {
                let names = content.get("examples").unwrap().members();
                names.iter().map(move |(name, _)| format!("{id}/{name}")).collect::<Vec<_>>()
            })
            .collect()
    }

    /// An example, with what stands for something that only exists here replaced.
    fn take(&mut self, name: &str, live: &[(&str, &str)]) -> Value {
        let (id, example) = name.split_once('/').unwrap();
        let bodies = self.bodies();
        let (_, content) = bodies.iter().find(|(it, _)| it == id).unwrap_or_else(|| panic!("{id}"));
        let value = content.at(&["examples", example, "value"]).unwrap_or_else(|| panic!("{name}"));
        let mut text = value.to_json();
        for (stands, is) in live {
            assert!(text.contains(stands), "{name} has no {stands}");
            text = text.replace(stands, is);
        }
        self.sent.insert(name.to_owned());
        serde_json::from_str(&text).unwrap()
    }
}

#[tokio::test]
async fn every_example_is_answered_as_the_contract_says() {
    let mut examples = Examples::new();
    requests(&mut examples).await;
    settings(&mut examples).await;
    access(&mut examples).await;
    events(&mut examples).await;
    email_signatures(&mut examples).await;
    moves(&mut examples).await;
    room(&mut examples).await;
    assert_eq!(examples.sent, examples.all(), "left: sent, right: in the contract");
}

async fn requests(examples: &mut Examples) {
    let door = Door::open().await;
    for name in ["createRequest/remote", "createRequest/openapi", "createRequest/ordered"] {
        let answer = door.post("/EU-SES", &examples.take(name, &[])).await;
        assert_eq!(answer.status, 200, "{name}: {}", String::from_utf8_lossy(&answer.body));
    }
    let file = STANDARD.encode(CONTRACT);
    let preview = examples.take("previewRequest/anchor", &[("JVBERi0xLjQK", &file)]);
    let previewed = door.post("/signatures/preview", &preview).await.expect(200).json();
    assert_eq!(previewed["data"]["acceptable"], true, "{previewed}");
    let _upload = door.post("/uploads", &examples.take("createUpload/contract", &[])).await.expect(200);
}

async fn settings(examples: &mut Examples) {
    let door = Door::open().await;
    let theme = examples.take("saveTheme/winter", &[]);
    let _saved = door.call(Method::PUT, "/themes/winter", Some(&theme)).await.expect(200);
    let trust = examples.take("replaceTrust/lists", &[]);
    let _replaced = door.call(Method::PUT, "/trust", Some(&trust)).await.expect(200);
    let retention = examples.take("replaceRetention/usual", &[]);
    let _replaced = door.call(Method::PUT, "/retention", Some(&retention)).await.expect(200);
    let texts = examples.take("replaceTextMessages/neighbours", &[]);
    let _replaced = door.call(Method::PUT, "/text-messages", Some(&texts)).await.expect(200);
    let file = STANDARD.encode(CONTRACT);
    let verification = examples.take("verifyDocument/inline", &[("JVBERi0xLjQK", &file)]);
    let _verified = door.post("/verify", &verification).await.expect(200);
}

async fn access(examples: &mut Examples) {
    let door = Door::open().await;
    for (create, change, path) in [
        ("createKey", "changeKey", "/access/keys"),
        ("createClientApp", "changeClientApp", "/access/client-apps"),
    ] {
        let test = examples.take(&format!("{create}/test"), &[]);
        let _made = door.post(path, &test).await.expect(201);
        let reader = examples.take(&format!("{create}/reader"), &[]);
        let made = door.post(path, &reader).await.expect(201).text("/data/id");
        let change = examples.take(&format!("{change}/disable"), &[]);
        let _changed = door.call(Method::PATCH, &format!("{path}/{made}"), Some(&change)).await.expect(200);
    }
    let app = json!({ "name": "An app", "scopes": ["signatures:read"] });
    let app = door.post("/access/client-apps", &app).await.expect(201);
    let (id, secret) = (app.text("/data/id"), app.text("/data/secret"));
    let live = [("0123456789abcdef01234567", id.as_str()), ("cs_live_", secret.as_str())];
    let client = examples.take("issueOneSpanToken/owner", &live);
    let _token = door.post("/apitoken/clientApp/accessToken", &client).await.expect(200);
    let key = door.cloud.api_key().unwrap();
    let request = Request::builder()
        .method(Method::POST)
        .uri("/token")
        .header("host", "127.0.0.1:3000")
        .header("content-type", "application/json")
        .header("authorization", format!("Basic {}", STANDARD.encode(format!("ada:{key}"))));
    let body = examples.take("issueOpenapiToken/create", &[]).to_string();
    let _token = door.send(request.body(Bytes::from(body)).unwrap()).await.expect(200);
}

async fn events(examples: &mut Examples) {
    let door = Door::open().await;
    let mut id = String::new();
    for name in ["createWebhook/chosen", "createWebhook/guarded"] {
        id = door.post("/webhooks", &examples.take(name, &[])).await.expect(201).text("/data/id");
    }
    let pause = examples.take("changeWebhook/pause", &[]);
    let _paused = door.call(Method::PATCH, &format!("/webhooks/{id}"), Some(&pause)).await.expect(200);
    for (name, path) in [
        ("rotateCallbackSigning/hmac", "/callbacks/signing"),
        ("rotateCallbackSigning/both", "/callbacks/signing"),
        ("registerCallback/completed", "/callback"),
        ("registerConnectorCallback/completed", "/callback/connectors/crm"),
    ] {
        let answer = door.post(path, &examples.take(name, &[])).await;
        let told = String::from_utf8_lossy(&answer.body).into_owned();
        assert!((200..300).contains(&answer.status), "{name}: {} {told}", answer.status);
    }
}

async fn email_signatures(examples: &mut Examples) {
    let door = Door::open().await;
    let put = async |path: &str, body: &Value| door.call(Method::PUT, path, Some(body)).await;
    let _groups = put("/user-groups", &examples.take("savePeopleGroups/entity", &[])).await.expect(200);
    let _people = door.post("/users", &examples.take("upsertPeople/two", &[])).await.expect(200);
    let _brand = put("/brands/house", &examples.take("saveBrand/house", &[])).await.expect(200);
    let _connector =
        put("/connectors/exchange", &examples.take("saveConnector/exchange", &[])).await.expect(200);
    for name in ["copied", "written"] {
        let body = examples.take(&format!("saveSignatureTemplate/{name}"), &[]);
        let _saved = put(&format!("/signature-templates/{name}"), &body).await.expect(200);
    }
    for name in ["samples", "sent"] {
        let body = examples.take(&format!("previewSignatureTemplate/{name}"), &[]);
        let _shown = door.post("/signature-templates/copied/preview", &body).await.expect(200);
    }
    let _rules = put("/signature-rules", &examples.take("saveSignatureRules/replies", &[])).await.expect(200);
    let campaign = put("/campaigns/spring", &examples.take("saveCampaign/spring", &[])).await;
    assert_eq!(campaign.expect(422).text("/errors/0/pointer"), "/banner/id", "no such picture is there");
    let _settings =
        put("/signature-settings", &examples.take("saveSignatureSettings/opens", &[])).await.expect(200);
    let none = examples.take("savePersonPicture/none", &[]);
    let _picture = put("/users/ada@example.com/picture", &none).await.expect(200);
    let title = examples.take("propose/title", &[]);
    let _proposed = door.post("/user-change-requests/ada@example.com", &title).await.expect(200);
    let gone = examples.take("deletePeople/one", &[]);
    let _deleted = door.call(Method::DELETE, "/users", Some(&gone)).await.expect(200);
}

async fn moves(examples: &mut Examples) {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    let path = format!("/signatures/{}", ceremony.id);
    let deadline = examples.take("actOnRequest/deadline", &[]);
    let _extended = door.post(&format!("{path}/extend"), &deadline).await.expect(200);
    let signer = ceremony.detail().await.text("/data/signers/0/id");
    let correction = examples.take("correctSigner/mailbox", &[]);
    let corrected = door.call(Method::PATCH, &format!("{path}/signers/{signer}"), Some(&correction)).await;
    assert_eq!(corrected.expect(200).text("/data/signers/0/email"), "ada.lovelace@example.com");
    let reason = examples.take("actOnRequest/reason", &[]);
    let _cancelled = door.post(&format!("{path}/cancel"), &reason).await.expect(200);
}

/// A request to Ada in a role, and to Grace, who signs.
async fn asked(door: &Door, role: &str, others: Value) -> Ceremony {
    let mut request = tests::body(CONTRACT, &[ada(), grace()]);
    request["signers"][0]["role"] = role.into();
    if role != "signatory" {
        request["signers"][0].as_object_mut().unwrap().remove("signatures");
    }
    for (name, value) in others.as_object().unwrap() {
        request["signers"][0][name] = value.clone();
    }
    request["options"] = json!({ "delegation": true, "userEditableData": { "name": true } });
    let id = door.post("/EU-SES", &request).await.expect(200).text("/data/id");
    door.settle().await;
    Ceremony::new(door.clone(), id, &[ada(), grace()])
}

async fn act(ceremony: &Ceremony, path: &str, body: &Value) -> Answer {
    ceremony.as_signatory(ada(), Method::POST, path, Some(body)).await
}

async fn room(examples: &mut Examples) {
    let door = Door::open().await;
    let more =
        json!({ "accessCode": "analytical engine", "attachments": [{ "name": "Card", "required": false }] });
    let ceremony = asked(&door, "signatory", more).await;
    let _session =
        act(&ceremony, "/sign/session", &examples.take("openSession/renewal", &[])).await.expect(204);
    let _told = act(&ceremony, "/sign/access", &examples.take("answerQuestions/code", &[])).await.expect(200);
    let view = ceremony.view(ada()).await;
    let document = view["document"]["sha256"].as_str().unwrap();
    let consent = view["consent"]["sha256"].as_str().unwrap();
    let presented = examples.take("recordPresentation/pictures", &[(DOCUMENT, document)]);
    let _presented = act(&ceremony, "/sign/presented", &presented).await.expect(204);
    let attachment = view["signatory"]["attachments"][0]["id"].as_str().unwrap();
    let attached = examples.take("attach/pdf", &[]);
    let _attached = act(&ceremony, &format!("/sign/attachments/{attachment}"), &attached).await.expect(200);
    let signer = view["signatory"]["id"].as_str().unwrap();
    let reject = format!("/signatures/{}/signers/{signer}/attachments/{attachment}/reject", ceremony.id);
    let _rejected = door.post(&reject, &examples.take("judgeAttachment/unreadable", &[])).await.expect(200);
    let details = examples.take("correctOwnDetails/name", &[]);
    let _corrected = act(&ceremony, "/sign/details", &details).await.expect(204);
    let agreement = examples.take("sendCode/agreed", &[(DOCUMENT, document), (CONSENT, consent)]);
    let _sent = act(&ceremony, "/sign/otp", &agreement).await.expect(202);
    let code = ceremony.code(ada());
    let act_of_signing = examples.take("sign/typed", &[(DOCUMENT, document), (CODE, &code)]);
    let _signed = act(&ceremony, "/sign/signature", &act_of_signing).await.expect(200);

    for (role, path, name, needs_code) in [
        ("approver", "/sign/approval", "approve/approval", true),
        ("viewer", "/sign/read", "acknowledge/read", false),
        ("signatory", "/sign/delegation", "delegate/delegation", true),
        ("signatory", "/sign/decline", "decline/decline", false),
    ] {
        // A mailbox gets so many codes a minute, and each of them replaces the one before.
        door.advance(std::time::Duration::from_mins(2)).await;
        let ceremony = asked(&door, role, json!({})).await;
        let document = ceremony.read(ada()).await;
        let mut live = vec![];
        let code;
        if needs_code {
            let _sent = ceremony.ask(ada(), &document).await.expect(202);
            code = ceremony.code(ada());
            live.push((CODE, code.as_str()));
        }
        if name != "decline/decline" {
            live.push((DOCUMENT, document.as_str()));
        }
        let answer = act(&ceremony, path, &examples.take(name, &live)).await;
        assert_eq!(answer.status, 200, "{name}: {}", String::from_utf8_lossy(&answer.body));
    }
}

/// What stands for a digest or a code in the examples.
const DOCUMENT: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const CONSENT: &str = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
const CODE: &str = "123456";
