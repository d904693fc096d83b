//! The documents that were sent, and the one that is made of them.
//!
//! A single large document is not held in memory: it is read in ranges, copied within S3, and digested as a stream
//! of what stands there then. Several documents, small ones, and one that has to be repaired are held in
//! memory, each of at most [`MAX_DOCUMENT_BYTES`].

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use domain::Timestamp;
use domain::access::Mode;
use domain::request::{Arrived, Facts, Failure, FileFacts, Placed};
use domain::value::DocumentId;
use pdf::ReadAt;
use shared::BoxError;
use shared::acceptance::{self, Accepted};
use shared::edge::system_rng;
use shared::store::{DocumentKeys, Documents, LARGE_BYTES, RangedObject, StoreError, WriteOnce};
use tokio::runtime::Handle;

/// What became of the documents that were sent.
pub(crate) struct Taken {
    /// What arrived, in the order of the request.
    pub(crate) inputs: Vec<Arrived>,
    /// The document that signatories will see, which stands as revision 0.
    pub(crate) accepted: FileFacts,
    /// Where each signatory's signatures stand.
    pub(crate) placed: Vec<Placed>,
}

type Outcome = Result<Taken, Failure>;

/// Takes in the documents of a request; none while one of them is missing.
///
/// # Errors
///
/// [`StoreError`] when S3 is away. What is wrong with the documents is a [`Failure`].
pub(crate) async fn take(
    documents: &Documents,
    facts: &Facts,
    now: Timestamp,
) -> Result<Option<Outcome>, StoreError> {
    let keys = DocumentKeys::new(&facts.tenant, &facts.id);
    let mut sizes = Vec::with_capacity(facts.inputs.len());
    for input in &facts.inputs {
        match documents.head(&keys.incoming(&input.id)).await? {
            Some(found) => sizes.push(found.size_bytes),
            None => return Ok(None),
        }
    }
    if let ([input], [size]) = (facts.inputs.as_slice(), sizes.as_slice())
        && *size > LARGE_BYTES
        // A document of a test is written on, so it does not stay as it lies.
        && facts.tenant.mode() == Mode::Live
        && let Some(outcome) = take_in_place(documents, facts, &keys, (&input.id, *size), now).await?
    {
        return Ok(Some(outcome));
    }
    take_in_memory(documents, facts, &keys, now).await.map(Some)
}

/// Takes in a large document where it lies; none when it has to be repaired.
async fn take_in_place(
    documents: &Documents,
    facts: &Facts,
    keys: &DocumentKeys,
    (id, size): (&DocumentId, u64),
    now: Timestamp,
) -> Result<Option<Outcome>, StoreError> {
    let from = keys.incoming(id);
    let object = RangedObject::new(documents.clone(), from.clone(), size, Handle::current());
    let source = Arc::new(Watched { object: object.keeping(KEPT_BYTES), fault: Mutex::default() });
    let (read, asked) = (source.clone(), facts.clone());
    let judged = tokio::task::spawn_blocking(move || acceptance::accept_in_place(read, &asked)).await;
    if let Some(fault) = source.fault() {
        return Err(unavailable(fault));
    }
    let placed = match judged.map_err(unavailable)? {
        Ok(Some(placed)) => placed,
        Ok(None) => return Ok(None),
        Err(failure) => return Ok(Some(Err(failure))),
    };
    let to = keys.revision(0);
    let written = documents.copy_once(&to, (&from, size)).await?;
    let accepted = documents.read_back(&to, size).await?;
    let file = match written {
        WriteOnce::Written => accepted.facts(id.clone(), now),
        // An earlier attempt wrote it, and what it wrote is what counts.
        WriteOnce::Existed => documents.read_back(&from, size).await?.facts(id.clone(), now),
    };
    let inputs = vec![Arrived { id: id.clone(), file, repaired: false }];
    let accepted = accepted.facts(DocumentId::new(&mut system_rng()), now);
    Ok(Some(Ok(Taken { inputs, accepted, placed })))
}

async fn take_in_memory(
    documents: &Documents,
    facts: &Facts,
    keys: &DocumentKeys,
    now: Timestamp,
) -> Result<Outcome, StoreError> {
    let mut files = Vec::with_capacity(facts.inputs.len());
    for input in &facts.inputs {
        files.push(documents.get(&keys.incoming(&input.id), MAX_DOCUMENT_BYTES).await?);
    }
    let files_facts: Vec<FileFacts> = facts
        .inputs
        .iter()
        .zip(&files)
        .map(|(input, bytes)| Documents::facts_of(bytes, input.id.clone(), now))
        .collect();
    let Accepted { bytes, repaired, placed } = match acceptance::accept(files, facts) {
        Ok(accepted) => accepted,
        Err(failure) => return Ok(Err(failure)),
    };
    let arrived = facts.inputs.iter().zip(files_facts).zip(repaired);
    let inputs =
        arrived.map(|((input, file), repaired)| Arrived { id: input.id.clone(), file, repaired }).collect();
    let key = keys.revision(0);
    let accepted = Documents::facts_of(&bytes, DocumentId::new(&mut system_rng()), now);
    let accepted = match documents.put_once(&key, "application/pdf", bytes).await? {
        WriteOnce::Written => accepted,
        // An earlier attempt wrote it, and what it wrote is what counts.
        WriteOnce::Existed => documents.read_back(&key, accepted.size_bytes).await?.facts(accepted.id, now),
    };
    Ok(Ok(Taken { inputs, accepted, placed }))
}

/// A source that remembers whether S3 failed: the reader takes that for a fault of the document.
struct Watched {
    object: RangedObject,
    fault: Mutex<Option<String>>,
}

impl Watched {
    fn fault(&self) -> Option<String> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl ReadAt for Watched {
    fn size(&self) -> u64 {
        self.object.size()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        let outcome = self.object.read_at(offset, buf);
        if let Err(error) = &outcome
            && error.kind() != io::ErrorKind::UnexpectedEof
        {
            *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
        }
        outcome
    }
}

fn unavailable(source: impl Into<BoxError>) -> StoreError {
    StoreError::Unavailable { operation: "reading a document", source: source.into() }
}

/// What is kept of a document that is looked at in ranges: less than the function has many times over.
const KEPT_BYTES: u64 = 64 << 20;
/// The largest document: what the largest presigned upload takes.
const MAX_DOCUMENT_BYTES: u64 = 1 << 30;
