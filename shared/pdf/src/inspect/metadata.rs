//! Claims in XMP metadata (ISO 19005-1 section 6.7.11, ISO 14289-1 section 5).

use super::{Claims, tolerated};
use crate::{Document, PdfError, object::Value};

pub(crate) fn read_claims(document: &Document) -> Result<Claims, PdfError> {
    let catalog = document.catalog()?;
    let Some(dictionary) = catalog.dictionary() else { return Ok(Claims::default()) };
    let mark_info = tolerated(document.value(dictionary, "MarkInfo"), Value::Null)?;
    let tagged = mark_info.as_dictionary().and_then(|info| info.get("Marked")) == Some(&Value::Boolean(true));
    let mut claims = Claims { tagged, ..Claims::default() };
    let Some(reference) = dictionary.get("Metadata") else { return Ok(claims) };
    let Some(metadata) = tolerated(document.resolve(reference).map(Some), None)? else { return Ok(claims) };
    if metadata.stream_at.is_none() {
        return Ok(claims);
    }
    let data = tolerated(document.stream_data(&metadata), Vec::new())?;
    let text = String::from_utf8_lossy(&data);
    claims.pdf_a = property(&text, "pdfaid:part").map(|part| {
        let conformance = property(&text, "pdfaid:conformance").unwrap_or_default();
        format!("{part}{}", conformance.to_uppercase())
    });
    claims.pdf_ua = property(&text, "pdfuaid:part");
    Ok(claims)
}

/// The value of a simple property, written as an attribute or as an element.
fn property(text: &str, name: &str) -> Option<String> {
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let after = rest.get(at + name.len()..)?;
        let value = match after.trim_start().strip_prefix('=') {
            Some(attribute) => attribute.trim_start().trim_start_matches(['"', '\'']),
            None => after.strip_prefix('>').unwrap_or_default().trim_start(),
        };
        let value: String = value.chars().take_while(char::is_ascii_alphanumeric).take(8).collect();
        if !value.is_empty() {
            return Some(value);
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_read_in_both_spellings() {
        let attribute = r#"<rdf:Description pdfaid:part="2" pdfaid:conformance = 'b'/>"#;
        let element = "<x:pdfaid:parts/><pdfaid:part> 3 </pdfaid:part>";
        assert_eq!(property(attribute, "pdfaid:part").as_deref(), Some("2"));
        assert_eq!(property(attribute, "pdfaid:conformance").as_deref(), Some("b"));
        assert_eq!(property(element, "pdfaid:part").as_deref(), Some("3"));
        assert_eq!(property(element, "pdfuaid:part"), None);
    }
}
