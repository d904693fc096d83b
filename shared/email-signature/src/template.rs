//! Templates: HTML and text with placeholders, cleaned and compiled once.
//!
//! A placeholder is written `{{name}}`, `{{name:filter}}` or `{{name|otherwise}}`: filters are `upper`, `lower`,
//! `initial` and `spoken` (a link without its scheme), and what follows `|` stands for an attribute that is
//! empty. There is no more logic than this:
//!
//! - a line, a row, a cell or any other element whose placeholders are all empty disappears;
//! - separators (`·`, `|`, `,`, dashes and the like) stand only between two things that are there;
//! - in text, `[[ ... ]]` disappears when its placeholders are all empty;
//! - a link that leads nowhere disappears and leaves its words, unless they are only those after a `|`. Such
//!   words do not hold a `[[ ... ]]` either.
//!
//! Images are named `image:logo`, `image:picture`, `image:banner`, `image:qr`, or `image:` and the name of an
//! image that comes with the template. Their `width` and `height` are the box that they are fitted into.

pub(crate) mod clean;
mod compile;
pub mod gallery;
mod href;
mod markup;
mod node;
mod slot;
mod style;
mod text;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::members::{Members, image, line, text as read_text};
use crate::refusal::{Reason, Refusal};
use crate::render::Variant;
use crate::render::warning::Warning;
use crate::value::{Image, ImageId, Line, TemplateId};

pub use slot::Filter;

pub(crate) use href::{Href, percent_encoded, telephone};
pub(crate) use node::{Element, ImageSource, Node, Picture, Piece, Value as AttributeValue};
pub(crate) use slot::Slot;
pub(crate) use text::{Plain, PlainPiece};

/// How signatures look.
#[derive(Clone, Debug)]
pub struct Template {
    id: TemplateId,
    name: Line,
    version: u32,
    normal: Part,
    reply: Option<Part>,
}

/// One variant of a template, compiled.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) nodes: Vec<Node>,
    pub(crate) plain: Vec<Vec<PlainPiece>>,
    pub(crate) warnings: Vec<Warning>,
}

impl Template {
    /// Reads a template: `id`, `name`, `html`, `text`, if wanted `reply` (`html`, `text`), and `images` (`id`,
    /// `width`, `height`). `version` counts the changes of a template from 1; the store keeps the count.
    ///
    /// HTML that mail programs do not show, or that could do harm, is dropped; what the author has to know of
    /// it stands among the warnings of each rendering.
    ///
    /// # Errors
    ///
    /// [`Refusal`], with the member that has to be changed, and for placeholders the line in it.
    pub fn parse(value: &Value, version: u32) -> Result<Self, Refusal> {
        let members = Members::of(value)?;
        let images = members.list("images", MAX_IMAGES, image)?;
        let images: BTreeMap<ImageId, Image> = images.into_iter().map(|it| (it.id.clone(), it)).collect();
        let template = Self {
            id: members.needed("id", read_text(TemplateId::parse))?,
            name: members.needed("name", line(crate::brand::MAX_NAME_CHARS))?,
            version,
            normal: Part::of(&members, &images)?,
            reply: members.parsed("reply", |value| {
                let members = Members::of(value)?;
                let part = Part::of(&members, &images)?;
                members.finish()?;
                Ok(part)
            })?,
        };
        members.finish()?;
        Ok(template)
    }

    /// Names it.
    #[must_use]
    pub const fn id(&self) -> &TemplateId {
        &self.id
    }

    /// As people say it.
    #[must_use]
    pub const fn name(&self) -> &Line {
        &self.name
    }

    /// How many times it was written, this time included.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// Whether it has a variant of its own for replies.
    #[must_use]
    pub const fn has_reply(&self) -> bool {
        self.reply.is_some()
    }

    pub(crate) fn part(&self, variant: Variant) -> &Part {
        match (variant, &self.reply) {
            (Variant::Reply, Some(reply)) => reply,
            _ => &self.normal,
        }
    }
}

impl Part {
    fn of(members: &Members<'_>, images: &BTreeMap<ImageId, Image>) -> Result<Self, Refusal> {
        let (nodes, warnings) = members.needed("html", source(|it| compile::compile(it, images)))?;
        let plain = members.needed("text", source(text::compile))?;
        Ok(Self { nodes, plain, warnings })
    }
}

/// Reads a source: not too long, and without characters that hide or reorder others.
fn source<T>(compile: impl Fn(&str) -> Result<T, Reason>) -> impl Fn(&Value) -> Result<T, Refusal> {
    move |value| {
        read_text(|it| {
            if it.len() > MAX_SOURCE_BYTES {
                return Err(Reason::TooLarge { max_bytes: MAX_SOURCE_BYTES });
            }
            let source = it.replace("\r\n", "\n");
            domain::Text::parse(&source, "source", MAX_SOURCE_BYTES)
                .map_err(|_| Reason::Text { max_chars: MAX_SOURCE_BYTES, one_line: false })?;
            compile(&source)
        })(value)
    }
}

/// Longest source: three times what Gmail may show of it all.
pub const MAX_SOURCE_BYTES: usize = 32 * 1024;
/// Most images that come with a template.
pub const MAX_IMAGES: usize = 20;

#[cfg(test)]
mod tests;
