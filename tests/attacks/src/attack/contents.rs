//! The CMS itself: what is unprotected in it changed by anybody, and structures that a malicious signer makes.

use super::{Attack, Shows, overwrite};
use sha2::{Digest as _, Sha256};

use crate::{
    authority::{IMPOSTOR, Signer, TRUSTED},
    carrier::Carrier,
    cms::{CONTENT_TYPE, DATA, MESSAGE_DIGEST, SHA1, SHA512, SIGNING_CERTIFICATE_V2, SignedData, attribute},
    der::{self, OCTETS},
    sign::Signing,
    view::hex,
};

const FAMILY: &str = "CMS";

/// Changes a CMS; `None` where it has nothing to change.
type Change = fn(&mut SignedData) -> Option<()>;

/// Makes a CMS over what a range covers.
type Make = fn(&Signer, &[u8]) -> Vec<u8>;

pub(super) fn attacks() -> Vec<Attack> {
    let mut attacks = by_anybody();
    attacks.extend(by_signer());
    attacks
}

/// Changes to the CMS in the newest signature's gap.
fn by_anybody() -> Vec<Attack> {
    let changes: Vec<(&str, Change)> = vec![
        ("signer twice", |cms| {
            cms.signers.push(cms.signers[0].clone());
            Some(())
        }),
        ("stranger as a second signer", |cms| {
            let other = SignedData::new(&IMPOSTOR.seal, DATA, &digest_of(cms)?);
            cms.signers.push(other.signers[0].clone());
            cms.certificates.push(IMPOSTOR.seal.der.clone());
            Some(())
        }),
        ("stranger as the first signer", |cms| {
            let other = SignedData::new(&IMPOSTOR.seal, DATA, &digest_of(cms)?);
            cms.signers.insert(0, other.signers[0].clone());
            cms.certificates.insert(0, IMPOSTOR.seal.der.clone());
            Some(())
        }),
        ("stranger instead of the signer", |cms| {
            // The certificate has the same names and serial number, the signature is over the right digest.
            *cms = SignedData::new(&IMPOSTOR.seal, DATA, &digest_of(cms)?);
            Some(())
        }),
        ("stranger instead of the signer, chain to the real root", |cms| {
            *cms = SignedData::new(&IMPOSTOR.seal, DATA, &digest_of(cms)?);
            cms.certificates = vec![IMPOSTOR.seal.der.clone(), TRUSTED.seal.root.clone()];
            Some(())
        }),
        ("stranger's signature under the real certificate", |cms| {
            let other = SignedData::new(&IMPOSTOR.seal, DATA, &digest_of(cms)?);
            cms.signers = other.signers;
            Some(())
        }),
        ("certificate of a stranger", |cms| {
            cms.certificates = vec![IMPOSTOR.seal.der.clone(), IMPOSTOR.seal.root.clone()];
            Some(())
        }),
        ("no signer", |cms| {
            cms.signers.clear();
            Some(())
        }),
        ("no signed attributes", |cms| {
            cms.signers[0].signed.clear();
            Some(())
        }),
        ("signed attributes as the content", |cms| {
            // The signature is over the attributes' encoding, here said to be the content.
            let attributes = der::sorted_set(&cms.signers[0].signed);
            cms.signers[0].signed.clear();
            cms.content =
                der::sequence(&[&der::oid(DATA), &der::element(0xa0, &der::element(OCTETS, &attributes))]);
            Some(())
        }),
        ("no message digest", |cms| {
            let at = cms.signers[0].attribute(MESSAGE_DIGEST)?;
            cms.signers[0].signed.remove(at);
            Some(())
        }),
        ("no content type", |cms| {
            let at = cms.signers[0].attribute(CONTENT_TYPE)?;
            cms.signers[0].signed.remove(at);
            Some(())
        }),
        ("message digest twice", |cms| {
            let at = cms.signers[0].attribute(MESSAGE_DIGEST)?;
            let copy = cms.signers[0].signed[at].clone();
            cms.signers[0].signed.push(copy);
            Some(())
        }),
        ("another message digest", |cms| {
            let at = cms.signers[0].attribute(MESSAGE_DIGEST)?;
            cms.signers[0].signed[at] = attribute(MESSAGE_DIGEST, &der::element(OCTETS, &[7; 32]));
            Some(())
        }),
        ("digest algorithm SHA-512", |cms| {
            cms.signers[0].digest_algorithm = der::algorithm(SHA512);
            Some(())
        }),
        ("digest algorithm SHA-1", |cms| {
            cms.signers[0].digest_algorithm = der::algorithm(SHA1);
            Some(())
        }),
        ("signature algorithm of another digest", |cms| {
            cms.signers[0].signature_algorithm = der::algorithm(&[1, 2, 840, 10045, 4, 3, 4]);
            Some(())
        }),
        ("signature algorithm of another key", |cms| {
            cms.signers[0].signature_algorithm = der::algorithm(&[1, 2, 840, 113_549, 1, 1, 11]);
            Some(())
        }),
        ("signature value changed", |cms| {
            *cms.signers[0].signature.last_mut()? ^= 1;
            Some(())
        }),
        ("signature value empty", |cms| {
            cms.signers[0].signature.clear();
            Some(())
        }),
        ("signature value of zeros", |cms| {
            // r = s = 0, which a broken ECDSA accepts for every message.
            cms.signers[0].signature = der::sequence(&[&der::integer(0), &der::integer(0)]);
            Some(())
        }),
        ("signature value with more behind it", |cms| {
            cms.signers[0].signature.extend([0, 0]);
            Some(())
        }),
        ("signer named by another serial number", |cms| {
            let (_, issuer) = TRUSTED.seal.serial_and_issuer();
            cms.signers[0].sid = der::sequence(&[&issuer, &der::integer(99)]);
            Some(())
        }),
        ("signer named as the time-stamp authority", |cms| {
            cms.signers[0].sid = TRUSTED.tsa.issuer_and_serial();
            cms.certificates.push(TRUSTED.tsa.der.clone());
            Some(())
        }),
        ("content attached that is not the document", |cms| {
            let content = der::element(0xa0, &der::element(OCTETS, b"another document"));
            cms.content = der::sequence(&[&der::oid(DATA), &content]);
            Some(())
        }),
        ("content of another type", |cms| {
            cms.content = der::sequence(&[&der::oid(&[1, 2, 840, 113_549, 1, 9, 16, 1, 4])]);
            Some(())
        }),
    ];
    let mut attacks: Vec<Attack> = changes
        .into_iter()
        .map(|(name, change)| {
            Attack::new(FAMILY, name, Shows::Bytes, move |c| {
                let last = c.view.last();
                if last.timestamp {
                    return None;
                }
                let mut cms = SignedData::read(&last.contents)?;
                change(&mut cms)?;
                fill(c, &cms.encode())
            })
        })
        .collect();
    attacks.extend([
        Attack::new(FAMILY, "CMS that cannot be read", Shows::Bytes, |c| {
            fill(c, &[0x30, 0x80, 0x30, 0x80, 0x30, 0x80])
        }),
        Attack::new(FAMILY, "CMS cut off", Shows::Bytes, |c| {
            let cms = c.view.last().cms()?.to_vec();
            fill(c, &cms[..cms.len() - 9])
        }),
        Attack::new(FAMILY, "other signature's CMS", Shows::Bytes, |c| {
            let [one, .., _] = c.view.signatures.as_slice() else { return None };
            if one.object == c.view.last().object {
                return None;
            }
            fill(c, one.cms()?)
        }),
        Attack::new(FAMILY, "document attached, and another shown", Shows::Payload, |c| {
            // The CMS carries what was signed; the dictionary is new, and so is the first page.
            let last = c.view.last();
            if last.timestamp {
                return None;
            }
            let covered = [&c.view.bytes[..last.range[1]], &c.view.bytes[last.range[2]..last.end()]].concat();
            let mut cms = SignedData::read(&last.contents)?;
            cms.content =
                der::sequence(&[&der::oid(DATA), &der::element(0xa0, &der::element(OCTETS, &covered))]);
            let contents = format!("<{}>", hex(&cms.encode()));
            let body = c.view.with(last.object, &[("Contents", &contents)])?;
            Some(super::forged(&c.view)?.put(last.object, body).finish())
        }),
        Attack::new(FAMILY, "other digits behind the CMS", Shows::Bytes, |c| {
            // Nothing signed, nothing shown: bytes that ride along in the padding.
            let mut padded = c.view.last().cms()?.to_vec();
            padded.extend(b"Price 900 EUR");
            fill(c, &padded)
        }),
    ]);
    attacks
}

/// Structures with a valid signature that break the rules all the same.
fn by_signer() -> Vec<Attack> {
    let makes: Vec<(&str, Make)> = vec![
        ("no message digest, by the signer", |signer, covered| {
            resigned(signer, covered, |cms| {
                cms.signers[0].signed.retain(|it| !has(it, MESSAGE_DIGEST));
            })
        }),
        ("no content type, by the signer", |signer, covered| {
            resigned(signer, covered, |cms| {
                cms.signers[0].signed.retain(|it| !has(it, CONTENT_TYPE));
            })
        }),
        ("two message digests, by the signer", |signer, covered| {
            resigned(signer, covered, |cms| {
                cms.signers[0].signed.push(attribute(MESSAGE_DIGEST, &der::element(OCTETS, &[7; 32])));
            })
        }),
        ("message digest with two values, by the signer", |signer, covered| {
            resigned(signer, covered, |cms| {
                cms.signers[0].signed.retain(|it| !has(it, MESSAGE_DIGEST));
                let right = der::element(OCTETS, &Sha256::digest(covered));
                let values = der::sorted_set(&[right, der::element(OCTETS, &[7; 32])]);
                cms.signers[0].signed.push(der::sequence(&[&der::oid(MESSAGE_DIGEST), &values]));
            })
        }),
        ("message digest with no value, by the signer", |signer, covered| {
            resigned(signer, covered, |cms| {
                cms.signers[0].signed.retain(|it| !has(it, MESSAGE_DIGEST));
                cms.signers[0].signed.push(der::sequence(&[&der::oid(MESSAGE_DIGEST), &der::set(&[])]));
            })
        }),
        ("signing certificate of another, by the signer", |signer, covered| {
            resigned(signer, covered, |cms| {
                let other = SignedData::new(&TRUSTED.revocable, DATA, &[0; 32]);
                cms.signers[0].signed.retain(|it| !has(it, SIGNING_CERTIFICATE_V2));
                let found = other.signers[0].signed.iter().find(|it| has(it, SIGNING_CERTIFICATE_V2));
                cms.signers[0].signed.push(found.unwrap().clone());
            })
        }),
        ("two signers, by both", |signer, covered| {
            let mut cms = SignedData::new(signer, DATA, &Sha256::digest(covered));
            let other = SignedData::new(&TRUSTED.revocable, DATA, &Sha256::digest(covered));
            cms.signers.extend(other.signers);
            cms.certificates.extend(other.certificates);
            cms.encode()
        }),
        ("another document attached, by the signer", |signer, _| {
            let document = b"another document";
            let mut cms = SignedData::new(signer, DATA, &Sha256::digest(document));
            cms.content =
                der::sequence(&[&der::oid(DATA), &der::element(0xa0, &der::element(OCTETS, document))]);
            cms.encode()
        }),
        ("content type of another kind, by the signer", |signer, covered| {
            SignedData::new(signer, &[1, 2, 840, 113_549, 1, 9, 16, 1, 4], &Sha256::digest(covered)).encode()
        }),
        ("digest of a digest, by the signer", |signer, covered| {
            SignedData::new(signer, DATA, &Sha256::digest(Sha256::digest(covered))).encode()
        }),
        ("time-stamp authority as the signer", |_, covered| {
            SignedData::new(&TRUSTED.tsa, DATA, &Sha256::digest(covered)).encode()
        }),
        ("stranger of the same name", |_, covered| {
            SignedData::new(&IMPOSTOR.seal, DATA, &Sha256::digest(covered)).encode()
        }),
        ("stranger of the same name, with the real root", |_, covered| {
            let mut cms = SignedData::new(&IMPOSTOR.seal, DATA, &Sha256::digest(covered));
            cms.certificates = vec![IMPOSTOR.seal.der.clone(), TRUSTED.seal.root.clone()];
            cms.encode()
        }),
        ("stranger's key under the real certificate", |_, covered| {
            let mut cms = SignedData::new(&TRUSTED.seal, DATA, &Sha256::digest(covered));
            cms.signers[0].sign(&IMPOSTOR.seal);
            cms.encode()
        }),
    ];
    makes
        .into_iter()
        .map(|(name, make)| {
            Attack::new(FAMILY, name, Shows::Bytes, move |c| {
                let before = c.before.as_ref().filter(|_| c.prepared)?;
                Some(Signing { cms: &make, ..Signing::new(&TRUSTED.seal, "careless") }.sign(before))
            })
        })
        .collect()
}

fn resigned(signer: &Signer, covered: &[u8], change: impl Fn(&mut SignedData)) -> Vec<u8> {
    let mut cms = SignedData::new(signer, DATA, &Sha256::digest(covered));
    change(&mut cms);
    cms.signers[0].sign(signer);
    cms.encode()
}

fn has(attribute: &[u8], arcs: &[u64]) -> bool {
    der::read(attribute).is_some_and(|it| it.content.starts_with(&der::oid(arcs)))
}

/// The message digest as signed.
fn digest_of(cms: &SignedData) -> Option<Vec<u8>> {
    let signer = cms.signers.first()?;
    let found = der::read(&signer.signed[signer.attribute(MESSAGE_DIGEST)?])?;
    let values = *der::children(found.content)?.get(1)?;
    Some(der::read(values.content)?.content.to_vec())
}

/// Puts a CMS into the newest signature's gap, with zeros behind it.
fn fill(c: &Carrier, cms: &[u8]) -> Option<Vec<u8>> {
    let gap = c.view.last().gap();
    let digits = hex(cms);
    if digits.len() > gap.len() - 2 {
        return None;
    }
    let padded = digits.clone() + &"0".repeat(gap.len() - 2 - digits.len());
    Some(overwrite(&c.view.bytes, gap.start + 1, padded.as_bytes()))
}
