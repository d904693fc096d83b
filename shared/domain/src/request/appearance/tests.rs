#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use serde_json::{Map, Value, json};

use super::{Appearance, ColorSlot, Hideable, Misfit};
use crate::value::{WebAddress, WebOrigin};

fn read(value: Value) -> Result<Appearance, Misfit> {
    let Value::Object(members) = value else { panic!("an object") };
    Appearance::read(&members)
}

fn every_key() -> Value {
    json!({
        "sidebarBackgroundColor": "#0B1F3A", "sidebarTitleColor": "#FFFFFF", "sidebarTextColor": "#e0e0e0",
        "headerBackgroundColor": "#ffffff", "headerTitleColor": "#111111", "headerSubtitleColor": "#444444",
        "footerBackgroundColor": "#eeeeee",
        "buttonTextColor": "#ffffff", "buttonTextColorHover": "#ffffff",
        "buttonBackgroundColor": "#1a5fb4", "buttonBackgroundColorHover": "#0b3d91",
        "signButtonTextColor": "#ffffff", "signButtonTextColorHover": "#000000",
        "signButtonBackgroundColor": "#1b5e20", "signButtonBackgroundColorHover": "#a5d6a7",
        "sidebarLogo": "https://cdn.example.com/logo.png",
        "hideSidebar": false, "hideHeader": true, "hideDownloadValidated": true, "hideDownloadSigned": false,
        "iframeAncestors": ["https://app.example.com", "http://localhost:5173"],
        "completeUrl": "https://app.example.com/done?order=7", "cancelUrl": "https://app.example.com/back",
    })
}

#[test]
fn every_key_reads_as_it_was_written() {
    let all = every_key();
    assert_eq!(all.as_object().map(Map::len), Some(23));
    let read = read(all.clone()).unwrap();
    assert_eq!(Value::Object(read.members()), all);
    assert_eq!(Appearance::restore(&all), read);
    assert!(read.hides(Hideable::Header) && !read.hides(Hideable::Sidebar));
    assert_eq!(read.palette().len(), ColorSlot::ALL.len());
    assert_eq!(read.logo().map(WebAddress::as_str), all["sidebarLogo"].as_str());
    assert_eq!(read.complete_url().map(WebAddress::as_str), all["completeUrl"].as_str());
    assert_eq!(read.cancel_url().map(WebAddress::as_str), all["cancelUrl"].as_str());
    let ancestors: Vec<&str> = read.ancestors().iter().map(WebOrigin::as_str).collect();
    assert_eq!(json!(ancestors), all["iframeAncestors"]);
}

#[test]
fn what_is_null_or_absent_is_left_to_the_page() {
    let read = read(json!({ "hideSidebar": null, "completeUrl": null })).unwrap();
    assert_eq!(read, Appearance::default());
    assert!(read.members().is_empty() && read.palette().is_empty());
}

#[test]
fn words_for_truth_are_read() {
    assert!(read(json!({ "hideHeader": "true" })).unwrap().hides(Hideable::Header));
    assert!(!read(json!({ "hideHeader": "false" })).unwrap().hides(Hideable::Header));
}

#[test]
fn a_misfit_names_its_member() {
    for (value, member, words) in [
        (json!({ "headerColor": "#ffffff" }), "headerColor", "no such key"),
        (json!({ "headerTitleColor": "white" }), "headerTitleColor", "six hexadecimal digits"),
        (json!({ "headerTitleColor": 5 }), "headerTitleColor", "six hexadecimal digits"),
        (json!({ "hideHeader": "yes" }), "hideHeader", "true or false"),
        (json!({ "completeUrl": "http://app.example.com" }), "completeUrl", "not https"),
        (json!({ "cancelUrl": "https://a@b.example" }), "cancelUrl", "user name"),
        (json!({ "cancelUrl": "https://b.example?paraphe_at=1" }), "cancelUrl", "paraphe_"),
        (json!({ "sidebarLogo": "javascript:alert(1)" }), "sidebarLogo", "absolute URL"),
        (json!({ "iframeAncestors": "https://a.example" }), "iframeAncestors", "a list"),
        (json!({ "iframeAncestors": vec!["https://a.example"; 21] }), "iframeAncestors", "at most 20"),
        (json!({ "iframeAncestors": ["https://a.example", "*"] }), "iframeAncestors/1", "absolute URL"),
        (json!({ "iframeAncestors": ["https://a.example/b"] }), "iframeAncestors/0", "an origin is"),
        (json!({ "iframeAncestors": [7] }), "iframeAncestors/0", "absolute URL"),
    ] {
        let misfit = read(value.clone()).unwrap_err();
        let place = misfit.index.map(|it| format!("/{it}")).unwrap_or_default();
        assert_eq!(format!("{}{place}", misfit.member), member, "{value}");
        assert!(misfit.to_string().contains(words), "{value}: {misfit}");
    }
}

#[test]
fn text_that_cannot_be_read_is_refused_with_its_ratio() {
    for (value, member, words) in [
        (
            json!({ "headerTitleColor": "#777777", "headerBackgroundColor": "#ffffff" }),
            "headerTitleColor",
            "headerBackgroundColor is 4.47:1; text needs 4.5:1",
        ),
        (
            json!({ "sidebarTitleColor": "#000000", "sidebarTextColor": "#ffffff" }),
            "sidebarTextColor",
            "sidebarBackgroundColor is 1.00:1",
        ),
        // The words stay white under the pointer, and the ground does not stay dark.
        (
            json!({ "buttonTextColor": "#ffffff", "buttonBackgroundColor": "#000000",
                "buttonBackgroundColorHover": "#eeeeee" }),
            "buttonTextColor",
            "buttonBackgroundColorHover is 1.16:1",
        ),
        (
            json!({ "signButtonTextColorHover": "#333333", "signButtonBackgroundColor": "#000000" }),
            "signButtonTextColorHover",
            "signButtonBackgroundColorHover is 1.66:1",
        ),
    ] {
        let misfit = read(value.clone()).unwrap_err();
        assert_eq!(misfit.member, member, "{value}");
        assert!(misfit.to_string().contains(words), "{value}: {misfit}");
    }
}

#[test]
fn half_a_pair_gets_a_counterpart() {
    use ColorSlot::{ButtonBackground, ButtonBackgroundHover, ButtonText, ButtonTextHover};
    let palette = |value| {
        let read = read(value).unwrap();
        read.palette().iter().map(|(slot, color)| (*slot, color.as_str().to_owned())).collect::<Vec<_>>()
    };
    let of = |slots: [(ColorSlot, &str); 4]| slots.map(|(slot, color)| (slot, color.to_owned())).to_vec();
    assert_eq!(
        palette(json!({ "buttonBackgroundColor": "#1a5fb4" })),
        of([
            (ButtonBackground, "#1a5fb4"),
            (ButtonBackgroundHover, "#1a5fb4"),
            (ButtonText, "#ffffff"),
            (ButtonTextHover, "#ffffff")
        ])
    );
    assert_eq!(
        palette(json!({ "buttonTextColor": "#ffff00", "buttonTextColorHover": "#0000ff" })),
        of([
            (ButtonBackground, "#000000"),
            (ButtonBackgroundHover, "#ffffff"),
            (ButtonText, "#ffff00"),
            (ButtonTextHover, "#0000ff")
        ])
    );
    let foot = palette(json!({ "footerBackgroundColor": "#777777" }));
    assert_eq!(foot, [(ColorSlot::FooterBackground, "#777777".to_owned())]);
}

#[test]
fn what_was_stored_before_these_rules_counts_as_far_as_it_fits() {
    let stored = json!({ "anything": 1, "hideHeader": true, "headerTitleColor": "#777777",
        "headerBackgroundColor": "#ffffff", "completeUrl": "javascript:x" });
    let restored = Appearance::restore(&stored);
    assert_eq!(Value::Object(restored.members()), json!({ "hideHeader": true }));
    assert_eq!(Appearance::restore(&Value::Null), Appearance::default());
}
