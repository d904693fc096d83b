//! What a caller may give to others.

use domain::access::{Mode, Network, Scopes};
use domain::value::Text;
use domain::{TenantId, Timestamp};
use shared::edge::Problem;
use shared::edge::host::parse_scopes;
use shared::store::{Credential, CredentialChange, NewCredential};

use crate::bounds::Bounds;
use crate::wire::{ChangeBody, CreateBody, FirstKey};

/// Who makes or changes a credential.
#[derive(Debug)]
pub(crate) struct Grantor {
    /// For whom they act: a tenant, or its sandbox.
    pub(crate) tenant: TenantId,
    /// What they may do themselves.
    pub(crate) scopes: Scopes,
    /// Until when, from where and how often they may call themselves.
    pub(crate) bounds: Bounds,
    /// The host under which they called.
    pub(crate) host: String,
}

impl Grantor {
    /// Whether they may know of a credential: their tenant's, and of tests only if they are a test themselves.
    pub(crate) fn sees(&self, credential: &Credential) -> bool {
        credential.tenant == self.tenant.in_mode(Mode::Live)
            && (self.tenant.mode() == Mode::Live || credential.mode == Mode::Test)
    }

    /// Refuses whoever would get hold of more than they have by changing a credential.
    pub(crate) fn check_reach(&self, credential: &Credential) -> Result<(), Problem> {
        if !self.scopes.include(&credential.scopes) {
            return Err(not_held());
        }
        self.bounds.check(&Bounds::of(credential))
    }

    /// What the body asks for, if they may give it.
    pub(crate) fn create(
        &self,
        body: CreateBody,
        requester: &str,
        now: Timestamp,
    ) -> Result<NewCredential, Problem> {
        let mode = match body.environment.as_deref() {
            None => self.tenant.mode(),
            Some(text) => {
                let unknown = || Problem::invalid("/environment", "live or test.").numbered(SHAPE);
                Mode::parse(text).ok_or_else(unknown)?
            }
        };
        if mode == Mode::Live && self.tenant.mode() == Mode::Test {
            let detail = "A test key makes test keys and test client apps only.";
            return Err(Problem::new(403, "test_only", detail));
        }
        let new = self.bounds.inherit(NewCredential {
            tenant: self.tenant.clone(),
            requester: Text::parse(requester, "requester", MAX_NAME_CHARS)
                .map_err(|_| Problem::unauthorized())?,
            name: name(&body.name)?,
            mode,
            scopes: self.scopes(&body.scopes, mode)?,
            networks: networks(&body.source_ranges.unwrap_or_default())?,
            calls_per_minute: body.calls_per_minute.map(calls).transpose()?,
            expires_at: body.expires_at.as_deref().map(|it| end(it, now)).transpose()?,
        });
        self.bounds.check(&Bounds {
            expires_at: new.expires_at,
            networks: new.networks.clone(),
            calls_per_minute: new.calls_per_minute,
        })?;
        Ok(new)
    }

    /// What the body changes, if they may change it.
    pub(crate) fn change(
        &self,
        credential: &Credential,
        body: ChangeBody,
        now: Timestamp,
    ) -> Result<CredentialChange, Problem> {
        self.check_reach(credential)?;
        let change = CredentialChange {
            name: body.name.as_deref().map(name).transpose()?,
            scopes: body.scopes.as_deref().map(|it| self.scopes(it, credential.mode)).transpose()?,
            networks: body.source_ranges.as_deref().map(networks).transpose()?,
            calls_per_minute: body.calls_per_minute.map(|it| it.map(calls).transpose()).transpose()?,
            is_enabled: body.enabled,
            expires_at: body
                .expires_at
                .map(|it| it.as_deref().map(|it| end(it, now)).transpose())
                .transpose()?,
            secret: None,
        };
        let before = Bounds::of(credential);
        self.bounds.check(&Bounds {
            expires_at: change.expires_at.unwrap_or(before.expires_at),
            networks: change.networks.clone().unwrap_or(before.networks),
            calls_per_minute: change.calls_per_minute.unwrap_or(before.calls_per_minute),
        })?;
        Ok(change)
    }

    /// The first key of a tenant.
    pub(crate) fn first(&self, event: &FirstKey) -> Option<NewCredential> {
        Some(NewCredential {
            tenant: self.tenant.clone(),
            requester: Text::line(&event.display_name, "displayName", MAX_NAME_CHARS).ok()?,
            name: Text::line("First key", "name", MAX_NAME_CHARS).ok()?,
            mode: event.environment.as_deref().map_or(Some(Mode::Live), Mode::parse)?,
            scopes: self.scopes.clone(),
            networks: Vec::new(),
            calls_per_minute: None,
            expires_at: None,
        })
    }

    fn scopes(&self, texts: &[String], mode: Mode) -> Result<Scopes, Problem> {
        if !(1..=MAX_SCOPES).contains(&texts.len()) {
            return Err(Problem::invalid("/scopes", format!("1 to {MAX_SCOPES} scopes.")).numbered(SHAPE));
        }
        let scopes = parse_scopes(texts, (&self.host, mode)).map_err(|it| it.numbered(SHAPE))?;
        if self.scopes.include(&scopes) { Ok(scopes) } else { Err(not_held()) }
    }
}

fn not_held() -> Problem {
    Problem::new(403, "scope_not_held", "Nobody gives, or changes, scopes beyond their own.")
}

fn name(text: &str) -> Result<Text, Problem> {
    Text::line(text, "name", MAX_NAME_CHARS)
        .map_err(|refusal| Problem::refused("/name", &refusal).numbered(SHAPE))
}

fn networks(texts: &[String]) -> Result<Vec<Network>, Problem> {
    if texts.len() > MAX_NETWORKS {
        let detail = format!("At most {MAX_NETWORKS} ranges.");
        return Err(Problem::invalid("/sourceRanges", detail).numbered(SHAPE));
    }
    let read = |(position, text): (usize, &String)| {
        Network::parse(text).map_err(|refusal| {
            Problem::refused(format!("/sourceRanges/{position}"), &refusal).numbered(SHAPE)
        })
    };
    texts.iter().enumerate().map(read).collect()
}

fn calls(number: u32) -> Result<u32, Problem> {
    if (1..=MAX_CALLS_PER_MINUTE).contains(&number) {
        return Ok(number);
    }
    let detail = format!("1 to {MAX_CALLS_PER_MINUTE} calls.");
    Err(Problem::invalid("/callsPerMinute", detail).numbered(SHAPE))
}

fn end(text: &str, now: Timestamp) -> Result<Timestamp, Problem> {
    let detail = "An instant to come, such as 2027-01-31T12:00:00Z.";
    Timestamp::parse_rfc3339(text)
        .filter(|it| now < *it)
        .ok_or_else(|| Problem::invalid("/expiresAt", detail).numbered(SHAPE))
}

const MAX_NAME_CHARS: usize = 100;
const MAX_SCOPES: usize = 50;
const MAX_NETWORKS: usize = 50;
/// What the gateway lets through for all callers together.
const MAX_CALLS_PER_MINUTE: u32 = 60_000;
/// The number of a body of another shape.
const SHAPE: u16 = 625;
