//! Signed files inside signed files, and in archives.

use std::sync::Arc;

use pdf::{Document, PdfError, ReadAt};

use super::{
    Content, Format, Options, Report, SubIndication, ValidateError, Verdict, digest::digest_source, format,
    zip,
};
use crate::hash::HashAlgorithm;

/// What may still be looked at.
pub(super) struct Budget {
    depth: u32,
    files: u32,
    bytes: u64,
}

impl Budget {
    pub(super) fn new(options: &Options<'_>) -> Self {
        let limits = &options.limits;
        Self { depth: limits.depth, files: limits.inner_files, bytes: limits.inner_bytes }
    }

    /// Takes a file's share; `false` when there is none left.
    fn take(&mut self, bytes: u64) -> bool {
        match (self.files.checked_sub(1), self.bytes.checked_sub(bytes)) {
            (Some(files), Some(left)) => {
                (self.files, self.bytes) = (files, left);
                true
            }
            _ => false,
        }
    }
}

/// Looks for signed files in what a report's signatures signed.
pub(super) fn look_inside(
    report: &mut Report,
    options: &Options<'_>,
    budget: &mut Budget,
) -> Result<(), ValidateError> {
    let Some(Content::Bytes(content)) = &report.content else { return Ok(()) };
    let content: Arc<dyn ReadAt> = Arc::new(content.clone());
    let found = validate_inner(&content, "the signed content", options, budget)?;
    add(report, found);
    Ok(())
}

/// Looks for signed files among those that a PDF embeds. Whether there may be any is for its own signatures to
/// say: a PDF that nobody signed is not worth more for what is in it.
pub(super) fn look_at_files(
    report: &mut Report,
    document: &Document,
    options: &Options<'_>,
    budget: &mut Budget,
) -> Result<(), ValidateError> {
    let own = report.overall.clone();
    match pdf::embedded_files(document) {
        Ok(files) => {
            for file in files {
                if budget.files == 0 {
                    report.notes.push("not all files inside the document were looked at".to_owned());
                    break;
                }
                match pdf::embedded_file(document, file) {
                    Ok(bytes) => {
                        let bytes: Arc<dyn ReadAt> = Arc::new(bytes);
                        let found = validate_inner(&bytes, "a file inside the document", options, budget)?;
                        add(report, found);
                    }
                    Err(PdfError::Io(error)) => return Err(error.into()),
                    Err(error) => {
                        report.notes.push(format!("a file inside the document cannot be read: {error}"));
                    }
                }
            }
        }
        Err(PdfError::Io(error)) => return Err(error.into()),
        Err(error) => {
            report.notes.push(format!("the files inside the document cannot be listed: {error}"));
        }
    }
    if own.is_none() {
        report.overall = None;
    }
    Ok(())
}

/// The signed files in an archive.
///
/// An archive that signs itself, by files in `META-INF` or the like, is refused by name.
pub(super) fn validate_archive(
    source: &Arc<dyn ReadAt>,
    options: &Options<'_>,
    budget: &mut Budget,
) -> Result<Report, ValidateError> {
    let archive = format::read_all(source.as_ref(), options.limits.cms_bytes)?;
    let members = zip::members(&archive, MAX_MEMBERS).ok_or(ValidateError::NotSigned)?;
    if let Some(what) = members.iter().find_map(|member| signs_itself(&member.name)) {
        return Err(ValidateError::Unsupported { what });
    }
    let mut report = Report::new(Format::Archive, whole_sha256(source.as_ref())?, options);
    if !options.recursive {
        report.notes.push("files inside the archive were not looked at".to_owned());
        return Ok(report);
    }
    let mut unsigned = 0;
    for member in members.iter().filter(|member| !member.is_folder()) {
        if budget.files == 0 {
            report.notes.push("not all files of the archive were looked at".to_owned());
            unsigned += 1;
            break;
        }
        let Some(bytes) = member.unpack(&archive, budget.bytes) else {
            report.notes.push("a file of the archive could not be unpacked within the limits".to_owned());
            unsigned += 1;
            continue;
        };
        let bytes: Arc<dyn ReadAt> = Arc::new(bytes);
        let found = validate_inner(&bytes, "a file of the archive", options, budget)?;
        unsigned += usize::from(!matches!(found, Found::Report(_)));
        add(&mut report, found);
    }
    // Nothing binds the files of an archive together: one that nobody signed could be anybody's.
    if unsigned > 0 {
        let reason = "not every file of the archive is signed, or could be judged";
        let doubt = Verdict::indeterminate(SubIndication::SigConstraintsFailure, reason);
        report.overall = report.overall.map(|overall| overall.and(doubt));
    }
    Ok(report)
}

/// SHA-256 of a source.
pub(super) fn whole_sha256(source: &dyn ReadAt) -> std::io::Result<[u8; 32]> {
    let digests = digest_source(source, [HashAlgorithm::Sha256])?;
    Ok(digests.into_values().next().and_then(|digest| digest.try_into().ok()).unwrap_or_default())
}

/// What looking at one file inside another gave.
enum Found {
    /// A signed file.
    Report(Box<Report>),
    /// One that could not be judged, and why.
    Note(String),
    /// No signed file.
    Nothing,
}

fn add(report: &mut Report, found: Found) {
    match found {
        Found::Report(inner) => {
            report.overall =
                report.overall.clone().into_iter().chain(inner.overall.clone()).reduce(Verdict::and);
            report.inner.push(*inner);
        }
        Found::Note(note) => report.notes.push(note),
        Found::Nothing => {}
    }
}

/// Validates a file that was found inside another one, if it is of a kind that can be signed.
fn validate_inner(
    source: &Arc<dyn ReadAt>,
    what: &str,
    options: &Options<'_>,
    budget: &mut Budget,
) -> Result<Found, ValidateError> {
    let Ok(kind) = format::kind_of(source.as_ref()) else { return Ok(Found::Nothing) };
    if budget.depth == 0 || !budget.take(source.size()) {
        return Ok(Found::Note(format!("{what} was not looked at: too many, too deep or too large")));
    }
    budget.depth -= 1;
    let options = Options { detached: None, ..options.clone() };
    let outcome = super::validate_kind(kind, source, &options, budget);
    budget.depth += 1;
    Ok(match outcome {
        Ok(report) if report.overall.is_some() => Found::Report(Box::new(report)),
        Ok(_) | Err(ValidateError::NotSigned) => Found::Nothing,
        Err(ValidateError::Io(error)) => return Err(error.into()),
        Err(error) => Found::Note(format!("{what} could not be validated: {error}")),
    })
}

/// The kind of signature that an archive with a file of this name carries itself.
fn signs_itself(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    if name.starts_with("meta-inf/") && (name.contains("signature") || name.contains("timestamp")) {
        return Some("ASiC containers and other archives that sign themselves");
    }
    name.starts_with("_xmlsignatures/").then_some("signatures of Office documents")
}

/// Files listed by an archive that are looked at. Those behind them are never unpacked.
const MAX_MEMBERS: usize = 4096;
