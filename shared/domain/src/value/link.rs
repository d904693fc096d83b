//! The token behind a signatory's link.

use std::fmt;

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use super::{Digest, RequestId, SignatoryId};
use crate::Refusal;

/// The key from which the secrets of signing links are derived.
pub struct LinkKey(hmac::Key);

impl LinkKey {
    /// Makes the key from secret material of any length.
    #[must_use]
    pub fn new(material: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, material))
    }
}

impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkKey(***)")
    }
}

/// What opens the signing room: a request, a signatory and 256 secret bits.
///
/// It stands in the fragment of the link, so that no server log sees it. Only its digest is stored;
/// the service derives it again from the [`LinkKey`] when a mail or an answer needs it.
#[derive(Clone)]
pub struct LinkToken {
    request: RequestId,
    signatory: SignatoryId,
    secret: Zeroizing<[u8; 32]>,
}

impl LinkToken {
    /// The token of a signatory. Another `generation` gives another secret, which ends the earlier link.
    #[must_use]
    pub fn derive(key: &LinkKey, request: &RequestId, signatory: &SignatoryId, generation: u32) -> Self {
        let mut context = hmac::Context::with_key(&key.0);
        for part in [DOMAIN, request.as_str().as_bytes(), signatory.as_str().as_bytes()] {
            context.update(part);
        }
        context.update(&generation.to_be_bytes());
        let mut secret = Zeroizing::new([0; 32]);
        for (to, from) in secret.iter_mut().zip(context.sign().as_ref()) {
            *to = *from;
        }
        Self { request: request.clone(), signatory: signatory.clone(), secret }
    }

    /// Reads a token as [`LinkToken::expose`] writes it.
    ///
    /// # Errors
    ///
    /// [`Refusal::LinkUnknown`] for anything else: a stranger learns nothing from the difference.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let mut parts = text.trim().split('.');
        let (Some(request), Some(signatory), Some(secret_hex), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Refusal::LinkUnknown);
        };
        let mut secret = Zeroizing::new([0; 32]);
        hex::decode_to_slice(secret_hex, secret.as_mut_slice()).map_err(|_| Refusal::LinkUnknown)?;
        Ok(Self {
            request: RequestId::parse(request).map_err(|_| Refusal::LinkUnknown)?,
            signatory: SignatoryId::parse(signatory).map_err(|_| Refusal::LinkUnknown)?,
            secret,
        })
    }

    /// The request it belongs to.
    #[must_use]
    pub fn request(&self) -> &RequestId {
        &self.request
    }

    /// The signatory it belongs to.
    #[must_use]
    pub fn signatory(&self) -> &SignatoryId {
        &self.signatory
    }

    /// What is stored of it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let parts = [DOMAIN, self.request.as_str().as_bytes(), self.signatory.as_str().as_bytes()];
        let [domain, request, signatory] = parts;
        Digest::of_parts(&[domain, request, signatory, self.secret.as_slice()])
    }

    /// The token in full: for a link, and for nothing else.
    #[must_use]
    pub fn expose(&self) -> String {
        format!("{}.{}.{}", self.request, self.signatory, hex::encode(self.secret.as_slice()))
    }
}

impl fmt::Debug for LinkToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinkToken({}, ***)", self.request)
    }
}

const DOMAIN: &[u8] = b"paraphe/link/v1\0";

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::{LinkKey, LinkToken};
    use crate::value::{RequestId, SignatoryId};

    #[test]
    fn a_token_reads_back_and_each_generation_differs() {
        let mut rng = StdRng::seed_from_u64(1);
        let (request, signatory) = (RequestId::new(&mut rng), SignatoryId::new(&mut rng));
        let key = LinkKey::new(b"material");
        let first = LinkToken::derive(&key, &request, &signatory, 0);
        let read = LinkToken::parse(&first.expose());
        assert_eq!(read.map(|token| token.digest()), Ok(first.digest()));
        assert_ne!(first.digest(), LinkToken::derive(&key, &request, &signatory, 1).digest());
        assert!(!format!("{first:?}").contains(&first.expose()[62..]));
    }
}
