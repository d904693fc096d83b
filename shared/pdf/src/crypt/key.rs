//! From a password to the file's key.

use aws_lc_rs::{constant_time::verify_slices_are_equal, digest};
use md5::{Digest, Md5};

use super::cipher;
use crate::{
    PdfError,
    object::{Dictionary, Value},
    text,
};

/// What fills a short password (ISO 32000-1 algorithm 2).
const PADDING: [u8; 32] = *b"\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A";

/// What the encryption dictionary says about deriving the key.
pub(super) struct Derivation<'a> {
    revision: i64,
    key_bytes: usize,
    owner: &'a [u8],
    owner_key: &'a [u8],
    user: &'a [u8],
    user_key: &'a [u8],
    permissions: [u8; 4],
    file_id: &'a [u8],
    encrypt_metadata: bool,
}

impl<'a> Derivation<'a> {
    pub(super) fn new(
        dictionary: &'a Dictionary,
        file_id: &'a [u8],
        encrypt_metadata: bool,
    ) -> Result<Self, PdfError> {
        let revision = dictionary.integer("R").unwrap_or_default();
        if !(2..=6).contains(&revision) {
            return Err(PdfError::UnsupportedEncryption { what: format!("revision {revision}") });
        }
        let key_bytes = match (dictionary.integer("V"), dictionary.integer("Length")) {
            (Some(1), _) | (_, None) => 5,
            (Some(4), _) => 16,
            (_, Some(bits)) => usize::try_from(bits / 8).unwrap_or_default(),
        };
        let key_bytes = if dictionary.integer("V") == Some(4) { 16 } else { key_bytes };
        if !(5..=32).contains(&key_bytes) || (revision < 5 && key_bytes > 16) {
            return Err(PdfError::UnsupportedEncryption { what: format!("key of {key_bytes} bytes") });
        }
        let string = |key| dictionary.get(key).and_then(Value::as_string).unwrap_or_default();
        // Written as a signed or as an unsigned number of 32 bits.
        let [p0, p1, p2, p3, ..] = dictionary.integer("P").unwrap_or_default().to_le_bytes();
        Ok(Self {
            revision,
            key_bytes,
            owner: string("O"),
            owner_key: string("OE"),
            user: string("U"),
            user_key: string("UE"),
            permissions: [p0, p1, p2, p3],
            file_id,
            encrypt_metadata,
        })
    }

    /// The file's key, if the password is the user's or the owner's.
    pub(super) fn open(&self, password: &[u8]) -> Option<Vec<u8>> {
        if self.revision >= 5 {
            let password = password.get(..127).unwrap_or(password);
            return self.open_256(password, self.user, self.user_key, &[]).or_else(|| {
                self.open_256(password, self.owner, self.owner_key, self.user.get(..48).unwrap_or_default())
            });
        }
        // Older files encode passwords by `PDFDocEncoding`; what callers hold is UTF-8.
        let encoded = std::str::from_utf8(password).ok().and_then(text::encode_doc);
        let spellings = [Some(password.to_vec()), encoded.filter(|encoded| encoded != password)];
        let mut opened = spellings.into_iter().flatten().map(|password| {
            self.open_user(&password).or_else(|| self.open_user(&self.user_password(&password)))
        });
        opened.find_map(|key| key)
    }

    fn open_user(&self, password: &[u8]) -> Option<Vec<u8>> {
        let key = self.user_password_key(password);
        let (expected, found) = if self.revision == 2 {
            (cipher::rc4(&key, &PADDING), self.user.get(..32)?)
        } else {
            let mut check = Md5::new();
            check.update(PADDING);
            check.update(self.file_id);
            let mut check = check.finalize().to_vec();
            for round in 0..20_u8 {
                check = cipher::rc4(&mixed(&key, round), &check);
            }
            (check, self.user.get(..16)?)
        };
        verify_slices_are_equal(&expected, found).is_ok().then_some(key)
    }

    /// ISO 32000-1 algorithm 2.
    fn user_password_key(&self, password: &[u8]) -> Vec<u8> {
        let mut hash = Md5::new();
        hash.update(padded(password));
        hash.update(self.owner.get(..32).unwrap_or(self.owner));
        hash.update(self.permissions);
        hash.update(self.file_id);
        if self.revision >= 4 && !self.encrypt_metadata {
            hash.update([0xff; 4]);
        }
        self.stretched(hash.finalize().to_vec())
    }

    fn stretched(&self, mut key: Vec<u8>) -> Vec<u8> {
        key.truncate(self.key_bytes);
        if self.revision >= 3 {
            for _ in 0..50 {
                key = Md5::digest(&key).to_vec();
                key.truncate(self.key_bytes);
            }
        }
        key
    }

    /// The user password that the owner password unlocks (ISO 32000-1 algorithm 7).
    fn user_password(&self, owner_password: &[u8]) -> Vec<u8> {
        let key = self.stretched(Md5::digest(padded(owner_password)).to_vec());
        let mut password = self.owner.get(..32).unwrap_or(self.owner).to_vec();
        let rounds = if self.revision == 2 { 1 } else { 20 };
        for round in (0..rounds).rev() {
            password = cipher::rc4(&mixed(&key, round), &password);
        }
        password
    }

    /// ISO 32000-2 algorithm 2.A. `user` is empty for the user's own password.
    fn open_256(&self, password: &[u8], check: &[u8], wrapped: &[u8], user: &[u8]) -> Option<Vec<u8>> {
        let (hash, salts) = check.split_at_checked(32)?;
        let (check_salt, key_salt) = (salts.get(..8)?, salts.get(8..16)?);
        verify_slices_are_equal(&self.hash_256(password, check_salt, user), hash).ok()?;
        let key = self.hash_256(password, key_salt, user);
        let key = cipher::cbc_decrypt(&key, [0; 16], wrapped.get(..32)?);
        (key.len() == 32).then_some(key)
    }

    /// ISO 32000-2 algorithm 2.B; revision 5 stops after its first line.
    fn hash_256(&self, password: &[u8], salt: &[u8], user: &[u8]) -> Vec<u8> {
        let sha = |algorithm, data: &[u8]| digest::digest(algorithm, data).as_ref().to_vec();
        let mut key = sha(&digest::SHA256, &[password, salt, user].concat());
        if self.revision == 5 {
            return key;
        }
        for round in 0_u32.. {
            let block = [password, key.as_slice(), user].concat().repeat(64);
            let vector: [u8; 16] = key.get(16..32).and_then(|half| half.try_into().ok()).unwrap_or_default();
            let encrypted = cipher::cbc_encrypt(key.get(..16).unwrap_or_default(), vector, &block);
            let remainder = encrypted.iter().take(16).map(|byte| u32::from(*byte)).sum::<u32>() % 3;
            let algorithm = match remainder {
                0 => &digest::SHA256,
                1 => &digest::SHA384,
                _ => &digest::SHA512,
            };
            key = sha(algorithm, &encrypted);
            // The last byte is at most 255, so this ends at round 287 at the latest.
            if round >= 63 && encrypted.last().is_none_or(|last| u32::from(*last) <= round - 31) {
                break;
            }
        }
        key.truncate(32);
        key
    }
}

fn padded(password: &[u8]) -> [u8; 32] {
    let mut padded = [0; 32];
    padded.iter_mut().zip(password.iter().chain(&PADDING)).for_each(|(to, from)| *to = *from);
    padded
}

fn mixed(key: &[u8], round: u8) -> Vec<u8> {
    key.iter().map(|byte| byte ^ round).collect()
}
