//! Compiles the HTML part of a template.

use std::collections::BTreeMap;

use super::clean::{ATTRIBUTES, TAGS, clean};
use super::href::Href;
use super::markup::{self, Markup};
use super::node::{Element, ImageSource, Node, Picture, Piece, Value};
use super::slot::{Slot, Token, tokens};
use super::style;
use crate::attribute::Form;
use crate::refusal::Reason;
use crate::render::warning::{Code, Warning};
use crate::render::{escaped, is_separator};
use crate::value::{Image, ImageId};

/// Reads, cleans and compiles HTML.
///
/// # Errors
///
/// [`Reason`]: a placeholder that is none, or stands where it could change more than itself or is dropped
/// with its surroundings; a link or an image that leads elsewhere.
pub(crate) fn compile(
    source: &str,
    images: &BTreeMap<ImageId, Image>,
) -> Result<(Vec<Node>, Vec<Warning>), Reason> {
    if source.matches('<').count() > MAX_TAGS {
        return Err(Reason::TooMany { max: MAX_TAGS, what: "tags" });
    }
    let (marked, slots) = mark(source)?;
    let tree = markup::parse(&clean(&marked))?;
    let seen = vec![false; slots.len()];
    let mut compiler = Compiler { slots, seen, images, warnings: dropped(source) };
    let nodes = compiler.nodes(tree, Around { parent: "td", is_on_surface: false, separates: false })?;
    let Compiler { slots, seen, mut warnings, .. } = compiler;
    if let Some((slot, _)) = slots.iter().zip(seen).find(|(_, seen)| !seen) {
        return Err(slot.misplaced());
    }
    warnings.sort_unstable();
    warnings.dedup();
    Ok((nodes, warnings))
}

/// The source with a mark for each placeholder: a number between two characters of private use, which HTML,
/// styles and addresses all carry unchanged.
fn mark(source: &str) -> Result<(String, Vec<Slot>), Reason> {
    let (mut marked, mut slots) = (String::with_capacity(source.len()), Vec::new());
    for token in tokens(source)? {
        match token {
            Token::Text(text) => marked.extend(text.chars().filter(|it| !is_private(*it))),
            Token::Slot(slot) => {
                marked.push(OPEN);
                marked.push_str(&slots.len().to_string());
                marked.push(CLOSE);
                slots.push(slot);
            }
        }
    }
    Ok((marked, slots))
}

/// What the author has to know of what the cleaner drops.
fn dropped(source: &str) -> Vec<Warning> {
    let source = source.to_ascii_lowercase();
    let has = |word: &str| source.contains(word);
    let style = has("<style").then(|| Warning::of(Code::GmailStyleElement));
    let background = has("background-image") || has(" background=") || (has("background:") && has("url("));
    style.into_iter().chain(background.then(|| Warning::of(Code::OutlookBackground))).collect()
}

/// Where a node stands.
#[derive(Clone, Copy)]
struct Around<'a> {
    parent: &'a str,
    /// Whether an element around it has a colour of its own behind the text.
    is_on_surface: bool,
    /// Whether there are placeholders that separators could separate.
    separates: bool,
}

struct Compiler<'a> {
    slots: Vec<Slot>,
    seen: Vec<bool>,
    images: &'a BTreeMap<ImageId, Image>,
    warnings: Vec<Warning>,
}

impl Compiler<'_> {
    fn nodes(&mut self, tree: Vec<Markup>, around: Around<'_>) -> Result<Vec<Node>, Reason> {
        let separates = around.separates || tree.iter().any(has_slot);
        let around = Around { separates, ..around };
        let is_edge: Vec<bool> = tree.iter().map(breaks).collect();
        let last = tree.len().saturating_sub(1);
        let edge = |at: Option<usize>| at.and_then(|it| is_edge.get(it)).copied().unwrap_or(true);
        let mut nodes = Vec::with_capacity(tree.len());
        for (index, markup) in tree.into_iter().enumerate() {
            match markup {
                Markup::Text(text) => {
                    let inline = !BLOCKS.contains(&around.parent);
                    let starts = edge(index.checked_sub(1)) && !(inline && index == 0);
                    let ends = edge(index.checked_add(1)) && !(inline && index == last);
                    let text = collapsed(&text, starts, ends);
                    if !text.is_empty() && !TABLES.contains(&around.parent) {
                        nodes.push(Node::Text(self.words(&text, around.separates)?));
                    }
                }
                Markup::Element { name, attributes, children } => {
                    nodes.extend(self.element(&name, attributes, children, around)?);
                }
            }
        }
        Ok(nodes)
    }

    fn element(
        &mut self,
        name: &str,
        attributes: Vec<(String, String)>,
        children: Vec<Markup>,
        around: Around<'_>,
    ) -> Result<Option<Node>, Reason> {
        let Some(name) = TAGS.into_iter().find(|it| *it == name) else { return Ok(None) };
        match name {
            "br" => return Ok(Some(Node::LineBreak)),
            "img" => return self.picture(&attributes).map(|it| Some(Node::Picture(it))),
            _ => {}
        }
        let mut kept = Vec::new();
        let mut is_on_surface = around.is_on_surface;
        for (attribute, value) in attributes {
            if attribute == "href" {
                let pieces = self.raw_pieces(&value);
                kept.push(("href", Value::Href(Href::of(pieces)?)));
                continue;
            }
            is_on_surface |= attribute == "bgcolor" || (attribute == "style" && style::paints(&value));
            let Some(attribute) = ATTRIBUTES.into_iter().find(|it| *it == attribute) else { continue };
            let pieces = match attribute {
                "style" => self.style(&value, name, is_on_surface)?,
                "bgcolor" => self.colors(&value)?,
                "title" => self.words(&value, false)?,
                _ => self.fixed(&value)?,
            };
            if !pieces.is_empty() {
                kept.push((attribute, Value::Pieces(pieces)));
            }
        }
        let is_block = BLOCKS.contains(&name) || children.iter().any(contains_break);
        let separates = around.separates && !is_block;
        let children = self.nodes(children, Around { parent: name, is_on_surface, separates })?;
        Ok(Some(Node::Element(Element { name, attributes: kept, children, is_block })))
    }

    fn picture(&mut self, attributes: &[(String, String)]) -> Result<Picture, Reason> {
        let value =
            |name: &str| attributes.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str());
        let side = |name| {
            let side = value(name).and_then(|it| it.parse().ok()).filter(|it| (1..=MAX_BOX).contains(it));
            side.ok_or(Reason::Image { why: "has a width and a height from 1 to 1200" })
        };
        let source = match value("src").and_then(|it| it.strip_prefix("image:")).ok_or(NOT_OURS)? {
            "banner" => ImageSource::Banner,
            "logo" => ImageSource::Logo,
            "picture" => ImageSource::Person,
            "qr" => ImageSource::Qr,
            name => {
                let id = ImageId::parse(name).map_err(|_| NOT_OURS)?;
                ImageSource::Own(self.images.get(&id).ok_or(NOT_OURS)?.clone())
            }
        };
        let (width, height) = (side("width")?, side("height")?);
        let alt = value("alt").ok_or(Reason::Image { why: "has an alt text, even if it is empty" })?;
        self.warnings.push(Warning::of(Code::ThunderbirdImages));
        Ok(Picture {
            source,
            width,
            height,
            alt: self.words(alt, false)?,
            style: self.style(value("style").unwrap_or_default(), "img", true)?,
        })
    }

    fn style(&mut self, style: &str, name: &str, is_on_surface: bool) -> Result<Vec<Piece>, Reason> {
        let style = style::checked(style);
        style::warnings(&style, name, is_on_surface, &mut self.warnings);
        self.colors(&style)
    }

    /// A value in which only colours may stand.
    fn colors(&mut self, value: &str) -> Result<Vec<Piece>, Reason> {
        let pieces = self.pieces(value, false);
        let is_plain =
            |it: &Slot| it.attribute.form() == Form::Color && it.otherwise.is_none() && it.filters.is_empty();
        let other = pieces.iter().find_map(|it| match it {
            Piece::Slot(slot) if !is_plain(slot) => Some(slot.misplaced()),
            _ => None,
        });
        other.map_or(Ok(pieces), Err)
    }

    /// A value in which no placeholder may stand.
    fn fixed(&mut self, value: &str) -> Result<Vec<Piece>, Reason> {
        let pieces = self.pieces(value, false);
        let slot = pieces.iter().find_map(|it| match it {
            Piece::Slot(slot) => Some(slot.misplaced()),
            _ => None,
        });
        slot.map_or(Ok(pieces), Err)
    }

    /// Text with the placeholders that its marks stand for, escaped.
    fn pieces(&mut self, text: &str, separates: bool) -> Vec<Piece> {
        let pieces = self.raw_pieces(text).into_iter().map(|piece| match piece {
            Piece::Static(text) if separates && is_separator(&text) => Piece::Separator(escaped(&text)),
            Piece::Static(text) => Piece::Static(escaped(&text)),
            other => other,
        });
        pieces.collect()
    }

    /// Text that is read: no colour may stand in it.
    fn words(&mut self, text: &str, separates: bool) -> Result<Vec<Piece>, Reason> {
        let pieces = self.pieces(text, separates);
        let color = pieces.iter().find_map(|it| match it {
            Piece::Slot(slot) if slot.attribute.form() == Form::Color => Some(slot.misplaced()),
            _ => None,
        });
        color.map_or(Ok(pieces), Err)
    }

    fn raw_pieces(&mut self, text: &str) -> Vec<Piece> {
        let (mut pieces, mut rest) = (Vec::new(), text);
        while let Some((before, after)) = rest.split_once(OPEN) {
            let (number, after) = after.split_once(CLOSE).unwrap_or((after, ""));
            if !before.is_empty() {
                pieces.push(Piece::Static(before.to_owned()));
            }
            let at = number.parse::<usize>().ok();
            if let Some(seen) = at.and_then(|it| self.seen.get_mut(it)) {
                *seen = true;
            }
            pieces.extend(at.and_then(|it| self.slots.get(it)).cloned().map(Piece::Slot));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Static(rest.to_owned()));
        }
        pieces
    }
}

/// Runs of white space as one space; none at the ends of a line.
fn collapsed(text: &str, starts_line: bool, ends_line: bool) -> String {
    let is_space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}');
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if !is_space(c) {
            line.push(c);
        } else if !line.ends_with(' ') {
            line.push(' ');
        }
    }
    let line = if starts_line { line.trim_start_matches(' ') } else { &line };
    let line = if ends_line { line.trim_end_matches(' ') } else { line };
    line.to_owned()
}

fn has_slot(markup: &Markup) -> bool {
    match markup {
        Markup::Text(text) => text.contains(OPEN),
        Markup::Element { name, children, attributes } => {
            !BLOCKS.contains(&name.as_str())
                && (name == "img"
                    || attributes.iter().any(|(name, value)| name == "href" && value.contains(OPEN))
                    || children.iter().any(has_slot))
        }
    }
}

/// Whether a node ends the line before it.
fn breaks(markup: &Markup) -> bool {
    matches!(markup, Markup::Element { name, .. } if name == "br" || BLOCKS.contains(&name.as_str()))
        || contains_break(markup)
}

fn contains_break(markup: &Markup) -> bool {
    match markup {
        Markup::Text(_) => false,
        Markup::Element { name, children, .. } => {
            name == "br" || BLOCKS.contains(&name.as_str()) || children.iter().any(contains_break)
        }
    }
}

fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

/// HTML parsers repeat open elements in every paragraph that follows: a source of n tags can make n² / 4
/// elements.
const MAX_TAGS: usize = 800;
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';
/// Elements that begin and end lines.
const BLOCKS: [&str; 12] = ["div", "hr", "li", "ol", "p", "table", "tbody", "td", "th", "thead", "tr", "ul"];
/// Elements in which white space is nothing.
const TABLES: [&str; 6] = ["ol", "table", "tbody", "thead", "tr", "ul"];
/// The widest and highest box of an image: twice what a mail is wide.
const MAX_BOX: u32 = 1200;
const NOT_OURS: Reason = Reason::Image {
    why: "is named image:logo, image:picture, image:banner, image:qr or as one of the template",
};
