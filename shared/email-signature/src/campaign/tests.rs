#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::cast_precision_loss, reason = "tests")]

use std::collections::BTreeMap;

use domain::EmailAddress;
use serde_json::json;

use super::*;
use crate::value::Line;

fn campaign(id: &str, more: &Value) -> Campaign {
    let mut value = json!({
        "id": id, "name": "Open day", "alt": "Come and see",
        "banner": {"id": "banner", "width": 600, "height": 150}, "link": "https://example.com/day#now",
    });
    for (name, member) in more.as_object().unwrap() {
        value[name] = member.clone();
    }
    Campaign::parse(&value).unwrap()
}

fn refused(more: &Value) -> (String, u16) {
    let mut value = json!({
        "id": "day", "name": "Open day", "alt": "Come and see",
        "banner": {"id": "banner", "width": 600, "height": 150}, "link": "https://example.com/day",
    });
    for (name, member) in more.as_object().unwrap() {
        value[name] = member.clone();
    }
    let refusal = Campaign::parse(&value).unwrap_err();
    (refusal.pointer, refusal.reason.number())
}

fn recipient(number: usize) -> EmailAddress {
    EmailAddress::parse(&format!("reader{number}@example.com")).unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn chosen(campaigns: &[Campaign], number: usize) -> Option<&str> {
    let (key, now) = (StickyKey::new(b"key"), at("2026-06-01T00:00:00Z"));
    choose(campaigns, &recipient(number), (None, Language::En), "acme", now, &key).map(|it| it.id().as_str())
}

#[test]
fn parameters_come_before_the_fragment_and_are_encoded() {
    let utm = json!({"utm": {"source": "e-mail", "campaign": "Spring & summer=50%", "content": "é"}});
    let day = campaign("day", &utm);
    assert_eq!(
        day.destination().as_str(),
        "https://example.com/day?utm_source=e-mail&utm_campaign=Spring%20%26%20summer%3D50%25&utm_content=%C3%A9#now"
    );
    let with_query = campaign("day", &json!({"link": "https://example.com/?a=b", "utm": {"source": "x"}}));
    assert_eq!(with_query.destination().as_str(), "https://example.com/?a=b&utm_source=x");
}

#[test]
fn what_cannot_be_read_is_named() {
    for (more, pointer, number) in [
        (json!({"link": "javascript:alert(1)"}), "/link", 114),
        (json!({"link": null}), "/link", 110),
        (json!({"weight": 0}), "/weight", 117),
        (json!({"priority": 101}), "/priority", 117),
        (json!({"priority": 1.5}), "/priority", 117),
        (json!({"languages": ["en", "xx"]}), "/languages/1", 115),
        (json!({"places": [{"group": "A"}, {"group": "A", "entity": "B"}]}), "/places/1", 103),
        (json!({"from": "2026-01-02T00:00:00Z", "until": "2026-01-02T00:00:00Z"}), "/until", 121),
        (json!({"from": "yesterday"}), "/from", 116),
        (json!({"banner": {"id": "b", "width": 0, "height": 1}}), "/banner/width", 117),
        (json!({"banner": {"id": "../b", "width": 1, "height": 1}}), "/banner/id", 118),
        (json!({"utm": {"medium": "a\nb"}}), "/utm/medium", 112),
        (json!({"utm": {"x/y": "a"}}), "/utm/x~1y", 111),
    ] {
        assert_eq!(refused(&more), (pointer.to_owned(), number), "{more}");
    }
}

#[test]
fn a_campaign_runs_in_its_window_for_its_groups_and_languages() {
    let day = campaign(
        "day",
        &json!({
            "from": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z",
            "places": [{"entity": "Paris"}], "languages": ["fr"],
        }),
    );
    let name = |text: &str| Line::parse(text, 100).unwrap();
    let paris = Group { entity: Some(name("Paris")), ..Group::new(name("Sales")) };
    let rome = Group { entity: Some(name("Rome")), ..Group::new(name("Sales")) };
    let (inside, end) = (at("2026-01-15T00:00:00Z"), at("2026-02-01T00:00:00Z"));
    assert!(day.runs(Some(&paris), Language::Fr, inside));
    assert!(day.runs(Some(&paris), Language::Fr, at("2026-01-01T00:00:00Z")));
    assert!(!day.runs(Some(&paris), Language::Fr, end));
    assert!(!day.runs(Some(&paris), Language::Fr, at("2025-12-31T23:59:59Z")));
    assert!(!day.runs(Some(&rome), Language::Fr, inside));
    assert!(!day.runs(None, Language::Fr, inside));
    assert!(!day.runs(Some(&paris), Language::En, inside));
    assert!(!campaign("day", &json!({"paused": true})).runs(None, Language::En, inside));
}

#[test]
fn only_the_highest_priority_is_shown() {
    let campaigns = [campaign("low", &json!({"priority": 1, "weight": 1000})), campaign("high", &json!({}))];
    assert!((0..100).all(|it| chosen(&campaigns, it) == Some("high")));
    assert_eq!(chosen(&[], 1), None);
}

#[test]
fn ten_thousand_recipients_are_spread_by_weight() {
    let weights = [("a", 1_u16), ("b", 1), ("c", 3), ("d", 5)];
    let campaigns = weights.map(|(id, weight)| campaign(id, &json!({"weight": weight})));
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for number in 0..10_000 {
        *seen.entry(chosen(&campaigns, number).unwrap()).or_default() += 1;
    }
    let chi_square: f64 = weights
        .iter()
        .map(|(id, weight)| {
            let expected = 10_000.0 * f64::from(*weight) / 10.0;
            (f64::from(seen[id]) - expected).powi(2) / expected
        })
        .sum();
    // Three degrees of freedom: 16.27 is passed by one fair spread in a thousand.
    assert!(chi_square < 16.27, "{chi_square} {seen:?}");
    assert!(chi_square > 0.01, "too even to be chance: {seen:?}");
}

#[test]
fn a_recipient_sees_the_same_campaign_as_long_as_it_runs() {
    let campaigns = ["a", "b", "c"].map(|id| campaign(id, &json!({})));
    let without_b = [campaigns[0].clone(), campaigns[2].clone()];
    let mut moved = 0;
    for number in 0..2_000 {
        let before = chosen(&campaigns, number).unwrap();
        assert_eq!(chosen(&campaigns, number), Some(before));
        let after = chosen(&without_b, number).unwrap();
        assert!(before == "b" || after == before, "a campaign that ends moves only its own readers");
        moved += u32::from(before != after);
    }
    assert!((550..790).contains(&moved), "{moved}");
    let mut reversed = campaigns.clone();
    reversed.reverse();
    assert!((0..200).all(|it| chosen(&campaigns, it) == chosen(&reversed, it)));
}

#[test]
fn another_key_or_experiment_spreads_anew() {
    let campaigns = ["a", "b"].map(|id| campaign(id, &json!({})));
    let now = at("2026-06-01T00:00:00Z");
    let pick = |number, experiment: &str, key: &[u8]| {
        let place = (None, Language::En);
        let it =
            choose(&campaigns, &recipient(number), place, experiment, now, &StickyKey::new(key)).unwrap();
        it.id().as_str().to_owned()
    };
    let differing = |experiment: &str, key: &[u8]| {
        (0..1000).filter(|it| pick(*it, experiment, key) != pick(*it, "acme", b"key")).count()
    };
    assert_eq!(differing("acme", b"key"), 0);
    assert!((400..600).contains(&differing("acme", b"other")));
    assert!((400..600).contains(&differing("spring", b"key")));
}
