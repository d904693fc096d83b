//! The evidence bundle: everything that shows what happened, in one archive that needs nobody.

use domain::request::{AnyRequest, FileFacts};
use shared::edge::{Invocation, Problem};
use shared::store::{DocumentKeys, SealedWith, StoreError};
use trail::bundle::{ACCEPTED, AUDIT, EVIDENCE, FileOf, SIGNED, write};
use trail::{Evidence, Manifest};

use crate::Deps;
use crate::load::Loaded;

/// The bundle of a request.
///
/// # Errors
///
/// [`Problem`] when a store is away, or there is too much for one archive.
pub(crate) async fn bundle(
    deps: &Deps,
    request: &AnyRequest,
    loaded: &Loaded,
    audit: Vec<u8>,
    cx: &Invocation,
) -> Result<Vec<u8>, Problem> {
    let mut files = vec![
        ("README.txt".to_owned(), README.as_bytes().to_vec()),
        (EVIDENCE.to_owned(), serde_json::to_vec(&loaded.evidence).map_err(Problem::unavailable)?),
        (AUDIT.to_owned(), audit),
    ];
    let mut left_out = Vec::new();
    documents(deps, request, (&mut files, &mut left_out), cx).await?;
    for (number, authority) in (1..).zip(deps.trust.seal_authorities().await?) {
        let of = match authority.of {
            SealedWith::Seal => "seal",
            SealedWith::Timestamp => "timestamp",
        };
        files.push((format!("certificates/{of}-{number:02}.der"), authority.der));
    }
    tokens(&mut files);
    // It is logged once it cannot be brought back any more.
    let since = request.archived_from().unwrap_or(cx.now);
    files.extend(deps.log.proof(&request.facts().id, since).await?.unwrap_or_default());
    write(manifest(request, loaded, left_out, cx), files).map_err(Problem::unavailable)
}

fn manifest(request: &AnyRequest, loaded: &Loaded, left_out: Vec<FileOf>, cx: &Invocation) -> Manifest {
    let facts = request.facts();
    let of_people = facts.signatories.iter().filter(|it| it.erased_at.is_some()).map(|it| it.id.to_string());
    let erased = match facts.erased_at {
        Some(_) => vec!["request".to_owned()],
        None => of_people.collect(),
    };
    Manifest {
        version: Evidence::VERSION,
        request: facts.id.to_string(),
        state: request.state_name().to_owned(),
        made_at: cx.now.to_rfc3339(),
        software: concat!("paraphe ", env!("CARGO_PKG_VERSION")).to_owned(),
        events: (&loaded.heads.events).into(),
        custody: (&loaded.heads.custody).into(),
        files: Vec::new(),
        left_out,
        erased,
    }
}

/// Documents, as long as they are kept and as far as they fit.
async fn documents(
    deps: &Deps,
    request: &AnyRequest,
    (files, left_out): (&mut Vec<(String, Vec<u8>)>, &mut Vec<FileOf>),
    cx: &Invocation,
) -> Result<(), Problem> {
    let facts = request.facts();
    if facts.documents_are_over(cx.now) {
        return Ok(());
    }
    let shelf = facts.shelf(cx.now);
    let keys = DocumentKeys::new(&facts.tenant, &facts.id);
    let mut wanted: Vec<(String, &FileFacts, Vec<String>)> = Vec::new();
    if let Some(document) = request.document() {
        wanted.push((ACCEPTED.to_owned(), &document.accepted, vec![keys.validated(shelf), keys.revision(0)]));
    }
    if let Some(sealed) = request.sealed() {
        wanted.push((SIGNED.to_owned(), sealed, vec![keys.signed(shelf)]));
    }
    let people = facts.signatories.iter().filter(|it| it.erased_at.is_none());
    for attachment in people.flat_map(|it| &it.attachments) {
        if let Some(attached) = attachment.file() {
            let places = vec![
                keys.closed_attachment(&attachment.id, shelf),
                keys.attachment(&attachment.id, &attached.file.sha256),
            ];
            wanted.push((format!("documents/attachment-{}", attachment.id), &attached.file, places));
        }
    }
    let mut room = MAX_DOCUMENT_BYTES;
    for (name, file, places) in wanted {
        if file.size_bytes > room {
            left_out.push(FileOf { name, size_bytes: file.size_bytes, sha256: file.sha256.to_hex() });
            continue;
        }
        for key in places {
            match deps.documents.get(&key, file.size_bytes).await {
                Ok(bytes) => {
                    room -= file.size_bytes;
                    files.push((name, bytes));
                    break;
                }
                Err(StoreError::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

/// The time-stamps of the seals, each as a file of its own.
fn tokens(files: &mut Vec<(String, Vec<u8>)>) {
    let signed = files.iter().find(|(name, _)| name == SIGNED).map(|(_, bytes)| bytes.clone());
    let Some(signed) = signed else { return };
    let opened = pdf::Document::open(std::sync::Arc::new(signed), None, &pdf::Limits::default());
    let Ok(inspection) = opened.and_then(|it| pdf::inspect(&it)) else { return };
    for (number, signature) in (1..).zip(&inspection.signatures) {
        let token = if signature.timestamp {
            pades::TimestampToken::from_der(&signature.contents).ok()
        } else {
            pades::seal_timestamp(&signature.contents).ok().flatten()
        };
        if let Some(token) = token {
            files.push((format!("timestamps/{number:02}.tst"), token.der().to_vec()));
        }
    }
}

/// Documents of one bundle together: they are in memory while it is made.
const MAX_DOCUMENT_BYTES: u64 = 128 << 20;

const README: &str = include_str!("../assets/README.txt");
