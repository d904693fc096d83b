//! The bundled contract, and the request that asks two people to sign it.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::disk::{DataDir, DiskError};

/// The contract, as `assets/contract.py` writes it.
pub(crate) const CONTRACT: &[u8] = include_bytes!("../assets/contract.pdf");

/// The people of the demo: given name, family name, address.
pub(crate) const PEOPLE: [(&str, &str, &str); 2] =
    [("Ada", "Lovelace", "ada@example.com"), ("Grace", "Hopper", "grace@example.com")];

/// The body of `POST /EU-SES` for a document and the two people, who sign on `page`.
pub(crate) fn request(document: &Value, title: &str, page: u32) -> Value {
    let signers: Vec<Value> = PEOPLE
        .iter()
        .zip(["72", "320"])
        .map(|((name, surname, email), x)| {
            json!({
                "name": name,
                "surname": surname,
                "email": email,
                "authentication": ["email"],
                "signatures": [{ "page": page, "x": x, "y": "270" }],
            })
        })
        .collect();
    json!({
        "title": title,
        "signers": signers,
        "inputDocuments": document,
        "options": { "signatureMode": ["typed", "drawn"], "timezone": "UTC" },
    })
}

/// The form in which a PDF stands inside a request.
pub(crate) fn inline(pdf: &[u8]) -> Value {
    json!([{ "sourceType": "base64", "payload": STANDARD.encode(pdf) }])
}

/// Writes the contract and the request for it, so that a short `curl` can send it.
pub(crate) fn write_request(data: &DataDir) -> Result<PathBuf, DiskError> {
    data.write("contract.pdf", CONTRACT)?;
    data.store("demo-request.json", &request(&inline(CONTRACT), "Consulting agreement", 2))?;
    Ok(data.path("demo-request.json"))
}
