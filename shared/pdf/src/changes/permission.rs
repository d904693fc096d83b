//! What the signatures that stand in a file permit to be changed (ISO 32000-1 section 12.8.2).

use super::{Change, ChangeKind, ModificationLevel};
use crate::{Document, PdfError, form::Form, signature::Signatures};

/// The permissions in force when a revision was added: those of all signatures before it.
pub(super) struct Permissions {
    signatures: Signatures,
}

impl Permissions {
    pub(super) fn read(document: &Document) -> Result<Self, PdfError> {
        let form = Form::read(document)?;
        Ok(Self { signatures: Signatures::read(document, &form)? })
    }

    /// Takes back the allowance for what a signature forbids.
    pub(super) fn judge(&self, changes: &mut [Change]) {
        for change in changes.iter_mut().filter(|change| change.allowed) {
            change.forbidden_by = self.forbids(change).map(str::to_owned);
            change.allowed = change.forbidden_by.is_none() && change.level <= self.most_without_name();
        }
    }

    /// What is allowed when no signature says more.
    fn most_without_name(&self) -> ModificationLevel {
        match self.signatures.permission() {
            Some((3, _)) => ModificationLevel::Annotations,
            _ => ModificationLevel::FormFilling,
        }
    }

    /// The field whose signature forbids the change.
    fn forbids(&self, change: &Change) -> Option<&str> {
        if let Some((permission, field)) = self.signatures.permission() {
            let most = match permission {
                2 => ModificationLevel::FormFilling,
                3 => ModificationLevel::Annotations,
                _ => ModificationLevel::LtaUpdates,
            };
            // Further visible fields could cover what was certified.
            let covers = matches!(change.kind, ChangeKind::SignatureFieldAdded { visible: true, .. });
            if change.level > most || covers {
                return Some(field);
            }
        }
        let name = change.field.as_deref().filter(|_| change.level > ModificationLevel::LtaUpdates)?;
        let lock = self.signatures.locks.iter().find(|lock| lock.fields.covers(name));
        lock.map(|lock| lock.by.as_str())
    }
}
