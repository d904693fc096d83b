//! Prepares a revision with one typed mark and appends it with an empty CMS, to look at the mark.
//!
//! ```text
//! cargo run -p pdf --example stamp -- IN.pdf OUT.pdf "Ada Lovelace" [PAGE X Y]
//! ```

use std::{error::Error, sync::Arc};

use pdf::{Act, Appearance, Document, FieldPlan, Limits, Mark, Place, SealRequest, SignatoryField, SignedAt};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, output, name, position @ ..] = arguments.as_slice() else {
        return Err("usage: stamp IN.pdf OUT.pdf NAME [PAGE X Y]".into());
    };
    let mut place = Place { page: 1, x_points: 20.0, y_points: 20.0, ..Place::default() };
    if let [page, x, y] = position {
        place = Place { page: page.parse()?, x_points: x.parse()?, y_points: y.parse()?, ..place };
    }
    let mut bytes = std::fs::read(input)?;
    let document = Document::open(Arc::new(bytes.clone()), None, &Limits::default())?;
    let plan = FieldPlan {
        signatories: vec![SignatoryField { field_name: "signature".to_owned(), places: vec![place] }],
        closing_field: "closing".to_owned(),
    };
    let appearance = Appearance {
        name: name.clone(),
        mark: Mark::Typed,
        signed_at_text: "2026-11-21 18:36:05 +01:00".to_owned(),
        reason: Some("I agree to the contract".to_owned()),
        reference: "req_7Q2M".to_owned(),
    };
    let request = SealRequest {
        plan: &plan,
        act: Act::Signatory { field_name: "signature", appearance: &appearance },
        signed_at: SignedAt { unix_ms: 1_795_282_565_000, offset_minutes: 60 },
        signer_name: name,
        reason: appearance.reason.as_deref(),
        location: None,
        evidence_head: None,
        contents_bytes: 4096,
    };
    let revision = pdf::prepare(&document, &request)?;
    bytes.extend(revision.finish(&[])?);
    std::fs::write(output, bytes)?;
    Ok(())
}
