//! Every free text of a request, and what would like to be more than text in it.

use contract::Node;
use serde_json::{Value, json};
use tests::{CONTRACT, Door, ada, body};

/// Reorders, hides, ends a header or drives a terminal; the last shows nothing at all.
const HOSTILE: [&str; 9] = [
    "Agreement \u{202e}fdp.exe",
    "a\u{2066}b\u{2069}",
    "a\u{200f}b",
    "a\u{61c}b",
    "a\0b",
    "a\r\nBcc: eve@example.com",
    "a\u{1b}[2Jb",
    "a\u{e0041}b",
    "\u{200b}\u{2060}\u{feff}",
];

/// Texts of one line: a second one would be a header's, a file name's or a mark's.
const LINES: [&str; 10] = [
    "/title",
    "/signers/0/name",
    "/signers/0/surname",
    "/signers/0/group",
    "/signers/0/challenges/0/question",
    "/signers/0/identity/provider",
    "/signers/0/identity/reference",
    "/signers/0/attachments/0/name",
    "/options/sender",
    "/options/brand",
];

/// Texts of several lines.
const PARAGRAPHS: [&str; 4] =
    ["/description", "/signers/0/message", "/signers/0/attachments/0/description", "/options/consentText"];

/// No prose, or nobody reads it: addresses, numbers, zones, secrets, what is looked for in the document, and what has a
/// form of its own. Each is refused as what it is, or reaches no page.
const OTHERS: [&str; 23] = [
    "/inputDocuments",
    "/inputDocuments/0",
    "/inputDocuments/0/url",
    "/inputDocuments/0/payload",
    "/inputDocuments/0/upload",
    "/inputDocuments/payload",
    "/inputDocuments/upload",
    "/inputDocuments/url",
    "/signers/0/email",
    "/signers/0/mobile",
    "/signers/0/language",
    "/signers/0/timezone",
    "/signers/0/signatures/0/anchor",
    "/signers/0/signatures/0/name",
    "/signers/0/accessCode",
    "/signers/0/challenges/0/answer",
    "/options/timezone",
    "/options/ui/sidebarLogo",
    "/options/ui/iframeAncestors/0",
    "/options/ui/completeUrl",
    "/options/ui/cancelUrl",
    "/callback/url",
    "/expiresAt",
];

fn full() -> Value {
    let mut body = body(CONTRACT, &[ada()]);
    body["description"] = json!("Please sign.");
    body["options"]["consentText"] = json!("I agree.");
    let signer = &mut body["signers"][0];
    signer["surname"] = json!("Lovelace");
    signer["message"] = json!("Your code is {OTP}");
    signer["group"] = json!("board");
    signer["challenges"] = json!([{ "question": "Which colour?", "answer": "blue" }]);
    signer["identity"] = json!({ "provider": "bank", "reference": "77" });
    signer["attachments"] = json!([{ "name": "Passport", "description": "Both pages", "required": false }]);
    signer["signatures"] = json!([{ "page": 1, "x": "100", "y": "100" }]);
    body
}

#[tokio::test]
async fn what_hides_reorders_or_ends_lines_is_refused_in_every_text_of_a_request() {
    let door = Door::open().await;
    let _taken = door.post("/EU-SES", &full()).await.expect(200);
    let paragraphs = PARAGRAPHS.into_iter().flat_map(|it| HOSTILE.map(|text| (it, text)));
    let lines =
        LINES.into_iter().flat_map(|it| HOSTILE.into_iter().chain(["a\nb"]).map(move |text| (it, text)));
    for (pointer, text) in paragraphs.chain(lines) {
        let mut body = full();
        put(&mut body, pointer, json!(text));
        let refused = door.post("/EU-SES", &body).await;
        assert_eq!(refused.status, 422, "{pointer} {text:?}");
        assert_eq!(refused.text("/errors/0/pointer"), pointer, "{text:?}");
    }
}

/// Puts a value where it stands, or where it might.
fn put(body: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap_or_else(|| panic!("{parent}"))[name] = value;
}

/// A text that the contract gains has to be sorted in.
#[test]
fn no_text_of_a_request_is_missing_here() {
    let document = contract::tree().unwrap();
    let request = document.at(&["components", "schemas", "NewRequest"]).unwrap();
    let mut found = Vec::new();
    texts(request, &document, "", &mut found);
    found.sort_unstable();
    found.dedup();
    let mut known: Vec<String> =
        [&LINES[..], &PARAGRAPHS, &OTHERS].concat().into_iter().map(str::to_owned).collect();
    known.sort_unstable();
    assert_eq!(found, known, "left: in the contract, right: here");
}

/// Pointers to the strings without a form of their own.
fn texts(schema: &Node, document: &Node, at: &str, found: &mut Vec<String>) {
    let schema = schema.resolve(document).unwrap();
    for word in ["allOf", "anyOf", "oneOf"] {
        for part in schema.get(word).map_or(&[][..], Node::items) {
            texts(part, document, at, found);
        }
    }
    let is_text = schema.get("type").is_some_and(|it| it.to_json().contains("\"string\""));
    if is_text && ["enum", "const", "pattern"].iter().all(|it| schema.get(it).is_none()) {
        found.push(at.to_owned());
    }
    for (name, member) in schema.get("properties").map_or(&[][..], Node::members) {
        texts(member, document, &format!("{at}/{name}"), found);
    }
    if let Some(items) = schema.get("items") {
        texts(items, document, &format!("{at}/0"), found);
    }
}
