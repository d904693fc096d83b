//! Chains of revisions that are in order, as the service makes them.

use std::{fs, process::Command};

use pades::Level;

use crate::{
    authority::TRUSTED,
    base::{self, Structure},
    carrier::{Places, Sealer, with_crl, with_timestamp, with_validation_data},
};

/// How a chain's first revision is encrypted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Encryption {
    /// Not at all.
    None,
    /// AES with 128 bits, opened by the empty password.
    Aes128,
    /// AES with 256 bits, opened by [`PASSWORD`].
    Aes256,
}

/// What opens the encrypted chains that need a password.
pub const PASSWORD: &str = "difference";

/// One chain.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Chain {
    /// How the document lists its objects.
    pub structure: Structure,
    /// How it is encrypted.
    pub encryption: Encryption,
    /// How many sign.
    pub signatories: u8,
    /// Where their marks are.
    pub places: Places,
    /// Whether a closing seal follows.
    pub close: bool,
    /// Which level the seals reach.
    pub level: Level,
    /// How often the archive's time-stamp is renewed.
    pub renewals: u8,
}

impl Chain {
    /// Every chain: 600 of them.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let levels = [(Level::BB, 0), (Level::BT, 0), (Level::BLT, 0), (Level::BLTA, 0), (Level::BLTA, 2)];
        let files = [
            (Structure::Table, Encryption::None),
            (Structure::Stream, Encryption::None),
            (Structure::Table, Encryption::Aes128),
            (Structure::Stream, Encryption::Aes256),
        ];
        let mut chains = Vec::new();
        for signatories in 1..=5 {
            for close in [false, true] {
                for places in [Places::None, Places::One, Places::EveryPage] {
                    for (structure, encryption) in files {
                        for (level, renewals) in levels {
                            chains.push(Self {
                                structure,
                                encryption,
                                signatories,
                                places,
                                close,
                                level,
                                renewals,
                            });
                        }
                    }
                }
            }
        }
        chains
    }

    /// The password that opens the file.
    #[must_use]
    pub fn password(&self) -> &'static str {
        if self.encryption == Encryption::Aes256 { PASSWORD } else { "" }
    }

    /// The file; `None`, said aloud, where encrypting it needs a program that is not installed.
    #[must_use]
    pub fn make(&self) -> Option<Vec<u8>> {
        let document = self.encrypted(base::document(self.structure))?;
        let sealer = Sealer::new(self.password());
        let mut bytes = sealer.seal_all(&document, self.signatories, self.places, self.close, self.level);
        if self.level >= Level::BLT {
            bytes = with_validation_data(&bytes, self.password());
        }
        if self.level >= Level::BLTA {
            bytes = with_timestamp(&bytes, "archive", self.password());
        }
        for renewal in 0..self.renewals {
            let number = u64::from(renewal) + 1;
            bytes = with_crl(&bytes, number, self.password());
            bytes = with_timestamp(&bytes, &format!("archive {number}"), self.password());
        }
        Some(bytes)
    }

    fn encrypted(self, document: Vec<u8>) -> Option<Vec<u8>> {
        let bits = match self.encryption {
            Encryption::None => return Some(document),
            Encryption::Aes128 => {
                ["--allow-weak-crypto", "--encrypt", "", "owner", "128", "--use-aes=y"].as_slice()
            }
            Encryption::Aes256 => ["--encrypt", PASSWORD, "owner", "256"].as_slice(),
        };
        let structure = match self.structure {
            Structure::Table => "--object-streams=disable",
            Structure::Stream => "--object-streams=generate",
        };
        let directory = tempfile::tempdir().unwrap();
        let [from, to] = ["from.pdf", "to.pdf"].map(|name| directory.path().join(name));
        fs::write(&from, document).unwrap();
        let run = Command::new("qpdf")
            .arg("--static-id")
            .arg(structure)
            .args(bits)
            .arg("--")
            .args([&from, &to])
            .output();
        let Ok(run) = run else {
            eprintln!("skipped: qpdf is not installed");
            return None;
        };
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        Some(fs::read(&to).unwrap())
    }
}

/// The authority that everything above trusts, as PEM.
#[must_use]
pub fn root() -> &'static str {
    &TRUSTED.root_pem
}
