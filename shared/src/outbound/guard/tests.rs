#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::{AddressRefusal, MAX_URL_CHARS, Reach, Target, is_global};

#[test]
fn hostile_addresses_are_refused() {
    let lines: Vec<&str> = HOSTILE.lines().filter(|line| !line.is_empty()).collect();
    assert!(lines.len() >= 150, "{}", lines.len());
    for line in lines {
        assert!(Target::parse(line, Reach::PublicOnly).is_err(), "{line}");
    }
}

#[test]
fn hidden_characters_are_refused() {
    for text in [
        "https://example.com/\n",
        "\thttps://example.com/",
        "https://exam\tple.com/",
        "https://example.com\r\nHost: 127.0.0.1/",
        "https://example.com/a b",
        "https://example.com/\u{0}",
        "https://example.com/\u{a0}",
        "https://example.com/\u{85}",
        "https://example\u{3000}.com/",
        "https://exa\u{ad}mple.com\\@127.0.0.1/",
        "https:\\\\127.0.0.1/",
        "https://\u{2488}27.0.0.1/",
        " https://example.com/",
        "https://example.com/\u{2028}",
        "https://example.com\u{feff}@127.0.0.1/",
    ] {
        assert!(Target::parse(text, Reach::PublicOnly).is_err(), "{text:?}");
    }
}

#[test]
fn public_addresses_are_taken_as_they_are() {
    for text in [
        "https://example.com/",
        "https://example.com/contract.pdf?token=1%2F2",
        "https://example.com:443/",
        "https://example.com:8443/hook",
        "HTTPS://Example.COM/Path",
        "https://sub_domain.example.co.uk/",
        "https://1.1.1.1/",
        "https://8.8.8.8:8443/",
        "https://[2606:4700:4700::1111]/",
        "https://[2001:4860:4860::8888]:8443/",
        "https://b\u{fc}cher.example/",
        "https://xn--bcher-kva.example/",
        "https://\u{65e5}\u{672c}.jp/",
        "https://example.com/@127.0.0.1/",
        "https://example.com/?next=http://127.0.0.1/",
        "https://localhost.example.com/",
        "https://127.0.0.1.example.com/",
        "https://172.32.0.1/",
        "https://192.169.0.1/",
    ] {
        assert!(Target::parse(text, Reach::PublicOnly).is_ok(), "{text}");
    }
}

#[test]
fn a_refusal_says_what_to_change() {
    let cases = [
        ("http://example.com/", AddressRefusal::Scheme),
        ("ftp://example.com/", AddressRefusal::Scheme),
        ("https://example.com:80/", AddressRefusal::Port),
        ("https://example.com:0/", AddressRefusal::Port),
        ("https://ada:secret@example.com/", AddressRefusal::UserInfo),
        ("https://10.0.0.1/", AddressRefusal::NotPublic),
        ("https://localhost/", AddressRefusal::NotPublic),
        ("https://0x8.0x8.0x8.0x8/", AddressRefusal::Malformed),
        ("example.com/contract.pdf", AddressRefusal::Malformed),
    ];
    for (text, refusal) in cases {
        assert_eq!(Target::parse(text, Reach::PublicOnly), Err(refusal), "{text}");
    }
    let path = "x".repeat(MAX_URL_CHARS - "https://example.com/".len());
    let longest = format!("https://example.com/{path}");
    assert!(Target::parse(&longest, Reach::PublicOnly).is_ok());
    assert_eq!(Target::parse(&format!("{longest}x"), Reach::PublicOnly), Err(AddressRefusal::TooLong));
    let accents = format!("https://example.com/{}", "\u{e9}".repeat(MAX_URL_CHARS / 3));
    assert!(accents.len() < MAX_URL_CHARS, "short enough as it is written");
    assert_eq!(Target::parse(&accents, Reach::PublicOnly), Err(AddressRefusal::TooLong), "as it is sent");
}

#[test]
fn a_stage_on_one_machine_reaches_itself_and_no_neighbour() {
    for text in [
        "http://localhost:3000/a",
        "http://127.0.0.1:9/",
        "http://[::1]:3000/",
        "https://localhost/",
        "https://example.com/",
        "https://example.com:9000/",
    ] {
        assert!(Target::parse(text, Reach::AllowLoopback).is_ok(), "{text}");
    }
    for text in [
        "http://example.com/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "https://192.168.0.1/",
        "http://0.0.0.0:3000/",
        "http://[::ffff:127.0.0.1]:3000/",
        "http://2130706433:3000/",
        "http://ada@localhost/",
        "ftp://localhost/",
        "file://localhost/etc/passwd",
    ] {
        assert!(Target::parse(text, Reach::AllowLoopback).is_err(), "{text}");
    }
}

#[test]
fn nothing_of_an_address_shows_in_debug_but_its_host() {
    let target = Target::parse("https://example.com/path?token=secret", Reach::PublicOnly).unwrap();
    assert_eq!(format!("{target:?}"), "Target(https://example.com, ***)");
}

#[test]
fn the_ends_of_every_special_block_are_refused() {
    for block in SPECIAL_BLOCKS.split_whitespace() {
        let (address, prefix) = block.split_once('/').unwrap();
        let prefix: u32 = prefix.parse().unwrap();
        let (first, last): (IpAddr, IpAddr) = match address.parse().unwrap() {
            IpAddr::V4(v4) => {
                let host_bits = u32::MAX.checked_shr(prefix).unwrap_or(0);
                (v4.into(), Ipv4Addr::from_bits(v4.to_bits() | host_bits).into())
            }
            IpAddr::V6(v6) => {
                let host_bits = u128::MAX.checked_shr(prefix).unwrap_or(0);
                (v6.into(), Ipv6Addr::from_bits(v6.to_bits() | host_bits).into())
            }
        };
        for address in [first, last] {
            assert!(!is_global(address), "{address} of {block}");
            let url = match address {
                IpAddr::V4(address) => format!("https://{address}/"),
                IpAddr::V6(address) => format!("https://[{address}]/"),
            };
            assert_eq!(Target::parse(&url, Reach::PublicOnly), Err(AddressRefusal::NotPublic), "{url}");
        }
    }
}

#[test]
fn the_neighbours_of_special_blocks_are_public() {
    for address in [
        "1.0.0.0",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "191.255.255.255",
        "192.0.1.0",
        "192.0.3.0",
        "192.31.195.255",
        "192.31.197.0",
        "192.52.192.255",
        "192.52.194.0",
        "192.174.255.255",
        "192.175.49.0",
        "2620:4f:7fff:ffff:ffff:ffff:ffff:ffff",
        "2620:4f:8001::",
        "192.88.98.255",
        "192.88.100.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.255",
        "198.51.101.0",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "2000::",
        "2001:200::",
        "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
        "2001:db9::",
        "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "2003::",
        "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "3fff:1000::",
    ] {
        assert!(is_global(address.parse().unwrap()), "{address}");
    }
}

/// The rule in other words: first octets, and exceptions by arithmetic.
#[test]
fn random_public_addresses_pass() {
    let mut rng = StdRng::seed_from_u64(11);
    for _ in 0..20_000 {
        let [a, b, c, d]: [u8; 4] = rng.random();
        let is_plain = (1..=223).contains(&a) && ![10, 100, 127, 169, 172, 192, 198, 203].contains(&a);
        if is_plain {
            assert!(is_global(Ipv4Addr::new(a, b, c, d).into()), "{a}.{b}.{c}.{d}");
        }
        let bits: u128 = rng.random();
        let in_regions = (bits >> 3) | (0b001 << 125);
        let first = in_regions >> 112;
        if ![0x2001, 0x2002, 0x2620, 0x3fff].contains(&first) {
            assert!(is_global(Ipv6Addr::from_bits(in_regions).into()), "{in_regions:x}");
        }
    }
}

/// <https://www.iana.org/assignments/iana-ipv4-special-registry> and -ipv6-, every block, multicast, and what
/// metadata services answer on.
const SPECIAL_BLOCKS: &str = "
    0.0.0.0/8 0.0.0.0/32 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
    192.0.0.0/29 192.0.0.8/32 192.0.0.9/32 192.0.0.10/32 192.0.0.170/32 192.0.0.171/32 192.0.2.0/24
    192.31.196.0/24 192.52.193.0/24 192.175.48.0/24 2620:4f:8000::/48
    192.88.99.0/24 192.88.99.2/32 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4
    240.0.0.0/4 255.255.255.255/32 169.254.169.254/32 169.254.170.2/32 169.254.100.0/24 100.100.100.200/32
    ::1/128 ::/128 ::ffff:0:0/96 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64
    2001::/23 2001::/32 2001:1::1/128 2001:1::2/128 2001:1::3/128 2001:2::/48 2001:3::/32 2001:4:112::/48
    2001:10::/28 2001:20::/28 2001:30::/28 2001:db8::/32 2002::/16 3fff::/20 5f00::/16 fc00::/7 fd00::/8
    fd00:ec2::254/128 fe80::/10 fec0::/10 ff00::/8 ::/8 4000::/3 8000::/1
";

const HOSTILE: &str = include_str!("hostile-urls.txt");
