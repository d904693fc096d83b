//! Validating one file.

use std::{
    error::Error,
    fs::{self, File},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use pades::{
    trust::TrustAnchors,
    validate::{
        AnchorSource, CertificateReport, Options, Report, SignatureReport, TimestampReport, Verdict, validate,
    },
};
use pdf::{FileSource, PageRenderer, ReadAt};
use render::Renderer;
use serde_json::{Value, json};

use crate::arguments::Arguments;

/// Up to this size a file is read into memory at once, in bytes; larger ones are read in ranges, unless they are
/// validated several times.
const IN_MEMORY_BYTES: u64 = 16 << 20;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Whom to trust, with the wishes of the command line.
pub(crate) struct Validator<'a> {
    arguments: &'a Arguments,
    anchors: TrustAnchors,
    known: Vec<Vec<u8>>,
    detached: Option<Arc<dyn ReadAt>>,
    now: i64,
}

impl<'a> Validator<'a> {
    pub(crate) fn load(arguments: &'a Arguments) -> Outcome<Self> {
        let mut anchors = TrustAnchors::new();
        for der in certificates(&arguments.trust)? {
            anchors.add_certificate(der, AnchorSource::Tenant)?;
        }
        #[expect(clippy::disallowed_methods, reason = "a program of its own, which has no other clock")]
        let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
        let detached = arguments.detached.as_deref().map(|path| open(path, 1)).transpose()?;
        Ok(Self { arguments, anchors, known: certificates(&arguments.known)?, detached, now })
    }

    pub(crate) fn validate_file(&self, path: &Path) -> Value {
        match self.validate(path) {
            Ok((report, times)) => {
                let mut line = self.line(&report);
                if let Some(line) = line.as_object_mut() {
                    line.insert("file".to_owned(), json!(path.display().to_string()));
                    line.insert("ok".to_owned(), json!(true));
                    line.insert("times".to_owned(), json!(times));
                    line.insert("error".to_owned(), Value::Null);
                }
                line
            }
            Err(error) => json!({
                "file": path.display().to_string(),
                "ok": false,
                "overall": null,
                "times": [],
                "signatures": [],
                "error": error_chain(error.as_ref()),
            }),
        }
    }

    fn validate(&self, path: &Path) -> Outcome<(Report, Vec<f64>)> {
        let source = open(path, self.arguments.repeat)?;
        let options = Options {
            at: self.arguments.at,
            password: self.arguments.password.as_ref().map(|text| text.as_bytes().to_vec()),
            detached: self.detached.clone(),
            certificates: &self.known,
            recursive: self.arguments.recursive,
            ..Options::new(&self.anchors, self.now)
        };
        let render = self.arguments.render;
        let (mut report, seconds) = run(&source, &options, render)?;
        let mut times = vec![seconds];
        for _ in 1..self.arguments.repeat {
            times.push(run(&source, &options, render)?.1);
        }
        if !render {
            // What was timed saw no pictures; the verdict that is told always has.
            report = run(&source, &options, true)?.0;
        }
        Ok((report, times))
    }

    fn line(&self, report: &Report) -> Value {
        let signatures: Vec<Value> =
            report.signatures.iter().map(|signature| self.signature(signature)).collect();
        let mut line = json!({ "overall": report.standard_name(), "signatures": signatures });
        if let (true, Some(line)) = (self.arguments.details, line.as_object_mut()) {
            line.insert("format".to_owned(), json!(report.format.standard_name()));
            line.insert("reason".to_owned(), json!(report.overall.as_ref().map(|verdict| &verdict.reason)));
            line.insert("notes".to_owned(), json!(report.notes));
        }
        if let (false, Some(line)) = (report.inner.is_empty(), line.as_object_mut()) {
            let inner: Vec<Value> = report.inner.iter().map(|inner| self.line(inner)).collect();
            line.insert("inner".to_owned(), json!(inner));
        }
        line
    }

    fn signature(&self, signature: &SignatureReport) -> Value {
        let sentences: Vec<&str> = signature.changes.iter().map(|change| change.sentence.as_str()).collect();
        let mut line = json!({
            "indication": signature.verdict.indication.standard_name(),
            "sub_indication": sub_indication(&signature.verdict),
            "intact": signature.intact,
            "level": signature.level.map(pades::Level::standard_name),
            "coverage": signature.coverage.standard_name(),
            "revision": signature.revision,
            "changes": sentences,
        });
        if let (true, Some(line)) = (self.arguments.details, line.as_object_mut()) {
            let not_allowed = signature.changes.iter().filter(|change| !change.allowed).count();
            line.insert("reason".to_owned(), json!(signature.verdict.reason));
            line.insert("process".to_owned(), json!(signature.process.standard_name()));
            line.insert("field".to_owned(), json!(signature.field));
            line.insert("sub_filter".to_owned(), json!(signature.sub_filter));
            line.insert("algorithm".to_owned(), json!(signature.algorithm));
            line.insert("claimed_at".to_owned(), json!(signature.claimed_at));
            line.insert("proven_at".to_owned(), json!(signature.proven_at));
            line.insert("changes_not_allowed".to_owned(), json!(not_allowed));
            line.insert("chain".to_owned(), chain(&signature.chain));
            line.insert("timestamps".to_owned(), signature.timestamps.iter().map(timestamp).collect());
            line.insert("notes".to_owned(), json!(signature.notes));
        }
        line
    }
}

/// One validation, with or without pictures of the pages, and the seconds it took.
fn run(source: &Arc<dyn ReadAt>, options: &Options<'_>, pictures: bool) -> Outcome<(Report, f64)> {
    // Its time is for one file, so each run has one of its own.
    let renderer = Renderer::new(render::Limits::default());
    let renderer: Option<&dyn PageRenderer> = if pictures { Some(&renderer) } else { None };
    let options = Options { renderer, ..options.clone() };
    let started = Instant::now();
    let report = validate(Arc::clone(source), &options);
    let seconds = started.elapsed().as_secs_f64();
    Ok((report?, seconds))
}

fn chain(chain: &[CertificateReport]) -> Value {
    let one = |certificate: &CertificateReport| {
        json!({
            "subject": certificate.subject,
            "status": certificate.status.standard_name(),
            "not_before": certificate.not_before,
            "not_after": certificate.not_after,
            "revocation": format!("{:?}", certificate.revocation.source),
            "trusted": certificate.anchor.is_some(),
        })
    };
    chain.iter().map(one).collect()
}

fn timestamp(timestamp: &TimestampReport) -> Value {
    json!({
        "indication": timestamp.verdict.indication.standard_name(),
        "sub_indication": sub_indication(&timestamp.verdict),
        "reason": timestamp.verdict.reason,
        "generated_at": timestamp.generated_at,
        "covers": format!("{:?}", timestamp.covers),
    })
}

fn sub_indication(verdict: &Verdict) -> Option<&'static str> {
    verdict.sub_indication.map(pades::validate::SubIndication::standard_name)
}

fn certificates(paths: &[PathBuf]) -> Outcome<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    for path in paths {
        let bytes = fs::read(path)?;
        match std::str::from_utf8(&bytes) {
            Ok(text) => found.extend(pades::certificates_of_pem(text)?),
            Err(_) => found.push(bytes),
        }
    }
    Ok(found)
}

fn open(path: &Path, readings: usize) -> Outcome<Arc<dyn ReadAt>> {
    let file = File::open(path)?;
    if readings == 1 && file.metadata()?.len() > IN_MEMORY_BYTES {
        return Ok(Arc::new(FileSource::new(file)?));
    }
    Ok(Arc::new(fs::read(path)?))
}

/// An error with its causes, outermost first.
fn error_chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
