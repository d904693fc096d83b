//! Reads `inputDocuments`: an address, base64 text, or an array of objects.

use crate::edge::http::MAX_INLINE_BYTES;
use crate::edge::json::shaped;
use crate::edge::{Problem, encoded};
use crate::outbound::{Reach, Target};
use domain::request::InputSource;
use domain::value::DocumentId;
use rand::CryptoRng;
use serde_json::Value;

use super::wire::InputDocument;

/// A document that is sent along, named, or to be fetched.
#[derive(Debug)]
pub struct Input {
    /// Where it stands in the body: a JSON Pointer.
    pub pointer: String,
    /// Names it.
    pub id: DocumentId,
    /// Its bytes, or where they are.
    pub content: Content,
}

/// Where its bytes are.
#[derive(Debug)]
pub enum Content {
    /// Here.
    Inline(Vec<u8>),
    /// At an address that `fetch-document` reads.
    Remote(String),
    /// In an earlier upload.
    Upload(DocumentId),
}

impl Content {
    pub(crate) const fn source(&self) -> InputSource {
        match self {
            Self::Inline(_) => InputSource::Base64,
            Self::Remote(_) => InputSource::Remote,
            Self::Upload(_) => InputSource::Upload,
        }
    }
}

/// Reads all input documents: those that can be read, and why others cannot.
///
/// Refusals have Openapi's number 610 when there are none, 225 for an address that will not be called, 413 for more
/// inline bytes than one answer can carry; each with a pointer.
pub(crate) fn parse(
    value: Option<Value>,
    reach: Reach,
    rng: &mut (impl CryptoRng + ?Sized),
) -> (Vec<Input>, Vec<Problem>) {
    let (mut inputs, mut refusals) = (Vec::new(), Vec::new());
    let mut keep = |pointer: String, content: Result<Content, Problem>| match content {
        Ok(content) => inputs.push(Input { pointer, id: DocumentId::new(rng), content }),
        Err(refusal) => refusals.push(refusal),
    };
    match value {
        None | Some(Value::Null | Value::Bool(_) | Value::Number(_)) => {}
        Some(Value::Array(entries)) if entries.len() > MAX_INPUTS => {
            let detail = format!("At most {MAX_INPUTS} documents.");
            return (inputs, vec![Problem::invalid("/inputDocuments", detail).numbered(610)]);
        }
        Some(Value::Array(entries)) => {
            for (index, entry) in entries.into_iter().enumerate() {
                let pointer = format!("/inputDocuments/{index}");
                let content = entry_content(entry, &pointer, reach);
                keep(pointer, content);
            }
        }
        Some(entry @ (Value::Object(_) | Value::String(_))) => {
            let pointer = "/inputDocuments".to_owned();
            let content = entry_content(entry, &pointer, reach);
            keep(pointer, content);
        }
    }
    if inputs.is_empty() && refusals.is_empty() {
        refusals.push(required());
    }
    let inline: usize =
        inputs.iter().map(|it| if let Content::Inline(bytes) = &it.content { bytes.len() } else { 0 }).sum();
    if u64::try_from(inline).unwrap_or(u64::MAX) > MAX_INLINE_BYTES {
        refusals.push(too_large());
    }
    (inputs, refusals)
}

fn entry_content(entry: Value, pointer: &str, reach: Reach) -> Result<Content, Problem> {
    if let Value::String(text) = &entry {
        return text_content(text, pointer, reach);
    }
    let entry: InputDocument = shaped(entry).map_err(|error| {
        Problem::invalid(pointer, format!("Not an input document: {error}.")).numbered(610)
    })?;
    let need = |value: Option<String>, name: &str| {
        value.ok_or_else(|| {
            Problem::invalid(format!("{pointer}/{name}"), format!("sourceType asks for {name}."))
                .numbered(610)
        })
    };
    match entry.source_type.as_str() {
        "base64" => inline(&need(entry.payload, "payload")?, &format!("{pointer}/payload")),
        "remote" => remote(&need(entry.url, "url")?, &format!("{pointer}/url"), reach),
        "upload" => upload(&need(entry.upload, "upload")?, &format!("{pointer}/upload")),
        _ => {
            let detail = "sourceType is remote, base64 or upload.";
            Err(Problem::invalid(format!("{pointer}/sourceType"), detail).numbered(610))
        }
    }
}

/// A bare string is an address if it begins like one, an upload if it names one, else base64.
fn text_content(text: &str, pointer: &str, reach: Reach) -> Result<Content, Problem> {
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    if lower.starts_with("http://") || lower.starts_with("https://") {
        remote(text, pointer, reach)
    } else if let Some(id) = text.strip_prefix("upload:") {
        upload(id, pointer)
    } else {
        inline(text, pointer)
    }
}

fn remote(url: &str, pointer: &str, reach: Reach) -> Result<Content, Problem> {
    Target::parse(url, reach).map(|target| Content::Remote(target.as_str().to_owned())).map_err(|refusal| {
        Problem::invalid(pointer, format!("The address will not be called: {refusal}.")).numbered(225)
    })
}

fn upload(id: &str, pointer: &str) -> Result<Content, Problem> {
    DocumentId::parse(id)
        .map(Content::Upload)
        .map_err(|refusal| Problem::refused(pointer, &refusal).numbered(610))
}

fn inline(text: &str, pointer: &str) -> Result<Content, Problem> {
    let bytes = encoded::decode(text)
        .ok_or_else(|| Problem::invalid(pointer, "Neither an https address nor base64.").numbered(610))?;
    if bytes.is_empty() {
        return Err(Problem::invalid(pointer, "The document is empty.").numbered(610));
    }
    Ok(Content::Inline(bytes))
}

fn required() -> Problem {
    Problem::invalid("/inputDocuments", "inputDocuments required").numbered(610)
}

/// The refusal of a body that is too large, with what to do instead.
#[must_use]
pub fn too_large() -> Problem {
    let detail = format!(
        "Documents over {} MB together go through POST /uploads.",
        f64::from(u32::try_from(MAX_INLINE_BYTES).unwrap_or(u32::MAX)) / 1e6
    );
    Problem::new(413, "document_too_large", detail).numbered(610)
}

/// Documents of one request.
const MAX_INPUTS: usize = 20;
