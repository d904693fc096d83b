//! Path processing (RFC 5280 section 6.1) without time, revocation and signatures, which others look at.

use x509_cert::ext::pkix::{BasicConstraints, KeyUsages, NameConstraints};

use super::{
    build::Candidate,
    names::NameLimits,
    policies::{Policies, PolicyConstraints},
};
use crate::{oid, x509::X509};

/// Checks that every certificate may stand where it stands, from the anchor down.
///
/// `path` is without the anchor, and ends with the certificate that is judged. The anchor's own path length,
/// key usage and name constraints bind as well: whoever trusts a CA does not trust it beyond its own words.
pub(super) fn process(
    anchor: &Candidate<'_>,
    path: &[&Candidate<'_>],
    constraints: &PolicyConstraints,
) -> Result<(), &'static str> {
    let mut names = NameLimits::default();
    let mut policies = Policies::new(constraints, path.len());
    let mut room = path.len();
    if !path.is_empty() {
        check_form(&anchor.x509)?;
        room = check_ca(&anchor.x509, Place::Anchor, room)?;
        add_names(&mut names, &anchor.x509)?;
    }
    let Some((leaf, authorities)) = path.split_last() else { return Ok(()) };
    for authority in authorities {
        let certificate = &authority.x509;
        let is_self_issued = authority.subject == authority.issuer;
        check_form(certificate)?;
        if !is_self_issued {
            names.check(certificate)?;
        }
        policies.take(certificate, is_self_issued)?;
        policies.prepare(certificate, is_self_issued)?;
        add_names(&mut names, certificate)?;
        if !is_self_issued {
            room = room.checked_sub(1).ok_or("a CA's path length is exceeded")?;
        }
        room = check_ca(certificate, Place::Intermediate, room)?;
    }
    check_form(&leaf.x509)?;
    names.check(&leaf.x509)?;
    policies.take(&leaf.x509, false)?;
    policies.finish(&leaf.x509, leaf.subject == leaf.issuer, constraints)
}

/// What every certificate has to keep to, whatever it is for.
fn check_form(certificate: &X509<'_>) -> Result<(), &'static str> {
    if !certificate.names_one_algorithm() {
        return Err("a certificate names two signature algorithms");
    }
    let extensions = certificate.tbs.extensions.as_deref().unwrap_or_default();
    if !extensions.is_empty() && certificate.tbs.version != Some(VERSION_3) {
        return Err("a certificate has extensions that its version has not");
    }
    for (place, extension) in extensions.iter().enumerate() {
        if extension.critical && !KNOWN.contains(&extension.oid) {
            return Err("a certificate has a critical extension that is not known");
        }
        if extensions.iter().skip(place + 1).any(|other| other.oid == extension.oid) {
            return Err("a certificate has an extension twice");
        }
    }
    Ok(())
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Place {
    Anchor,
    Intermediate,
}

/// Checks that a certificate may issue others; how many CAs may follow.
fn check_ca(certificate: &X509<'_>, place: Place, room: usize) -> Result<usize, &'static str> {
    let constraints = certificate
        .required::<BasicConstraints>(oid::ID_CE_BASIC_CONSTRAINTS)
        .map_err(|_| "a CA's basic constraints cannot be read")?;
    let room = match constraints {
        Some(constraints) if constraints.ca => {
            constraints.path_len_constraint.map_or(room, |limit| room.min(limit.into()))
        }
        // Roots older than X.509 version 3 cannot say that they are CAs.
        None if place == Place::Anchor && certificate.tbs.version.is_none() => room,
        _ => return Err("a certificate in the chain is no CA's"),
    };
    if !certificate.allows(KeyUsages::KeyCertSign) {
        return Err("a CA's key may not sign certificates");
    }
    Ok(room)
}

fn add_names(names: &mut NameLimits, certificate: &X509<'_>) -> Result<(), &'static str> {
    let constraints = certificate
        .required::<NameConstraints>(oid::ID_CE_NAME_CONSTRAINTS)
        .map_err(|_| "a CA's name constraints cannot be read")?;
    constraints.map_or(Ok(()), |constraints| names.add(constraints))
}

/// `Version` v3.
const VERSION_3: u8 = 2;

/// The extensions that are understood, here or where revocation and purposes are looked at.
const KNOWN: &[const_oid::ObjectIdentifier] = &[
    oid::ID_CE_BASIC_CONSTRAINTS,
    oid::ID_CE_CERTIFICATE_POLICIES,
    oid::ID_CE_CRL_DISTRIBUTION_POINTS,
    oid::ID_CE_EXT_KEY_USAGE,
    oid::ID_CE_INHIBIT_ANY_POLICY,
    oid::ID_CE_KEY_USAGE,
    oid::ID_CE_NAME_CONSTRAINTS,
    oid::ID_CE_NO_REV_AVAIL,
    oid::ID_CE_POLICY_CONSTRAINTS,
    oid::ID_CE_POLICY_MAPPINGS,
    oid::ID_CE_SUBJECT_ALT_NAME,
    oid::ID_PE_QC_STATEMENTS,
    oid::ID_PKIX_OCSP_NOCHECK,
];
