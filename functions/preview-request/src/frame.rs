//! Frames around places, drawn upon the picture of a page.

use pdf::Picture;

use crate::mark::Mark;

/// Frames a place in the colour of its signatory; `scale` is pixels a point. What is beside the picture is left
/// out.
pub(crate) fn draw(picture: &mut Picture, mark: &Mark, scale: f64) {
    let (left, right) = span(mark.x, mark.width, scale, picture.width);
    let (top, bottom) = span(mark.y, mark.height, scale, picture.height);
    let [red, green, blue] = colour(mark.signatory);
    let columns = usize::try_from(picture.width).unwrap_or(usize::MAX).max(1);
    let rows = picture.rgba.chunks_exact_mut(columns.saturating_mul(4));
    for (row, pixels) in (0_i64..).zip(rows).filter(|(row, _)| (top..bottom).contains(row)) {
        let is_edge = row < top + LINE || row >= bottom - LINE;
        for (column, pixel) in (0_i64..).zip(pixels.chunks_exact_mut(4)) {
            let is_inside = (left..right).contains(&column);
            if is_inside && (is_edge || column < left + LINE || column >= right - LINE) {
                pixel.copy_from_slice(&[red, green, blue, 255]);
            }
        }
    }
}

/// The first pixel of a length and the one behind its last. One that leaves the picture keeps its line beyond
/// the edge.
fn span(start: f64, length: f64, scale: f64, most: u32) -> (i64, i64) {
    let most = f64::from(most) + 8.0;
    #[expect(clippy::cast_possible_truncation, reason = "held within a picture and a little more")]
    let pixel = |points: f64| (points * scale).round().clamp(-8.0, most) as i64;
    (pixel(start), pixel(start + length))
}

/// The colour of a signatory, by index.
fn colour(signatory: usize) -> [u8; 3] {
    COLOURS.get(signatory % COLOURS.len()).copied().unwrap_or_default()
}

/// In pixels.
const LINE: i64 = 2;
/// Red, blue, green, violet, ochre, teal, pink, brown: apart from each other, and from ink.
const COLOURS: [[u8; 3]; 8] = [
    [208, 2, 27],
    [31, 111, 235],
    [45, 164, 78],
    [130, 80, 223],
    [191, 135, 0],
    [10, 126, 164],
    [214, 51, 132],
    [121, 85, 72],
];

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "tests")]

    use super::*;

    fn framed(x: f64, y: f64, width: f64, height: f64, scale: f64) -> Vec<String> {
        let mut picture = Picture { width: 12, height: 9, rgba: vec![255; 12 * 9 * 4] };
        let mark = Mark { signatory: 1, page: 1, x, y, width, height, anchor: None };
        draw(&mut picture, &mark, scale);
        let sign = |pixel: &[u8]| if pixel[..3] == COLOURS[1] { '#' } else { '.' };
        picture.rgba.chunks(12 * 4).map(|row| row.chunks(4).map(sign).collect()).collect()
    }

    #[test]
    fn a_frame_stands_inside_of_its_place() {
        let expected = [
            "............",
            "..########..",
            "..########..",
            "..##....##..",
            "..##....##..",
            "..########..",
            "..########..",
            "............",
            "............",
        ];
        assert_eq!(framed(1.0, 0.5, 4.0, 3.0, 2.0), expected);
    }

    #[test]
    fn what_leaves_the_picture_is_left_out() {
        let rows = framed(-3.0, 4.0, 8.0, 100.0, 1.0);
        assert_eq!(rows[3], "............");
        assert_eq!((rows[4].as_str(), rows[8].as_str()), ("#####.......", "...##......."));
        let hostile = framed(f64::MAX, f64::MIN, f64::INFINITY, f64::NAN, 1.0);
        assert!(hostile.concat().chars().all(|it| it == '.'), "{hostile:?}");
    }
}
