//! What revocation data say about a certificate at an instant.

use crate::{
    revocation::{ALL_REASONS, Entry, Status},
    validate::RevocationSource,
    verify::SignatureAlgorithm,
    x509::X509,
};

/// One response or list about one certificate, whose signer was found good.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) algorithm: SignatureAlgorithm,
    /// A list of changes: it can revoke, but not clear.
    pub(super) is_delta: bool,
    /// `thisUpdate` of a list, `producedAt` of a response.
    pub(super) issued_at: i64,
    /// It speaks for certificates that expired since this instant.
    pub(super) keeps_expired_since: Option<i64>,
    pub(super) next_update: Option<i64>,
    /// Since when it is proven to exist; now, if nothing proves more.
    pub(super) proven_at: i64,
    /// The reasons it speaks for, as bits of `ReasonFlags`.
    pub(super) reasons: u16,
    pub(super) source: RevocationSource,
    pub(super) status: Status,
    pub(super) this_update: i64,
}

impl Statement {
    /// Whether it tells enough of an instant (EN 319 102-1 clause 5.2.5): it was issued after it, or was the
    /// latest word at it.
    pub(super) fn is_fresh_at(&self, at: i64) -> bool {
        at <= self.fresh_until()
    }

    /// The last instant of which it tells enough.
    pub(super) fn fresh_until(&self) -> i64 {
        let until = match (self.next_update, self.source) {
            (Some(next), _) => next,
            // A responder that names no next update always has something newer (RFC 6960 section 4.2.2.1).
            (None, RevocationSource::Ocsp) => self.this_update.saturating_add(AGE_WITHOUT_NEXT_UPDATE),
            (None, _) => self.this_update,
        };
        self.this_update.max(until)
    }

    /// Whether it may be silent about a certificate because that had expired before: such a one need not be
    /// listed any more.
    pub(super) fn may_have_forgotten(&self, certificate: &X509<'_>) -> bool {
        let expired_at = certificate.not_after();
        self.this_update > expired_at && self.keeps_expired_since.is_none_or(|since| since > expired_at)
    }

    /// The revocation it reports, if it is for good.
    pub(super) fn revocation(&self) -> Option<Entry> {
        match self.status {
            Status::Revoked(entry) if !entry.is_hold() && !entry.is_removal() => Some(entry),
            _ => None,
        }
    }
}

/// A certificate's standing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Standing {
    pub(super) issued_at: Option<i64>,
    /// Why it was revoked, where that is said.
    pub(super) reason: Option<&'static str>,
    /// When fresher data are due.
    pub(super) retry_at: Option<i64>,
    /// When it was revoked, even if that is later than the instant.
    pub(super) revoked_at: Option<i64>,
    pub(super) source: RevocationSource,
    pub(super) state: State,
    /// Why it is not known, where something almost told.
    pub(super) why: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum State {
    /// Nobody needs to say: its issuer decided so.
    Exempt,
    Good,
    OnHold,
    Revoked,
    Unknown,
}

impl Standing {
    pub(super) fn exempt() -> Self {
        Self { source: RevocationSource::Exempt, state: State::Exempt, ..Self::unknown(None) }
    }

    /// Nothing is known.
    pub(super) fn at_nothing() -> Self {
        Self::unknown(None)
    }

    fn unknown(why: Option<&'static str>) -> Self {
        Self {
            issued_at: None,
            reason: None,
            retry_at: None,
            revoked_at: None,
            source: RevocationSource::None,
            state: State::Unknown,
            why,
        }
    }

    /// Weighs everything that was said about a certificate.
    ///
    /// A revocation stands whoever else says what; a hold stands until something newer clears it.
    pub(super) fn at(certificate: &X509<'_>, said: &[Statement], why: Option<&'static str>, at: i64) -> Self {
        let mut standing = Self::unknown(why);
        if let Some((entry, by)) =
            said.iter().filter_map(|by| Some((by.revocation()?, by))).min_by_key(|(entry, _)| entry.at)
        {
            standing.revoked_at = Some(entry.at);
            standing.reason = entry.words();
            if entry.at <= at {
                return Self { state: State::Revoked, ..standing.told_by(by) };
            }
        }
        let fresh = said.iter().filter(|by| by.is_fresh_at(at) && by.status != Status::Unknown);
        let Some(newest) = fresh.clone().max_by_key(|by| (by.this_update, by.status)) else {
            if !said.is_empty() {
                standing.why = Some("what is known of its revocation is out of date");
                standing.retry_at = said.iter().filter_map(|by| by.next_update).max();
            }
            return standing;
        };
        if matches!(newest.status, Status::Revoked(entry) if entry.is_hold() && entry.at <= at) {
            return Self { state: State::OnHold, retry_at: newest.next_update, ..standing.told_by(newest) };
        }
        let good = fresh.filter(|by| !by.is_delta && !by.may_have_forgotten(certificate));
        let responses = good.clone().filter(|by| by.source == RevocationSource::Ocsp);
        let lists = good.filter(|by| by.source == RevocationSource::Crl);
        let heard = lists.clone().fold(0, |reasons, by| reasons | by.reasons);
        let enough = if heard & ALL_REASONS == ALL_REASONS { Some(lists) } else { None };
        if let Some(by) = responses.chain(enough.into_iter().flatten()).max_by_key(|by| by.this_update) {
            return Self { state: State::Good, ..standing.told_by(by) };
        }
        standing.why = Some("what is known of its revocation does not tell enough");
        standing
    }

    /// Whether the certificate was good.
    pub(super) fn is_good(&self) -> bool {
        matches!(self.state, State::Exempt | State::Good)
    }

    fn told_by(self, by: &Statement) -> Self {
        Self { issued_at: Some(by.issued_at), source: by.source, ..self }
    }
}

/// For how long an OCSP response without a next update counts.
///
/// EN 319 102-1 leaves it to policy; a day is what signers wait at most for revocation to show.
const AGE_WITHOUT_NEXT_UPDATE: i64 = 86_400;
