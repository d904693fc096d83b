//! What kind of file it is, by its content alone.

use std::{borrow::Cow, io};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use memchr::memmem;
use pdf::ReadAt;

use super::ValidateError;
use crate::oid;

/// The kinds of files told apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// DER or BER of a `ContentInfo`, or of a `TimeStampResp`.
    Asn1,
    /// The same in base64, with or without the lines of PEM around it.
    Text,
    Pdf,
    Xml,
    Zip,
}

/// Tells a file's kind, or that it is none that is known.
pub(crate) fn kind_of(source: &dyn ReadAt) -> Result<Kind, ValidateError> {
    let head = head(source)?;
    if is_asn1(&head) {
        return Ok(Kind::Asn1);
    }
    // Before PDF: an archive may hold one as it is, right at its beginning.
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(Kind::Zip);
    }
    if memmem::find(&head, b"%PDF-").is_some() {
        return Ok(Kind::Pdf);
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).trim_ascii_start();
    if text.starts_with(b"<") || head.starts_with(b"\xff\xfe<\0") || head.starts_with(b"\xfe\xff\0<") {
        return Ok(Kind::Xml);
    }
    if text.starts_with(b"-----BEGIN ") || starts_as_base64(text) {
        return Ok(Kind::Text);
    }
    Err(ValidateError::NotSigned)
}

/// The bytes of a file that is text: PEM of one of the labels in use, or bare base64.
pub(crate) fn decode_text(text: &[u8]) -> Result<Vec<u8>, ValidateError> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let body = if let Some(begin) = memmem::find(text, b"-----BEGIN ") {
        let rest = text.get(begin + b"-----BEGIN ".len()..).unwrap_or_default();
        let label_end = memmem::find(rest, b"-----").ok_or(malformed("the PEM label has no end"))?;
        let (label, rest) = rest.split_at(label_end);
        if !LABELS.contains(&label) {
            return Err(ValidateError::NotSigned);
        }
        let end = memmem::find(rest, b"-----END ").ok_or(malformed("the PEM has no end"))?;
        rest.get(b"-----".len()..end).unwrap_or_default()
    } else {
        text
    };
    let digits: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let bytes = STANDARD.decode(digits).map_err(|_| malformed("it is not base64"))?;
    if is_asn1(&bytes) { Ok(bytes) } else { Err(ValidateError::NotSigned) }
}

/// Reads a whole source into memory, if it is not larger than allowed.
pub(crate) fn read_all(source: &dyn ReadAt, allowed: u64) -> Result<Cow<'_, [u8]>, ValidateError> {
    let size = source.size();
    if size > allowed {
        return Err(ValidateError::TooLarge { allowed, found: size });
    }
    if let Some(all) = source.as_slice() {
        return Ok(Cow::Borrowed(all));
    }
    let mut bytes = vec![0; usize::try_from(size).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?];
    source.read_at(0, &mut bytes)?;
    Ok(Cow::Owned(bytes))
}

/// Whether any XML signature is named in an XML file.
pub(crate) fn names_xml_signature(source: &dyn ReadAt) -> io::Result<bool> {
    const NAMESPACE: &[u8] = b"http://www.w3.org/2000/09/xmldsig#";
    let (mut at, size) = (0, source.size());
    let mut window = Vec::new();
    while at < size {
        let length = (size - at).min(SEARCH_BLOCK);
        let kept = window.len().saturating_sub(NAMESPACE.len());
        window.drain(..kept);
        let from = window.len();
        window.resize(from + usize::try_from(length).unwrap_or_default(), 0);
        if let Some(room) = window.get_mut(from..) {
            source.read_at(at, room)?;
        }
        if memmem::find(&window, NAMESPACE).is_some() {
            return Ok(true);
        }
        at += length;
    }
    Ok(false)
}

fn head(source: &dyn ReadAt) -> io::Result<Vec<u8>> {
    let length = source.size().min(HEAD_BYTES);
    let mut head = vec![0; usize::try_from(length).unwrap_or_default()];
    source.read_at(0, &mut head)?;
    Ok(head)
}

/// A SEQUENCE that begins as a `ContentInfo` of `SignedData` or as a `TimeStampResp` does.
fn is_asn1(head: &[u8]) -> bool {
    let Some((0x30, rest)) = head.split_first().map(|(first, rest)| (*first, rest)) else { return false };
    let length_octets = match rest.first() {
        Some(first @ 0x81..=0x88) => usize::from(first & 0x7f) + 1,
        Some(0..=0x80) => 1,
        _ => return false,
    };
    let content = rest.get(length_octets..).unwrap_or_default();
    let signed_data = oid::ID_SIGNED_DATA.as_bytes();
    match content {
        [0x06, length, oid @ ..] => usize::from(*length) == signed_data.len() && oid.starts_with(signed_data),
        // PKIStatusInfo begins with the status.
        [0x30, length, 0x02, 0x01, ..] => *length < 0x80,
        _ => false,
    }
}

/// At least a line of base64, and nothing else in sight. The first byte of a SEQUENCE makes it begin with `M`.
fn starts_as_base64(text: &[u8]) -> bool {
    let body = text.trim_ascii();
    body.first() == Some(&b'M')
        && body.len() >= MIN_BASE64
        && body.iter().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=') || byte.is_ascii_whitespace()
        })
}

fn malformed(what: &'static str) -> ValidateError {
    ValidateError::Malformed { what }
}

/// PEM labels of CMS (RFC 7468 sections 8 and 9), and an older spelling.
const LABELS: [&[u8]; 3] = [b"CMS", b"PKCS7", b"PKCS #7 SIGNED DATA"];
/// Bytes that tell a file's kind; a PDF's header stands in the first 1024.
const HEAD_BYTES: u64 = 1029;
const MIN_BASE64: usize = 32;
const SEARCH_BLOCK: u64 = 256 << 10;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn cms() -> Vec<u8> {
        let oid = [&[0x06, 9][..], oid::ID_SIGNED_DATA.as_bytes()].concat();
        [&[0x30, 0x80][..], &oid, &[0xa0, 0x80, 0x30, 0, 0, 0, 0, 0], &[0; 40]].concat()
    }

    #[test]
    fn files_are_told_apart_by_their_content() {
        let base64 = STANDARD.encode(cms()).into_bytes();
        let pem = [b"-----BEGIN PKCS7-----\n", base64.as_slice(), b"\n-----END PKCS7-----\n"].concat();
        let cases: [(&[u8], Kind); 9] = [
            (&cms(), Kind::Asn1),
            (&[0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x00], Kind::Asn1),
            (&base64, Kind::Text),
            (&pem, Kind::Text),
            (b"%PDF-1.7", Kind::Pdf),
            (b"junk before\n%PDF-1.7", Kind::Pdf),
            (b"PK\x03\x04", Kind::Zip),
            (b"\xef\xbb\xbf <?xml version='1.0'?>", Kind::Xml),
            (b"\xff\xfe<\0", Kind::Xml),
        ];
        for (bytes, kind) in cases {
            assert_eq!(kind_of(&bytes.to_vec()).unwrap(), kind, "{bytes:?}");
        }
        assert_eq!(decode_text(&base64).unwrap(), cms());
        assert_eq!(decode_text(&pem).unwrap(), cms());
    }

    #[test]
    fn other_files_are_no_signed_documents() {
        let cases: [&[u8]; 6] = [
            b"",
            b"hello",
            b"\x30",
            b"\x89PNG\r\n",
            b"{\"a\":1}",
            b"M and so on, in words that are no base64",
        ];
        for bytes in cases {
            assert!(matches!(kind_of(&bytes.to_vec()), Err(ValidateError::NotSigned)), "{bytes:?}");
        }
        let certificate = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(matches!(decode_text(certificate), Err(ValidateError::NotSigned)));
        assert!(matches!(decode_text(b"TUlJ"), Err(ValidateError::NotSigned)));
    }

    #[test]
    fn a_signature_in_xml_is_found_across_blocks() {
        let name = b"http://www.w3.org/2000/09/xmldsig#";
        let before = usize::try_from(SEARCH_BLOCK).unwrap() - 5;
        let file = [&vec![b' '; before][..], name].concat();
        assert!(names_xml_signature(&file).unwrap());
        let file = [&vec![b' '; before][..], &name[..20]].concat();
        assert!(!names_xml_signature(&file).unwrap());
    }
}
