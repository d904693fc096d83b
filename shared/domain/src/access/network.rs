//! Ranges of network addresses.

use std::fmt;
use std::net::IpAddr;

use crate::Refusal;

/// A range of addresses in CIDR notation (RFC 4632 section 3.1, RFC 4291 section 2.3).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Network {
    address: IpAddr,
    prefix_bits: u8,
}

impl Network {
    /// Reads `192.0.2.0/24`, `2001:db8::/32`, or one address. Bits behind the prefix have to be zero, so that
    /// a range says what it is.
    ///
    /// # Errors
    ///
    /// [`Refusal::NetworkMalformed`] for anything else.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| Refusal::NetworkMalformed)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix_bits = match prefix {
            None => most,
            Some(text) if (1..=3).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit()) => {
                text.parse().ok().filter(|bits| *bits <= most).ok_or(Refusal::NetworkMalformed)?
            }
            Some(_) => return Err(Refusal::NetworkMalformed),
        };
        let network = Self { address, prefix_bits };
        if network.front(address) == bits_of(address) { Ok(network) } else { Err(Refusal::NetworkMalformed) }
    }

    /// Whether an address is in the range. An IPv4 address that is written as an IPv6 one counts as itself.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.address.is_ipv4() && self.front(address) == bits_of(self.address)
    }

    /// Whether every address of another range is in this one.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.prefix_bits <= other.prefix_bits && self.contains(other.address)
    }

    /// The bits of an address that the prefix covers; the others are zero. Addresses stand on the left.
    fn front(&self, address: IpAddr) -> u128 {
        let hidden = 128_u32.saturating_sub(u32::from(self.prefix_bits));
        let mask = u128::MAX.checked_shl(hidden).unwrap_or(0);
        bits_of(address) & mask
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix_bits)
    }
}

fn bits_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn contains(network: &str, address: &str) -> bool {
        Network::parse(network).unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn a_range_covers_itself_and_what_is_narrower_and_no_neighbour() {
        let covers =
            |wide: &str, narrow: &str| Network::parse(wide).unwrap().covers(&Network::parse(narrow).unwrap());
        assert!(covers("192.0.2.0/24", "192.0.2.0/24") && covers("192.0.2.0/24", "192.0.2.128/25"));
        assert!(covers("0.0.0.0/0", "203.0.113.7") && covers("2001:db8::/32", "2001:db8:1::/48"));
        assert!(!covers("192.0.2.128/25", "192.0.2.0/24") && !covers("192.0.2.0/25", "192.0.2.128/25"));
        assert!(!covers("0.0.0.0/0", "::/0") && !covers("::/0", "10.0.0.0/8"));
    }

    #[test]
    fn a_range_holds_its_first_and_last_address_and_no_others() {
        for (network, first, last, before, after) in [
            ("192.0.2.64/26", "192.0.2.64", "192.0.2.127", "192.0.2.63", "192.0.2.128"),
            ("10.0.0.0/8", "10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0"),
            ("203.0.113.7", "203.0.113.7", "203.0.113.7", "203.0.113.6", "203.0.113.8"),
            ("2001:db8::/33", "2001:db8::", "2001:db8:7fff::1", "2001:db7:ffff::", "2001:db8:8000::"),
        ] {
            assert!(contains(network, first) && contains(network, last), "{network}");
            assert!(!contains(network, before) && !contains(network, after), "{network}");
        }
        assert!(contains("0.0.0.0/0", "198.51.100.1") && !contains("0.0.0.0/0", "2001:db8::1"));
        assert!(contains("::/0", "2001:db8::1") && !contains("::/0", "198.51.100.1"));
        assert!(contains("198.51.100.0/24", "::ffff:198.51.100.9"));
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in [
            "",
            "/",
            "192.0.2.0/",
            "192.0.2.0/33",
            "192.0.2.1/24",
            "192.0.2.0/024x",
            "192.0.2.0/-1",
            "::/129",
            "192.0.2.0/24/24",
            "example.com",
            " 192.0.2.0/24",
            "192.0.2/24",
            "192.0.2.0/+8",
        ] {
            assert_eq!(Network::parse(text), Err(Refusal::NetworkMalformed), "{text}");
        }
        assert_eq!(Network::parse("192.0.2.7").unwrap().to_string(), "192.0.2.7/32");
    }
}
