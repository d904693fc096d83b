//! How the pages without scripts look: the sender's colours, and what they leave out, as a style sheet.
//!
//! The scripted page sets the same properties itself (`web/theme.ts`).

use std::fmt::Write as _;

use domain::request::{Appearance, ColorSlot, Hideable};

/// The sheet of a request.
pub(crate) fn sheet(appearance: &Appearance) -> String {
    let mut css = String::from(":root {");
    for (slot, color) in appearance.palette() {
        let _ = write!(css, " {}: {};", property(*slot), color.as_str());
        if *slot == ColorSlot::FooterBackground {
            let _ = write!(css, " --on-foot: {};", color.counterpart().as_str());
        }
    }
    css.push_str(" }\n");
    if appearance.hides(Hideable::Header) {
        css.push_str(".bar { display: none; }\n");
    }
    if appearance.hides(Hideable::Sidebar) {
        css.push_str(".asked { display: none; }\n");
    }
    css
}

/// The custom property that the style sheet of the pages reads for it.
const fn property(slot: ColorSlot) -> &'static str {
    match slot {
        ColorSlot::ButtonBackground => "--other",
        ColorSlot::ButtonBackgroundHover => "--other-over",
        ColorSlot::ButtonText => "--on-other",
        ColorSlot::ButtonTextHover => "--on-other-over",
        ColorSlot::FooterBackground => "--foot",
        ColorSlot::HeaderBackground => "--bar",
        ColorSlot::HeaderSubtitle => "--bar-quiet",
        ColorSlot::HeaderTitle => "--bar-title",
        ColorSlot::SidebarBackground => "--panel",
        ColorSlot::SidebarText => "--panel-quiet",
        ColorSlot::SidebarTitle => "--panel-title",
        ColorSlot::SignButtonBackground => "--go",
        ColorSlot::SignButtonBackgroundHover => "--go-over",
        ColorSlot::SignButtonText => "--on-go",
        ColorSlot::SignButtonTextHover => "--on-go-over",
    }
}

/// The name of the sheet among the files of the page.
pub(crate) const NAME: &str = "look.css";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_script_and_the_sheet_set_the_same_properties() {
        let script = include_str!("../web/theme.ts");
        for slot in ColorSlot::ALL {
            let line = format!("  {}: \"{}\",", slot.as_str(), property(slot));
            assert!(script.contains(&line), "{line}");
        }
    }

    #[test]
    fn a_sheet_has_the_colours_of_the_sender_and_leaves_out_what_they_hide() {
        let ui = serde_json::json!({ "footerBackgroundColor": "#777777", "hideHeader": true });
        let sheet = sheet(&Appearance::read(ui.as_object().unwrap()).unwrap());
        assert_eq!(sheet, ":root { --foot: #777777; --on-foot: #000000; }\n.bar { display: none; }\n");
    }
}
