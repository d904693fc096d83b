#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use super::*;

fn crypt(method: Method, key: &[u8]) -> Crypt {
    Crypt { key: key.to_vec(), strings: method, streams: method, encrypt_metadata: true }
}

#[test]
fn what_is_encrypted_can_be_decrypted() {
    let id = ObjectId { number: 70_000, generation: 2 };
    for (method, key) in [
        (Method::Rc4, &[7; 5][..]),
        (Method::Rc4, &[7; 16]),
        (Method::Aes128, &[7; 16]),
        (Method::Aes256, &[7; 32]),
        (Method::Identity, &[]),
    ] {
        let crypt = crypt(method, key);
        for text in [&b""[..], b"short", &[9; 16], &[3; 100]] {
            let encrypted = crypt.encrypt_string(id, text);
            assert_eq!(crypt.decrypt_string(id, &encrypted), text, "{method:?}");
            assert_eq!(crypt.encrypt_stream(id, text), encrypted);
        }
    }
}

#[test]
fn rc4_matches_its_published_vectors() {
    assert_eq!(cipher::rc4(b"Key", b"Plaintext"), b"\xBB\xF3\x16\xE8\xD9\x40\xAF\x0A\xD3");
    assert_eq!(cipher::rc4(b"Wiki", b"pedia"), b"\x10\x21\xBF\x04\x20");
}

#[test]
fn damaged_data_never_panics() {
    let crypt = crypt(Method::Aes128, &[1; 16]);
    for length in 0..50 {
        let _ = crypt.decrypt_stream(ObjectId::default(), &vec![5; length]);
    }
}
