//! What happened to a PDF after a signature.

use pdf::{Change, Document, ModificationLevel, PageRenderer, RangeCoverage, SignatureFound, VisualKind};

use super::super::{ChangeReport, Options, SubIndication, Verdict};

/// What changed after one signature, and what follows from it.
pub(super) struct Changes {
    pub(super) verdict: Verdict,
    pub(super) list: Vec<ChangeReport>,
    /// The most far-reaching of them.
    pub(super) level: ModificationLevel,
}

/// Finds what later revisions changed, in the structure and, if there is a renderer, in the pictures.
pub(super) fn changes_after(document: &Document, found: &SignatureFound, options: &Options<'_>) -> Changes {
    let mut changes =
        Changes { verdict: Verdict::passed(), list: Vec::new(), level: ModificationLevel::None };
    if matches!(found.coverage, RangeCoverage::Broken(_)) {
        return changes;
    }
    let later = match pdf::changes_since(document, found) {
        Ok(later) => later,
        Err(error) => {
            changes.verdict = not_allowed(format!("what follows the signature cannot be read: {error}"));
            changes.level = ModificationLevel::Other;
            return changes;
        }
    };
    for change in &later {
        let sentence = change.sentence();
        if !change.allowed && changes.verdict.is_passed() {
            changes.verdict = not_allowed(sentence.clone());
        }
        changes.level = changes.level.max(change.level);
        changes.list.push(ChangeReport {
            revision: change.revision,
            sentence,
            page: change.page,
            allowed: change.allowed,
        });
    }
    if let Some(renderer) = options.renderer {
        let password = options.password.as_deref();
        changes.compare_pictures(document, found, &later, renderer, password);
    }
    changes
}

impl Changes {
    /// Adds what the pictures tell. A picture that is missing counts only where more than fields changed.
    fn compare_pictures(
        &mut self,
        document: &Document,
        found: &SignatureFound,
        changed: &[Change],
        renderer: &dyn PageRenderer,
        password: Option<&[u8]>,
    ) {
        let visible = match pdf::visual_changes(document, found, changed, renderer, password) {
            Ok(visible) => visible,
            Err(error) => return self.doubt(not_allowed(format!("the pages cannot be compared: {error}"))),
        };
        for change in visible {
            let sentence = change.sentence();
            let missing = matches!(change.kind, VisualKind::NotCompared | VisualKind::NotRendered(_));
            let by_fields_only = changed
                .iter()
                .filter(|other| other.page.is_none_or(|page| page == change.page))
                .all(|other| other.allowed && other.level <= ModificationLevel::FormFilling);
            let allowed = missing && by_fields_only;
            if !allowed {
                self.doubt(not_allowed(sentence.clone()));
            }
            let revision = changed.iter().map(|change| change.revision).max().unwrap_or(found.revision);
            self.list.push(ChangeReport { revision, sentence, page: Some(change.page), allowed });
        }
    }

    fn doubt(&mut self, verdict: Verdict) {
        let before = std::mem::replace(&mut self.verdict, Verdict::passed());
        self.verdict = before.and(verdict);
    }
}

fn not_allowed(reason: impl Into<String>) -> Verdict {
    Verdict::indeterminate(SubIndication::SigConstraintsFailure, reason)
}
