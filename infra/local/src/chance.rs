//! Random bytes and the identifiers made of them.

/// Random bytes from the system.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    // The system's source fails only before it is seeded; identifiers of a trial may then repeat.
    let _filled = aws_lc_rs::rand::fill(&mut out);
    out
}

/// An identifier in the form of a UUID, version 4.
pub(crate) fn uuid() -> String {
    let mut hex = hex::encode(bytes::<16>());
    hex.replace_range(12..13, "4");
    hex.replace_range(16..17, "a");
    for position in [20, 16, 12, 8] {
        hex.insert(position, '-');
    }
    hex
}

/// Characters drawn from an alphabet of at most 256, each equally likely.
pub(crate) fn text(length: usize, alphabet: &[u8]) -> String {
    let fair = 256 - 256 % alphabet.len().max(1);
    let mut out = String::with_capacity(length);
    while out.len() < length {
        for byte in bytes::<64>() {
            if usize::from(byte) < fair && out.len() < length {
                let letter = alphabet.get(usize::from(byte) % alphabet.len().max(1));
                out.extend(letter.map(|letter| char::from(*letter)));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_have_their_form_and_differ() {
        let one = uuid();
        assert_eq!(one.len(), 36);
        assert_ne!(one, uuid());
        let word = text(64, b"ab");
        assert_eq!(word.len(), 64);
        assert!(word.contains('a') && word.contains('b'));
    }
}
