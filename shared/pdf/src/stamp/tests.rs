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
