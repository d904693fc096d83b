//! The members of a JSON object, read one by one; what is left over is refused.

use std::cell::RefCell;
use std::ops::RangeInclusive;

use domain::value::{Color, Language};
use domain::{Text, Timestamp};
use serde_json::{Map, Value};

use crate::refusal::{Reason, Refusal};
use crate::value::{Image, ImageId, Line, Link, MAX_IMAGE_SIDE};

/// An object being read. A member that is null counts as left out.
pub(crate) struct Members<'a> {
    map: &'a Map<String, Value>,
    read: RefCell<Vec<&'static str>>,
}

impl<'a> Members<'a> {
    pub(crate) fn of(value: &'a Value) -> Result<Self, Refusal> {
        let map = value.as_object().ok_or_else(|| Refusal::at("", SHAPE_OBJECT))?;
        Ok(Self { map, read: RefCell::default() })
    }

    /// The value of a member, if it is there.
    pub(crate) fn value(&self, name: &'static str) -> Option<&'a Value> {
        self.read.borrow_mut().push(name);
        self.map.get(name).filter(|it| !it.is_null())
    }

    /// Refuses members that nobody read.
    pub(crate) fn finish(self) -> Result<(), Refusal> {
        let read = self.read.into_inner();
        match self.map.keys().find(|name| !read.contains(&name.as_str())) {
            Some(name) => Err(Refusal::at(pointer(name), Reason::Unknown)),
            None => Ok(()),
        }
    }

    /// A member, read by `parse`.
    pub(crate) fn parsed<T>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&'a Value) -> Result<T, Refusal>,
    ) -> Result<Option<T>, Refusal> {
        self.value(name).map(|value| parse(value).map_err(|it| it.under(&pointer(name)))).transpose()
    }

    /// A member that has to be there.
    pub(crate) fn needed<T>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&'a Value) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        self.parsed(name, parse)?.ok_or_else(|| Refusal::at(pointer(name), Reason::Missing))
    }

    /// A list; none is an empty one.
    pub(crate) fn list<T>(
        &self,
        name: &'static str,
        max: usize,
        parse: impl Fn(&'a Value) -> Result<T, Refusal>,
    ) -> Result<Vec<T>, Refusal> {
        let read = self.parsed(name, |value| {
            let items = value.as_array().ok_or_else(|| Refusal::at("", SHAPE_LIST))?;
            if items.len() > max {
                return Err(Refusal::at("", Reason::TooMany { max, what: "items" }));
            }
            let parse = |(index, item)| parse(item).map_err(|it: Refusal| it.under(&format!("/{index}")));
            items.iter().enumerate().map(parse).collect()
        })?;
        Ok(read.unwrap_or_default())
    }
}

/// A JSON pointer to one member (RFC 6901 section 3).
pub(crate) fn pointer(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Reads a text by a rule of its own.
pub(crate) fn text<'a, T>(
    parse: impl Fn(&'a str) -> Result<T, Reason>,
) -> impl Fn(&'a Value) -> Result<T, Refusal> {
    move |value| {
        let text = value.as_str().ok_or_else(|| Refusal::at("", SHAPE_TEXT))?;
        parse(text).map_err(|reason| Refusal::at("", reason))
    }
}

pub(crate) fn line(max_chars: usize) -> impl Fn(&Value) -> Result<Line, Refusal> {
    move |value| text(|it| Line::parse(it, max_chars))(value)
}

/// Text of several lines, whose line ends may be those of any system.
pub(crate) fn lines(max_chars: usize) -> impl Fn(&Value) -> Result<Text, Refusal> {
    move |value| {
        text(|it| {
            let refused = |_| Reason::Text { max_chars, one_line: false };
            Text::parse(&it.replace("\r\n", "\n"), "text", max_chars).map_err(refused)
        })(value)
    }
}

pub(crate) fn link(value: &Value) -> Result<Link, Refusal> {
    text(Link::parse)(value)
}

pub(crate) fn color(value: &Value) -> Result<Color, Refusal> {
    text(|it| Color::parse(it).ok_or(Reason::Color))(value)
}

/// A language by its two letters; a tag that only begins with them is refused, so that what is stored is what
/// is compared.
pub(crate) fn language(value: &Value) -> Result<Language, Refusal> {
    text(|it| Language::parse(it).filter(|found| found.as_str() == it).ok_or(Reason::Language))(value)
}

pub(crate) fn instant(value: &Value) -> Result<Timestamp, Refusal> {
    text(|it| Timestamp::parse_rfc3339(it).ok_or(Reason::Time))(value)
}

pub(crate) fn truth(value: &Value) -> Result<bool, Refusal> {
    value.as_bool().ok_or_else(|| Refusal::at("", Reason::Shape { expected: "true or false" }))
}

pub(crate) fn number(bounds: RangeInclusive<u32>) -> impl Fn(&Value) -> Result<u32, Refusal> {
    move |value| {
        let read = value.as_u64().and_then(|it| u32::try_from(it).ok()).filter(|it| bounds.contains(it));
        read.ok_or_else(|| Refusal::at("", Reason::Number { least: *bounds.start(), most: *bounds.end() }))
    }
}

pub(crate) fn image(value: &Value) -> Result<Image, Refusal> {
    let members = Members::of(value)?;
    let image = Image {
        id: members.needed("id", text(ImageId::parse))?,
        width: members.needed("width", number(1..=MAX_IMAGE_SIDE))?,
        height: members.needed("height", number(1..=MAX_IMAGE_SIDE))?,
    };
    members.finish()?;
    Ok(image)
}

const SHAPE_OBJECT: Reason = Reason::Shape { expected: "an object" };
const SHAPE_LIST: Reason = Reason::Shape { expected: "a list" };
const SHAPE_TEXT: Reason = Reason::Shape { expected: "a text" };
