//! What may change in the catalog, and in what describes the document as a whole.

use super::{
    Change, ChangeKind, ModificationLevel,
    same::In,
    step::{Part, Step, readable},
};
use crate::{
    PdfError,
    object::{Dictionary, Object, Value},
};

/// Entries of the document information that say how and when the file was written.
const WRITER_ENTRIES: [&str; 2] = ["ModDate", "Producer"];
/// Versions of the format that exist.
const VERSIONS: [&[u8]; 9] = [b"1.0", b"1.1", b"1.2", b"1.3", b"1.4", b"1.5", b"1.6", b"1.7", b"2.0"];
/// Bytes of XMP metadata that are looked at.
const METADATA_BYTES: usize = 16 << 20;

impl Step<'_> {
    pub(super) fn catalog(&mut self) -> Result<(), PdfError> {
        for key in self.differing(&self.old_catalog, &self.new_catalog) {
            match key.as_str() {
                "AcroForm" => self.open_part(Part::Form),
                "DSS" => self.open_part(Part::Store),
                "Extensions" => self.extensions()?,
                "Metadata" => self.metadata_named()?,
                "Version" if self.version_raised() => {
                    let change = Change::explained(ChangeKind::VersionRaised, ModificationLevel::LtaUpdates);
                    self.report(change.at(self.old_catalog.id.number));
                }
                _ => {
                    let change = Change::forbidden(ChangeKind::CatalogEntry { key });
                    self.report(change.at(self.old_catalog.id.number));
                }
            }
        }
        Ok(())
    }

    fn version_raised(&self) -> bool {
        let rank = |catalog: &Object| {
            let version = catalog.dictionary()?.name("Version")?;
            VERSIONS.iter().position(|known| *known == version)
        };
        rank(&self.new_catalog).is_some_and(|new| rank(&self.old_catalog).is_none_or(|old| new >= old))
    }

    /// Extensions are names and numbers (ISO 32000-1 section 7.12); nothing else may hide among them.
    pub(super) fn extensions(&mut self) -> Result<(), PdfError> {
        let extensions = match self.new_catalog.dictionary() {
            Some(catalog) => self.new.value(catalog, "Extensions")?,
            None => Value::Null,
        };
        let plain = extensions.as_dictionary().is_some_and(|extensions| {
            extensions.entries.iter().all(|entry| match &entry.value {
                Value::Dictionary(developer) => is_plain(developer),
                Value::Array(items) => {
                    items.iter().all(|item| item.value.as_dictionary().is_some_and(is_plain))
                }
                Value::Name(_) => true,
                _ => false,
            })
        });
        let change = if plain {
            Change::explained(ChangeKind::ExtensionsDeclared, ModificationLevel::LtaUpdates)
        } else {
            Change::forbidden(ChangeKind::CatalogEntry { key: "Extensions".to_owned() })
        };
        self.report(change.at(self.old_catalog.id.number));
        Ok(())
    }

    /// The catalog names another metadata stream: it has to be a new one.
    fn metadata_named(&mut self) -> Result<(), PdfError> {
        let named = self.new_catalog.dictionary().and_then(|catalog| catalog.get("Metadata")?.as_reference());
        match named {
            Some(named) if self.is_new(named.number)? => self.open_part(Part::Metadata),
            _ => {
                let change = Change::forbidden(ChangeKind::CatalogEntry { key: "Metadata".to_owned() });
                self.report(change.at(self.old_catalog.id.number));
            }
        }
        Ok(())
    }

    pub(super) fn metadata(&mut self) -> Result<(), PdfError> {
        let named = self.new_catalog.dictionary().and_then(|catalog| catalog.get("Metadata").cloned());
        let stream = self.new.resolve(&named.unwrap_or(Value::Null))?;
        let change = if self.is_xmp(&stream)? {
            Change::explained(ChangeKind::Metadata, ModificationLevel::LtaUpdates)
        } else {
            Change::forbidden(ChangeKind::Metadata)
        };
        self.report(change.at(stream.id.number));
        Ok(())
    }

    /// A stream of XMP: nothing that a page could show, and no XML entities.
    fn is_xmp(&self, stream: &Object) -> Result<bool, PdfError> {
        let Some(dictionary) = stream.dictionary().filter(|_| stream.stream_at.is_some()) else {
            return Ok(false);
        };
        if dictionary.name("Type") != Some(b"Metadata") || dictionary.name("Subtype") != Some(b"XML") {
            return Ok(false);
        }
        let Some(data) = readable(self.new.stream_data(stream))? else { return Ok(false) };
        let has = |needle: &[u8]| memchr::memmem::find(&data, needle).is_some();
        Ok(data.len() <= METADATA_BYTES && has(b"xmpmeta") && !has(b"<!ENTITY") && !has(b"<!DOCTYPE"))
    }

    pub(super) fn information(&mut self) -> Result<(), PdfError> {
        let of = |document: &crate::Document| -> Result<Object, PdfError> {
            let named = document.trailer()?.dictionary().and_then(|trailer| trailer.get("Info").cloned());
            document.resolve(&named.unwrap_or(Value::Null))
        };
        let (old, new) = (of(self.old)?, of(self.new)?);
        if new.id.number != 0 && new.id.number != old.id.number && !self.is_new(new.id.number)? {
            let change = Change::forbidden(ChangeKind::TrailerEntry { key: "Info".to_owned() });
            self.report(change.at(new.id.number));
            return Ok(());
        }
        for key in self.differing(&old, &new) {
            let value = In::whole(self.new, &new).entry(&key);
            let text = value.is_some_and(|value| matches!(value.value, Value::String(_)));
            let change = if text && WRITER_ENTRIES.contains(&key.as_str()) {
                Change::explained(ChangeKind::Information { key }, ModificationLevel::LtaUpdates)
            } else {
                Change::forbidden(ChangeKind::Information { key })
            };
            self.report(change.at(new.id.number));
        }
        Ok(())
    }
}

fn is_plain(dictionary: &Dictionary) -> bool {
    let plain = |value: &Value| {
        matches!(
            value,
            Value::Boolean(_) | Value::Integer(_) | Value::Name(_) | Value::Real(_) | Value::String(_)
        )
    };
    dictionary.entries.iter().all(|entry| plain(&entry.value))
}
