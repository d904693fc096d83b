//! Five templates to begin with. Their sources stand in `gallery/`, as an author would write them.

use serde_json::{Value, json};

use super::Template;
use crate::refusal::Refusal;

/// A template to begin with, as its author wrote it.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Names it.
    pub id: &'static str,
    /// As people say it.
    pub name: &'static str,
    html: &'static str,
    text: &'static str,
    reply_html: &'static str,
    reply_text: &'static str,
}

impl Sample {
    /// The template as JSON, to be changed or kept.
    #[must_use]
    pub fn source(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "html": self.html,
            "text": self.text.trim_end(),
            "reply": { "html": self.reply_html, "text": self.reply_text.trim_end() },
        })
    }

    /// The template, compiled.
    ///
    /// # Errors
    ///
    /// None: a test compiles them all.
    pub fn template(&self) -> Result<Template, Refusal> {
        Template::parse(&self.source(), 1)
    }
}

macro_rules! sample {
    ($id:literal, $name:literal) => {
        Sample {
            id: $id,
            name: $name,
            html: include_str!(concat!("../../gallery/", $id, "/normal.html")),
            text: include_str!(concat!("../../gallery/", $id, "/normal.txt")),
            reply_html: include_str!(concat!("../../gallery/", $id, "/reply.html")),
            reply_text: include_str!(concat!("../../gallery/", $id, "/reply.txt")),
        }
    };
}

/// The gallery.
pub const GALLERY: [Sample; 5] = [
    sample!("classic", "Classic line"),
    sample!("card", "Card with logo"),
    sample!("compact", "Compact"),
    sample!("centered", "Centered brand"),
    sample!("portrait", "Portrait with banner"),
];
