//! Managed e-mail signatures: whose, how they look, what they advertise, and the rendering of them.
//!
//! [`Brand`], [`Template`], [`Person`], [`Campaign`] and [`Rule`] are read once, from JSON, with refusals that
//! name the place. [`rule::resolve`] finds what applies, [`campaign::choose`] picks the banner, and
//! [`render`](render::render) writes HTML that mail programs show, the same in plain text, and what to expect
//! of which program.
//!
//! Of brands, templates, campaigns and rules a store keeps the JSON that was read, of persons what
//! [`Person::members`] writes.
//!
//! **Invariant:** knows no network, no clock, no random source and no store. Time and keys are arguments.

pub mod attribute;
pub mod brand;
pub mod campaign;
pub mod connector;
pub mod directory;
pub mod exchange;
pub mod person;
pub mod qr;
pub mod refusal;
pub mod render;
pub mod report;
pub mod roster;
pub mod rule;
pub mod signitic;
pub mod statistics;
pub mod template;
pub mod value;
pub mod vcard;

mod members;
mod palette;

pub use attribute::{Attribute, Field};
pub use brand::Brand;
pub use campaign::Campaign;
pub use connector::Connector;
pub use person::Person;
pub use refusal::{Reason, Refusal};
pub use render::{Rendered, Urls, Variant, render};
pub use rule::Rule;
pub use template::Template;
