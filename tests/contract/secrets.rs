//! What scanners of leaked secrets look for finds every secret that is made here, and none in this repository.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use domain::access::{ApiKey, ClientSecret, Mode};
use shared::edge::system_rng;

use crate::repository::root;

/// A published pattern of this form: a beginning, one of some words, and so many hexadecimal digits.
struct Pattern {
    beginnings: Vec<String>,
    digits: usize,
}

impl Pattern {
    fn parse(text: &str) -> Self {
        let text = text.strip_prefix('^').and_then(|it| it.strip_suffix('$')).unwrap();
        let (head, rest) = text.split_once('(').unwrap();
        let (words, rest) = rest.split_once(")_[0-9a-f]{").unwrap();
        let beginnings = words.split('|').map(|it| format!("{head}{it}_")).collect();
        Self { beginnings, digits: rest.strip_suffix('}').unwrap().parse().unwrap() }
    }

    /// How often it stands in a text, whatever is around it. One of zeros is an example.
    fn count(&self, text: &[u8]) -> usize {
        let is_digit = |it: &u8| it.is_ascii_digit() || (b'a'..=b'f').contains(it);
        let is_here = |at: usize| {
            self.beginnings.iter().any(|it| {
                let digits = at + it.len()..at + it.len() + self.digits;
                text[at..].starts_with(it.as_bytes())
                    && text
                        .get(digits)
                        .is_some_and(|it| it.iter().all(is_digit) && !it.starts_with(&[b'0'; 64]))
            })
        };
        (0..text.len()).filter(|at| matches!(text[*at], b'p' | b'c') && is_here(*at)).count()
    }
}

fn patterns() -> [Pattern; 2] {
    [ApiKey::PATTERN, ClientSecret::PATTERN].map(Pattern::parse)
}

#[test]
fn every_secret_is_found_by_its_pattern_and_by_no_other() {
    let [keys, secrets] = patterns();
    let mut rng = system_rng();
    for mode in [Mode::Live, Mode::Test] {
        for _ in 0..500 {
            let key = ApiKey::new(mode, &mut rng).expose().to_owned();
            let secret = ClientSecret::new(mode, &mut rng).expose().to_owned();
            for (text, expected) in [(&key, (1, 0)), (&secret, (0, 1))] {
                let line = format!("KEY=\"{text}\"\n");
                assert_eq!((keys.count(line.as_bytes()), secrets.count(line.as_bytes())), expected);
                let less = &text.as_bytes()[..text.len() - 1];
                assert_eq!((keys.count(less), secrets.count(less)), (0, 0), "one digit less is none");
            }
        }
    }
}

#[test]
fn no_secret_stands_in_this_repository() {
    let Some(files) = files() else { return eprintln!("skipped: this is no checkout of git's") };
    assert!(files.len() > 1000, "only {} files were found", files.len());
    let patterns = patterns();
    let found: Vec<PathBuf> = files
        .into_iter()
        .filter(|it| {
            let bytes = fs::read(it).unwrap_or_else(|error| panic!("{}: {error}", it.display()));
            patterns.iter().any(|pattern| pattern.count(&bytes) > 0)
        })
        .collect();
    assert!(found.is_empty(), "{found:?}");
}

/// Every file but the history and what git is told to ignore: those that are in no commit yet as well.
fn files() -> Option<Vec<PathBuf>> {
    let listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let output = Command::new("git").current_dir(root()).args(listed).output().ok()?;
    let names = output.status.success().then(|| String::from_utf8(output.stdout).unwrap())?;
    let paths = names.split_terminator('\0').map(|it| root().join(it));
    // One that was deleted is listed until that is in a commit.
    Some(paths.filter(|it| it.symlink_metadata().is_ok()).collect())
}
