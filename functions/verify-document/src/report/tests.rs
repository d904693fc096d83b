//! Every form of a report says the same.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use pades::Level;
use pades::validate::{
    AnchorSource, CertificateReport, CertificateStatus, ChangeReport, Coverage, Format, Process, Report,
    RevisionReport, RevocationReport, RevocationSource, SignatureKind, SignatureReport, SubIndication,
    TimestampKind, TimestampReport, Verdict,
};
use serde_json::Value;
use sheet::{Print, policy};

use super::sheet as sheet_of;
use crate::answer::Answer;

const AT: i64 = 1_780_000_000;

fn certificate(name: &str, anchor: Option<AnchorSource>) -> CertificateReport {
    CertificateReport {
        der: vec![0x30, 0],
        subject: format!("CN={name},O=Analytical Engines,C=GB"),
        subject_common_name: Some(name.to_owned()),
        issuer: "CN=Engines CA,O=Analytical Engines,C=GB".to_owned(),
        issuer_common_name: Some("Engines CA".to_owned()),
        serial_hex: "1a2b3c4d5e6f".to_owned(),
        sha256: [7; 32],
        not_before: AT - 86_400,
        not_after: AT + 864_000,
        key_bits: 3072,
        status: CertificateStatus::Revoked,
        revocation: RevocationReport {
            source: RevocationSource::Ocsp,
            issued_at: Some(AT - 60),
            revoked_at: Some(AT - 3600),
        },
        qualified: true,
        qualified_device: true,
        anchor,
    }
}

fn signature() -> SignatureReport {
    let change = |revision, page, allowed, sentence: &str| ChangeReport {
        revision,
        sentence: sentence.to_owned(),
        page,
        allowed,
    };
    SignatureReport {
        verdict: Verdict::indeterminate(SubIndication::RevokedNoPoe, "The certificate was revoked."),
        process: Process::LongTerm,
        intact: true,
        kind: SignatureKind::Signature,
        level: Some(Level::BT),
        coverage: Coverage::WholeRevision,
        revision: Some(0),
        sha256: Some([9; 32]),
        field: Some("Signature field <1>".to_owned()),
        sub_filter: Some("ETSI.CAdES.detached".to_owned()),
        reason: Some("I agree & sign \u{202e}gnihton".to_owned()),
        location: Some("Žilina, Ελλάδα, 東京".to_owned()),
        claimed_at: Some(AT),
        proven_at: Some(AT + 5),
        algorithm: "SHA256withRSA".to_owned(),
        chain: vec![
            certificate("Ada Lovelace", None),
            certificate(
                "Engines CA",
                Some(AnchorSource::TrustedList {
                    territory: "IT".to_owned(),
                    service: "Engines qualified".to_owned(),
                    qualified: true,
                }),
            ),
        ],
        timestamps: vec![TimestampReport {
            verdict: Verdict::failed(SubIndication::HashFailure, "The time-stamp is over other bytes."),
            generated_at: Some(AT + 5),
            chain: vec![certificate("Time-stamp unit", Some(AnchorSource::Tenant))],
            covers: TimestampKind::Signature,
        }],
        changes: vec![
            change(1, Some(2), false, "page 2: an annotation was added over the text at 72, 640 pt"),
            change(1, None, true, "validation data was added"),
        ],
        notes: vec!["SHA-1 was read: it was acceptable at the time.".to_owned()],
    }
}

fn report() -> Report {
    let timestamp = SignatureReport {
        verdict: Verdict::passed(),
        kind: SignatureKind::DocumentTimestamp,
        coverage: Coverage::WholeFile,
        changes: Vec::new(),
        ..signature()
    };
    let mut report = Report {
        format: Format::Pades,
        sha256: [3; 32],
        validated_at: AT + 100,
        time_of_interest: AT + 50,
        overall: Some(Verdict::indeterminate(SubIndication::RevokedNoPoe, "One signature is open.")),
        signatures: vec![signature(), timestamp],
        revisions: vec![
            RevisionReport { end: 1234, sha256: [4; 32] },
            RevisionReport { end: 5678, sha256: [5; 32] },
        ],
        content: None,
        inner: Vec::new(),
        notes: vec!["The file has layers: they are reported, not judged.".to_owned()],
    };
    let inner = Report { sha256: [6; 32], overall: Some(Verdict::passed()), ..report.clone() };
    report.inner = vec![inner];
    report
}

/// Every text and number of an answer that a reader is told, with its place.
fn leaves(at: &str, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Array(all) => {
            for (index, value) in all.iter().enumerate() {
                leaves(&format!("{at}/{index}"), value, found);
            }
        }
        Value::Object(all) => {
            for (name, value) in all {
                leaves(&format!("{at}/{name}"), value, found);
            }
        }
        Value::String(text) => found.push((at.to_owned(), text.clone())),
        Value::Number(number) => found.push((at.to_owned(), number.to_string())),
        Value::Bool(_) | Value::Null => {}
    }
}

fn told(answer: &Answer) -> Vec<(String, String)> {
    let mut found = Vec::new();
    leaves("", &serde_json::to_value(answer).unwrap(), &mut found);
    // Names and codes whose meaning is told in words, and the certificate itself.
    let untold = ["/id", "/policy", "/about", "/type", "/kind", "/derEncodedSignerCert", "Status"];
    found.retain(|(at, _)| !untold.iter().any(|it| at.ends_with(it)));
    found
}

/// Without spaces and capitals, and with the characters that a report replaces.
fn squeezed(text: &str) -> String {
    let text = sheet::clean(text).to_lowercase();
    text.chars().filter(|it| !it.is_whitespace()).collect()
}

/// The text of a page: without tags, and with its entities resolved.
fn text_of_html(page: &str) -> String {
    let body = &page[page.find("<body>").unwrap()..];
    let mut text = String::new();
    let mut is_tag = false;
    for letter in body.chars() {
        match letter {
            '<' => is_tag = true,
            '>' => is_tag = false,
            letter if !is_tag => text.push(letter),
            _ => {}
        }
    }
    for (entity, letter) in [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")]
    {
        text = text.replace(entity, letter);
    }
    text
}

fn text_of_pdf(file: &[u8]) -> String {
    let document = lopdf::Document::load_mem(file).unwrap();
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    assert!(pages.len() > 1, "{} pages", pages.len());
    document.extract_text(&pages).unwrap()
}

#[test]
fn a_reader_is_told_everything_that_json_tells() {
    let answer = Answer::of(&report());
    let words: Vec<String> = sheet_of(&answer).words().into_iter().map(squeezed).collect();
    for (at, text) in told(&answer) {
        let text = squeezed(&text);
        assert!(words.iter().any(|it| it.contains(&text)), "{at}: {text}");
    }
}

#[test]
fn page_and_pdf_tell_the_same() {
    let sheet = sheet_of(&Answer::of(&report()));
    let page = squeezed(&text_of_html(&sheet::html(&sheet, "en").unwrap()));
    let file =
        squeezed(&text_of_pdf(&sheet::pdf(&sheet, &Print::new("en", "page {page} of {pages}")).unwrap()));
    for words in sheet.words() {
        let words = squeezed(words);
        assert!(page.contains(&words), "the page does not say {words}");
        // The font of the PDF has no Chinese letters, so their numbers are told.
        let spelled = words.replace('東', "[u+6771]").replace('京', "[u+4eac]");
        let spelled = spelled.replace('\u{fffd}', "[u+fffd]");
        let has = file.contains(&spelled) || file.contains(&words);
        assert!(has, "the PDF does not say {words}");
    }
}

#[test]
fn a_report_that_is_stored_reads_back() {
    let answer = Answer::of(&report());
    let text = serde_json::to_string(&answer).unwrap();
    let again: Answer = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), text);
}

#[test]
fn openapis_fields_are_all_there() {
    let value = serde_json::to_value(Answer::of(&report())).unwrap();
    for name in [
        "checkDate",
        "verificationDate",
        "signatureFormat",
        "nrOfSignatures",
        "overallVerified",
        "plainDocument",
        "signatureReportList",
        "noteReportList",
    ] {
        assert!(value.get(name).is_some(), "{name}");
    }
    let signature = &value["signatureReportList"][0];
    for name in [
        "id",
        "integrity",
        "signatureAlgorithmName",
        "subjectDN",
        "issuerDN",
        "subjectCN",
        "issuerCN",
        "serialNumber",
        "signerCertificateStatus",
        "signerCertificateNotBefore",
        "signerCertificateNotAfter",
        "signerCertificateRevocationDate",
        "issuerCertificateStatus",
        "issuerCertificateRevocationDate",
        "trustedSignatureDate",
        "signatureDate",
        "issuerTrustedList",
        "keySize",
        "qcComplianceStatus",
        "qcSSCDStatus",
        "derEncodedSignerCert",
    ] {
        assert!(signature.get(name).is_some(), "{name}");
    }
    for name in ["policy", "about", "type", "synopsis", "description"] {
        assert!(value["noteReportList"][0].get(name).is_some(), "{name}");
    }
    assert_eq!(signature["serialNumber"], "28772997619311");
    assert_eq!(value["checkDate"], "2026-05-28 20:28:20.000+00:00");
    assert_eq!(value["overallVerified"], false);
}

#[test]
fn nothing_that_is_open_reads_as_valid() {
    for (overall, headline) in [
        (Some(Verdict::passed()), "All signatures are valid"),
        (Some(Verdict::indeterminate(SubIndication::TryLater, "Why.")), "Not proven valid"),
        (Some(Verdict::failed(SubIndication::HashFailure, "Why.")), "Not valid"),
    ] {
        let report = Report { overall, ..report() };
        let sheet = sheet_of(&Answer::of(&report));
        assert_eq!(sheet.headline, headline);
        assert_eq!(Answer::of(&report).overall_verified, headline.starts_with("All"));
    }
    let unsigned = Report { overall: None, signatures: Vec::new(), ..report() };
    let answer = Answer::of(&unsigned);
    assert_eq!((answer.overall.indication.as_str(), answer.overall_verified), ("NO_SIGNATURE", false));
    assert_eq!(sheet_of(&answer).headline, "Not signed");
}

#[test]
fn a_strangers_text_is_no_markup_and_hides_nothing() {
    let mut bad = report();
    bad.signatures[0].reason = Some("</style><script>alert(1)</script>\u{202e}".to_owned());
    let page = sheet::html(&sheet_of(&Answer::of(&bad)), "en").unwrap();
    assert!(!page.contains("<script"), "markup got through");
    assert!(!page.contains('\u{202e}'), "the direction of writing can be turned");
    assert!(policy().starts_with("default-src 'none'; style-src 'sha256-"));
}

#[test]
fn callers_without_a_key_are_not_told_what_the_signer_said() {
    let answer = Answer::of(&report()).without_claims();
    let text = serde_json::to_string(&answer).unwrap();
    assert!(!text.contains("I agree") && !text.contains("ilina"), "{text}");
    assert!(text.contains("CN=Ada Lovelace"));
}

#[test]
fn of_too_many_changes_the_forbidden_ones_are_told() {
    let mut many = report();
    let template = many.signatures[0].changes[1].clone();
    many.signatures[0].changes = (0..500)
        .map(|index| ChangeReport {
            allowed: index != 499,
            sentence: format!("change {index}"),
            ..template.clone()
        })
        .collect();
    let answer = Answer::of(&many);
    let signature = &answer.signature_report_list[0];
    assert_eq!(signature.change_report_list.len(), 100);
    assert_eq!(signature.change_report_list[99].description, "change 499");
    assert!(signature.notes.iter().any(|it| it.contains("400 more changes")));
}
