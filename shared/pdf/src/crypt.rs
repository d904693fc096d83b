//! The standard security handler (ISO 32000-1 section 7.6, ISO 32000-2 section 7.6.4): RC4, AES-128, AES-256.

mod cipher;
mod key;

use md5::{Digest, Md5};
use sha2::Sha256;

use crate::{
    PdfError,
    object::{Dictionary, ObjectId},
};

/// How strings or streams are encrypted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Method {
    Aes128,
    Aes256,
    Identity,
    Rc4,
}

/// The keys of an opened encrypted file.
#[derive(Clone)]
pub(crate) struct Crypt {
    key: Vec<u8>,
    strings: Method,
    streams: Method,
    pub(crate) encrypt_metadata: bool,
}

impl Crypt {
    /// Opens the file with the password, or with the empty one.
    ///
    /// The values of `dictionary` are direct; `file_id` is the first half of the trailer's `/ID`.
    pub(crate) fn open(
        dictionary: &Dictionary,
        file_id: &[u8],
        password: Option<&[u8]>,
    ) -> Result<Self, PdfError> {
        let unsupported = |what: String| PdfError::UnsupportedEncryption { what };
        let filter = dictionary.name("Filter").unwrap_or_default();
        if filter != b"Standard" {
            return Err(unsupported(String::from_utf8_lossy(filter).into_owned()));
        }
        let version = dictionary.integer("V").unwrap_or_default();
        let (strings, streams) = match version {
            1 | 2 => (Method::Rc4, Method::Rc4),
            4 | 5 => (method(dictionary, "StrF")?, method(dictionary, "StmF")?),
            other => return Err(unsupported(format!("version {other}"))),
        };
        if strings == Method::Identity && streams == Method::Identity {
            // Only embedded files are encrypted (`/AuthEvent /EFOpen`), so the document needs no password.
            return Ok(Self { key: Vec::new(), strings, streams, encrypt_metadata: true });
        }
        let encrypt_metadata =
            dictionary.get("EncryptMetadata") != Some(&crate::object::Value::Boolean(false));
        let derivation = key::Derivation::new(dictionary, file_id, encrypt_metadata)?;
        let opened = match password {
            Some(given) => {
                derivation.open(given).or_else(|| derivation.open(b"")).ok_or(PdfError::PasswordWrong)?
            }
            None => derivation.open(b"").ok_or(PdfError::PasswordRequired)?,
        };
        Ok(Self { key: opened, strings, streams, encrypt_metadata })
    }

    pub(crate) fn decrypt_string(&self, id: ObjectId, data: &[u8]) -> Vec<u8> {
        self.decrypt(self.strings, id, data)
    }

    pub(crate) fn decrypt_stream(&self, id: ObjectId, data: &[u8]) -> Vec<u8> {
        self.decrypt(self.streams, id, data)
    }

    pub(crate) fn encrypt_string(&self, id: ObjectId, data: &[u8]) -> Vec<u8> {
        self.encrypt(self.strings, id, data)
    }

    pub(crate) fn encrypt_stream(&self, id: ObjectId, data: &[u8]) -> Vec<u8> {
        self.encrypt(self.streams, id, data)
    }

    fn decrypt(&self, method: Method, id: ObjectId, data: &[u8]) -> Vec<u8> {
        let key = self.object_key(method, id);
        match method {
            Method::Identity => data.to_vec(),
            Method::Rc4 => cipher::rc4(&key, data),
            Method::Aes128 | Method::Aes256 => cipher::aes_decrypt(&key, data),
        }
    }

    fn encrypt(&self, method: Method, id: ObjectId, data: &[u8]) -> Vec<u8> {
        let key = self.object_key(method, id);
        match method {
            Method::Identity => data.to_vec(),
            Method::Rc4 => cipher::rc4(&key, data),
            Method::Aes128 | Method::Aes256 => cipher::aes_encrypt(&key, self.initial_vector(id, data), data),
        }
    }

    /// The key of one object (ISO 32000-1 algorithm 1).
    fn object_key(&self, method: Method, id: ObjectId) -> Vec<u8> {
        if matches!(method, Method::Aes256 | Method::Identity) {
            return self.key.clone();
        }
        let [n0, n1, n2, _] = id.number.to_le_bytes();
        let mut hash = Md5::new();
        hash.update(&self.key);
        hash.update([n0, n1, n2]);
        hash.update(id.generation.to_le_bytes());
        if method == Method::Aes128 {
            hash.update(b"sAlT");
        }
        hash.finalize().iter().copied().take((self.key.len() + 5).min(16)).collect()
    }

    /// An initial vector that only the holder of the file's key can foresee, and that repeats only for
    /// the same text in the same object. Chance is not needed, so the same act gives the same bytes.
    fn initial_vector(&self, id: ObjectId, data: &[u8]) -> [u8; 16] {
        let mut hash = Sha256::new();
        hash.update(&self.key);
        hash.update(id.number.to_be_bytes());
        hash.update(id.generation.to_be_bytes());
        hash.update(data);
        let mut vector = [0; 16];
        vector.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
        vector
    }
}

impl std::fmt::Debug for Crypt {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Crypt").field("strings", &self.strings).finish_non_exhaustive()
    }
}

/// The method of the crypt filter that `/StmF` or `/StrF` names.
fn method(dictionary: &Dictionary, which: &str) -> Result<Method, PdfError> {
    let name = dictionary.name(which).unwrap_or(b"Identity");
    if name == b"Identity" {
        return Ok(Method::Identity);
    }
    let filter = std::str::from_utf8(name)
        .ok()
        .and_then(|name| dictionary.get("CF")?.as_dictionary()?.get(name)?.as_dictionary());
    match filter.map(|filter| filter.name("CFM").unwrap_or(b"None")) {
        Some(b"None") => Ok(Method::Identity),
        Some(b"V2") => Ok(Method::Rc4),
        Some(b"AESV2") => Ok(Method::Aes128),
        Some(b"AESV3") => Ok(Method::Aes256),
        _ => Err(PdfError::UnsupportedEncryption { what: format!("crypt filter of {which}") }),
    }
}

#[cfg(test)]
mod tests;
