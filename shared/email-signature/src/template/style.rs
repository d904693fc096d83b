//! Styles of elements, and what mail programs make of them.

use domain::value::Color;

use super::clean::PROPERTIES;
use crate::palette;
use crate::render::warning::{Code, Warning};

/// The declarations of a `style` that are kept, written again: no functions but colours, no escapes, nothing
/// that loads.
pub(crate) fn checked(style: &str) -> String {
    let mut kept = String::with_capacity(style.len());
    for (property, value) in declarations(style) {
        if PROPERTIES.contains(&property) && is_plain(value) {
            if !kept.is_empty() {
                kept.push(';');
            }
            kept.push_str(property);
            kept.push(':');
            kept.push_str(&value.replace('"', "'").replace(" ,", ","));
        }
    }
    kept
}

/// What Outlook and others do not do of a style; `is_on_surface` when a colour stands behind the text.
pub(crate) fn warnings(style: &str, name: &str, is_on_surface: bool, found: &mut Vec<Warning>) {
    for (property, value) in declarations(style) {
        let code = match property {
            "border-radius" => Some(Code::OutlookBorderRadius),
            "color" if !is_on_surface => {
                Color::parse(value).filter(|it| !palette::can_be_read(it)).map(|_| Code::AppleMailDarkMode)
            }
            "font-family" if !is_everywhere(value) => Some(Code::OutlookFont),
            // Images have a width of their own, which Outlook goes by.
            "max-width" | "min-width" if name != "img" => Some(Code::OutlookMaxWidth),
            "padding" if !matches!(name, "td" | "th" | "table") => Some(Code::OutlookPadding),
            _ => None,
        };
        found.extend(code.map(Warning::of));
    }
}

/// Whether a style paints a surface.
pub(crate) fn paints(style: &str) -> bool {
    declarations(style).any(|(property, _)| property == "background-color")
}

fn declarations(style: &str) -> impl Iterator<Item = (&str, &str)> {
    style.split(';').filter_map(|it| it.split_once(':')).map(|(name, value)| (name.trim(), value.trim()))
}

/// Words, numbers, lengths, quoted names and colours; private-use characters stand for placeholders.
fn is_plain(value: &str) -> bool {
    let is_usual = |c: char| {
        c.is_ascii_alphanumeric() || " #%.,-'\"()!".contains(c) || ('\u{e000}'..='\u{e001}').contains(&c)
    };
    let functions = value.matches('(').count();
    let colors = value.matches("rgb(").count() + value.matches("rgba(").count();
    value.chars().all(is_usual) && functions == colors && !(value.contains('"') && value.contains('\''))
}

/// Whether the first family is on the machines of most readers.
fn is_everywhere(families: &str) -> bool {
    let first = families.split(',').next().unwrap_or_default().trim().trim_matches(['\'', '"']);
    EVERYWHERE.iter().any(|it| first.eq_ignore_ascii_case(it))
}

const EVERYWHERE: [&str; 13] = [
    "arial",
    "calibri",
    "courier new",
    "georgia",
    "helvetica",
    "inherit",
    "monospace",
    "sans-serif",
    "segoe ui",
    "serif",
    "tahoma",
    "times new roman",
    "verdana",
];
