//! The names of signature algorithms, as validation services spell them.

use std::fmt;

use super::{Scheme, SignatureAlgorithm};

impl SignatureAlgorithm {
    /// Its name, such as `SHA256withRSA`, `SHA256withRSAandMGF1`, `SHA384withECDSA` or `Ed25519`.
    #[must_use]
    pub fn standard_name(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hash = self.hash;
        match self.scheme {
            Scheme::Ecdsa { plain: false, .. } => write!(f, "{hash}withECDSA"),
            Scheme::Ecdsa { plain: true, .. } => write!(f, "{hash}withPLAIN-ECDSA"),
            Scheme::Ed25519 => f.write_str("Ed25519"),
            Scheme::RsaPkcs1 => write!(f, "{hash}withRSA"),
            Scheme::RsaPss { .. } => write!(f, "{hash}withRSAandMGF1"),
        }
    }
}
