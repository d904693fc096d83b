//! Persons and a house to try templates with.

use email_signature::person::Groups;
use email_signature::person::PersonPatch;
use email_signature::{Brand, Person, Refusal};
use serde_json::json;

/// A house with all that a brand can have but pictures.
pub(crate) fn brand() -> Result<Brand, Refusal> {
    Brand::parse(&json!({
        "id": "sample",
        "name": "Analytical Engines Ltd",
        "colors": { "primary": "#1f4fb4", "accent": "#0f766e" },
        "legal": { "en": "Analytical Engines Ltd, 12 St James's Square, London. Registered in England 1815." },
        "confidentiality": { "en": "This message is for its addressee alone." },
        "socials": { "linkedin": "https://www.linkedin.com/company/example" },
        "website": "https://example.com",
    }))
}

/// Somebody of whom all is known, somebody of whom little is, one with long names, and one who writes from right to
/// left.
pub(crate) fn people() -> Result<Vec<Person>, Refusal> {
    let sources = [
        json!({
            "email": "ada@example.com", "firstname": "Ada", "lastname": "Lovelace", "title": "Analyst",
            "unit": "Engines", "phone": "+44 20 7946 0000", "mobile": "+44 7700 900000",
            "address": "12 St James's Square", "postal_code": "SW1Y 4JH", "city": "London",
            "formula": "Kind regards", "linkedin_link": "https://www.linkedin.com/in/ada",
            "calendar_link": "https://calendar.example.com/ada",
        }),
        json!({ "email": "grace@example.com", "firstname": "Grace", "lastname": "Hopper" }),
        json!({
            "email": "augusta.konstantina.longname@example.com", "firstname": "Augusta Konstantina Élisabeth",
            "lastname": "Featherstonehaugh-Cholmondeley of Waltham Abbey",
            "title": "Deputy Head of the Department for Calculating Machines and their Applications",
            "phone": "+44 20 7946 0001",
        }),
        json!({ "email": "alan@example.com", "firstname": "אלן", "lastname": "טיורינג", "title": "מתמטיקאי", "city": "ירושלים" }),
    ];
    let read = |it| Ok(PersonPatch::parse(it)?.apply(None, &mut Groups::default()).0);
    sources.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    #[test]
    fn the_samples_can_be_read() {
        assert_eq!(super::people().unwrap().len(), 4);
        assert_eq!(super::brand().unwrap().id().as_str(), "sample");
    }
}
