//! Sealing one file.

use std::{
    error::Error,
    fs::{self, File, OpenOptions},
    io::Write,
    path::Path,
    sync::Arc,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use der::{Reader, SliceReader};
use pades::{
    Fetch, Level, MaterialSearch, OCSP_REQUEST, Pkcs8Key, SealAlgorithm, SealCertificate, SignedAttributes,
    TIMESTAMP_QUERY, TIMESTAMP_RESERVE_BYTES, TimestampRequest, TimestampToken,
};
use pdf::{
    Act, Appearance, DEFAULT_HEIGHT_POINTS, Document, FieldPlan, FileSource, Limits, Mark, Place, ReadAt,
    SealRequest, SignatoryField, SignedAt,
};

use crate::{
    arguments::Arguments,
    http,
    repair::{Repaired, repair},
};

/// Up to this size a file is read into memory at once, in bytes; larger ones are read in ranges.
const IN_MEMORY_BYTES: u64 = 16 << 20;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What became of one file.
#[derive(Default)]
pub(crate) struct Sealing {
    pub times: Vec<f64>,
    pub bytes_appended: Option<u64>,
    pub error: Option<String>,
    /// What was broken, and how it was repaired.
    pub repaired: Vec<String>,
}

impl Sealing {
    pub(crate) fn refused(why: &str) -> Self {
        Self { error: Some(why.to_owned()), ..Self::default() }
    }
}

/// The key and certificate with the wishes of the command line.
pub(crate) struct Sealer<'a> {
    arguments: &'a Arguments,
    certificate: SealCertificate,
    contents_bytes: usize,
    key: Pkcs8Key,
    known: Vec<Vec<u8>>,
    name: String,
}

impl<'a> Sealer<'a> {
    pub(crate) fn load(arguments: &'a Arguments) -> Outcome<Self> {
        let mut pem = fs::read_to_string(&arguments.certificate)?;
        if let Some(chain) = &arguments.chain {
            pem.push('\n');
            pem += &fs::read_to_string(chain)?;
        }
        let certificate = SealCertificate::from_pem(&pem)?;
        let mut key = Pkcs8Key::from_pem(&fs::read_to_string(&arguments.key)?)?;
        key.check_belongs_to(&certificate)?;
        if arguments.pss {
            key = key.with_algorithm(SealAlgorithm::RsaPssSha256)?;
        }
        let timestamp_bytes = if arguments.level == Level::BB { 0 } else { TIMESTAMP_RESERVE_BYTES };
        let contents_bytes = pades::contents_bytes(&certificate, key.algorithm(), timestamp_bytes)?;
        let name = arguments.name.clone();
        let name = name.unwrap_or_else(|| certificate.subject_common_name().unwrap_or("Seal").to_owned());
        let known = match &arguments.known {
            Some(path) => pades::certificates_of_pem(&fs::read_to_string(path)?)?,
            None => Vec::new(),
        };
        Ok(Self { arguments, certificate, contents_bytes, key, known, name })
    }

    pub(crate) fn seal_file(&self, from: &Path, to: &Path) -> Sealing {
        let mut sealing = Sealing::default();
        for _ in 0..self.arguments.repeat {
            let start = Instant::now();
            match self.seal_once(from, to) {
                Ok((bytes, repaired)) => {
                    sealing.bytes_appended = Some(bytes);
                    sealing.repaired = repaired;
                }
                Err(error) => return Sealing::refused(&error_chain(error.as_ref())),
            }
            sealing.times.push(start.elapsed().as_secs_f64());
        }
        sealing
    }

    /// Seals a file, after a repair if it cannot be sealed as it is. Returns how many bytes were appended, and
    /// what was repaired.
    fn seal_once(&self, from: &Path, to: &Path) -> Outcome<(u64, Vec<String>)> {
        let mut output = Output { from, to, started: false, appended: 0 };
        if self.arguments.renew {
            self.renew(&mut output)?;
            return Ok((output.appended, Vec::new()));
        }
        let reason = match self.seal_acts(&mut output) {
            Ok(()) => return Ok((output.appended, Vec::new())),
            Err(reason) => reason,
        };
        // A revision that was written proves that the file could be read.
        if output.started {
            return Err(reason);
        }
        let Repaired { bytes, original, notes } = repair(from, self.password(), reason)?;
        fs::write(to, &bytes)?;
        let mut output = Output { from, to, started: true, appended: bytes.len() as u64 - original };
        if let Err(error) = self.seal_acts(&mut output) {
            fs::remove_file(to)?;
            return Err(error);
        }
        Ok((output.appended, notes))
    }

    /// Adds what proves the latest document time-stamp while its authority still answers, and a new one.
    fn renew(&self, output: &mut Output<'_>) -> Outcome<()> {
        let now = now()?;
        let signatures = pdf::inspect(&self.open(output.current())?)?.signatures;
        let latest =
            signatures.iter().filter(|found| found.timestamp).max_by_key(|found| end(&found.byte_range));
        let latest = latest.ok_or("the document has no document time-stamp")?;
        // What is reserved and not used stands behind the token.
        let token = SliceReader::new(&latest.contents)?.tlv_bytes()?.to_vec();
        self.add_validation_data(output, &[TimestampToken::from_der(&token)?], now)?;
        self.add_document_timestamp(output, now)
    }

    /// Seals every act that was asked for, each as a revision on the one before.
    fn seal_acts(&self, output: &mut Output<'_>) -> Outcome<()> {
        let now = now()?;
        let plan = self.plan(now);
        let text = now.to_pdf_date();
        let appearance = Appearance {
            name: self.name.clone(),
            mark: Mark::Typed,
            signed_at_text: readable(&text),
            reason: None,
            reference: format!("{:x}", now.unix_ms),
        };
        let signatories = plan
            .signatories
            .iter()
            .map(|field| Act::Signatory { field_name: &field.field_name, appearance: &appearance });
        let closing = self.arguments.close.then_some(Act::Closing);
        let mut tokens = Vec::new();
        for act in signatories.chain(closing) {
            let request = SealRequest {
                plan: &plan,
                act,
                signed_at: now,
                signer_name: &self.name,
                reason: None,
                location: None,
                evidence_head: None,
                contents_bytes: self.contents_bytes,
            };
            let document = self.open(output.current())?;
            let tail = if self.arguments.level == Level::BB {
                pades::seal(&document, document.source(), &request, &self.key, &self.certificate)?
            } else {
                let (tail, token) = self.seal_stamped(&document, &request)?;
                tokens.push(token);
                tail
            };
            output.append(&tail)?;
        }
        if self.arguments.level >= Level::BLT {
            self.add_validation_data(output, &tokens, now)?;
        }
        if self.arguments.level >= Level::BLTA {
            self.add_document_timestamp(output, now)?;
        }
        Ok(())
    }

    /// The same as [`pades::seal`] in its two steps, with a time-stamp between them.
    fn seal_stamped(
        &self,
        document: &Document,
        request: &SealRequest<'_>,
    ) -> Outcome<(Vec<u8>, TimestampToken)> {
        let algorithm = self.key.algorithm();
        let prepared = pdf::prepare(document, request)?;
        let digest =
            pades::document_digest(&prepared, document.source(), None, algorithm.digest_algorithm())?;
        let attributes = SignedAttributes::new(digest, &self.certificate, algorithm)?;
        let signature = self.key.sign_digest(algorithm, &attributes.digest())?;
        let token = self.timestamp(&TimestampRequest::for_signature(&signature, nonce()?))?;
        let cms = pades::assemble(&attributes, &signature, &self.certificate, Some(&token))?;
        Ok((prepared.finish(&cms)?, token))
    }

    fn add_validation_data(
        &self,
        output: &mut Output<'_>,
        tokens: &[TimestampToken],
        now: SignedAt,
    ) -> Outcome<()> {
        let tokens: Vec<&TimestampToken> = tokens.iter().collect();
        let mut search = MaterialSearch::new(&self.certificate, &tokens, now.unix_ms.div_euclid(1000))
            .with_certificates(&self.known);
        while let Some(fetch) = search.next_fetch()? {
            let answer = match &fetch {
                Fetch::Ocsp { url, request } => http::post(url, OCSP_REQUEST, request),
                Fetch::Certificate { url } | Fetch::Crl { url } => http::get(url),
            };
            if let Ok(answer) = answer {
                search.take(&fetch, &answer)?;
            }
        }
        let document = self.open(output.current())?;
        output.append(&pdf::append_validation_data(&document, &search.finish()?)?)
    }

    fn add_document_timestamp(&self, output: &mut Output<'_>, now: SignedAt) -> Outcome<()> {
        let document = self.open(output.current())?;
        let name = format!("Timestamp-{:x}", now.unix_ms);
        let prepared = pdf::prepare_timestamp(&document, &name, TIMESTAMP_RESERVE_BYTES)?;
        let digest = prepared.digest(document.source(), None)?;
        let token = self.timestamp(&TimestampRequest::new(digest, nonce()?))?;
        output.append(&prepared.finish(token.der())?)
    }

    fn timestamp(&self, request: &TimestampRequest) -> Outcome<TimestampToken> {
        let url = self.arguments.tsa.as_deref().unwrap_or_default();
        Ok(request.check(&http::post(url, TIMESTAMP_QUERY, &request.to_der()?)?)?)
    }

    fn open(&self, path: &Path) -> Outcome<Document> {
        let source: Arc<dyn ReadAt> = if fs::metadata(path)?.len() <= IN_MEMORY_BYTES {
            Arc::new(fs::read(path)?)
        } else {
            Arc::new(FileSource::new(File::open(path)?)?)
        };
        Ok(Document::open(source, self.password(), &Limits::default())?)
    }

    fn password(&self) -> Option<&[u8]> {
        self.arguments.password.as_deref().map(str::as_bytes)
    }

    fn plan(&self, now: SignedAt) -> FieldPlan {
        // Unlike any name in the document, even one this program sealed before.
        let prefix = format!("Seal-{:x}", now.unix_ms);
        let mut top = self.arguments.corner.map_or(0.0, |(_, y)| y);
        let mut field = |number| {
            let places = self.arguments.corner.map(|(x, _)| Place {
                page: self.arguments.page,
                x_points: x,
                y_points: top,
                ..Place::default()
            });
            top += DEFAULT_HEIGHT_POINTS;
            SignatoryField { field_name: format!("{prefix}-{number}"), places: places.into_iter().collect() }
        };
        FieldPlan {
            signatories: (1..=self.arguments.signatories).map(&mut field).collect(),
            closing_field: format!("{prefix}-closing"),
        }
    }
}

/// How far a signature reaches in its file.
fn end(byte_range: &[u64]) -> Option<u64> {
    byte_range.iter().rev().take(2).copied().reduce(u64::saturating_add)
}

/// Where the revisions go: nothing is written to OUT before the first one is made.
struct Output<'a> {
    from: &'a Path,
    to: &'a Path,
    /// OUT is there, and goes on from IN.
    started: bool,
    appended: u64,
}

impl Output<'_> {
    fn current(&self) -> &Path {
        if self.started { self.to } else { self.from }
    }

    fn append(&mut self, tail: &[u8]) -> Outcome<()> {
        if !self.started {
            // Not `fs::copy`: of an input that must not be written it would make an output that cannot be.
            std::io::copy(&mut File::open(self.from)?, &mut File::create(self.to)?)?;
            self.started = true;
        }
        OpenOptions::new().append(true).open(self.to)?.write_all(tail)?;
        self.appended += tail.len() as u64;
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "this program is its own edge")]
fn now() -> Outcome<SignedAt> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(SignedAt { unix_ms: i64::try_from(since.as_millis())?, offset_minutes: 0 })
}

fn nonce() -> Outcome<u64> {
    let mut bytes = [0; 8];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| "the system gives no random bytes")?;
    Ok(u64::from_be_bytes(bytes))
}

/// `D:20261121183605+00'00'` as `2026-11-21 18:36:05 +00:00`.
fn readable(pdf_date: &str) -> String {
    let part = |from, to| pdf_date.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-{} {}:{}:{} {}:{}",
        part(2, 6),
        part(6, 8),
        part(8, 10),
        part(10, 12),
        part(12, 14),
        part(14, 16),
        part(16, 19),
        part(20, 22)
    )
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
