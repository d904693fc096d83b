//! One revision: what its seal says and where it goes.

use domain::Digest;
use domain::request::{AnyRequest, Facts, Mark, Progress, Signatory};
use pdf::{Appearance, SignedAt, Stroke};
use shared::edge::Invocation;
use shared::outbound::SealKey;
use shared::sealing;
use shared::store::DocumentKeys;

use crate::draft::Previous;
use crate::make::{Act, Words, make};
use crate::written::{Sealed, write};
use crate::{Deps, SealFault, sealed_by};

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
        Mark::Drawn(digest) | Mark::Uploaded(digest) => {
            let kept = deps.documents.get(&keys.mark(digest), MAX_MARK_BYTES).await?;
            (signatory.full_name(), kept_mark(kept, *digest)?)
        }
        Mark::Typed(name) => (name.expose().to_owned(), pdf::Mark::Typed),
    };
    let appearance = Appearance {
        name,
        mark,
        signed_at_text: act.signed_at.in_zone(&facts.options.timezone),
        reason: None,
        reference: sealing::reference(facts),
    };
    let words = Words {
        act: Act::Signatory { field_name: sealing::field_name(facts, signatory), appearance },
        signer_name: signatory.full_name(),
        reason: format!("Simple electronic signature, request {}", facts.id),
        ..words(facts, cx)
    };
    seal(deps, request, number, words, &keys.revision(number), key).await
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
    seal(deps, request, number, words(facts, cx), &keys.signed(facts.retention.shelf()), key).await
}

/// What the closing seal says.
fn words(facts: &Facts, cx: &Invocation) -> Words {
    Words {
        plan: sealing::field_plan(facts),
        act: Act::Closing,
        signed_at: SignedAt {
            unix_ms: cx.now.unix_ms(),
            offset_minutes: cx.now.offset_minutes(&facts.options.timezone),
        },
        signer_name: facts.requester.as_str().to_owned(),
        reason: format!("Closing seal, request {}", facts.id),
        evidence_head: facts.chain.hash,
        timestamp_field: sealing::timestamp_field(facts),
    }
}

async fn seal(
    deps: &Deps,
    request: &AnyRequest,
    number: u32,
    words: Words,
    to: &str,
    key: &SealKey,
) -> Result<Sealed, SealFault> {
    let facts = request.facts();
    let keys = DocumentKeys::new(&facts.tenant, &facts.id);
    let document = request.document().ok_or_else(|| SealFault::other("there is no document"))?;
    let previous = Previous::load(deps, &keys, document, number).await?;
    let head = words.evidence_head;
    let (draft, level) = make(previous, words, key, &deps.levels).await?;
    write(deps, to, draft, head, (level, sealed_by(key))).await
}

/// The mark as it was kept: a picture, or strokes.
fn kept_mark(bytes: Vec<u8>, digest: Digest) -> Result<pdf::Mark, SealFault> {
    if Digest::of(&bytes) != digest {
        return Err(SealFault::other("the stored mark is not the one that was signed with"));
    }
    if bytes.starts_with(PNG) {
        return Ok(pdf::Mark::Png(bytes));
    }
    let strokes: Vec<Vec<(f64, f64)>> = serde_json::from_slice(&bytes).map_err(SealFault::other)?;
    Ok(pdf::Mark::Drawn(strokes.into_iter().map(|points| Stroke { points }).collect()))
}

/// How a PNG begins (ISO 15948 clause 5.2).
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

const MAX_MARK_BYTES: u64 = 1 << 20;
