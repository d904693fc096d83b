//! The bundled contract, and the request that asks two people to sign it.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::disk::{DataDir, DiskError};

/// The contract that the stories sign too.
pub(crate) const CONTRACT: &[u8] = include_bytes!("../../../tests/fixtures/contract.pdf");

/// The people of the demo: given name, family name, address.
pub(crate) const PEOPLE: [(&str, &str, &str); 2] =
    [("Ada", "Lovelace", "ada@example.com"), ("Grace", "Hopper", "grace@example.com")];

/// Where the two people sign: a page, and for each of them a distance from its left and top edge, in points.
pub(crate) struct Places {
    page: i32,
    x_points: [u32; 2],
    y_points: u32,
}

impl Places {
    /// Inside the two boxes of the contract.
    pub(crate) const IN_CONTRACT: Self = Self { page: 2, x_points: [76, 331], y_points: 551 };
    /// In the upper part of the first page, which every document has and few are too small for.
    pub(crate) const ANYWHERE: Self = Self { page: 1, x_points: [72, 320], y_points: 270 };
}

/// The body of `POST /EU-SES` for a document and the two people.
pub(crate) fn request(document: &Value, title: &str, places: &Places) -> Value {
    let signers: Vec<Value> = PEOPLE
        .iter()
        .zip(places.x_points)
        .map(|((name, surname, email), x)| {
            json!({
                "name": name,
                "surname": surname,
                "email": email,
                "authentication": ["email"],
                "signatures": [{ "page": places.page, "x": x.to_string(), "y": places.y_points.to_string() }],
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
    data.store("demo-request.json", &request(&inline(CONTRACT), "Services agreement", &Places::IN_CONTRACT))?;
    Ok(data.path("demo-request.json"))
}
