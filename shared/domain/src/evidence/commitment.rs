//! Commitments to personal values, and their disclosures.

use serde_json::{Value, json};

use crate::value::Digest;
use crate::{RequestId, SignatoryId};

/// Whose personal value it is; it is encrypted under that person's data key.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Owner {
    /// The caller of the API.
    Integrator,
    /// A signatory.
    Signatory(SignatoryId),
}

impl Owner {
    /// Its word in keys.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Integrator => "integrator",
            Self::Signatory(id) => id.as_str(),
        }
    }
}

/// The salts and values behind the commitments of one event, for one owner.
#[derive(Clone, Debug, PartialEq)]
pub struct Disclosure {
    /// The event's place in its chain.
    pub seq: u64,
    /// Whose values they are.
    pub owner: Owner,
    /// What was committed to.
    pub fields: Vec<Disclosed>,
}

/// One salt and value. `Debug` hides the value.
#[derive(Clone, PartialEq)]
pub struct Disclosed {
    /// The name under `commitments` in the event.
    pub field: String,
    /// 32 random bytes, without which the value cannot be guessed from the commitment.
    pub salt: [u8; 32],
    /// The value.
    pub value: Value,
}

impl std::fmt::Debug for Disclosed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Disclosed({}, ***)", self.field)
    }
}

/// `SHA-256("paraphe/commitment/v1" 0x00 || salt || JCS([request, seq, field, value]))`.
#[must_use]
pub fn commit_value(request: &RequestId, seq: u64, field: &str, salt: &[u8; 32], value: &Value) -> Digest {
    let canonical = canonical(&json!([request.as_str(), seq, field, value]));
    Digest::of_parts(&[b"paraphe/commitment/v1\0", salt, &canonical])
}

/// The canonical bytes of a JSON value (RFC 8785).
///
/// The values written here are strings, booleans, whole numbers below 2^53, lists and objects of these;
/// canonicalisation fails only on numbers that are not finite, which none of them is.
pub(super) fn canonical(value: &Value) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Disclosed;

    #[test]
    fn values_do_not_print() {
        let disclosed =
            Disclosed { field: "email".to_owned(), salt: [0; 32], value: "ada@example.com".into() };
        assert_eq!(format!("{disclosed:?}"), "Disclosed(email, ***)");
    }
}
