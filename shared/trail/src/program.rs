//! What `paraphe-verify` does: whether an evidence bundle holds, told without a network.

use std::io::Write;
use std::path::{Path, PathBuf};

use domain::value::Language;
use sheet::clean;
use tlog::{Checkpoint, Verifier, fsck};

use crate::{Knowledge, Outcome, Verdict, verify};

const USAGE: &str = "\
Usage: paraphe-verify [OPTIONS] BUNDLE.zip
       paraphe-verify --fsck --log DIR [--log-key FILE]

Tells whether an evidence bundle holds, and what happened, step by step. Nothing is sent anywhere.

  --json             the findings as JSON
  --language TAG     the language of the words: de, en, es, fr, it, nl, pl, pt
  --trust FILE       certificates (PEM) that you trust to have sealed; else those in the bundle are taken
  --log-key FILE     the key of the transparency log, as it was published; else the one in the bundle is taken
  --checkpoint FILE  a checkpoint that you kept from earlier: a log that was rewritten since is found out
  --log DIR          a copy of the log's files, needed when the checkpoint has another size
  --trust-bundle     takes the word of the bundle, or of DIR, for who made it
  --fsck             derives the whole log in DIR again

What is given ties the bundle to somebody: certificates all of it; the log's key, or a checkpoint that the log
continues, the events and with them the documents. The log knows nothing of custody: whether missing values were
erased, --trust alone can tell.

Exit status: 0 all of it holds; 1 something does not; 2 it cannot be read; 3 something cannot be decided; 4 all of it
holds, and nothing that was given ties it to anybody: a stranger can have made it.";

#[derive(Default)]
struct Arguments {
    bundle: Option<PathBuf>,
    json: bool,
    fsck: bool,
    trust_bundle: bool,
    language: Language,
    trust: Option<PathBuf>,
    log_key: Option<PathBuf>,
    checkpoint: Option<PathBuf>,
    log: Option<PathBuf>,
}

/// What is told in the end.
#[derive(Clone, Copy)]
enum Conclusion {
    Holds,
    Fails,
    Undecided,
    /// It holds, and nothing that was given ties it to anybody.
    Unanchored,
}

impl Conclusion {
    /// Of an outcome, and whether it is tied to somebody whom the reader knows or takes the word of.
    const fn new(outcome: Outcome, anchored: bool) -> Self {
        match outcome {
            Outcome::Passed if anchored => Self::Holds,
            Outcome::Passed => Self::Unanchored,
            Outcome::Open => Self::Undecided,
            Outcome::Failed => Self::Fails,
        }
    }

    const fn status(self) -> u8 {
        match self {
            Self::Holds => 0,
            Self::Fails => 1,
            Self::Undecided => 3,
            Self::Unanchored => 4,
        }
    }

    const fn headline(self) -> &'static str {
        match self {
            Self::Holds => "HOLDS",
            Self::Fails => "DOES NOT HOLD",
            Self::Undecided => "NOT DECIDED",
            Self::Unanchored => {
                "UNANCHORED (it holds, and a stranger can have made it: see --trust and --log-key)"
            }
        }
    }
}

/// Does what these words ask for at this time, Unix seconds, and gives the exit status.
///
/// # Errors
///
/// A sentence when it cannot be done; the exit status is 2 then.
pub fn run(words: impl Iterator<Item = String>, now: i64, out: &mut dyn Write) -> Result<u8, String> {
    let Some(arguments) = parse(words)? else {
        say(out, USAGE)?;
        return Ok(0);
    };
    if arguments.fsck {
        return check_log(&arguments, out);
    }
    let bundle = arguments.bundle.as_deref().ok_or("name a bundle; --help tells more")?;
    let archive = read(bundle)?;
    let file = |path: &str| std::fs::read(arguments.log.as_ref()?.join(path)).ok();
    let knowledge = Knowledge {
        now,
        roots: arguments.trust.as_deref().map(certificates).transpose()?,
        log_key: key(&arguments)?,
        earlier_checkpoint: arguments.checkpoint.as_deref().map(text).transpose()?,
        log: arguments.log.is_some().then_some(&file),
        language: arguments.language,
    };
    let verdict = verify(&archive, &knowledge);
    let conclusion = Conclusion::new(verdict.outcome, verdict.anchored || arguments.trust_bundle);
    if arguments.json {
        let json = serde_json::to_string_pretty(&verdict).map_err(|error| error.to_string())?;
        say(out, &plain(&json))?;
    } else {
        tell(&verdict, conclusion, out)?;
    }
    Ok(conclusion.status())
}

/// JSON without the letters that a terminal takes for something else: they stand in its texts alone, as escapes.
fn plain(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for letter in json.chars() {
        let mut bytes = [0; 4];
        let raw = &*letter.encode_utf8(&mut bytes);
        if letter == '\n' || clean(raw) == raw {
            text.push(letter);
        } else {
            // None of them is beyond the first plane.
            text.extend(format!("\\u{:04x}", u32::from(letter)).chars());
        }
    }
    text
}

fn say(out: &mut dyn Write, line: &str) -> Result<(), String> {
    writeln!(out, "{line}").map_err(|error| error.to_string())
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Option<Arguments>, String> {
    let mut arguments = Arguments::default();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match word.as_str() {
            "--help" | "-h" => return Ok(None),
            "--json" => arguments.json = true,
            "--fsck" => arguments.fsck = true,
            "--trust-bundle" => arguments.trust_bundle = true,
            "--language" => {
                arguments.language = Language::parse(&value()?).ok_or("this language is not spoken here")?;
            }
            "--trust" => arguments.trust = Some(value()?.into()),
            "--log-key" => arguments.log_key = Some(value()?.into()),
            "--checkpoint" => arguments.checkpoint = Some(value()?.into()),
            "--log" => arguments.log = Some(value()?.into()),
            option if option.starts_with('-') => {
                return Err(format!("{option} is not an option; --help tells which are"));
            }
            _ if arguments.bundle.is_some() => return Err("name one bundle".to_owned()),
            _ => arguments.bundle = Some(word.into()),
        }
    }
    Ok(Some(arguments))
}

/// Says what was found. Everything that a stranger may have written is made harmless for a terminal.
fn tell(verdict: &Verdict, conclusion: Conclusion, out: &mut dyn Write) -> Result<(), String> {
    say(out, &format!("{}: request {}", conclusion.headline(), clean(&verdict.request)))?;
    for check in &verdict.checks {
        let sign = match check.outcome {
            Outcome::Passed => "ok  ",
            Outcome::Open => "open",
            Outcome::Failed => "FAIL",
        };
        say(out, &format!("  {sign} {} ({}): {}", check.name, clean(&check.place), clean(&check.detail)))?;
    }
    if !verdict.erased.is_empty() {
        let whose = clean(&verdict.erased.join(", "));
        say(out, &format!("  Personal data were erased: {whose}. What was committed to still holds."))?;
    }
    say(out, "")?;
    for step in &verdict.steps {
        say(out, &clean(step))?;
    }
    Ok(())
}

fn check_log(arguments: &Arguments, out: &mut dyn Write) -> Result<u8, String> {
    let log = arguments.log.as_deref().ok_or("--fsck needs --log")?;
    let key = match key(arguments)? {
        Some(key) => key,
        None => Verifier::parse(&text(&log.join("key.txt"))?).map_err(|error| error.to_string())?,
    };
    let note = text(&log.join("checkpoint"))?;
    let checkpoint = Checkpoint::open(&note, &key).map_err(|error| error.to_string())?;
    let (outcome, found) = match fsck(&checkpoint, |path| std::fs::read(log.join(path)).ok()) {
        Ok(checked) => (Outcome::Passed, format!("{} entries, {} tiles", checked.entries, checked.tiles)),
        Err(broken) => (Outcome::Failed, clean(&broken.to_string())),
    };
    // A key that lies beside the log was written by whoever wrote the log.
    let conclusion = Conclusion::new(outcome, arguments.log_key.is_some() || arguments.trust_bundle);
    say(out, &format!("{}: {found}", conclusion.headline()))?;
    Ok(conclusion.status())
}

/// At least one certificate: without any, whoever gave the file would trust nobody.
fn certificates(path: &Path) -> Result<Vec<Vec<u8>>, String> {
    let found = pades::certificates_of_pem(&text(path)?).map_err(|error| error.to_string())?;
    if found.is_empty() {
        return Err(format!("{} holds no certificate", path.display()));
    }
    Ok(found)
}

fn key(arguments: &Arguments) -> Result<Option<Verifier>, String> {
    let parse = |path: &PathBuf| Verifier::parse(&text(path)?).map_err(|error| error.to_string());
    arguments.log_key.as_ref().map(parse).transpose()
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

fn text(path: &Path) -> Result<String, String> {
    String::from_utf8(read(path)?).map_err(|_| format!("{} is not text", path.display()))
}
