//! The shapes of files and revisions.

use domain::request::{FileFacts, InputDocument, InputSource, Revision, Sealing};
use domain::value::DocumentId;
use domain::{SignatoryId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Unreadable, digest};

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct FileItem {
    id: String,
    created_at: i64,
    size_bytes: u64,
    sha256: String,
    md5: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    midstate: Option<String>,
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct InputItem {
    id: String,
    source: String,
    file: Option<FileItem>,
    #[serde(default)]
    repaired: bool,
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct SealingItem {
    accepted: FileItem,
    revisions: Vec<RevisionItem>,
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct RevisionItem {
    number: u32,
    signatory: String,
    file: FileItem,
}

impl From<&FileFacts> for FileItem {
    fn from(file: &FileFacts) -> Self {
        Self {
            id: file.id.to_string(),
            created_at: file.created_at.unix_ms(),
            size_bytes: file.size_bytes,
            sha256: file.sha256.to_hex(),
            md5: file.md5.clone(),
            midstate: file.midstate.clone(),
        }
    }
}

impl FileItem {
    pub(super) fn read(self) -> Result<FileFacts, Unreadable> {
        Ok(FileFacts {
            id: DocumentId::parse(&self.id).map_err(|_| "file id")?,
            created_at: Timestamp::from_unix_ms(self.created_at),
            size_bytes: self.size_bytes,
            sha256: digest(&self.sha256)?,
            md5: self.md5,
            midstate: self.midstate,
        })
    }
}

impl From<&InputDocument> for InputItem {
    fn from(input: &InputDocument) -> Self {
        Self {
            id: input.id.to_string(),
            source: input.source.as_str().to_owned(),
            file: input.file.as_ref().map(Into::into),
            repaired: input.repaired,
        }
    }
}

impl InputItem {
    pub(super) fn read(self) -> Result<InputDocument, Unreadable> {
        Ok(InputDocument {
            id: DocumentId::parse(&self.id).map_err(|_| "input id")?,
            source: InputSource::parse(&self.source).ok_or("input source")?,
            file: self.file.map(FileItem::read).transpose()?,
            repaired: self.repaired,
        })
    }
}

impl From<&Sealing> for SealingItem {
    fn from(sealing: &Sealing) -> Self {
        let revisions = sealing.revisions.iter().map(|it| RevisionItem {
            number: it.number,
            signatory: it.signatory.to_string(),
            file: (&it.file).into(),
        });
        Self { accepted: (&sealing.accepted).into(), revisions: revisions.collect() }
    }
}

impl SealingItem {
    pub(super) fn read(self) -> Result<Sealing, Unreadable> {
        let revisions = self.revisions.into_iter().map(|it| {
            let signatory = SignatoryId::parse(&it.signatory).map_err(|_| "revision signatory")?;
            Ok(Revision { number: it.number, signatory, file: it.file.read()? })
        });
        Ok(Sealing {
            accepted: self.accepted.read()?,
            revisions: revisions.collect::<Result<_, Unreadable>>()?,
        })
    }
}
