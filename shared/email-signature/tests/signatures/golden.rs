//! Five templates for eight persons. `UPDATE_GOLDEN=1` writes the files anew; `tests/browser` shows them in Chromium.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use email_signature::render::Variant;
use email_signature::template::gallery::GALLERY;

use crate::markup::{Read, read};
use crate::stage::{Stage, senders};

#[test]
fn five_templates_look_as_they_did_for_eight_persons() {
    let (stage, folder) =
        (Stage::new(), Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/signatures/golden"));
    let is_update = env::var_os("UPDATE_GOLDEN").is_some();
    for sample in GALLERY {
        let template = sample.template().unwrap();
        for sender in senders() {
            let mut file = String::new();
            for variant in [Variant::Normal, Variant::Reply] {
                let rendered = stage.render(&template, &sender, variant);
                let word = variant.as_str();
                // One row a line, so that a change is seen where it is.
                let html = rendered.html.replace("</tr>", "</tr>\n").replace("</table>", "</table>\n");
                write!(file, "=== {word} html\n{html}\n=== {word} text\n{}\n", rendered.text).unwrap();
                for warning in rendered.warnings {
                    let (client, code) = (warning.client().as_str(), warning.code().as_str());
                    writeln!(file, "=== {word} warning {client} {code}").unwrap();
                }
            }
            let path = folder.join(format!("{}-{}.txt", sample.id, sender.name));
            if is_update {
                fs::write(&path, &file).unwrap();
            }
            let golden = fs::read_to_string(&path).unwrap_or_default();
            assert_eq!(file, golden, "{}", path.display());
        }
    }
}

#[test]
fn the_text_says_what_the_html_says() {
    let stage = Stage::new();
    for sample in GALLERY {
        let template = sample.template().unwrap();
        for sender in senders() {
            for variant in [Variant::Normal, Variant::Reply] {
                let rendered = stage.render(&template, &sender, variant);
                let html = read(&rendered.html);
                let shown = format!("{}\n{}", html.text, Read::of("alt", &html).join("\n"));
                let case = format!("{} {} {}", sample.id, sender.name, variant.as_str());
                assert_eq!(words(&shown), words(&rendered.text), "{case}");
                let website = "https://www.engines.example/";
                let links: BTreeSet<String> = Read::of("href", &html)
                    .into_iter()
                    .filter(|it| it.starts_with("https:") && it != website)
                    .collect();
                let told: BTreeSet<String> = rendered
                    .text
                    .split_whitespace()
                    .filter(|it| it.starts_with("https:"))
                    .map(str::to_owned)
                    .collect();
                assert_eq!(links, told, "{case}");
            }
        }
    }
}

/// Words, without addresses of the web.
fn words(text: &str) -> BTreeSet<&str> {
    let is_address = |it: &&str| it.starts_with("https://");
    let words = text.split_whitespace().filter(|it| !is_address(it));
    words.flat_map(|it| it.split(|c: char| !c.is_alphanumeric())).filter(|it| !it.is_empty()).collect()
}

#[test]
fn every_signature_is_small_sized_and_readable_without_pictures() {
    let stage = Stage::new();
    for sample in GALLERY {
        let template = sample.template().unwrap();
        for sender in senders() {
            for variant in [Variant::Normal, Variant::Reply] {
                let rendered = stage.render(&template, &sender, variant);
                let case = format!("{} {} {}", sample.id, sender.name, variant.as_str());
                assert!(rendered.html.len() < 10 * 1024, "{case}: {} bytes", rendered.html.len());
                let html = read(&rendered.html);
                for tag in html.structure.iter().filter(|it| it.starts_with("img ")) {
                    for name in ["src", "width", "height", "alt"] {
                        assert!(tag.split(' ').any(|it| it == name), "{case}: {tag}");
                    }
                }
                let sources = Read::of("src", &html);
                assert!(sources.iter().all(|it| it.starts_with("https://images.engines.example/")), "{case}");
                for word in ["<style", "<script", "class=", "url(", "{{", "image:"] {
                    let shown = rendered.html.replace("R&amp;D {{lead}}", "");
                    assert!(!shown.contains(word), "{case}: {word}");
                }
                let depth = html.structure.iter().filter(|it| it.starts_with("table ")).count();
                assert_eq!(
                    depth,
                    html.structure.iter().filter(|it| it.starts_with("/table")).count(),
                    "{case}"
                );
            }
        }
    }
}
