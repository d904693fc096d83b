//! Pictures of the page, drawn in the colour of the text around them. Words beside them, or a label, say what
//! they mean.

use maud::{Markup, PreEscaped};

/// The mark of the service.
#[must_use]
pub fn mark() -> Markup {
    drawn(
        "M3 18.5c4.2-1.2 8.3-7.600 8.300-12 0-2.600-2.900-2.300-3.600.3C6.500 11 8 17.500 10.500 17.500c2.300 0 3-4.500 5-4.500 1.500 0 .5 3 2 3 1 0 1.700-.7 3.500-2.500",
    )
}

/// A safe connection.
#[must_use]
pub fn lock() -> Markup {
    drawn("M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3")
}

/// All pages.
#[must_use]
pub fn pages() -> Markup {
    drawn("M4 4h6v7H4zM4 14h6v6H4zM14 4h6v7h-6zM14 14h6v6h-6z")
}

/// Where the signature stands.
#[must_use]
pub fn pen() -> Markup {
    drawn("M14.500 5.500l4 4L9 19l-5 1 1-5zM12 20h8")
}

/// Back.
#[must_use]
pub fn up() -> Markup {
    drawn("M6 15l6-6 6 6")
}

/// On.
#[must_use]
pub fn down() -> Markup {
    drawn("M6 9l6 6 6-6")
}

/// Smaller.
#[must_use]
pub fn minus() -> Markup {
    drawn("M5 12h14")
}

/// Larger.
#[must_use]
pub fn plus() -> Markup {
    drawn("M5 12h14M12 5v14")
}

/// A file to keep.
#[must_use]
pub fn download() -> Markup {
    drawn("M12 4v11M7.500 11l4.500 4.500L16.500 11M5 20h14")
}

/// Another device.
#[must_use]
pub fn phone() -> Markup {
    drawn("M7 3h10v18H7zM11 18h2")
}

/// From hand to hand.
#[must_use]
pub fn hand() -> Markup {
    drawn("M4 8h13l-4-4M20 16H7l4 4")
}

/// Languages.
#[must_use]
pub fn globe() -> Markup {
    drawn("M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c-5 5.500-5 12.500 0 18 5-5.500 5-12.500 0-18z")
}

/// Away with it.
#[must_use]
pub fn close() -> Markup {
    drawn("M6 6l12 12M18 6L6 18")
}

/// Done.
#[must_use]
pub fn tick() -> Markup {
    drawn("M5 12.500l4.500 4.500L19 7")
}

/// Not so.
#[must_use]
pub fn stop() -> Markup {
    drawn("M12 7v6M12 16.500v.5M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z")
}

fn drawn(path: &str) -> Markup {
    PreEscaped(format!(
        "<svg class=\"i\" viewBox=\"0 0 24 24\" aria-hidden=\"true\" focusable=\"false\"><path d=\"{path}\"/></svg>"
    ))
}
