//! `paraphe-verify`: whether an evidence bundle holds, told without a network.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that talks to whoever runs it")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use domain::value::Language;
use tlog::{Checkpoint, Verifier, fsck};
use trail::{Knowledge, Outcome, Verdict, verify};

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
  --fsck             derives the whole log in DIR again

Exit status: 0 all of it holds; 1 something does not; 2 it cannot be read; 3 something cannot be decided.";

#[derive(Default)]
struct Arguments {
    bundle: Option<PathBuf>,
    json: bool,
    fsck: bool,
    language: Language,
    trust: Option<PathBuf>,
    log_key: Option<PathBuf>,
    checkpoint: Option<PathBuf>,
    log: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(sentence) => {
            eprintln!("paraphe-verify: {sentence}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode, String> {
    let Some(arguments) = parse(std::env::args().skip(1))? else {
        println!("{USAGE}");
        return Ok(ExitCode::SUCCESS);
    };
    if arguments.fsck {
        return check_log(&arguments);
    }
    let bundle = arguments.bundle.as_deref().ok_or("name a bundle; --help tells more")?;
    let archive = read(bundle)?;
    let file = |path: &str| std::fs::read(arguments.log.as_ref()?.join(path)).ok();
    let knowledge = Knowledge {
        now: now()?,
        roots: match &arguments.trust {
            Some(path) => pades::certificates_of_pem(&text(path)?).map_err(|error| error.to_string())?,
            None => Vec::new(),
        },
        log_key: key(&arguments)?,
        earlier_checkpoint: arguments.checkpoint.as_deref().map(text).transpose()?,
        log: arguments.log.is_some().then_some(&file),
        language: arguments.language,
    };
    let verdict = verify(&archive, &knowledge);
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&verdict).map_err(|error| error.to_string())?);
    } else {
        tell(&verdict);
    }
    Ok(ExitCode::from(match verdict.outcome {
        Outcome::Passed => 0,
        Outcome::Failed => 1,
        Outcome::Open => 3,
    }))
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Option<Arguments>, String> {
    let mut arguments = Arguments::default();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match word.as_str() {
            "--help" | "-h" => return Ok(None),
            "--json" => arguments.json = true,
            "--fsck" => arguments.fsck = true,
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

fn tell(verdict: &Verdict) {
    let headline = match verdict.outcome {
        Outcome::Passed => "HOLDS",
        Outcome::Open => "NOT DECIDED",
        Outcome::Failed => "DOES NOT HOLD",
    };
    println!("{headline}: request {}", verdict.request);
    for check in &verdict.checks {
        let sign = match check.outcome {
            Outcome::Passed => "ok  ",
            Outcome::Open => "open",
            Outcome::Failed => "FAIL",
        };
        println!("  {sign} {} ({}): {}", check.name, check.place, check.detail);
    }
    if !verdict.erased.is_empty() {
        println!(
            "  Personal data were erased: {}. What was committed to still holds.",
            verdict.erased.join(", ")
        );
    }
    println!();
    for step in &verdict.steps {
        println!("{step}");
    }
}

fn check_log(arguments: &Arguments) -> Result<ExitCode, String> {
    let log = arguments.log.as_deref().ok_or("--fsck needs --log")?;
    let key = match key(arguments)? {
        Some(key) => key,
        None => Verifier::parse(&text(&log.join("key.txt"))?).map_err(|error| error.to_string())?,
    };
    let note = text(&log.join("checkpoint"))?;
    let checkpoint = Checkpoint::open(&note, &key).map_err(|error| error.to_string())?;
    match fsck(&checkpoint, |path| std::fs::read(log.join(path)).ok()) {
        Ok(checked) => {
            println!("HOLDS: {} entries, {} tiles", checked.entries, checked.tiles);
            Ok(ExitCode::SUCCESS)
        }
        Err(broken) => {
            println!("DOES NOT HOLD: {broken}");
            Ok(ExitCode::from(1))
        }
    }
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

#[expect(clippy::disallowed_methods, reason = "the verifier judges by the clock of whoever runs it")]
fn now() -> Result<i64, String> {
    let since =
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_err(|error| error.to_string())?;
    i64::try_from(since.as_secs()).map_err(|error| error.to_string())
}
