//! Certificate policies along a path (RFC 5280 section 6.1), kept as the graph of RFC 9618.

use std::collections::{BTreeMap, BTreeSet};

use const_oid::ObjectIdentifier as Oid;
use x509_cert::ext::pkix::{
    CertificatePolicies, InhibitAnyPolicy, PolicyConstraints as Extension, PolicyMappings,
};

use crate::{oid, x509::X509};

/// What a caller asks of the certificate policies of a path (RFC 5280 section 6.1.1 (c) to (f)).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PolicyConstraints {
    /// The policies of which one has to hold, as dotted numbers; none asks for nothing.
    pub initial_policies: Vec<Oid>,
    /// Whether a policy has to hold all along the path.
    pub explicit_policy: bool,
    /// Whether policies may not be mapped.
    pub inhibit_mapping: bool,
    /// Whether anyPolicy does not count.
    pub inhibit_any_policy: bool,
}

/// A policy at one depth of the graph.
struct Node {
    expected: BTreeSet<Oid>,
    parents: BTreeSet<Oid>,
}

type Level = BTreeMap<Oid, Node>;

/// The state of policy processing.
pub(super) struct Policies {
    explicit_policy: usize,
    inhibit_any: usize,
    mapping: usize,
    /// Levels of the graph, the anchor's first; empty once it is NULL.
    levels: Vec<Level>,
}

impl Policies {
    pub(super) fn new(constraints: &PolicyConstraints, length: usize) -> Self {
        let skip = |inhibited: bool| if inhibited { 0 } else { length + 1 };
        let root = Node { expected: BTreeSet::from([oid::ANY_POLICY]), parents: BTreeSet::new() };
        Self {
            explicit_policy: skip(constraints.explicit_policy),
            inhibit_any: skip(constraints.inhibit_any_policy),
            mapping: skip(constraints.inhibit_mapping),
            levels: vec![Level::from([(oid::ANY_POLICY, root)])],
        }
    }

    /// Section 6.1.3 (d) to (f). `may_use_any` is for self-issued certificates that are not the last.
    pub(super) fn take(&mut self, certificate: &X509<'_>, may_use_any: bool) -> Result<(), &'static str> {
        let policies = certificate
            .required::<CertificatePolicies>(oid::ID_CE_CERTIFICATE_POLICIES)
            .map_err(|_| UNREADABLE)?;
        match policies {
            Some(policies) if !self.levels.is_empty() => {
                let named: BTreeSet<Oid> = policies.0.iter().map(|policy| policy.policy_identifier).collect();
                if named.len() > MAX_POLICIES {
                    return Err("a certificate names too many policies");
                }
                self.grow(&named, self.inhibit_any > 0 || may_use_any);
            }
            Some(_) => {}
            None => self.levels.clear(),
        }
        if self.explicit_policy == 0 && self.levels.is_empty() {
            return Err(NO_POLICY);
        }
        Ok(())
    }

    fn grow(&mut self, named: &BTreeSet<Oid>, any_counts: bool) {
        let Some(last) = self.levels.last() else { return };
        let mut level = Level::new();
        for policy in named.iter().filter(|policy| **policy != oid::ANY_POLICY) {
            let expecting = last.iter().filter(|(_, node)| node.expected.contains(policy));
            let mut parents: BTreeSet<Oid> = expecting.map(|(parent, _)| *parent).collect();
            if parents.is_empty() && last.contains_key(&oid::ANY_POLICY) {
                parents.insert(oid::ANY_POLICY);
            }
            if !parents.is_empty() {
                level.insert(*policy, Node { expected: BTreeSet::from([*policy]), parents });
            }
        }
        if named.contains(&oid::ANY_POLICY) && any_counts {
            let expected: BTreeSet<Oid> = last.values().flat_map(|node| &node.expected).copied().collect();
            for policy in expected {
                let expecting = last.iter().filter(|(_, node)| node.expected.contains(&policy));
                let parents = expecting.map(|(parent, _)| *parent).collect();
                level.entry(policy).or_insert_with(|| Node { expected: BTreeSet::from([policy]), parents });
            }
        }
        self.levels.push(level);
        self.prune();
    }

    /// Section 6.1.4 (a) to (b) and (h) to (j): what this CA's certificate says about the next.
    pub(super) fn prepare(
        &mut self,
        certificate: &X509<'_>,
        is_self_issued: bool,
    ) -> Result<(), &'static str> {
        let mappings =
            certificate.required::<PolicyMappings>(oid::ID_CE_POLICY_MAPPINGS).map_err(|_| UNREADABLE)?;
        if let Some(mappings) = mappings {
            self.map(mappings)?;
        }
        if !is_self_issued {
            self.count_down();
        }
        if let Some(constraints) = policy_constraints(certificate)? {
            let least =
                |count: usize, limit: Option<u32>| limit.map_or(count, |limit| count.min(limit as usize));
            self.explicit_policy = least(self.explicit_policy, constraints.require_explicit_policy);
            self.mapping = least(self.mapping, constraints.inhibit_policy_mapping);
        }
        let inhibit = certificate
            .required::<InhibitAnyPolicy>(oid::ID_CE_INHIBIT_ANY_POLICY)
            .map_err(|_| UNREADABLE)?;
        if let Some(limit) = inhibit {
            self.inhibit_any = self.inhibit_any.min(limit.0 as usize);
        }
        Ok(())
    }

    fn map(&mut self, mappings: PolicyMappings) -> Result<(), &'static str> {
        let mut targets: BTreeMap<Oid, BTreeSet<Oid>> = BTreeMap::new();
        if mappings.0.len() > MAX_POLICIES {
            return Err("a certificate maps too many policies");
        }
        for mapping in mappings.0 {
            if [mapping.issuer_domain_policy, mapping.subject_domain_policy].contains(&oid::ANY_POLICY) {
                return Err("a CA maps anyPolicy");
            }
            targets.entry(mapping.issuer_domain_policy).or_default().insert(mapping.subject_domain_policy);
        }
        let may_map = self.mapping > 0;
        let Some(level) = self.levels.last_mut() else { return Ok(()) };
        for (policy, expected) in targets {
            if !may_map {
                level.remove(&policy);
            } else if let Some(node) = level.get_mut(&policy) {
                node.expected = expected;
            } else if level.contains_key(&oid::ANY_POLICY) {
                level.insert(policy, Node { expected, parents: BTreeSet::from([oid::ANY_POLICY]) });
            }
        }
        self.prune();
        Ok(())
    }

    /// Section 6.1.5: whether a policy that the caller wants holds, if one has to.
    pub(super) fn finish(
        mut self,
        last: &X509<'_>,
        is_self_issued: bool,
        wanted: &PolicyConstraints,
    ) -> Result<(), &'static str> {
        if !is_self_issued {
            self.count_down();
        }
        let constraints = policy_constraints(last)?;
        if constraints.is_some_and(|constraints| constraints.require_explicit_policy == Some(0)) {
            self.explicit_policy = 0;
        }
        if self.explicit_policy > 0 || self.holds(&wanted.initial_policies) {
            return Ok(());
        }
        Err(NO_POLICY)
    }

    /// Whether the user-constrained policy set has a member.
    fn holds(&self, wanted: &[Oid]) -> bool {
        let Some(last) = self.levels.last() else { return false };
        if wanted.is_empty() || wanted.contains(&oid::ANY_POLICY) || last.contains_key(&oid::ANY_POLICY) {
            return !last.is_empty();
        }
        // The policies in the caller's domain are those directly below anyPolicy; pruning leaves only such as
        // reach the end.
        let constrained = self.levels.iter().flatten();
        constrained
            .filter(|(policy, node)| **policy != oid::ANY_POLICY && node.parents.contains(&oid::ANY_POLICY))
            .any(|(policy, _)| wanted.contains(policy))
    }

    fn count_down(&mut self) {
        for count in [&mut self.explicit_policy, &mut self.inhibit_any, &mut self.mapping] {
            *count = count.saturating_sub(1);
        }
    }

    /// Removes what has no child, from the end up; a graph without a last level is NULL.
    fn prune(&mut self) {
        let mut parents: Option<BTreeSet<Oid>> = None;
        for level in self.levels.iter_mut().rev() {
            if let Some(parents) = parents {
                level.retain(|policy, _| parents.contains(policy));
            }
            parents = Some(level.values().flat_map(|node| &node.parents).copied().collect());
        }
        if self.levels.last().is_none_or(BTreeMap::is_empty) {
            self.levels.clear();
        }
    }
}

fn policy_constraints(certificate: &X509<'_>) -> Result<Option<Extension>, &'static str> {
    certificate.required(oid::ID_CE_POLICY_CONSTRAINTS).map_err(|_| UNREADABLE)
}

const UNREADABLE: &str = "a certificate's policy extensions cannot be read";
const NO_POLICY: &str = "no certificate policy that has to hold does hold along the chain";

/// Policies of one certificate: far beyond real ones, and few enough for every pair to be looked at.
const MAX_POLICIES: usize = 128;
