//! What the command line asks for.

use std::path::PathBuf;

use pades::Level;

pub(crate) const USAGE: &str = "\
seal --key KEY.pem --cert CERT.pem [OPTIONS] IN OUT
seal --key KEY.pem --cert CERT.pem [OPTIONS] --batch   (IN<TAB>OUT lines on standard input)

  --key FILE         private key, unencrypted PKCS#8, PEM
  --cert FILE        seal certificate, PEM; others of its chain may follow in the file
  --chain FILE       further certificates of the chain, PEM
  --known FILE       certificates that are not embedded but may complete the chains of B-LT, PEM
  --pss              sign with RSA PSS instead of RSA PKCS#1 v1.5
  --page P           page of the mark, from 1, -1 is the last (default 1)
  --x X --y Y        place of the mark in points from the top left; without them the seal is invisible
  --name NAME        name in the mark and in the signature (default: the certificate's)
  --signatories N    acts to seal, one revision each, marks one below the other (default 1)
  --close            seal the closing field after them
  --level LEVEL      B-B, B-T, B-LT or B-LTA (default B-B)
  --renew            seal nothing: add what proves the latest document time-stamp, and another one over it
  --tsa URL          time-stamp authority for levels above B-B, http only
  --password TEXT    password of encrypted input
  --repeat N         seal the same file N times, writing OUT each time (default 1)

Prints one line of JSON per file:
  {\"ok\":true,\"times\":[seconds per repeat],\"bytes_appended\":n,\"error\":null}
A broken file that nobody signed is repaired first; then \"repaired\" lists what was wrong and what was done.
The input is the beginning of OUT unless that says \"written anew\".
A time spans everything from opening IN to OUT being written. Exit status is 0 unless the arguments are wrong.";

/// Which files are sealed.
pub(crate) enum Input {
    Batch,
    File { from: PathBuf, to: PathBuf },
}

/// The arguments, checked as far as they can be without reading a file.
pub(crate) struct Arguments {
    pub key: PathBuf,
    pub certificate: PathBuf,
    pub chain: Option<PathBuf>,
    pub known: Option<PathBuf>,
    pub pss: bool,
    pub page: i32,
    pub corner: Option<(f64, f64)>,
    pub name: Option<String>,
    pub signatories: usize,
    pub close: bool,
    pub level: Level,
    pub renew: bool,
    pub tsa: Option<String>,
    pub password: Option<String>,
    pub repeat: usize,
    pub input: Input,
}

/// What has been read so far.
#[expect(
    clippy::struct_excessive_bools,
    reason = "the switches of a command line do not depend on each other"
)]
#[derive(Default)]
struct Found {
    batch: bool,
    chain: Option<PathBuf>,
    certificate: Option<PathBuf>,
    close: bool,
    files: Vec<PathBuf>,
    key: Option<PathBuf>,
    known: Option<PathBuf>,
    level: Option<Level>,
    name: Option<String>,
    page: Option<i32>,
    password: Option<String>,
    pss: bool,
    renew: bool,
    repeat: Option<usize>,
    signatories: Option<usize>,
    tsa: Option<String>,
    x: Option<f64>,
    y: Option<f64>,
}

impl Arguments {
    /// Reads the arguments; `None` when help was asked for.
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        let mut found = Found::default();
        while let Some(word) = words.next() {
            if word == "--help" || word == "-h" {
                return Ok(None);
            }
            found.take(&word, || words.next().ok_or(format!("{word} needs a value")))?;
        }
        found.check().map(Some)
    }
}

impl Found {
    fn take(&mut self, word: &str, mut value: impl FnMut() -> Result<String, String>) -> Result<(), String> {
        match word {
            "--batch" => self.batch = true,
            "--cert" => self.certificate = Some(value()?.into()),
            "--chain" => self.chain = Some(value()?.into()),
            "--close" => self.close = true,
            "--key" => self.key = Some(value()?.into()),
            "--known" => self.known = Some(value()?.into()),
            "--level" => self.level = Some(parsed(word, &value()?)?),
            "--name" => self.name = Some(value()?),
            "--page" => self.page = Some(parsed(word, &value()?)?),
            "--password" => self.password = Some(value()?),
            "--pss" => self.pss = true,
            "--renew" => self.renew = true,
            "--repeat" => self.repeat = Some(parsed(word, &value()?)?),
            "--signatories" => self.signatories = Some(parsed(word, &value()?)?),
            "--tsa" => self.tsa = Some(value()?),
            "--x" => self.x = Some(parsed(word, &value()?)?),
            "--y" => self.y = Some(parsed(word, &value()?)?),
            option if option.starts_with("--") => return Err(format!("unknown option {option}")),
            file => self.files.push(file.into()),
        }
        Ok(())
    }

    fn check(self) -> Result<Arguments, String> {
        let input = match (self.batch, <[PathBuf; 2]>::try_from(self.files)) {
            (false, Ok([from, to])) => Input::File { from, to },
            (true, Err(files)) if files.is_empty() => Input::Batch,
            _ => return Err("give IN and OUT, or --batch alone".to_owned()),
        };
        let level = self.level.unwrap_or(Level::BB);
        if (level > Level::BB || self.renew) && self.tsa.is_none() {
            return Err("a time-stamp needs --tsa".to_owned());
        }
        let corner = match (self.x, self.y) {
            (Some(x), Some(y)) => Some((x, y)),
            (None, None) => None,
            _ => return Err("--x and --y go together".to_owned()),
        };
        Ok(Arguments {
            key: self.key.ok_or("--key is missing")?,
            certificate: self.certificate.ok_or("--cert is missing")?,
            chain: self.chain,
            known: self.known,
            pss: self.pss,
            page: self.page.unwrap_or(1),
            corner,
            name: self.name,
            signatories: at_least_one(self.signatories)?,
            close: self.close,
            level,
            renew: self.renew,
            tsa: self.tsa,
            password: self.password,
            repeat: at_least_one(self.repeat)?,
            input,
        })
    }
}

fn parsed<T: std::str::FromStr>(option: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{option} cannot be {text}"))
}

fn at_least_one(count: Option<usize>) -> Result<usize, String> {
    match count.unwrap_or(1) {
        0 => Err("a count is at least 1".to_owned()),
        count => Ok(count),
    }
}
