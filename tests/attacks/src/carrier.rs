//! Signed files that attacks start from.

use std::sync::{Arc, LazyLock};

use pades::{DigestAlgorithm, Level, Pkcs8Key, SealCertificate, SignedAttributes, TimestampToken, assemble};
use pdf::{
    Act, Appearance, Document, FieldPlan, Limits, Mark, Place, SealRequest, SignatoryField, SignedAt,
    ValidationData,
};
use sha2::{Digest as _, Sha256};

use crate::{
    authority::{NOW, Signer, TRUSTED},
    base::{self, Structure},
    cms::timestamp,
    sign::Signing,
    view::View,
};

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
/// A signed file, and what its signatures allow afterwards.
pub struct Carrier {
    /// What it is.
    pub name: String,
    /// The file.
    pub view: View,
    /// The file before its newest signature; `None` where it is not known to be well-formed.
    pub before: Option<Vec<u8>>,
    /// Whether it holds what a shadow attack prepares, under the numbers of [`base::number`].
    pub prepared: bool,
    /// Whether forms may be filled in.
    pub forms: bool,
    /// Whether annotations may be added.
    pub annotations: bool,
    /// Whether the file has another body of the first page's content that nothing lists.
    pub unlisted: bool,
}

/// Every carrier made here.
pub static CARRIERS: LazyLock<Vec<Carrier>> = LazyLock::new(carriers);

fn carriers() -> Vec<Carrier> {
    let table = base::document(Structure::Table);
    let stream = base::document(Structure::Stream);
    let sealer = Sealer::new("");
    let by_hand = |before: &[u8], signing: &Signing<'_>| (before.to_vec(), signing.sign(before));
    let seal = &TRUSTED.seal;
    let certified = |level| Signing { certifies: Some(level), ..Signing::new(seal, "certification") };
    let lock_all = "/Reference [ << /Type /SigRef /TransformMethod /FieldMDP /TransformParams \
                    << /Type /TransformParams /V /1.2 /Action /All >> >> ]";
    let locked = Signing {
        entries: lock_all,
        field_entries: "/Lock << /Type /SigFieldLock /Action /All >>",
        ..Signing::new(seal, "locking")
    };
    let first = Signing::new(seal, "first").sign(&stream);
    let shown = Signing { shown: Some(([72, 100, 272, 140], SHOWN)), ..Signing::new(seal, "shown") };
    let unlisted = base::document_with_unlisted_content();
    let made = [
        ("sealed table, P 2", sealer.chain(&table, 1, false, Level::BB), true, false),
        ("sealed streams, closed", sealer.chain(&stream, 1, true, Level::BB), false, false),
        ("two signatories, closed", sealer.chain(&table, 2, true, Level::BB), false, false),
        ("archived", sealer.chain(&table, 1, false, Level::BLTA), true, false),
        ("approved", by_hand(&table, &Signing::new(seal, "approval")), true, false),
        ("approved twice, streams", by_hand(&first, &shown), true, false),
        ("certified, P 1", by_hand(&table, &certified(1)), false, false),
        ("certified, P 2", by_hand(&stream, &certified(2)), true, false),
        ("certified, P 3", by_hand(&table, &certified(3)), true, true),
        ("fields locked", by_hand(&table, &locked), false, false),
        ("approved, unlisted body", by_hand(&unlisted, &Signing::new(seal, "approval")), true, false),
    ];
    made.into_iter()
        .map(|(name, (before, bytes), forms, annotations)| Carrier {
            name: name.to_owned(),
            view: View::read(&bytes).unwrap_or_else(|| panic!("{name} cannot be read")),
            before: Some(before),
            prepared: true,
            forms,
            annotations,
            unlisted: name.contains("unlisted"),
        })
        .collect()
}

/// What the visible signature shows.
const SHOWN: &str = "BT /F1 10 Tf 2 7 Td (Signed by Ada Lovelace) Tj ET";

/// Seals with the library under test, as the service does.
pub struct Sealer {
    certificate: SealCertificate,
    key: Pkcs8Key,
    password: &'static str,
}

/// Where each signatory's mark is shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Places {
    /// Nowhere.
    None,
    /// On the last page.
    One,
    /// On every page.
    EveryPage,
}

impl Sealer {
    /// With the trusted authority's key, for files that this password opens.
    #[must_use]
    pub fn new(password: &'static str) -> Self {
        let Signer { pem, key, .. } = &TRUSTED.seal;
        Self {
            certificate: SealCertificate::from_pem(&format!("{pem}{}", TRUSTED.root_pem)).unwrap(),
            key: Pkcs8Key::from_pem(&key.serialize_pem()).unwrap(),
            password,
        }
    }

    /// Seals every act, then adds what the level asks for; the file before its newest signature, and the file.
    fn chain(&self, bytes: &[u8], signatories: u8, close: bool, level: Level) -> (Vec<u8>, Vec<u8>) {
        if close {
            let before = self.seal_all(bytes, signatories, Places::One, false, level);
            let plan = plan(signatories, Places::One);
            let closed = self.act(&before, &plan, Act::Closing, level);
            return (before, closed);
        }
        let sealed = self.seal_all(bytes, signatories, Places::One, close, level);
        if level < Level::BLTA {
            return (bytes.to_vec(), sealed);
        }
        let before = with_validation_data(&sealed, self.password);
        let stamped = with_timestamp(&before, "archive", self.password);
        (before, stamped)
    }

    /// Seals every act.
    #[must_use]
    pub fn seal_all(
        &self,
        bytes: &[u8],
        signatories: u8,
        places: Places,
        close: bool,
        level: Level,
    ) -> Vec<u8> {
        let plan = plan(signatories, places);
        let appearance = appearance();
        plan.signatories
            .iter()
            .map(|field| Act::Signatory { field_name: &field.field_name, appearance: &appearance })
            .chain(close.then_some(Act::Closing))
            .fold(bytes.to_vec(), |current, act| self.act(&current, &plan, act, level))
    }

    fn act(&self, bytes: &[u8], plan: &FieldPlan, act: Act<'_>, level: Level) -> Vec<u8> {
        let document = open(bytes, self.password);
        let request = SealRequest {
            plan,
            act,
            signed_at: SignedAt { unix_ms: NOW * 1000, offset_minutes: 60 },
            signer_name: "Analytical Engines",
            reason: Some("Agreed"),
            location: None,
            evidence_head: Some(&[0xab; 32]),
            contents_bytes: 12_288,
        };
        let prepared = pdf::prepare(&document, &request).unwrap();
        let digest =
            pades::document_digest(&prepared, document.source(), None, DigestAlgorithm::Sha256).unwrap();
        let algorithm = self.key.algorithm();
        let attributes = SignedAttributes::new(digest, &self.certificate, algorithm).unwrap();
        let signature = self.key.sign_digest(algorithm, &attributes.digest()).unwrap();
        let token = (level > Level::BB).then(|| {
            TimestampToken::from_der(&timestamp(&TRUSTED.tsa, &Sha256::digest(&signature), NOW)).unwrap()
        });
        let cms = assemble(&attributes, &signature, &self.certificate, token.as_ref()).unwrap();
        [bytes, &prepared.finish(&cms).unwrap()].concat()
    }
}

/// Adds the authority's certificates to the security store.
#[must_use]
pub fn with_validation_data(bytes: &[u8], password: &str) -> Vec<u8> {
    let certificates = vec![TRUSTED.seal.der.clone(), TRUSTED.seal.root.clone(), TRUSTED.tsa.der.clone()];
    with_data(bytes, &ValidationData { certificates, ..ValidationData::default() }, password)
}

/// Adds the root's list of what it revoked, by a number of its own, to the security store.
#[must_use]
pub fn with_crl(bytes: &[u8], number: u64, password: &str) -> Vec<u8> {
    let data = ValidationData { crls: vec![TRUSTED.crl(number)], ..ValidationData::default() };
    with_data(bytes, &data, password)
}

/// Adds validation data to the security store.
#[must_use]
pub fn with_data(bytes: &[u8], data: &ValidationData, password: &str) -> Vec<u8> {
    [bytes, &pdf::append_validation_data(&open(bytes, password), data).unwrap()].concat()
}

/// Adds a time-stamp over the document.
#[must_use]
pub fn with_timestamp(bytes: &[u8], field: &str, password: &str) -> Vec<u8> {
    let document = open(bytes, password);
    let prepared = pdf::prepare_timestamp(&document, field, 8192).unwrap();
    let digest = prepared.digest(document.source(), None).unwrap();
    let token = timestamp(&TRUSTED.tsa, &digest, NOW);
    [bytes, &prepared.finish(&token).unwrap()].concat()
}

fn open(bytes: &[u8], password: &str) -> Document {
    let password = (!password.is_empty()).then_some(password.as_bytes());
    Document::open(Arc::new(bytes.to_vec()), password, &Limits::default()).unwrap()
}

fn plan(signatories: u8, places: Places) -> FieldPlan {
    let pages = match places {
        Places::None => [].as_slice(),
        Places::One => &[-1],
        Places::EveryPage => &[1, 2, 3],
    };
    let place = |page: i32, number: u8| Place {
        page,
        x_points: 72.0,
        y_points: 60.0 + 70.0 * f64::from(number),
        ..Place::default()
    };
    let field = |number: u8| SignatoryField {
        field_name: format!("signatory {number}"),
        places: pages.iter().map(|page| place(*page, number)).collect(),
    };
    FieldPlan { signatories: (1..=signatories).map(field).collect(), closing_field: "closing".to_owned() }
}

fn appearance() -> Appearance {
    Appearance {
        name: "Ada Lovelace".to_owned(),
        mark: Mark::Typed,
        signed_at_text: "2026-11-21 19:36:05 +01:00".to_owned(),
        reason: None,
        reference: "6f2c".to_owned(),
    }
}
