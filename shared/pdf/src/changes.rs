//! What later revisions changed after a signature, and whether signatures allow it.
//!
//! Every revision is compared with the one before it. What a later revision says anew about an object of the
//! signed file has to be explained by one of few rules on all paths that lead to the object; whatever no rule
//! explains is not allowed.
//!
//! **Invariant:** doubt is a change that is not allowed, never silence.

mod catalog;
mod cover;
mod field;
mod fields;
mod form;
mod graph;
mod kind;
mod page;
mod paint;
mod permission;
mod resources;
mod role;
mod same;
mod shown;
mod step;
mod store;
mod tail;
mod visual;

pub use self::{
    kind::{Ambiguity, ChangeKind, ModificationLevel, ObjectRole},
    visual::{PageRenderer, Picture, RenderFault, VisualChange, VisualKind, visual_changes},
};

use std::sync::{Arc, PoisonError};

use self::{graph::Graph, permission::Permissions, step::Step};
use crate::{Document, ObjectId, PdfError, Rect, SignatureFound, document::Fault};

/// One thing that a later revision changed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// The revision that changed it: index into [`crate::revisions`].
    pub revision: usize,
    /// The object that changed or was added; number 0 when it is not about a single one.
    pub object: ObjectId,
    /// The page it shows on, from 1.
    pub page: Option<u32>,
    /// Where on the page it shows, in the page's own coordinates.
    pub area: Option<Rect>,
    /// Full name of the form field it is about.
    pub field: Option<String>,
    /// What happened.
    pub kind: ChangeKind,
    /// What has to be permitted for it.
    pub level: ModificationLevel,
    /// Whether the signatures that stood in the file by then allow it.
    pub allowed: bool,
    /// The field whose signature forbids what would be allowed without it.
    pub forbidden_by: Option<String>,
}

impl Change {
    /// A change that no rule explains.
    pub(crate) fn forbidden(kind: ChangeKind) -> Self {
        Self {
            level: ModificationLevel::Other,
            allowed: false,
            ..Self::explained(kind, ModificationLevel::Other)
        }
    }

    /// A change that a rule explains.
    pub(crate) fn explained(kind: ChangeKind, level: ModificationLevel) -> Self {
        Self {
            revision: 0,
            object: ObjectId::default(),
            page: None,
            area: None,
            field: None,
            kind,
            level,
            allowed: true,
            forbidden_by: None,
        }
    }

    pub(crate) fn at(self, number: u32) -> Self {
        Self { object: ObjectId { number, generation: 0 }, ..self }
    }

    pub(crate) fn of_field(self, field: &str) -> Self {
        Self { field: Some(field.to_owned()), ..self }
    }

    /// `page` counts from 0.
    pub(crate) fn on_page(self, page: Option<usize>, area: Option<Rect>) -> Self {
        let page = page.map(|page| u32::try_from(page).unwrap_or(u32::MAX).saturating_add(1));
        Self { page, area, ..self }
    }

    /// What happened, in words for readers who know nothing of the format.
    #[must_use]
    pub fn sentence(&self) -> String {
        kind::sentence(self)
    }
}

/// What every revision after `signature` changed, judged by what the signatures then in the file allow.
///
/// Deny by default: a change is allowed only if a rule explains all of it and no certification (`DocMDP`), no
/// locked field (`FieldMDP`, `/Lock`) and no missing permission stands against it. Identical copies of objects and
/// new objects that nothing leads to are no changes.
///
/// # Errors
///
/// [`PdfError`] when the source fails, or the revisions cannot be told apart. What cannot be read in a later
/// revision, or takes more work than the limits allow, is a change that is not allowed. So are bytes behind the last
/// end marker that no signature covers, white space and zeros included: one end of a line may stand there, which
/// many writers leave out of the byte range.
pub fn changes_since(document: &Document, signature: &SignatureFound) -> Result<Vec<Change>, PdfError> {
    let since = signature.revision;
    let mut kept = document.changes().lock().unwrap_or_else(PoisonError::into_inner);
    let known = match &*kept {
        Some(known) if known.since <= since => known.clone(),
        _ => {
            let behind = unsigned_end(document)?;
            let known = Arc::new(Analysis { since, changes: analyse(document, since)?, behind });
            *kept = Some(known.clone());
            known
        }
    };
    let later = known.changes.iter().filter(|change| change.revision > since);
    Ok(later.chain(&known.behind).cloned().collect())
}

/// What is found about the revisions after one, kept for signatures of later ones.
#[derive(Debug)]
pub(crate) struct Analysis {
    since: usize,
    changes: Vec<Change>,
    /// Bytes behind the last revision.
    behind: Option<Change>,
}

/// Bytes behind the last end marker that no signature covers.
///
/// Others than white space are a revision by themselves.
fn unsigned_end(document: &Document) -> Result<Option<Change>, PdfError> {
    let history = document.history()?;
    let Some((index, last)) = history.revisions.iter().enumerate().next_back() else { return Ok(None) };
    let size = document.size();
    if last.sections == 0 || last.eof >= size {
        return Ok(None);
    }
    let signed = crate::signatures(document)?;
    let ends = signed.iter().filter(|found| found.coverage.is_whole()).map(|found| found.revision_end);
    let from = ends.fold(last.eof, u64::max);
    let rest = document.reader().window(from, 3)?;
    if matches!(&*rest, b"" | b"\r" | b"\n" | b"\r\n") {
        return Ok(None);
    }
    let change = Change::forbidden(ChangeKind::UnsignedBytes { bytes: size - from });
    Ok(Some(Change { revision: index, ..change }))
}

/// All changes of the revisions after `since`.
fn analyse(document: &Document, since: usize) -> Result<Vec<Change>, PdfError> {
    let history = document.history()?;
    let mut changes: Vec<Change> = Vec::new();
    let mut before: Option<(Arc<Document>, Graph)> = None;
    for (index, revision) in history.revisions.iter().enumerate().skip(since + 1) {
        let start = changes.len();
        if let Some(fault) = revision.fault {
            changes.push(fault_change(fault, revision.end - revision.start));
        }
        if revision.sections > 0 {
            let outcome = analyse_step(document, index, &mut before, &mut changes);
            tolerate(outcome, &mut before, &mut changes)?;
        }
        for change in changes.iter_mut().skip(start) {
            change.revision = index;
        }
    }
    Ok(changes)
}

/// Compares a revision with the one before it, of which `before` may hold what is known already.
fn analyse_step(
    document: &Document,
    index: usize,
    before: &mut Option<(Arc<Document>, Graph)>,
    changes: &mut Vec<Change>,
) -> Result<(), PdfError> {
    let history = document.history()?;
    let end = |index: usize| history.revisions.get(index).map_or(0, |revision| revision.end);
    let (old, mut graph) = if let Some(known) = before.take() {
        known
    } else {
        let old = Arc::new(document.view(index - 1, end(index - 1))?);
        let graph = Graph::read(&old)?;
        (old, graph)
    };
    let new = Arc::new(document.view(index, end(index))?);
    if let Some(revision) = history.revisions.get(index) {
        let found = tail::ambiguities(document, &new, revision)?;
        changes.extend(found.into_iter().map(|how| Change::forbidden(ChangeKind::Ambiguous(how))));
    }
    let permissions = Permissions::read(&old)?;
    let step = Step::new(&old, &new, &graph, document, index)?;
    let touched = step.touched().clone();
    let mut found = step.run()?;
    permissions.judge(&mut found);
    changes.append(&mut found);
    graph.update(&new, &touched)?;
    *before = Some((new, graph));
    Ok(())
}

/// Takes what cannot be read, or not within the limits, as a change that is not allowed.
fn tolerate(
    outcome: Result<(), PdfError>,
    before: &mut Option<(Arc<Document>, Graph)>,
    changes: &mut Vec<Change>,
) -> Result<(), PdfError> {
    let kind = match outcome {
        Ok(()) => return Ok(()),
        Err(PdfError::Io(error)) => return Err(PdfError::Io(error)),
        Err(PdfError::LimitExceeded { limit, .. }) => ChangeKind::TooLarge { limit },
        Err(_) => ChangeKind::Unreadable,
    };
    *before = None;
    changes.push(Change::forbidden(kind));
    Ok(())
}

fn fault_change(fault: Fault, bytes: u64) -> Change {
    Change::forbidden(match fault {
        Fault::EndMarker => ChangeKind::Ambiguous(Ambiguity::EndMarker),
        Fault::Order => ChangeKind::Ambiguous(Ambiguity::SectionOrder),
        Fault::Startxref => ChangeKind::Ambiguous(Ambiguity::Startxref),
        Fault::Trailing => ChangeKind::UnsignedBytes { bytes },
    })
}
