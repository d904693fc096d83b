//! What of an author's HTML is kept: what mail programs show, and what can do no harm.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

/// The HTML without all that is not on the lists below, well-formed.
pub(crate) fn clean(html: &str) -> String {
    CLEANER.clean(html).to_string()
}

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::empty();
    cleaner
        .tags(TAGS.into())
        .clean_content_tags(HashSet::from(["script", "style", "title"]))
        .generic_attributes(HashSet::from(["style", "dir", "lang", "align"]))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href", "title"])),
            ("img", HashSet::from(["src", "alt", "width", "height"])),
            ("table", HashSet::from(["role", "width", "cellpadding", "cellspacing", "border", "bgcolor"])),
            ("td", CELL.into()),
            ("th", CELL.into()),
            ("tr", HashSet::from(["valign", "bgcolor"])),
        ]))
        // A placeholder alone is a relative address to the cleaner; `href` judges each link afterwards.
        .url_schemes(HashSet::from(["http", "https", "image", "mailto", "tel"]))
        .url_relative(UrlRelative::PassThrough)
        .filter_style_properties(PROPERTIES.into())
        .link_rel(None)
        .strip_comments(true);
    cleaner
});

/// Elements that every mail program shows.
pub(crate) const TAGS: [&str; 25] = [
    "a", "b", "br", "div", "em", "hr", "i", "img", "li", "ol", "p", "s", "small", "span", "strong", "sub",
    "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
];

const CELL: [&str; 7] = ["width", "height", "align", "valign", "colspan", "rowspan", "bgcolor"];

/// Attributes that are kept, beside `href` and those of images.
pub(crate) const ATTRIBUTES: [&str; 15] = [
    "style",
    "dir",
    "lang",
    "align",
    "title",
    "role",
    "width",
    "height",
    "cellpadding",
    "cellspacing",
    "border",
    "bgcolor",
    "valign",
    "colspan",
    "rowspan",
];

/// Properties that concern the element alone: none loads anything, and none leaves its box.
pub(crate) const PROPERTIES: [&str; 49] = [
    "background-color",
    "border",
    "border-bottom",
    "border-bottom-color",
    "border-bottom-style",
    "border-bottom-width",
    "border-collapse",
    "border-color",
    "border-left",
    "border-left-color",
    "border-left-style",
    "border-left-width",
    "border-radius",
    "border-right",
    "border-right-color",
    "border-right-style",
    "border-right-width",
    "border-spacing",
    "border-style",
    "border-top",
    "border-top-color",
    "border-top-style",
    "border-top-width",
    "border-width",
    "color",
    "direction",
    "display",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "margin",
    "max-width",
    "min-width",
    "overflow-wrap",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "text-align",
    "text-decoration",
    "vertical-align",
    "white-space",
    "width",
    "word-break",
];
