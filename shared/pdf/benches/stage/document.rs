//! What the benches share: documents, and revisions of them.

use std::{fmt::Write as _, sync::Arc};

use pdf::{
    Act, Appearance, Document, FieldPlan, Limits, Mark, Place, PreparedRevision, SealRequest, SignatoryField,
    SignedAt,
};

/// A document of `pages` pages, with a stream of `ballast` bytes.
pub(crate) fn document(pages: usize, ballast: usize) -> Arc<Vec<u8>> {
    let mut file = String::from("%PDF-1.7\n");
    let mut table = String::from("0000000000 65535 f \n");
    let mut add = |file: &mut String, body: &str| {
        writeln!(table, "{:010} 00000 n ", file.len()).unwrap();
        file.push_str(body);
    };
    add(&mut file, "1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n");
    let kids: Vec<String> = (0..pages).map(|page| format!("{} 0 R", page + 4)).collect();
    add(&mut file, &format!("2 0 obj\n<</Type/Pages/Kids[{}]/Count {pages}>>\nendobj\n", kids.join(" ")));
    add(
        &mut file,
        &format!("3 0 obj\n<</Length {ballast}>>stream\n{}\nendstream\nendobj\n", "x".repeat(ballast)),
    );
    for page in 0..pages {
        let resources = "/Resources<</Font<</F1 3 0 R>>/ProcSet[/PDF/Text]>>/Contents 3 0 R";
        let body = format!(
            "{} 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595.28 841.89]{resources}>>\nendobj\n",
            page + 4
        );
        add(&mut file, &body);
    }
    let at = file.len();
    write!(
        file,
        "xref\n0 {}\n{table}trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n",
        pages + 4,
        pages + 4
    )
    .unwrap();
    Arc::new(file.into_bytes())
}

pub(crate) fn plan() -> FieldPlan {
    let field = |name: &str| SignatoryField {
        field_name: name.to_owned(),
        places: vec![Place { page: -1, x_points: 20.0, y_points: 20.0, ..Place::default() }],
    };
    FieldPlan { signatories: vec![field("ada"), field("grace")], closing_field: "closing".to_owned() }
}

pub(crate) fn prepare(document: &Document, plan: &FieldPlan, field_name: &str) -> PreparedRevision {
    let appearance = Appearance {
        name: "Ada Lovelace".to_owned(),
        mark: Mark::Typed,
        signed_at_text: "2026-11-21 18:36:05 +01:00".to_owned(),
        reason: None,
        reference: "req_7Q2M".to_owned(),
    };
    let request = SealRequest {
        plan,
        act: Act::Signatory { field_name, appearance: &appearance },
        signed_at: SignedAt { unix_ms: 0, offset_minutes: 0 },
        signer_name: "Ada Lovelace",
        reason: None,
        location: None,
        evidence_head: None,
        contents_bytes: 8192,
    };
    pdf::prepare(document, &request).expect("prepared")
}

pub(crate) fn open(bytes: &Arc<Vec<u8>>) -> Document {
    Document::open(bytes.clone(), None, &Limits::default()).expect("opened")
}
