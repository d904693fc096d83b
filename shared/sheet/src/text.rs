//! A sheet as plain text.

use std::fmt::Write as _;

use crate::{Fact, Sheet};

/// The text of a sheet, with lines as long as what they say.
#[must_use]
pub fn text(sheet: &Sheet) -> String {
    let mut text = String::new();
    line(&mut text, "", &sheet.title);
    line(&mut text, "", &format!("{} {}", sheet.tone.sign(), sheet.headline));
    add(&mut text, "", &sheet.sentences, &sheet.facts);
    for section in &sheet.sections {
        text.push('\n');
        line(&mut text, "", &section.title);
        line(&mut text, "", &"=".repeat(section.title.chars().count()));
        if let Some(tone) = section.tone {
            line(&mut text, "", &format!("{} {}", tone.sign(), section.headline));
        }
        add(&mut text, "", &section.sentences, &section.facts);
        for block in &section.blocks {
            text.push('\n');
            line(&mut text, "  ", &block.title);
            add(&mut text, "    ", &block.sentences, &block.facts);
        }
    }
    text
}

fn add(text: &mut String, indent: &str, sentences: &[String], facts: &[Fact]) {
    for sentence in sentences {
        line(text, indent, sentence);
    }
    for fact in facts {
        line(text, indent, &format!("{}: {}", fact.label, fact.value));
    }
}

fn line(text: &mut String, indent: &str, words: &str) {
    // Writing into a text cannot fail.
    let _written = writeln!(text, "{indent}{words}");
}
