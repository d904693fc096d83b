//! The ciphers, over `aws-lc-rs` where it has them.

use aws_lc_rs::{
    cipher::{
        AES_128, AES_256, Algorithm, DecryptingKey, DecryptionContext, EncryptingKey, EncryptionContext,
        UnboundCipherKey,
    },
    iv::FixedLength,
};

/// Block size of AES, in bytes.
const BLOCK: usize = 16;

/// RC4, which neither library here offers and old files need.
pub(super) fn rc4(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut state = [0_u8; 256];
    state.iter_mut().zip(0..=255).for_each(|(slot, value)| *slot = value);
    let at = |state: &[u8; 256], index: u8| state.get(usize::from(index)).copied().unwrap_or_default();
    if key.is_empty() {
        return data.to_vec();
    }
    let mut other = 0_u8;
    for (index, key_byte) in (0..=255_u8).zip(key.iter().cycle()) {
        other = other.wrapping_add(at(&state, index)).wrapping_add(*key_byte);
        state.swap(usize::from(index), usize::from(other));
    }
    let (mut first, mut second) = (0_u8, 0_u8);
    let keyed = data.iter().map(|byte| {
        first = first.wrapping_add(1);
        second = second.wrapping_add(at(&state, first));
        state.swap(usize::from(first), usize::from(second));
        byte ^ at(&state, at(&state, first).wrapping_add(at(&state, second)))
    });
    keyed.collect()
}

/// CBC behind a leading initial vector, padding removed. Damaged data gives what can be read of it.
pub(super) fn aes_decrypt(key: &[u8], data: &[u8]) -> Vec<u8> {
    let Some((vector, rest)) = data.split_first_chunk::<BLOCK>() else { return Vec::new() };
    let whole = rest.len() / BLOCK * BLOCK;
    let mut plain = cbc_decrypt(key, *vector, rest.get(..whole).unwrap_or_default());
    let padding = plain.last().copied().map(usize::from).filter(|padding| (1..=BLOCK).contains(padding));
    plain.truncate(plain.len().saturating_sub(padding.unwrap_or_default()));
    plain
}

/// CBC with padding, behind its initial vector.
pub(super) fn aes_encrypt(key: &[u8], vector: [u8; BLOCK], data: &[u8]) -> Vec<u8> {
    let padding = BLOCK - data.len() % BLOCK;
    let mut padded = data.to_vec();
    padded.resize(data.len() + padding, u8::try_from(padding).unwrap_or_default());
    let mut output = vector.to_vec();
    output.extend_from_slice(&cbc_encrypt(key, vector, &padded));
    output
}

/// CBC without padding; `data` is whole blocks. Empty when the key has no valid length.
pub(super) fn cbc_encrypt(key: &[u8], vector: [u8; BLOCK], data: &[u8]) -> Vec<u8> {
    let mut output = data.to_vec();
    let encrypted = algorithm(key)
        .and_then(|algorithm| UnboundCipherKey::new(algorithm, key).ok())
        .and_then(|key| EncryptingKey::cbc(key).ok())
        .and_then(|key| {
            key.less_safe_encrypt(&mut output, EncryptionContext::Iv128(FixedLength::from(vector))).ok()
        });
    if encrypted.is_some() { output } else { Vec::new() }
}

/// CBC without padding; `data` is whole blocks. Empty when the key has no valid length.
pub(super) fn cbc_decrypt(key: &[u8], vector: [u8; BLOCK], data: &[u8]) -> Vec<u8> {
    let mut output = data.to_vec();
    let decrypted = algorithm(key)
        .and_then(|algorithm| UnboundCipherKey::new(algorithm, key).ok())
        .and_then(|key| DecryptingKey::cbc(key).ok())
        .is_some_and(|key| {
            key.decrypt(&mut output, DecryptionContext::Iv128(FixedLength::from(vector))).is_ok()
        });
    if decrypted { output } else { Vec::new() }
}

fn algorithm(key: &[u8]) -> Option<&'static Algorithm> {
    match key.len() {
        16 => Some(&AES_128),
        32 => Some(&AES_256),
        _ => None,
    }
}
