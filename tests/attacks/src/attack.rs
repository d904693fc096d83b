//! What an attack is, and all of them.

#![allow(clippy::too_many_lines, reason = "a list of attacks is as long as there are attacks")]

mod active;
mod annotations;
mod byte_range;
mod certified;
mod contents;
mod fields;
mod forgery;
mod pages;
mod reading;
mod rollback;
mod saving;
mod sections;
mod shadow;
mod sneak;
mod spoofing;
mod store;
mod structure;
mod tail;
mod timestamps;
mod wrapping;

use crate::{
    base::{self, PAYLOAD},
    carrier::Carrier,
    update::Update,
    view::View,
};

/// How it can be seen that an attack does something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Shows {
    /// A viewer shows [`PAYLOAD`].
    Payload,
    /// A viewer shows another picture.
    Picture,
    /// The bytes differ; what a viewer makes of them is the viewer's.
    Bytes,
}

/// One kind of attack.
pub struct Attack {
    /// What it belongs to.
    pub family: &'static str,
    /// What it does.
    pub name: String,
    /// How it can be seen.
    pub shows: Shows,
    make: Make,
}

/// Makes the attacked file.
type Make = Box<dyn Fn(&Carrier) -> Option<Vec<u8>> + Send + Sync>;

impl Attack {
    fn new(
        family: &'static str,
        name: impl Into<String>,
        shows: Shows,
        make: impl Fn(&Carrier) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        Self { family, name: name.into(), shows, make: Box::new(make) }
    }

    /// Attacks a file; `None` where the file has nothing for this attack, or allows what it does.
    #[must_use]
    pub fn make(&self, carrier: &Carrier) -> Option<Vec<u8>> {
        (self.make)(carrier)
    }
}

/// The file with signature time-stamps that prove nothing; it may be valid, at the level it had.
#[must_use]
pub fn worthless_timestamps(carrier: &Carrier) -> Vec<(&'static str, Vec<u8>)> {
    timestamps::worthless(carrier)
}

/// What a viewer does when somebody fills in the text field; `None` where the file has none.
#[must_use]
pub fn filled(carrier: &Carrier, value: &str) -> Option<Vec<u8>> {
    fields::filled(carrier, value)
}

/// Every attack.
#[must_use]
pub fn all() -> Vec<Attack> {
    [
        forgery::attacks(),
        saving::attacks(),
        wrapping::attacks(),
        shadow::attacks(),
        certified::attacks(),
        sneak::attacks(),
        spoofing::attacks(),
        byte_range::attacks(),
        rollback::attacks(),
        pages::attacks(),
        fields::attacks(),
        annotations::attacks(),
        active::attacks(),
        structure::attacks(),
        store::attacks(),
        timestamps::attacks(),
        tail::attacks(),
        reading::attacks(),
        sections::attacks(),
        contents::attacks(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A content stream that says the payload, in a font that the first page has.
fn payload(view: &View) -> Option<Vec<u8>> {
    let page = *view.pages.first()?;
    let fonts = view.document.get_page_fonts((page, 0)).ok()?;
    let font = String::from_utf8_lossy(fonts.keys().next()?).into_owned();
    let content = format!("BT /{font} 14 Tf 72 480 Td ({PAYLOAD}) Tj ET\n");
    Some(base::stream("", content.as_bytes()))
}

/// An update whose first page says the payload, not yet finished.
fn forged(view: &View) -> Option<Update<'_>> {
    Some(view.update().put(view.content()?, payload(view)?))
}

/// Replaces some bytes by as many others.
fn overwrite(bytes: &[u8], at: usize, new: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    out[at..at + new.len()].copy_from_slice(new);
    out
}
