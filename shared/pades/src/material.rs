//! Gathers what level B-LT keeps in a document: certificates, OCSP responses and CRLs.
//!
//! **Invariant:** fetches nothing. The search says what it wants next and judges what the caller
//! brings, so it serves an asynchronous service and a command-line program alike, and every URL
//! passes the caller's own guard.

use std::collections::HashSet;

use der::Decode;
use pdf::ValidationData;

use crate::{
    SealCertificate, TimestampToken,
    asn1::{ContentInfo, SignedData, members},
    revocation::{Question, Verdict},
    x509::X509,
};

/// The media type an OCSP request is posted with (RFC 6960 appendix A.1).
pub const OCSP_REQUEST: &str = "application/ocsp-request";

/// Certificates a search follows at most: several chains of any real length.
///
/// It bounds what a hostile answer can make the search fetch.
pub const MAX_CERTIFICATES: usize = 32;

/// Something the search wants from the network.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Fetch {
    /// `GET` an issuer's certificate.
    Certificate {
        /// Where, `http` or `https`, as a certificate says.
        url: String,
    },
    /// `GET` a certificate revocation list.
    Crl {
        /// Where, `http` or `https`, as a certificate says.
        url: String,
    },
    /// `POST` a request to an OCSP responder, as [`OCSP_REQUEST`].
    Ocsp {
        /// Where, `http` or `https`, as a certificate says.
        url: String,
        /// The request's body.
        request: Vec<u8>,
    },
}

impl Fetch {
    /// Where to ask.
    #[must_use]
    pub fn url(&self) -> &str {
        match self {
            Self::Certificate { url } | Self::Crl { url } | Self::Ocsp { url, .. } => url,
        }
    }
}

/// Why level B-LT cannot be reached.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MaterialError {
    /// Something is missing. Stay at level B-T, say so, and try again later or with more certificates.
    #[error("validation material is incomplete: {}", describe(.0))]
    Incomplete(Vec<Gap>),
    /// A certificate is revoked. Do not seal with it.
    #[error("the certificate of {subject} is revoked")]
    Revoked {
        /// The certificate's subject, RFC 4514 text.
        subject: String,
    },
}

/// What is missing for one certificate.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Gap {
    /// The certificate's subject, RFC 4514 text.
    pub subject: String,
    /// What could not be had.
    pub missing: Missing,
    /// Why the last answer did not count, if there was one.
    pub reason: Option<&'static str>,
}

/// What can be missing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Missing {
    /// The certificate that issued it.
    Issuer,
    /// An OCSP response or a CRL about it.
    Revocation,
}

/// A search for validation material.
///
/// Call [`MaterialSearch::next_fetch`] until it gives `None`, bring each answer to
/// [`MaterialSearch::take`], and skip what cannot be fetched: the search then tries elsewhere.
#[derive(Clone, Debug)]
pub struct MaterialSearch {
    asked: HashSet<Fetch>,
    crls: Vec<Vec<u8>>,
    now: i64,
    ocsp_responses: Vec<Vec<u8>>,
    pool: Vec<Vec<u8>>,
    subjects: Vec<Subject>,
}

/// A certificate to be proven, and how far that has come.
#[derive(Clone, Debug)]
struct Subject {
    der: Vec<u8>,
    issuer: Option<Vec<u8>>,
    proven: bool,
    reason: Option<&'static str>,
}

impl MaterialSearch {
    /// Begins a search for a seal and the time-stamps on it, at a moment in Unix seconds.
    #[must_use]
    pub fn new(seal: &SealCertificate, tokens: &[&TimestampToken], now_unix_seconds: i64) -> Self {
        let mut search = Self {
            asked: HashSet::new(),
            crls: Vec::new(),
            now: now_unix_seconds,
            ocsp_responses: Vec::new(),
            pool: seal.chain_der().to_vec(),
            subjects: Vec::new(),
        };
        search.add_subject(seal.der());
        for token in tokens {
            search.pool.extend_from_slice(token.certificates());
            search.add_subject(token.signer_der());
        }
        search
    }

    /// Adds certificates that may be issuers, such as trust anchors: CAs seldom publish where their
    /// root stands, and seals seldom embed it.
    #[must_use]
    pub fn with_certificates(mut self, certificates: &[Vec<u8>]) -> Self {
        self.pool.extend_from_slice(certificates);
        self
    }

    /// What to fetch next; `None` when nothing more can be gained.
    ///
    /// # Errors
    ///
    /// [`MaterialError::Revoked`] when what was taken already proves that a certificate is revoked.
    pub fn next_fetch(&mut self) -> Result<Option<Fetch>, MaterialError> {
        let mut index = 0;
        // Grows while it runs: each issuer found is a subject of its own.
        while let Some(subject) = self.subjects.get(index).cloned() {
            for wanted in self.advance(index, &subject)? {
                if self.asked.insert(wanted.clone()) {
                    return Ok(Some(wanted));
                }
            }
            index += 1;
        }
        Ok(None)
    }

    /// Takes the body of an answer. What does not count is left aside, and the search goes on.
    ///
    /// # Errors
    ///
    /// [`MaterialError::Revoked`] when it proves that a certificate is revoked.
    pub fn take(&mut self, fetch: &Fetch, answer: &[u8]) -> Result<(), MaterialError> {
        match fetch {
            Fetch::Certificate { .. } => {
                self.pool.extend(certificates_in(answer).into_iter().take(MAX_CERTIFICATES));
                Ok(())
            }
            Fetch::Crl { .. } => {
                if self.proves(|question| question.crl_verdict(answer))? {
                    self.crls.push(answer.to_vec());
                }
                Ok(())
            }
            Fetch::Ocsp { .. } => {
                if self.proves(|question| question.ocsp_verdict(answer))? {
                    self.ocsp_responses.push(answer.to_vec());
                }
                Ok(())
            }
        }
    }

    /// Ends the search.
    ///
    /// # Errors
    ///
    /// [`MaterialError::Incomplete`] naming what is missing.
    pub fn finish(mut self) -> Result<ValidationData, MaterialError> {
        // Lets what was taken last have its effect.
        self.next_fetch()?;
        let gaps: Vec<Gap> = self.subjects.iter().filter_map(Subject::gap).collect();
        if !gaps.is_empty() {
            return Err(MaterialError::Incomplete(gaps));
        }
        Ok(ValidationData {
            certificates: self.subjects.into_iter().map(|subject| subject.der).collect(),
            crls: self.crls,
            ocsp_responses: self.ocsp_responses,
        })
    }

    /// Does what can be done for a subject without the network, and says what could help.
    fn advance(&mut self, index: usize, subject: &Subject) -> Result<Vec<Fetch>, MaterialError> {
        let Ok(certificate) = X509::read(&subject.der) else { return Ok(Vec::new()) };
        if certificate.ends_chain() {
            return Ok(Vec::new());
        }
        let Some(issuer) = subject.issuer.clone().or_else(|| self.issuer_of(&certificate)) else {
            let urls = certificate.issuer_urls().into_iter();
            return Ok(urls.map(|url| Fetch::Certificate { url }).collect());
        };
        self.add_subject(&issuer);
        if let Some(subject) = self.subjects.get_mut(index) {
            subject.issuer = Some(issuer.clone());
        }
        let Ok(issuer) = X509::read(&issuer) else { return Ok(Vec::new()) };
        let question = Question { certificate: &certificate, issuer: &issuer, now: self.now };
        let proven =
            subject.proven || certificate.is_exempt_from_revocation() || is_proven_by(&question, &self.crls)?;
        if let Some(subject) = self.subjects.get_mut(index) {
            subject.proven = proven;
        }
        Ok(if proven { Vec::new() } else { question.fetches() })
    }

    /// Applies an answer to every subject it may be about; whether it proved one of them.
    fn proves(
        &mut self,
        verdict: impl Fn(&Question<'_>) -> Result<Verdict, &'static str>,
    ) -> Result<bool, MaterialError> {
        let mut responders = Vec::new();
        let mut useful = false;
        for subject in self.subjects.iter_mut().filter(|subject| !subject.proven) {
            let Some(issuer) = &subject.issuer else { continue };
            let (Ok(certificate), Ok(issuer)) = (X509::read(&subject.der), X509::read(issuer)) else {
                continue;
            };
            match verdict(&Question { certificate: &certificate, issuer: &issuer, now: self.now }) {
                Ok(Verdict::Good { responder }) => {
                    subject.proven = true;
                    useful = true;
                    responders.extend(responder);
                }
                Ok(Verdict::Revoked) => {
                    return Err(revoked(&certificate));
                }
                Ok(Verdict::Unrelated) => {}
                Err(reason) => subject.reason = Some(reason),
            }
        }
        for responder in responders {
            self.add_subject(&responder);
        }
        Ok(useful)
    }

    fn add_subject(&mut self, der: &[u8]) {
        if self.subjects.len() < MAX_CERTIFICATES && !self.subjects.iter().any(|known| known.der == der) {
            self.subjects.push(Subject { der: der.to_vec(), issuer: None, proven: false, reason: None });
        }
    }

    fn issuer_of(&self, certificate: &X509<'_>) -> Option<Vec<u8>> {
        self.pool
            .iter()
            .find(|der| {
                X509::read(der).is_ok_and(|candidate| certificate.check_issued_by(&candidate).is_ok())
            })
            .cloned()
    }
}

impl Subject {
    fn gap(&self) -> Option<Gap> {
        if X509::read(&self.der).is_ok_and(|certificate| certificate.ends_chain()) {
            return None;
        }
        let missing = match (&self.issuer, self.proven) {
            (None, _) => Missing::Issuer,
            (Some(_), false) => Missing::Revocation,
            (Some(_), true) => return None,
        };
        Some(Gap { subject: subject_name(&self.der), missing, reason: self.reason })
    }
}

/// Whether one of the lists taken for other certificates of the same issuer proves this one too.
fn is_proven_by(question: &Question<'_>, lists: &[Vec<u8>]) -> Result<bool, MaterialError> {
    for list in lists {
        match question.crl_verdict(list) {
            Ok(Verdict::Good { .. }) => return Ok(true),
            Ok(Verdict::Revoked) => return Err(revoked(question.certificate)),
            Ok(Verdict::Unrelated) | Err(_) => {}
        }
    }
    Ok(false)
}

fn revoked(certificate: &X509<'_>) -> MaterialError {
    MaterialError::Revoked { subject: certificate.subject_text() }
}

/// What `caIssuers` may point at: one certificate, or a CMS with certificates and no signer
/// (RFC 5280 section 4.2.2.1).
pub(crate) fn certificates_in(answer: &[u8]) -> Vec<Vec<u8>> {
    if X509::read(answer).is_ok() {
        return vec![answer.to_vec()];
    }
    let bundle = ContentInfo::from_der(answer)
        .and_then(|info| info.content.decode_as::<SignedData<'_>>())
        .and_then(|data| members(data.certificates.map_or(&[], |set| set.0)));
    bundle.into_iter().flatten().map(<[u8]>::to_vec).collect()
}

fn subject_name(der: &[u8]) -> String {
    X509::read(der).map(|certificate| certificate.subject_text()).unwrap_or_default()
}

fn describe(gaps: &[Gap]) -> String {
    let one = |gap: &Gap| {
        let missing = match gap.missing {
            Missing::Issuer => "no issuer",
            Missing::Revocation => "no revocation status",
        };
        let reason = gap.reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
        format!("{missing} for {}{reason}", gap.subject)
    };
    gaps.iter().map(one).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]
mod tests;
