#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use super::*;

fn drawn(points: &[(f64, f64)]) -> String {
    let strokes = [Stroke { points: points.to_vec() }];
    check_strokes(&strokes).expect("usable strokes");
    let mut content = String::new();
    write_strokes(&mut content, &strokes, Area { x: 0.0, y: 0.0, width: 100.0, height: 10.0 });
    content
}

#[test]
fn strokes_keep_their_proportions_and_stay_inside() {
    let content = drawn(&[(0.0, 0.0), (20.0, 10.0)]);
    assert_eq!(content, "1 J 1 j 0.3 w\n0.15 9.85 m\n0.15 9.85 l\n19.55 0.15 l\nS\n");
}

#[test]
fn a_dot_is_drawn() {
    assert_eq!(drawn(&[(5.0, 5.0)]), "1 J 1 j 0.3 w\n0.15 5 m\n0.15 5 l\nS\n");
}

#[test]
fn impossible_strokes_are_refused() {
    let stroke = |points: Vec<(f64, f64)>| check_strokes(&[Stroke { points }]);
    assert!(stroke(vec![]).is_err());
    assert!(stroke(vec![(f64::NAN, 0.0)]).is_err());
    assert!(stroke(vec![(0.0, 0.0); MOST_POINTS]).is_ok());
    assert!(stroke(vec![(0.0, 0.0); MOST_POINTS + 1]).is_err());
}

#[test]
fn a_mark_stands_upright_on_a_turned_page() {
    let entries = |rotate| form_entries(Frame { width: 20.0, height: 10.0, rotate });
    assert_eq!(entries(0), "/Type/XObject/Subtype/Form/BBox[0 0 20 10]");
    assert!(entries(90).ends_with("/Matrix[0 1 -1 0 10 0]"));
    assert!(entries(180).ends_with("/Matrix[-1 0 0 -1 20 10]"));
    assert!(entries(270).ends_with("/Matrix[0 -1 1 0 0 20]"));
}

fn appearance(mark: Mark, name: &str, reason: Option<&str>) -> Appearance {
    Appearance {
        name: name.to_owned(),
        mark,
        signed_at_text: "2026-11-21 18:36:05 +01:00".to_owned(),
        reason: reason.map(str::to_owned),
        reference: "req_7Q2M".to_owned(),
    }
}

/// A stroke that fills a rectangle of these proportions.
fn stroke(width: f64, height: f64) -> Mark {
    Mark::Drawn(vec![Stroke { points: vec![(0.0, 0.0), (width, height), (0.0, height), (width, 0.0)] }])
}

#[test]
fn the_parts_of_a_mark_never_touch_each_other_or_the_edge() {
    let long = "Wolfeschlegelsteinhausenbergerdorff Ångström-Ễđỗ the Younger of Überlingen and Ǻlund";
    let marks = [
        (Mark::Typed, "Ada Lovelace"),
        (Mark::Typed, "gjpqy"),
        (Mark::Typed, long),
        (stroke(300.0, 100.0), "Ada Lovelace"),
        (stroke(10.0, 100.0), long),
        (stroke(1000.0, 1.0), "Ẵ"),
    ];
    let reasons = [None, Some("I agree".to_owned()), Some("gjpqy Ẫ ".repeat(40))];
    for ((mark, name), reason) in
        marks.iter().flat_map(|mark| reasons.iter().map(move |reason| (mark, reason)))
    {
        let appearance = appearance(mark.clone(), name, reason.as_deref());
        let stamp = Stamp::new(&appearance).unwrap();
        for (width, height) in
            [(60.0, 20.0), (164.0, 45.0), (20.0, 60.0), (60.0, 60.0), (300.0, 20.0), (400.0, 200.0)]
        {
            let frame = Frame { width, height, rotate: 0 };
            let layout = Layout::new(frame, &stamp.details, |area| stamp.signature_height(area));
            let mut inks: Vec<Rect> = stamp
                .details
                .iter()
                .zip(&layout.lines)
                .map(|(line, start)| shown(&line.ink, layout.size, *start))
                .collect();
            let Area { x, y, width: w, height: h } = layout.signature;
            inks.push(Rect::from_corners(x, y, x + w, y + h));
            let page = Rect::from_corners(0.0, 0.0, width, height);
            for (index, ink) in inks.iter().enumerate() {
                assert!(page.union(ink) == page, "{name} {width}x{height}: {ink:?} leaves the frame");
                for other in inks.iter().skip(index + 1) {
                    // Lines may stand so close that their boxes meet, but for rounding.
                    let overlap = ink.intersection(other).filter(|overlap| overlap.height() > 1e-9);
                    assert_eq!(overlap, None, "{name} {width}x{height}: {ink:?} and {other:?}");
                }
            }
            assert!(layout.size > 0.3, "{name} {width}x{height}: {}", layout.size);
            let name_size = stamp.name_size(layout.signature);
            let baseline = (0.0, 0.0);
            let ink = shown(&stamp.name.ink, name_size, baseline);
            assert!(ink.width() <= w + 1e-9 && ink.height() <= h + 1e-9, "{name} {width}x{height}");
        }
    }
}

/// What a line covers at a size when it begins at a point.
fn shown(ink: &Rect, size: f64, (x, y): (f64, f64)) -> Rect {
    let ink = ink.scaled(size);
    Rect::from_corners(ink.left + x, ink.bottom + y, ink.right + x, ink.top + y)
}

#[test]
fn text_stands_where_it_is_larger() {
    let beside = |width, height| {
        let appearance = appearance(stroke(300.0, 100.0), "Ada Lovelace", None);
        let stamp = Stamp::new(&appearance).unwrap();
        let frame = Frame { width, height, rotate: 0 };
        Layout::new(frame, &stamp.details, |area| stamp.signature_height(area)).signature.width < width / 2.0
    };
    assert!(beside(164.0, 45.0));
    assert!(!beside(60.0, 60.0));
}

#[test]
fn long_texts_take_up_to_three_lines() {
    assert_eq!(wrapped("short"), ["short"]);
    assert_eq!(wrapped(&"a".repeat(LINE_CHARACTERS)), ["a".repeat(LINE_CHARACTERS)]);
    assert_eq!(
        wrapped(&format!("{} b", "a".repeat(LINE_CHARACTERS))),
        ["a".repeat(LINE_CHARACTERS).as_str(), "b"]
    );
    assert_eq!(wrapped(&"a".repeat(LINE_CHARACTERS + 1)), ["a".repeat(LINE_CHARACTERS).as_str(), "a"]);
    let most = "a".repeat(MOST_LINES * LINE_CHARACTERS);
    assert_eq!(wrapped(&most).concat(), most);
    let cut = wrapped(&format!("{most}a"));
    assert_eq!((cut.len(), cut.last().map(|line| line.chars().count())), (MOST_LINES, Some(LINE_CHARACTERS)));
    assert!(cut.last().is_some_and(|line| line.ends_with('…')));
}
