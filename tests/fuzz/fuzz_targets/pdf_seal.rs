//! Sealing: what can be read and sealed can be read again, shows the seal, and takes the next one.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pdf::{Act, Appearance, FieldPlan, Mark, Place, SealRequest, SignatoryField, SignedAt};

fuzz_target!(|bytes: &[u8]| {
    let place = |page| Place { page, width_points: Some(4.0), height_points: Some(4.0), ..Place::default() };
    let field =
        |name: &str| SignatoryField { field_name: name.to_owned(), places: vec![place(1), place(-1)] };
    let plan =
        FieldPlan { signatories: vec![field("ada"), field("grace")], closing_field: "closing".to_owned() };
    let appearance = Appearance {
        name: "Ada Lovelace".to_owned(),
        mark: Mark::Typed,
        signed_at_text: "2026-11-21 18:36:05 +01:00".to_owned(),
        reason: None,
        reference: "7Q2M".to_owned(),
    };
    let Some(sealed) = seal(bytes, &plan, Act::Signatory { field_name: "ada", appearance: &appearance })
    else {
        return;
    };
    assert_signed(bytes, &sealed, "ada");
    let next = Act::Signatory { field_name: "grace", appearance: &appearance };
    if let Some(sealed) = seal(&sealed, &plan, next).and_then(|sealed| seal(&sealed, &plan, Act::Closing)) {
        assert_signed(bytes, &sealed, "closing");
    }
});

fn seal(bytes: &[u8], plan: &FieldPlan, act: Act<'_>) -> Option<Vec<u8>> {
    let document = fuzz::open(bytes)?;
    let request = SealRequest {
        plan,
        act,
        signed_at: SignedAt { unix_ms: 0, offset_minutes: 0 },
        signer_name: "Example Ltd",
        reason: None,
        location: None,
        evidence_head: Some(&[7; 32]),
        contents_bytes: 64,
    };
    let prepared = pdf::prepare(&document, &request).ok()?;
    let tail = prepared.finish(&[0x30, 0x00]).expect("room for two bytes");
    Some([bytes, &tail].concat())
}

/// Sealing reads only what it changes, so what it left alone may be as broken as it was. Work counts over the life of
/// a document, so otherwise only a limit may keep a sealed one from being read.
fn assert_signed(accepted: &[u8], sealed: &[u8], field: &str) {
    let Some(document) = fuzz::open(sealed) else { return };
    match pdf::inspect(&document) {
        Ok(inspection) => {
            let shown = inspection.signatures.iter().any(|signature| signature.field == field);
            assert!(shown, "the seal is lost");
        }
        Err(pdf::PdfError::LimitExceeded { .. }) => {}
        Err(error) => {
            let was_readable = fuzz::open(accepted).is_some_and(|document| pdf::inspect(&document).is_ok());
            assert!(!was_readable, "a sealed document cannot be read: {error}");
        }
    }
}
