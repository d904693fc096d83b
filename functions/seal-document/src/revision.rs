//! One revision: the previous bytes and a sealed tail, written once.

use std::sync::Arc;

use domain::request::{AnyRequest, FileFacts, Mark, Progress, Sealing, Signatory};
use domain::value::DocumentId;
use domain::{Digest, Timestamp};
use pades::SignedAttributes;
use pdf::{Act, Appearance, Document, Limits, ReadAt, SealRequest, SignedAt, Stroke};
use shared::edge::Invocation;
use shared::sealing;
use shared::store::{DocumentKeys, Documents, WriteOnce};

use crate::key::SealKey;
use crate::{Deps, SealFault};

/// A revision that is in S3.
#[derive(Debug)]
pub(crate) struct Sealed {
    bytes: Vec<u8>,
    evidence_head: Digest,
}

impl Sealed {
    /// The facts of the file, and the head of the evidence chain that stands in its seal.
    pub(crate) fn facts(&self, id: DocumentId, now: Timestamp) -> (FileFacts, Digest) {
        (Documents::facts_of(&self.bytes, id, now), self.evidence_head)
    }
}

/// Seals a signatory's act.
///
/// # Errors
///
/// [`SealFault`]; nothing was written.
pub(crate) async fn of_act(
    deps: &Deps,
    request: &AnyRequest,
    signatory: &Signatory,
    number: u32,
    key: &SealKey,
    cx: &Invocation,
) -> Result<Sealed, SealFault> {
    let facts = request.facts();
    let Progress::Signed(act) = &signatory.progress else {
        return Err(SealFault::other("the signatory has not signed"));
    };
    let keys = DocumentKeys::new(&facts.tenant, &facts.id);
    let (name, mark) = match &act.mark {
        Mark::Drawn(digest) => {
            let strokes = deps.documents.get(&keys.mark(digest), MAX_MARK_BYTES).await?;
            (signatory.full_name(), pdf::Mark::Drawn(strokes_of(&strokes, *digest)?))
        }
        Mark::Typed(name) => (name.expose().to_owned(), pdf::Mark::Typed),
    };
    let index = facts.signatories.iter().position(|it| it.id == signatory.id).unwrap_or_default();
    let appearance = Appearance {
        name,
        mark,
        signed_at_text: act.signed_at.in_zone(&facts.options.timezone),
        reason: None,
        reference: sealing::reference(facts),
    };
    let field_name = sealing::field_name(facts, index);
    let signer_name = signatory.full_name();
    let reason = format!("Simple electronic signature, request {}", facts.id);
    let act = Act::Signatory { field_name: &field_name, appearance: &appearance };
    let words = Words { act, signer_name: &signer_name, reason: &reason };
    make(deps, request, number, &words, &keys.revision(number), key, cx).await
}

/// Makes the closing seal.
///
/// # Errors
///
/// [`SealFault`]; nothing was written.
pub(crate) async fn closing(
    deps: &Deps,
    request: &AnyRequest,
    number: u32,
    key: &SealKey,
    cx: &Invocation,
) -> Result<Sealed, SealFault> {
    let facts = request.facts();
    let keys = DocumentKeys::new(&facts.tenant, &facts.id);
    let reason = format!("Closing seal, request {}", facts.id);
    let words = Words { act: Act::Closing, signer_name: facts.requester.as_str(), reason: &reason };
    make(deps, request, number, &words, &keys.signed(), key, cx).await
}

/// What a seal says.
struct Words<'a> {
    act: Act<'a>,
    signer_name: &'a str,
    reason: &'a str,
}

async fn make(
    deps: &Deps,
    request: &AnyRequest,
    number: u32,
    words: &Words<'_>,
    to: &str,
    key: &SealKey,
    cx: &Invocation,
) -> Result<Sealed, SealFault> {
    let facts = request.facts();
    let keys = DocumentKeys::new(&facts.tenant, &facts.id);
    let document = request.document().ok_or_else(|| SealFault::other("there is no document"))?;
    let previous = read_previous(deps, &keys, document, number).await?;
    let head = facts.chain.hash;
    let plan = sealing::field_plan(facts);
    let seal_request = SealRequest {
        plan: &plan,
        act: words.act,
        signed_at: SignedAt {
            unix_ms: cx.now.unix_ms(),
            offset_minutes: cx.now.offset_minutes(&facts.options.timezone),
        },
        signer_name: words.signer_name,
        reason: Some(words.reason),
        location: None,
        evidence_head: Some(head.as_bytes()),
        contents_bytes: pades::contents_bytes(&key.certificate, key.algorithm(), 0)
            .map_err(SealFault::other)?,
    };
    key.certificate.check_valid_at(cx.now.unix_seconds()).map_err(SealFault::other)?;
    let source: Arc<Vec<u8>> = Arc::new(previous);
    let opened = Document::open(Arc::clone(&source) as Arc<dyn ReadAt>, None, &Limits::default())
        .map_err(SealFault::other)?;
    let prepared = pdf::prepare(&opened, &seal_request).map_err(SealFault::other)?;
    let digest_algorithm = key.algorithm().digest_algorithm();
    let digest = pades::document_digest(&prepared, source.as_ref(), None, digest_algorithm)
        .map_err(SealFault::other)?;
    let attributes =
        SignedAttributes::new(digest, &key.certificate, key.algorithm()).map_err(SealFault::other)?;
    let signature = key.sign(&attributes.digest()).await?;
    let cms = pades::assemble(&attributes, &signature, &key.certificate, None).map_err(SealFault::other)?;
    let tail = prepared.finish(&cms).map_err(SealFault::other)?;
    let bytes = [Vec::as_slice(&source), tail.as_slice()].concat();
    match deps.documents.put_once(to, "application/pdf", bytes.clone()).await? {
        WriteOnce::Written => Ok(Sealed { bytes, evidence_head: head }),
        WriteOnce::Existed => adopt(deps, to, &source).await,
    }
}

/// Takes over the revision that an earlier attempt wrote, if it is one upon these bytes.
async fn adopt(deps: &Deps, key: &str, previous: &[u8]) -> Result<Sealed, SealFault> {
    let bytes = deps.documents.get(key, MAX_DOCUMENT_BYTES).await?;
    if !bytes.starts_with(previous) {
        return Err(SealFault::other("a revision of this number stands upon other bytes"));
    }
    let source: Arc<dyn ReadAt> = Arc::new(bytes.clone());
    let opened = Document::open(source, None, &Limits::default()).map_err(SealFault::other)?;
    let inspection = pdf::inspect(&opened).map_err(SealFault::other)?;
    let head = inspection
        .signatures
        .iter()
        .filter(|it| {
            it.byte_range.get(2).is_some_and(|start| *start > u64::try_from(previous.len()).unwrap_or(0))
        })
        .find_map(|it| it.evidence_head)
        .ok_or_else(|| SealFault::other("a revision of this number carries no seal of ours"))?;
    Ok(Sealed { bytes, evidence_head: Digest::from_bytes(head) })
}

/// The bytes that the revision is made upon, checked against what the request says of them.
async fn read_previous(
    deps: &Deps,
    keys: &DocumentKeys,
    document: &Sealing,
    number: u32,
) -> Result<Vec<u8>, SealFault> {
    let current = document.current();
    let bytes = deps.documents.get(&keys.revision(number.saturating_sub(1)), current.size_bytes).await?;
    if Digest::of(&bytes) == current.sha256 {
        Ok(bytes)
    } else {
        Err(SealFault::other("the stored revision is not the one that the request names"))
    }
}

fn strokes_of(bytes: &[u8], digest: Digest) -> Result<Vec<Stroke>, SealFault> {
    if Digest::of(bytes) != digest {
        return Err(SealFault::other("the stored strokes are not those that were signed with"));
    }
    let strokes: Vec<Vec<(f64, f64)>> = serde_json::from_slice(bytes).map_err(SealFault::other)?;
    Ok(strokes.into_iter().map(|points| Stroke { points }).collect())
}

const MAX_MARK_BYTES: u64 = 1 << 20;
const MAX_DOCUMENT_BYTES: u64 = 1 << 30;
