//! Reads the well-formed HTML that the cleaner writes, as a tree.

use crate::refusal::Reason;

/// A part of the tree.
#[derive(Debug)]
pub(crate) enum Markup {
    Element { name: String, attributes: Attributes, children: Vec<Self> },
    Text(String),
}

/// Names and values.
pub(crate) type Attributes = Vec<(String, String)>;

/// Reads a tree.
///
/// # Errors
///
/// [`Reason::TooDeep`].
pub(crate) fn parse(html: &str) -> Result<Vec<Markup>, Reason> {
    let mut open: Vec<(String, Attributes, Vec<Markup>)> = Vec::new();
    let (mut top, mut rest) = (Vec::new(), html);
    while !rest.is_empty() {
        let (text, tag) = rest.split_once('<').map_or((rest, None), |(text, after)| (text, Some(after)));
        let siblings = open.last_mut().map_or(&mut top, |(_, _, children)| children);
        if !text.is_empty() {
            siblings.push(Markup::Text(decoded(text)));
        }
        let Some(tag) = tag else { break };
        let end = end_of_tag(tag);
        let inside = tag.get(..end).unwrap_or_default();
        rest = tag.get(end + 1..).unwrap_or_default();
        if inside.starts_with('/') {
            if let Some((name, attributes, children)) = open.pop() {
                let siblings = open.last_mut().map_or(&mut top, |(_, _, children)| children);
                siblings.push(Markup::Element { name, attributes, children });
            }
            continue;
        }
        let (name, attributes) = tag_of(inside);
        if VOID.contains(&name.as_str()) {
            siblings.push(Markup::Element { name, attributes, children: Vec::new() });
        } else if open.len() >= MAX_DEPTH {
            return Err(Reason::TooDeep { max: MAX_DEPTH });
        } else {
            open.push((name, attributes, Vec::new()));
        }
    }
    while let Some((name, attributes, children)) = open.pop() {
        let siblings = open.last_mut().map_or(&mut top, |(_, _, children)| children);
        siblings.push(Markup::Element { name, attributes, children });
    }
    Ok(top)
}

/// Where a tag ends: at the first `>` outside quotation marks.
fn end_of_tag(tag: &str) -> usize {
    let mut is_quoted = false;
    let found = tag.bytes().position(|byte| {
        is_quoted ^= byte == b'"';
        byte == b'>' && !is_quoted
    });
    found.unwrap_or(tag.len())
}

fn tag_of(inside: &str) -> (String, Attributes) {
    let (name, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
    let mut attributes = Vec::new();
    while let Some((attribute, after)) = rest.split_once("=\"") {
        let Some((value, after)) = after.split_once('"') else { break };
        attributes.push((attribute.trim().to_owned(), decoded(value)));
        rest = after;
    }
    (name.to_owned(), attributes)
}

fn decoded(text: &str) -> String {
    let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&nbsp;", "\u{a0}"), ("&amp;", "&")];
    plain.into_iter().fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain))
}

const VOID: [&str; 3] = ["br", "hr", "img"];
/// Deeper than any signature nests its tables.
const MAX_DEPTH: usize = 40;
