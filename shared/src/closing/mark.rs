//! Marks: what stands in the links of a signature, so that it is known again and nobody else can make it.
//!
//! **Invariant:** a mark names what is registered here. It holds no address to go to.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Digest, TenantId};
use email_signature::Variant;
use email_signature::campaign::StickyKey;
use email_signature::value::CampaignId;

/// A signature in a mail: whose, with which banner, in which variant. It tells nothing of who reads it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mark {
    /// The tenant.
    pub tenant: TenantId,
    /// What stands for the person.
    pub person: Digest,
    /// Whose banner, if any.
    pub campaign: Option<CampaignId>,
    /// The variant.
    pub variant: Variant,
}

/// What a link of a signature is for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Aim {
    /// To where the campaign leads.
    Campaign,
    /// To the person's vCard.
    Card,
    /// To the picture of the person's QR code.
    Code,
    /// To the pixel that counts opens.
    Open,
    /// To the person's vCard, by way of the QR code.
    Scan,
}

/// The keys of what stands in signatures: the current one, and those it replaced, since mails last; and where its links
/// lead.
#[derive(Clone)]
pub struct EmailSignatureKeys {
    links: Vec<hmac::Key>,
    sticky: StickyKey,
    host: Option<String>,
}

impl Aim {
    const ALL: [Self; 5] = [Self::Campaign, Self::Card, Self::Code, Self::Open, Self::Scan];

    const fn byte(self) -> u8 {
        match self {
            Self::Campaign => b'b',
            Self::Card => b'c',
            Self::Code => b'q',
            Self::Open => b'o',
            Self::Scan => b's',
        }
    }
}

impl EmailSignatureKeys {
    /// Makes the keys from secret material of any length, the current one first.
    #[must_use]
    pub fn new<'a>(current: &'a [u8], earlier: impl Iterator<Item = &'a [u8]>) -> Self {
        let derived =
            |material: &[u8], domain: &[u8]| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, material), domain);
        let link = |material| hmac::Key::new(hmac::HMAC_SHA256, derived(material, LINKS).as_ref());
        Self {
            links: std::iter::once(current).chain(earlier).map(link).collect(),
            sticky: StickyKey::new(derived(current, STICKY).as_ref()),
            host: None,
        }
    }

    /// The same, for links and pictures at an address of their own, without a final slash.
    #[must_use]
    pub fn at(self, host: Option<String>) -> Self {
        Self { host, ..self }
    }

    /// Where links and pictures of signatures are: at the address of their own, else where this service is.
    #[must_use]
    pub fn base<'a>(&'a self, public_url: &'a str) -> &'a str {
        self.host.as_deref().unwrap_or(public_url)
    }

    /// The key by which readers are spread over campaigns.
    #[must_use]
    pub const fn sticky(&self) -> &StickyKey {
        &self.sticky
    }

    /// The last part of a link.
    #[must_use]
    pub fn write(&self, mark: &Mark, aim: Aim) -> String {
        let tenant = mark.tenant.as_str();
        let mut message = vec![aim.byte(), variant_byte(mark.variant)];
        message.extend_from_slice(mark.person.as_bytes());
        message.push(u8::try_from(tenant.len()).unwrap_or(u8::MAX));
        message.extend_from_slice(tenant.as_bytes());
        message
            .extend_from_slice(mark.campaign.as_ref().map(CampaignId::as_str).unwrap_or_default().as_bytes());
        let tag = self.links.first().map(|key| hmac::sign(key, &message));
        let tag = tag.as_ref().and_then(|it| it.as_ref().get(..TAG_BYTES)).unwrap_or_default();
        URL_SAFE_NO_PAD.encode([tag, &message].concat())
    }

    /// What the last part of a link says; none of what was not made here.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<(Mark, Aim)> {
        if text.len() > MAX_CHARS {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (tag, message) = bytes.split_at_checked(TAG_BYTES)?;
        let is_ours = |key: &hmac::Key| {
            let whole = hmac::sign(key, message);
            whole
                .as_ref()
                .get(..TAG_BYTES)
                .is_some_and(|own| aws_lc_rs::constant_time::verify_slices_are_equal(own, tag).is_ok())
        };
        self.links.iter().find(|it| is_ours(it))?;
        parse(message)
    }
}

fn parse(message: &[u8]) -> Option<(Mark, Aim)> {
    let (&[aim, variant], rest) = message.split_first_chunk::<2>()?;
    let (person, rest) = rest.split_first_chunk::<32>()?;
    let (length, rest) = rest.split_first()?;
    let (tenant, campaign) = rest.split_at_checked(usize::from(*length))?;
    let text = |bytes| std::str::from_utf8(bytes).ok();
    let campaign = match text(campaign)? {
        "" => None,
        name => Some(CampaignId::parse(name).ok()?),
    };
    let mark = Mark {
        tenant: TenantId::parse(text(tenant)?).ok()?,
        person: Digest::from_bytes(*person),
        campaign,
        variant: [Variant::Normal, Variant::Reply].into_iter().find(|it| variant_byte(*it) == variant)?,
    };
    Some((mark, Aim::ALL.into_iter().find(|it| it.byte() == aim)?))
}

const fn variant_byte(variant: Variant) -> u8 {
    match variant {
        Variant::Normal => b'n',
        Variant::Reply => b'r',
    }
}

impl fmt::Debug for EmailSignatureKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailSignatureKeys(***)")
    }
}

const LINKS: &[u8] = b"paraphe/email-signature-link/v1\0";
const STICKY: &[u8] = b"paraphe/email-signature-sticky/v1\0";
/// Half of a digest: 128 bits cannot be guessed, and links stand in mails.
const TAG_BYTES: usize = 16;
/// The longest tenant and campaign, and some.
const MAX_CHARS: usize = 400;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    fn mark(campaign: Option<&str>) -> Mark {
        Mark {
            tenant: TenantId::parse("acme").unwrap(),
            person: Digest::of_parts(&[b"ada"]),
            campaign: campaign.map(|it| CampaignId::parse(it).unwrap()),
            variant: Variant::Reply,
        }
    }

    #[test]
    fn a_mark_reads_back_and_outlives_its_key() {
        let keys = EmailSignatureKeys::new(b"one", std::iter::empty());
        let later = EmailSignatureKeys::new(b"two", std::iter::once(b"one".as_slice()));
        for mark in [mark(None), mark(Some("spring"))] {
            for aim in Aim::ALL {
                let text = keys.write(&mark, aim);
                assert_eq!(keys.read(&text), Some((mark.clone(), aim)));
                assert_eq!(later.read(&text), Some((mark.clone(), aim)));
            }
        }
    }

    #[test]
    fn what_was_not_made_here_says_nothing() {
        let keys = EmailSignatureKeys::new(b"one", std::iter::empty());
        let text = keys.write(&mark(Some("spring")), Aim::Campaign);
        assert_eq!(EmailSignatureKeys::new(b"two", std::iter::empty()).read(&text), None);
        let bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 1;
            assert_eq!(keys.read(&URL_SAFE_NO_PAD.encode(other)), None, "{at}");
        }
        for text in ["", "x", "%", "https://evil.example", &"A".repeat(4000), &text[..20]] {
            assert_eq!(keys.read(text), None);
        }
    }
}
