//! Serial numbers in decimal, as Openapi writes them.

use std::fmt::Write as _;

/// The decimal digits of a hexadecimal number; none when it is none, or longer than any serial number is.
pub(crate) fn decimal(hex: &str) -> Option<String> {
    let digits = hex.trim_start_matches('0');
    if digits.len() > MAX_HEX_DIGITS || hex.is_empty() {
        return None;
    }
    // Groups of nine decimal digits, the least first.
    let mut groups = vec![0_u64];
    for digit in digits.chars() {
        let mut carry = u64::from(digit.to_digit(16)?);
        for group in &mut groups {
            let value = *group * 16 + carry;
            *group = value % GROUP;
            carry = value / GROUP;
        }
        if carry > 0 {
            groups.push(carry);
        }
    }
    let mut groups = groups.into_iter().rev();
    let mut text = groups.next()?.to_string();
    for group in groups {
        // Writing into a text cannot fail.
        let _written = write!(text, "{group:09}");
    }
    Some(text)
}

const GROUP: u64 = 1_000_000_000;
/// RFC 5280 allows 20 octets; some issuers use more.
const MAX_HEX_DIGITS: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_are_written_in_decimal() {
        for (hex, expected) in [
            ("0", "0"),
            ("00ff", "255"),
            ("3b9aca00", "1000000000"),
            ("ffffffffffffffff", "18446744073709551615"),
            ("100000000000000000000000000000000", "340282366920938463463374607431768211456"),
        ] {
            assert_eq!(decimal(hex).as_deref(), Some(expected), "{hex}");
        }
        for none in ["", "xyz", "-1", "f".repeat(129).as_str()] {
            assert_eq!(decimal(none), None, "{none}");
        }
    }
}
