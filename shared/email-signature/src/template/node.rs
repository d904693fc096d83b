//! What HTML is compiled to.

use super::href::Href;
use super::slot::Slot;
use crate::value::Image;

/// A part of the HTML.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Element(Element),
    /// The end of a line.
    LineBreak,
    Picture(Picture),
    Text(Vec<Piece>),
}

/// A part of a text or of an attribute.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    /// Text that separates: it is shown only between two things that are there. Escaped.
    Separator(String),
    Slot(Slot),
    /// Text as it stands. Escaped.
    Static(String),
}

/// An element and what is in it.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    pub(crate) name: &'static str,
    pub(crate) attributes: Vec<(&'static str, Value)>,
    pub(crate) children: Vec<Node>,
    /// Whether it begins and ends lines.
    pub(crate) is_block: bool,
}

/// The value of an attribute.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Href(Href),
    Pieces(Vec<Piece>),
}

/// An image.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    pub(crate) source: ImageSource,
    /// The box that it is fitted into.
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) alt: Vec<Piece>,
    pub(crate) style: Vec<Piece>,
}

/// Which image.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ImageSource {
    Banner,
    Logo,
    Own(Image),
    Person,
    Qr,
}
