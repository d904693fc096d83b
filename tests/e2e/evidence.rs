//! The audit trail in its four forms, the bundle and what breaks it, erasure, legal holds, and the end of documents.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use tests::{A_WHILE, Answer, CONTRACT, Ceremony, Door, ada, grace};
use trail::bundle::{ACCEPTED, AUDIT, EVIDENCE, SIGNED, write};
use trail::{Bundle, Knowledge, Outcome, Verdict, verify};

async fn signed(door: &Door) -> Ceremony {
    let ceremony = door.request(CONTRACT, &[ada(), grace()]).await;
    ceremony.sign_all().await;
    assert_eq!(ceremony.state().await, "DONE");
    ceremony
}

async fn audit(ceremony: &Ceremony, form: &str, query: &str) -> Answer {
    let path = format!("/signatures/{}/audit{query}", ceremony.id);
    let key = ceremony.door.cloud.api_key().unwrap();
    ceremony.door.call_with(Some(&key), Method::GET, &path, &[("accept", form)], "").await
}

fn said(answer: &Answer) -> String {
    String::from_utf8(answer.body.to_vec()).unwrap()
}

fn judge(ceremony: &Ceremony, archive: &[u8]) -> Verdict {
    let now = ceremony.door.cloud.clock().now().unix_seconds();
    verify(archive, &Knowledge { now, ..Knowledge::default() })
}

/// What does not hold, by the name of the check and its place.
fn failed(verdict: &Verdict) -> Vec<(&'static str, String)> {
    let failed = verdict.checks.iter().filter(|it| it.outcome == Outcome::Failed);
    failed.map(|it| (it.name, it.place.clone())).collect()
}

/// Without spaces: lines are broken in places of their own.
fn squeezed(text: &str) -> String {
    text.chars().filter(|it| !it.is_whitespace()).collect()
}

fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(all) => all.iter().for_each(|it| texts(it, found)),
        Value::Object(all) => {
            all.iter().filter(|(name, _)| *name != "tone").for_each(|(_, it)| texts(it, found));
        }
        Value::String(text) => found.push(text.clone()),
        _ => {}
    }
}

fn text_of_html(page: &str) -> String {
    let mut text = String::new();
    let mut is_tag = false;
    for letter in page[page.find("<body>").unwrap()..].chars() {
        match letter {
            '<' => is_tag = true,
            '>' => is_tag = false,
            letter if !is_tag => text.push(letter),
            _ => {}
        }
    }
    let entities = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    entities.iter().fold(text, |text, (entity, letter)| text.replace(entity, letter))
}

fn text_of_pdf(file: &[u8]) -> String {
    let document = lopdf::Document::load_mem(file).unwrap();
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    document.extract_text(&pages).unwrap()
}

#[tokio::test]
async fn the_audit_trail_says_the_same_in_four_forms_and_in_the_language_asked_for() {
    let door = Door::open().await;
    let ceremony = signed(&door).await;
    for query in ["?language=en", "?language=it"] {
        let json = audit(&ceremony, "application/json", query).await.expect(200).json();
        let mut words = Vec::new();
        texts(&json["data"]["report"], &mut words);
        assert!(words.len() > 100, "{} texts", words.len());
        // Each form is recorded when it is first read, so all are read before they are compared.
        for form in ["text/plain", "text/html", "application/pdf"] {
            let _first = audit(&ceremony, form, query).await.expect(200);
        }
        let json = audit(&ceremony, "application/json", query).await.expect(200).json();
        words.clear();
        texts(&json["data"]["report"], &mut words);
        let text = squeezed(&said(&audit(&ceremony, "text/plain", query).await.expect(200)));
        let page = squeezed(&text_of_html(&said(&audit(&ceremony, "text/html", query).await.expect(200))));
        let pdf = audit(&ceremony, "application/pdf", query).await.expect(200);
        let paper = squeezed(&text_of_pdf(&pdf.body));
        for words in words.iter().map(|it| squeezed(it)) {
            assert!(text.contains(&words), "the text does not say {words}");
            assert!(page.contains(&words), "the page does not say {words}");
            assert!(paper.contains(&words), "the PDF does not say {words}");
        }
        let all = words.join("\n");
        for named in [ceremony.id.as_str(), "Ada Lovelace", "grace@example.org", "IP", "UTC", "SES"] {
            assert!(all.contains(named), "{named} is not named");
        }
        assert_eq!(all.contains("Registro di controllo"), query == "?language=it");
        for (name, value) in to_be_named(&json["data"]["evidence"]) {
            assert!(squeezed(&all).contains(&squeezed(&value)), "{name} {value} is not named: {all}");
        }
    }
    let data = audit(&ceremony, "application/json", "").await.json();
    let lines = data["data"]["AuditData"].as_array().unwrap();
    let log = |kind: &str| lines.iter().any(|it| it["log"].as_str().unwrap().starts_with(kind));
    assert!(log("Ada Lovelace signed, authenticated by a one-time password."), "{lines:?}");
    assert!(lines[0]["id"].as_str().unwrap().starts_with(&ceremony.id) && lines[0]["createdAt"].is_string());
}

/// What the audit trail has to name, as it stands in the evidence: each with what it is.
fn to_be_named(evidence: &Value) -> Vec<(String, String)> {
    let mut wanted = Vec::new();
    let of_kind = |kind: &str| -> Vec<Value> {
        let events = evidence["events"].as_array().unwrap().iter();
        let bodies = events.map(|it| serde_json::from_str::<Value>(it["event"].as_str().unwrap()).unwrap());
        bodies.filter(|it| it["kind"] == kind).collect()
    };
    for (kind, names) in [
        ("RequestReceived", vec!["time_source", "timezone", "software", "evidence_level"]),
        ("DocumentAccepted", vec!["sha256", "md5", "size_bytes"]),
        ("OtpIssued", vec!["message", "channel"]),
        ("MessageSent", vec!["provider_id"]),
        ("ConsentGiven", vec!["text", "text_sha256"]),
        ("RevisionSealed", vec!["sha256", "md5", "certificate_sha256", "certificate_serial"]),
        ("RequestClosed", vec!["sha256", "md5", "certificate_sha256", "certificate_serial"]),
    ] {
        let events = of_kind(kind);
        assert!(!events.is_empty(), "there is no {kind}");
        for name in names {
            let value = &events[0]["facts"][name];
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            assert!(!text.is_empty() && text != "null", "{kind} says no {name}: {}", events[0]);
            wanted.push((format!("{kind} {name}"), text));
        }
    }
    // Times are written with a space and the zone.
    let time = |it: &Value| it.as_str().unwrap().replace('T', " ").replace('Z', " UTC");
    wanted.push(("created".to_owned(), time(&of_kind("RequestReceived")[0]["at"])));
    wanted.push(("expires".to_owned(), time(&of_kind("RequestReceived")[0]["facts"]["expires_at"])));
    wanted.push(("validated".to_owned(), time(&of_kind("SignatureCreated")[0]["facts"]["otp_validated_at"])));
    for kind in ["OtpIssued", "MessageSent", "DocumentPresented", "ConsentGiven", "SignatureCreated"] {
        wanted.extend(of_kind(kind).iter().map(|it| (kind.to_owned(), time(&it["at"]))));
    }
    for disclosed in evidence["disclosures"].as_array().unwrap() {
        for (name, field) in disclosed["fields"].as_object().unwrap() {
            if let Some(text) = field["value"].as_str().filter(|it| !it.is_empty()) {
                wanted.push((name.clone(), text.to_owned()));
            }
        }
    }
    for name in ["ip_address", "destination", "requester", "title"] {
        assert!(wanted.iter().any(|(it, _)| it == name), "no {name} is disclosed");
    }
    wanted
}

/// What a page of a PDF draws, uncompressed.
fn drawn(file: &[u8]) -> Vec<u8> {
    let document = lopdf::Document::load_mem(file).unwrap();
    let pages = document.get_pages().into_values();
    pages.flat_map(|page| document.get_page_content(page)).collect()
}

#[tokio::test]
async fn a_name_whose_letters_the_font_lacks_is_read_and_copied_from_the_paper_as_it_is() {
    let door = Door::open().await;
    let ceremony = door.request_with(&[ada()], |asked| asked["signers"][0]["name"] = json!("太郎")).await;
    let pdf = audit(&ceremony, "application/pdf", "").await.expect(200);
    let content = drawn(&pdf.body);
    let has = |bytes: &[u8]| content.windows(bytes.len()).any(|it| it == bytes);
    // UTF-16 in a string, or its hexadecimal digits.
    assert!(has(&[0x59, 0x2a, 0x90, 0xce]) || has(b"592A90CE"), "the letters stand behind what is drawn");
    let text = said(&audit(&ceremony, "text/plain", "").await.expect(200));
    assert!(text.contains("太郎"));
}

#[tokio::test]
async fn the_audit_trail_on_paper_is_a_sealed_archive_file_that_carries_the_evidence() {
    let door = Door::open().await;
    let ceremony = signed(&door).await;
    let pdf = audit(&ceremony, "application/pdf", "").await.expect(200).body.to_vec();
    let document =
        pdf::Document::open(std::sync::Arc::new(pdf.clone()), None, &pdf::Limits::default()).unwrap();
    let inspection = pdf::inspect(&document).unwrap();
    assert_eq!(inspection.claims.pdf_a.as_deref(), Some("3B"));
    assert_eq!(inspection.signatures.len(), 1);
    let files = pdf::embedded_files(&document).unwrap();
    let evidence = pdf::embedded_file(&document, files[0]).unwrap();
    let evidence: trail::Evidence = serde_json::from_slice(&evidence).unwrap();
    let checked = evidence.check();
    assert_eq!(checked.faults, []);
    let head = inspection.signatures[0].evidence_head.unwrap();
    assert_eq!(&head, checked.heads.unwrap().events.hash.as_bytes());
    // Left for other programs to look at.
    if let Some(folder) = shared::edge::Env::process().optional("PARAPHE_KEEP") {
        std::fs::write(format!("{folder}/audit.pdf"), &pdf).unwrap();
        std::fs::write(format!("{folder}/bundle.zip"), ceremony.bundle().await).unwrap();
    }
}

#[tokio::test]
async fn a_bundle_holds_by_itself_and_every_change_to_it_is_found_in_its_place() {
    let door = Door::open().await;
    let ceremony = signed(&door).await;
    let archive = ceremony.bundle().await;
    let verdict = judge(&ceremony, &archive);
    assert_eq!(failed(&verdict), [], "{:#?}", verdict.checks);
    assert!(verdict.steps.iter().any(|it| it.contains("Grace Hopper signed")), "{:#?}", verdict.steps);
    assert_eq!(verdict.undisclosed, 0);
    let (opened, _) = Bundle::open(&archive).unwrap();
    let names: Vec<&str> = opened.files.keys().map(String::as_str).collect();
    assert!(names.contains(&ACCEPTED) && names.contains(&SIGNED) && names.contains(&AUDIT), "{names:?}");
    for (name, place, check) in [
        (ACCEPTED, ACCEPTED, "document"),
        (SIGNED, SIGNED, "document"),
        (AUDIT, AUDIT, "seal"),
        (EVIDENCE, "event 3", "evidence"),
    ] {
        // Whoever changes a file also changes what the manifest says of it.
        let mut files: Vec<(String, Vec<u8>)> =
            opened.files.iter().map(|(name, bytes)| (name.clone(), bytes.to_vec())).collect();
        let bytes = &mut files.iter_mut().find(|(it, _)| it == name).unwrap().1;
        if name == EVIDENCE {
            let mut evidence: trail::Evidence = serde_json::from_slice(bytes).unwrap();
            evidence.events[3].event = evidence.events[3].event.replacen("20", "21", 1);
            *bytes = serde_json::to_vec(&evidence).unwrap();
        } else {
            let middle = bytes.len() / 3;
            bytes[middle] ^= 1;
        }
        let other = write(opened.manifest.clone(), files).unwrap();
        let found = failed(&judge(&ceremony, &other));
        assert!(found.contains(&(check, place.to_owned())), "{name}: {found:?}");
    }
    let mut manifest = opened.manifest.clone();
    manifest.state = "WAIT_SIGNER".to_owned();
    let files = opened.files.iter().map(|(name, bytes)| (name.clone(), bytes.to_vec())).collect();
    let other = write(manifest, files).unwrap();
    assert_eq!(failed(&judge(&ceremony, &other)), [("ending", "event".to_owned())]);
}

#[tokio::test]
async fn reading_evidence_is_evidence() {
    let door = Door::open().await;
    let ceremony = signed(&door).await;
    let readings = |json: &Value| -> Vec<String> {
        let custody = json["data"]["evidence"]["custody"].as_array().unwrap();
        let bodies =
            custody.iter().map(|it| serde_json::from_str::<Value>(it["event"].as_str().unwrap()).unwrap());
        let read = bodies.filter(|it| it["kind"] == "EvidenceRead");
        read.map(|it| it["facts"]["form"].as_str().unwrap().to_owned()).collect()
    };
    let first = audit(&ceremony, "application/json", "").await.json();
    let _again = audit(&ceremony, "application/json", "").await;
    let _page = audit(&ceremony, "text/html", "").await;
    let second = audit(&ceremony, "application/json", "").await.json();
    assert_eq!(readings(&first), ["application/json"]);
    assert_eq!(readings(&second), ["application/json", "text/html"], "the same reading counts once");
    door.advance(A_WHILE).await;
    let third = audit(&ceremony, "application/json", "").await.json();
    assert_eq!(readings(&third), ["application/json", "text/html", "application/json"]);
}

#[tokio::test]
async fn a_person_is_erased_and_every_proof_still_holds() {
    let door = Door::open().await;
    let ceremony = signed(&door).await;
    let before = judge(&ceremony, &ceremony.bundle().await);
    let detail = ceremony.detail().await;
    let signer = detail.text("/data/signers/0/id");
    let path = format!("/signatures/{}", ceremony.id);
    let unknown = format!("{path}/signers/{}/erase", "0".repeat(signer.len()));
    assert_eq!(door.post(&unknown, &json!({})).await.status, 404);
    let _held = door.post(&format!("{path}/legal-hold"), &json!({ "reason": "Case 7" })).await.expect(200);
    assert!(door.get(&path).await.json()["data"]["heldAt"].is_string(), "the hold is shown");
    for blocked in [format!("{path}/erase"), format!("{path}/signers/{signer}/erase")] {
        let refused = door.post(&blocked, &json!({})).await.expect(409);
        assert_eq!(refused.text("/code"), "legal_hold");
    }
    assert_eq!(door.call(Method::DELETE, &path, None).await.expect(409).text("/code"), "legal_hold");
    let _free = door.post(&format!("{path}/release-hold"), &json!({})).await.expect(200);
    for _ in 0..2 {
        let _erased = door.post(&format!("{path}/signers/{signer}/erase"), &json!({})).await.expect(200);
    }
    let shown = door.get(&path).await.json();
    let erased = |it: &Value| it["erasedAt"].is_string();
    assert_eq!(
        shown["data"]["signers"].as_array().unwrap().iter().map(erased).collect::<Vec<_>>(),
        [true, false]
    );
    assert!(shown["data"]["erasedAt"].is_null() && shown["data"]["heldAt"].is_null());
    let archive = ceremony.bundle().await;
    let verdict = judge(&ceremony, &archive);
    assert_eq!(failed(&verdict), [], "{:#?}", verdict.checks);
    assert_eq!(verdict.erased, [signer]);
    assert!(verdict.undisclosed > 0 && verdict.undisclosed < before.commitments);
    let (opened, _) = Bundle::open(&archive).unwrap();
    let evidence = String::from_utf8_lossy(opened.files[EVIDENCE]).into_owned();
    assert!(!evidence.contains("Lovelace") && evidence.contains("Hopper"));
    let audit = said(&door.get(&format!("{path}/audit")).await.expect(200));
    assert!(!audit.contains("ovelace") && !audit.contains("ada@") && audit.contains("were erased"));

    let _erased = door.post(&format!("{path}/erase"), &json!({})).await.expect(200);
    let verdict = judge(&ceremony, &ceremony.bundle().await);
    assert_eq!((failed(&verdict), verdict.erased), (vec![], vec!["request".to_owned()]));
    assert_eq!(door.get(&format!("{path}/signedDocument")).await.status, 410);
    let whole = said(&door.get(&format!("{path}/audit")).await.expect(200));
    let view = said(&door.get(&path).await.expect(200));
    for text in [whole, view] {
        for word in ["ovelace", "opper", "ada@", "grace@", "Services agreement"] {
            assert!(!text.contains(word), "{word} is still told");
        }
    }
    let kinds = ceremony.evidence().await;
    let ends = ["LegalHoldPlaced", "LegalHoldReleased", "EvidenceErased", "EvidenceErased"];
    assert!(kinds.ends_with(&ends.map(str::to_owned)), "{kinds:?}");
}

#[tokio::test]
async fn where_an_erased_person_acted_from_is_told_of_no_event_of_theirs() {
    let door = Door::open().await;
    let ceremony = door
        .request_with(&[ada(), grace()], |asked| {
            asked["signers"][0]["stage"] = json!(1);
            asked["signers"][1]["stage"] = json!(2);
            asked["options"]["autocomplete"] = json!(false);
        })
        .await;
    ceremony.sign_all().await;
    let path = format!("/signatures/{}", ceremony.id);
    let _done = door.post(&format!("{path}/complete"), &json!({})).await.expect(200);
    door.settle().await;
    let made = ceremony.detail().await;
    let theirs = async |signer: &str| -> Vec<String> {
        let evidence = audit(&ceremony, "application/json", "").await.json()["data"]["evidence"].clone();
        let events = evidence["events"].as_array().unwrap();
        let body =
            |seq: usize| -> Value { serde_json::from_str(events[seq]["event"].as_str().unwrap()).unwrap() };
        let disclosed = evidence["disclosures"].as_array().unwrap().iter();
        let disclosed =
            disclosed.filter(|it| it["chain"] == "event" && it["fields"]["ip_address"].is_object());
        let events = disclosed.map(|it| body(usize::try_from(it["seq"].as_u64().unwrap()).unwrap()));
        let own = events.filter(|it| it["actor"]["id"] == signer);
        own.map(|it| it["kind"].as_str().unwrap().to_owned()).collect()
    };
    for (place, kind) in [(0, "StageOpened"), (1, "RequestReady")] {
        let signer = made.text(&format!("/data/signers/{place}/id"));
        assert!(theirs(&signer).await.contains(&kind.to_owned()));
        let _erased = door.post(&format!("{path}/signers/{signer}/erase"), &json!({})).await.expect(200);
        assert_eq!(theirs(&signer).await, Vec::<String>::new());
    }
    assert_eq!(failed(&judge(&ceremony, &ceremony.bundle().await)), []);
}

#[tokio::test]
async fn an_open_request_is_not_erased() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    let path = format!("/signatures/{}/erase", ceremony.id);
    assert_eq!(door.post(&path, &json!({})).await.expect(409).text("/code"), "request_state");
}

#[tokio::test]
async fn documents_are_refused_from_the_exact_second_and_evidence_is_not() {
    // 30 November and three months: the last day of February. The clock moves only when it is moved.
    let door = Door::open_at("2026-11-30T10:00:00Z").await;
    let ceremony = signed(&door).await;
    let audit = audit(&ceremony, "application/json", "").await.json();
    let events = audit["data"]["evidence"]["events"].as_array().unwrap();
    let last: Value = serde_json::from_str(events.last().unwrap()["event"].as_str().unwrap()).unwrap();
    let closed = domain::Timestamp::parse_rfc3339(last["at"].as_str().unwrap()).unwrap();
    let until = closed.plus_months(3);
    assert_eq!(until.to_rfc3339().get(..10), Some("2027-02-28"));
    let now = door.cloud.clock().now();
    door.advance(until.since(now).checked_sub(Duration::from_secs(1)).unwrap()).await;
    let _kept = ceremony.document("signedDocument").await.expect(200);
    door.advance(until.since(door.cloud.clock().now())).await;
    assert_eq!(door.cloud.clock().now(), until);
    // The object is still there: nothing on this stage deletes it.
    let gone = ceremony.document("signedDocument").await.expect(410);
    assert_eq!(gone.text("/code"), "gone");
    let archive = ceremony.bundle().await;
    let (opened, _) = Bundle::open(&archive).unwrap();
    assert!(!opened.files.contains_key(SIGNED) && !opened.files.contains_key(ACCEPTED));
    assert_eq!(failed(&judge(&ceremony, &archive)), []);
}
