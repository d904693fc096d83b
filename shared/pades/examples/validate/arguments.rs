//! What the command line asks for.

use std::path::PathBuf;

pub(crate) const USAGE: &str = "\
validate [OPTIONS] FILE
validate [OPTIONS] --batch   (paths, one a line, on standard input)

  --trust FILE       certificates to trust, PEM or DER; may be given several times
  --known FILE       certificates that may complete chains without being trusted, PEM or DER
  --at RFC3339       the instant to judge at (default: now)
  --password TEXT    password of an encrypted PDF
  --detached FILE    what a detached CMS signature or a time-stamp is over
  --recursive        look for signed files inside signed files and archives
  --repeat N         validate the same file N times, read once (default 1)
  --render           time the validation with the pictures that it compares pages by
  --details          add what else is known: chains, time-stamps, reasons, notes

Prints one line of JSON per file:
  {\"file\":path,\"ok\":bool,\"overall\":\"TOTAL_PASSED|INDETERMINATE|TOTAL_FAILED|NO_SIGNATURE\",\"times\":[seconds per repeat],
   \"signatures\":[{\"indication\",\"sub_indication\",\"intact\",\"level\",\"coverage\",\"revision\",\"changes\":[sentences]}],\"error\":null}
`ok` says that the file could be judged, not that it is valid. The verdict always rests on pictures of the pages as
well; drawing them is in the times only with --render. Exit status is 0 unless the arguments are wrong.";

/// Which files are validated.
pub(crate) enum Input {
    Batch,
    File(PathBuf),
}

/// The arguments, checked as far as they can be without reading a file.
pub(crate) struct Arguments {
    pub trust: Vec<PathBuf>,
    pub known: Vec<PathBuf>,
    /// Unix seconds.
    pub at: Option<i64>,
    pub password: Option<String>,
    pub detached: Option<PathBuf>,
    pub recursive: bool,
    pub repeat: usize,
    pub render: bool,
    pub details: bool,
    pub input: Input,
}

impl Arguments {
    /// Reads the arguments; `None` when help was asked for.
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        let mut batch = false;
        let mut files = Vec::new();
        let mut found = Self {
            trust: Vec::new(),
            known: Vec::new(),
            at: None,
            password: None,
            detached: None,
            recursive: false,
            repeat: 1,
            render: false,
            details: false,
            input: Input::Batch,
        };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            match word.as_str() {
                "--help" | "-h" => return Ok(None),
                "--batch" => batch = true,
                "--trust" => found.trust.push(value()?.into()),
                "--known" => found.known.push(value()?.into()),
                "--at" => found.at = Some(instant(&value()?)?),
                "--password" => found.password = Some(value()?),
                "--detached" => found.detached = Some(value()?.into()),
                "--recursive" => found.recursive = true,
                "--repeat" => found.repeat = count(&value()?)?,
                "--render" => found.render = true,
                "--details" => found.details = true,
                option if option.starts_with("--") => return Err(format!("unknown option {option}")),
                file => files.push(PathBuf::from(file)),
            }
        }
        found.input = match (batch, <[PathBuf; 1]>::try_from(files)) {
            (false, Ok([file])) => Input::File(file),
            (true, Err(files)) if files.is_empty() => Input::Batch,
            _ => return Err("give FILE, or --batch alone".to_owned()),
        };
        Ok(Some(found))
    }
}

fn instant(text: &str) -> Result<i64, String> {
    let instant: jiff::Timestamp = text.parse().map_err(|_| format!("--at cannot be {text}"))?;
    Ok(instant.as_second())
}

fn count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 1..) => Ok(count),
        _ => Err(format!("--repeat cannot be {text}")),
    }
}
