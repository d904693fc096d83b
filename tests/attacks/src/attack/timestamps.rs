//! Time-stamps copied, replaced and made by strangers.

use super::{Attack, Shows, overwrite};
use sha2::{Digest as _, Sha256};

use crate::{
    authority::{IMPOSTOR, NOW, Signer, TRUSTED},
    carrier::Carrier,
    cms::{SIGNATURE_TIMESTAMP, SignedData, attribute, timestamp},
    sign::Signing,
    view::hex,
};

const FAMILY: &str = "time-stamps";

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        Attack::new(FAMILY, "document time-stamp of another document", Shows::Bytes, |c| {
            document(c, &|_, _| timestamp(&TRUSTED.tsa, &Sha256::digest(b"another document"), NOW))
        }),
        Attack::new(FAMILY, "document time-stamp by a stranger", Shows::Bytes, |c| {
            document(c, &|_, covered| timestamp(&IMPOSTOR.tsa, &Sha256::digest(covered), NOW))
        }),
        Attack::new(FAMILY, "document time-stamp by who may not", Shows::Bytes, |c| {
            document(c, &|_, covered| timestamp(&TRUSTED.seal, &Sha256::digest(covered), NOW))
        }),
        Attack::new(FAMILY, "document time-stamp that is a signature", Shows::Bytes, |c| {
            document(c, &|_, covered| crate::sign::honest_cms(&TRUSTED.seal, covered))
        }),
        Attack::new(FAMILY, "document time-stamp of nothing", Shows::Bytes, |c| {
            document(c, &|_, _| vec![0x30, 0])
        }),
        Attack::new(FAMILY, "document time-stamp with a broken signature", Shows::Bytes, |c| {
            document(c, &|_, covered| {
                let mut token = timestamp(&TRUSTED.tsa, &Sha256::digest(covered), NOW);
                *token.last_mut().unwrap() ^= 1;
                token
            })
        }),
        Attack::new(FAMILY, "document time-stamp of the future", Shows::Bytes, |c| {
            document(c, &|_, covered| {
                timestamp(&TRUSTED.tsa, &Sha256::digest(covered), NOW + 40 * 365 * 86_400)
            })
        }),
        Attack::new(FAMILY, "document time-stamp copied", Shows::Bytes, |c| {
            let old = c.view.signatures.iter().find(|it| it.timestamp)?.cms()?.to_vec();
            document(c, &move |_, _| old.clone())
        }),
        Attack::new(FAMILY, "document time-stamp's token replaced", Shows::Bytes, |c| {
            let last = c.view.signatures.iter().find(|it| it.timestamp)?;
            let covered = [&c.view.bytes[..last.range[1]], &c.view.bytes[last.range[2]..last.end()]].concat();
            let token = timestamp(&IMPOSTOR.tsa, &Sha256::digest(&covered), NOW);
            place(c, last.gap(), &token)
        }),
        Attack::new(FAMILY, "time-stamp of another signature", Shows::Bytes, |c| {
            signature(c, |_| timestamp(&TRUSTED.tsa, &Sha256::digest(b"another signature"), NOW))
        }),
        Attack::new(FAMILY, "time-stamp of a signature, empty", Shows::Bytes, |c| {
            signature(c, |_| vec![0x30, 0])
        }),
        Attack::new(FAMILY, "time-stamp with a changed time", Shows::Bytes, |c| {
            signature(c, |value| {
                let mut token = timestamp(&TRUSTED.tsa, &Sha256::digest(value), NOW);
                let at = crate::view::find(&token, b"20261121").unwrap();
                token[at + 3] = b'5';
                token
            })
        }),
    ]
}

/// Makes a token over a signature value.
type Make = fn(&[u8]) -> Vec<u8>;

/// Time-stamps in the newest signature that prove nothing: by a stranger, by who may not make any, and from a time
/// before their maker's certificate.
///
/// The signature stays what it was, because nobody signed them; it must not become more.
#[must_use]
pub(super) fn worthless(c: &Carrier) -> Vec<(&'static str, Vec<u8>)> {
    let makes: [(&str, Make); 3] = [
        ("by a stranger", |value| timestamp(&IMPOSTOR.tsa, &Sha256::digest(value), NOW)),
        ("by who may not", |value| timestamp(&TRUSTED.seal, &Sha256::digest(value), NOW)),
        ("too early", |value| timestamp(&TRUSTED.tsa, &Sha256::digest(value), 0)),
    ];
    makes.into_iter().filter_map(|(name, make)| Some((name, signature(c, make)?))).collect()
}

/// Appends a time-stamp over the document, made as told.
fn document(c: &Carrier, cms: &dyn Fn(&Signer, &[u8]) -> Vec<u8>) -> Option<Vec<u8>> {
    c.prepared.then_some(())?;
    let signing = Signing {
        sub_filter: "/ETSI.RFC3161",
        entries: "/Type /DocTimeStamp",
        cms,
        ..Signing::new(&TRUSTED.tsa, "stamp")
    };
    Some(signing.sign(&c.view.bytes))
}

/// Puts a time-stamp into the first signature's CMS, which no signature protects.
fn signature(c: &Carrier, make: Make) -> Option<Vec<u8>> {
    let found = c.view.signatures.iter().rev().find(|it| !it.timestamp)?;
    if c.view.last().timestamp {
        // The gap is covered by the document time-stamp that follows.
        return None;
    }
    let mut cms = SignedData::read(&found.contents)?;
    let signer = cms.signers.first_mut()?;
    signer.unsigned = vec![attribute(SIGNATURE_TIMESTAMP, &make(&signer.signature))];
    place(c, found.gap(), &cms.encode())
}

fn place(c: &Carrier, gap: std::ops::Range<usize>, cms: &[u8]) -> Option<Vec<u8>> {
    let digits = hex(cms);
    if digits.len() > gap.len() - 2 {
        return None;
    }
    let padded = digits.clone() + &"0".repeat(gap.len() - 2 - digits.len());
    Some(overwrite(&c.view.bytes, gap.start + 1, padded.as_bytes()))
}
