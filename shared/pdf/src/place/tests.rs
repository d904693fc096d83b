#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use super::*;

fn page(rotate: u16, user_unit: f64) -> PageInfo {
    let crop_box = Rect::from_corners(10.0, 20.0, 210.0, 320.0);
    PageInfo::new(crate::ObjectId { number: 3, generation: 0 }, crop_box, crop_box, rotate, user_unit)
}

fn place(x_points: f64, y_points: f64) -> Place {
    Place { page: 1, x_points, y_points, width_points: Some(20.0), height_points: Some(10.0), field: None }
}

#[test]
fn a_place_is_measured_from_the_top_left_as_displayed() {
    let cases = [
        (0, 1.0, Rect::from_corners(15.0, 303.0, 35.0, 313.0)),
        (90, 1.0, Rect::from_corners(17.0, 25.0, 27.0, 45.0)),
        (180, 1.0, Rect::from_corners(185.0, 27.0, 205.0, 37.0)),
        (270, 1.0, Rect::from_corners(193.0, 295.0, 203.0, 315.0)),
        (0, 2.0, Rect::from_corners(12.5, 311.5, 22.5, 316.5)),
    ];
    for (rotate, unit, expected) in cases {
        assert_eq!(place(5.0, 7.0).rect_on(&page(rotate, unit)), expected, "rotate {rotate} unit {unit}");
    }
}

#[test]
fn displayed_points_are_the_way_back() {
    for (rotate, unit) in [(0, 1.0), (90, 2.0), (180, 0.5), (270, 3.0)] {
        let page = page(rotate, unit);
        let (x, y) = page.user_space(5.0, 7.0);
        assert_eq!(page.displayed_point(x, y), (5.0 * unit, 7.0 * unit), "rotate {rotate}");
    }
}

#[test]
fn a_quarter_turn_swaps_the_displayed_size() {
    assert_eq!((page(0, 1.0).displayed_width_points, page(0, 1.0).displayed_height_points), (200.0, 300.0));
    assert_eq!((page(90, 2.0).displayed_width_points, page(90, 2.0).displayed_height_points), (600.0, 400.0));
}

#[test]
fn leaving_the_page_says_by_how_much() {
    let error = place(190.0, 295.5).check_on(&page(0, 1.0), 4, 2).unwrap_err();
    let expected = PlacementError::OutsidePage {
        place: 2,
        page: 5,
        left_points: 0.0,
        top_points: 0.0,
        right_points: 10.0,
        bottom_points: 5.5,
    };
    assert_eq!(error, expected);
    place(180.0, 290.0).check_on(&page(0, 1.0), 4, 2).expect("touching both edges is inside");
    assert!(place(-0.5, 0.0).check_on(&page(0, 1.0), 0, 0).is_err());
}

#[test]
fn a_size_that_is_no_size_is_refused() {
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let place = Place { width_points: Some(bad), ..place(1.0, 1.0) };
        assert_eq!(place.check_on(&page(0, 1.0), 0, 0), Err(PlacementError::NoArea { place: 0 }), "{bad}");
    }
}

#[test]
fn pages_count_from_one_and_minus_one_is_the_last() {
    let on = |page: i32| Place { page, ..Place::default() }.page_index(3);
    assert_eq!((on(1), on(3), on(-1)), (Some(0), Some(2), Some(2)));
    assert_eq!(
        (on(0), on(4), on(-2), Place { page: -1, ..Place::default() }.page_index(0)),
        (None, None, None, None)
    );
}
