//! Keys of e-mail signatures: what they are made of, whose they are, who changed them, and how often they were seen.

use domain::value::MessageId;
use domain::{Digest, TenantId, Timestamp};
use email_signature::connector::Kind;

use crate::store::email_signatures::CountKey;

/// Partition of what a tenant's e-mail signatures are made of.
pub(in crate::store) fn pk(tenant: &TenantId) -> String {
    format!("EMAIL-SIGNATURES#{tenant}")
}

/// What the sort keys of brands begin with.
pub(in crate::store) const BRANDS: &str = "BRAND#";

/// What the sort keys of campaigns begin with.
pub(in crate::store) const CAMPAIGNS: &str = "CAMPAIGN#";

/// The picture of signatures of this name, in the bucket of documents.
#[must_use]
pub fn signature_image_key(id: &str) -> String {
    format!("signature-images/{id}")
}

/// What the sort keys of pictures begin with.
pub(in crate::store) const IMAGES: &str = "IMAGE#";

/// What the sort keys of those whose portrait a picture is begin with.
pub(in crate::store) fn image_uses(id: &str) -> String {
    format!("USE#{id}#")
}

pub(in crate::store) fn image_use_sk(id: &str, person: &Digest) -> String {
    format!("{}{}", image_uses(id), person.to_hex())
}

pub(in crate::store) fn person_of_use(sk: &str) -> Option<Digest> {
    Digest::parse(sk.rsplit('#').next()?).ok()
}

/// What the sort keys of what there is one of begin with.
pub(in crate::store) const SETTINGS: &str = "SETTINGS#";

/// What the sort keys of templates begin with. All before it is read together: templates are large.
pub(in crate::store) const TEMPLATES: &str = "TEMPLATE#";

/// What the sort keys of the versions of a template begin with.
pub(in crate::store) fn versions(template: &str) -> String {
    format!("VERSION#{template}#")
}

pub(in crate::store) fn version_sk(template: &str, version: u32) -> String {
    format!("{}{version:010}", versions(template))
}

/// Partition of who changed what of a tenant's e-mail signatures.
pub(in crate::store) fn changes_pk(tenant: &TenantId) -> String {
    format!("EMAIL-SIGNATURE-CHANGES#{tenant}")
}

/// What the sort keys of changes begin with.
pub(in crate::store) const CHANGES: &str = "CHANGED#";

pub(in crate::store) fn change_sk(at: Timestamp, id: &MessageId) -> String {
    format!("{CHANGES}{at}#{id}")
}

/// Partition of how often signatures were made, opened and clicked.
pub(in crate::store) fn counts_pk(tenant: &TenantId) -> String {
    format!("EMAIL-SIGNATURE-COUNTS#{tenant}")
}

pub(in crate::store) fn count_sk(key: &CountKey) -> String {
    let CountKey { day, campaign, variant, person } = key;
    format!("{}#{campaign}#{variant}#{person}", count_day(day))
}

/// What stands before all counts of a day.
pub(in crate::store) fn count_day(day: &str) -> String {
    format!("DAY#{day}")
}

/// What stands behind all counts of a day: `$` is the sign after `#`.
pub(in crate::store) fn count_day_end(day: &str) -> String {
    format!("DAY#{day}$")
}

pub(in crate::store) fn count_of_sk(sk: &str) -> Option<CountKey> {
    let mut parts = sk.strip_prefix("DAY#")?.split('#').map(str::to_owned);
    Some(CountKey {
        day: parts.next()?,
        campaign: parts.next()?,
        variant: parts.next()?,
        person: parts.next()?,
    })
}

/// Partition of the persons who have a managed signature.
pub(in crate::store) fn people_pk(tenant: &TenantId) -> String {
    format!("PEOPLE#{tenant}")
}

/// Sort key of a person, by the digest of the address: an address would reach logs by way of keys.
pub(in crate::store) fn person_sk(digest: &Digest) -> String {
    format!("{PERSONS}{}", digest.to_hex())
}

/// Partition of a tenant's connectors and their runs.
pub(in crate::store) fn connectors_pk(tenant: &TenantId) -> String {
    format!("CONNECTORS#{tenant}")
}

/// What the sort keys of connectors begin with.
pub(in crate::store) const CONNECTORS: &str = "CONNECTOR#";

pub(in crate::store) fn connector_sk(kind: Kind) -> String {
    format!("{CONNECTORS}{}", kind.as_str())
}

/// What the sort keys of the runs of a connector begin with.
pub(in crate::store) fn runs(kind: Kind) -> String {
    format!("RUN#{}#", kind.as_str())
}

pub(in crate::store) fn run_sk(kind: Kind, number: u32) -> String {
    format!("{}{number:010}", runs(kind))
}

/// The run that a call began, which may be repeated.
pub(in crate::store) fn run_call_sk(kind: Kind, call: &str) -> String {
    format!("RUN-CALL#{}#{call}", kind.as_str())
}

/// Partition of what a run found.
pub(in crate::store) fn run_pk(tenant: &TenantId, kind: Kind, number: u32) -> String {
    format!("CONNECTOR-RUN#{tenant}#{}#{number}", kind.as_str())
}

/// What the sort keys of the parts of a report begin with.
pub(in crate::store) const REPORT: &str = "REPORT#";

/// What the sort keys of members of the group that is asked for begin with.
pub(in crate::store) const SCOPE: &str = "SCOPE#";

/// What the sort keys of whoever is in the directory begin with.
pub(in crate::store) const SEEN: &str = "SEEN#";

pub(in crate::store) fn part_sk(prefix: &str, part: u32) -> String {
    format!("{prefix}{part:010}")
}

/// What the sort keys of persons begin with.
pub(in crate::store) const PERSONS: &str = "PERSON#";
