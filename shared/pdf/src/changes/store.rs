//! What may change in the security store: validation data is added (ISO 32000-2 section 12.8.4.3).

use super::{Change, ChangeKind, ModificationLevel, step::Step};
use crate::{
    Document, PdfError,
    object::{Dictionary, Object, Value},
};

/// Arrays of the store, and of an entry for one signature.
const ARRAYS: [&[u8]; 6] = [b"Certs", b"CRLs", b"OCSPs", b"Cert", b"CRL", b"OCSP"];
/// Entries for one signature that the store may hold.
const MOST_ENTRIES: usize = 10_000;

impl Step<'_> {
    pub(super) fn store(&mut self) -> Result<(), PdfError> {
        let value = self.new_catalog.dictionary().and_then(|catalog| catalog.get("DSS").cloned());
        let removed = value.is_none();
        let store = self.new.resolve(&value.unwrap_or(Value::Null))?;
        let plain = match store.dictionary() {
            Some(dictionary) if store.stream_at.is_none() => self.is_store(dictionary)?,
            _ => false,
        };
        let change = if plain && !removed && !self.lost_data(&store)? {
            Change::explained(ChangeKind::ValidationData, ModificationLevel::LtaUpdates)
        } else {
            Change::forbidden(ChangeKind::ValidationDataMalformed)
        };
        self.report(change.at(store.id.number));
        Ok(())
    }

    /// Whether the store holds fewer data of a kind than it did. It may name them anew.
    fn lost_data(&self, store: &Object) -> Result<bool, PdfError> {
        let value = self.old_catalog.dictionary().and_then(|catalog| catalog.get("DSS").cloned());
        let old = self.old.resolve(&value.unwrap_or(Value::Null))?;
        let count = |document: &Document, store: &Object, key: &str| -> Result<usize, PdfError> {
            let array = match store.dictionary() {
                Some(dictionary) => document.value(dictionary, key)?,
                None => Value::Null,
            };
            Ok(array.as_array().map_or(0, <[_]>::len))
        };
        for key in ["Certs", "CRLs", "OCSPs"] {
            if count(self.new, store, key)? < count(self.old, &old, key)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_store(&self, store: &Dictionary) -> Result<bool, PdfError> {
        for entry in &store.entries {
            let plain = match entry.key.as_slice() {
                b"Type" => true,
                b"Certs" | b"CRLs" | b"OCSPs" => self.is_data(&entry.value)?,
                b"VRI" => self.is_by_signature(&entry.value)?,
                _ => false,
            };
            if !plain {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn is_by_signature(&self, value: &Value) -> Result<bool, PdfError> {
        let entries = self.new.resolve(value)?;
        let Some(entries) = entries.dictionary().filter(|_| entries.stream_at.is_none()) else {
            return Ok(false);
        };
        if entries.entries.len() > MOST_ENTRIES {
            return Ok(false);
        }
        for entry in &entries.entries {
            if entry.key == b"Type" {
                continue;
            }
            let hash = entry.key.len() == 40 && entry.key.iter().all(u8::is_ascii_hexdigit);
            let of_one = self.new.resolve(&entry.value)?;
            let Some(dictionary) = of_one.dictionary().filter(|_| hash && of_one.stream_at.is_none()) else {
                return Ok(false);
            };
            for entry in &dictionary.entries {
                let plain = match entry.key.as_slice() {
                    b"Type" | b"TU" => true,
                    b"TS" => self.is_datum(&entry.value)?,
                    key if ARRAYS.contains(&key) => self.is_data(&entry.value)?,
                    _ => false,
                };
                if !plain {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// An array of streams.
    fn is_data(&self, value: &Value) -> Result<bool, PdfError> {
        let array = self.new.resolve(value)?;
        let Some(items) = array.value.as_array() else { return Ok(false) };
        for item in items {
            if !self.is_datum(&item.value)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn is_datum(&self, value: &Value) -> Result<bool, PdfError> {
        Ok(self.new.resolve(value)?.stream_at.is_some())
    }
}
