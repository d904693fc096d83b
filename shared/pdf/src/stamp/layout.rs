//! Where the parts of a mark go in its frame, so that none touches another.

use super::Frame;
use crate::font::Line;

/// Share of the smaller side that stays empty at each edge.
const MARGIN: f64 = 0.05;
/// Share of a side that stays empty between the signature and the text.
const GAP: f64 = 0.04;
/// Share of the height that text below the signature takes.
const BELOW: f64 = 0.42;
/// Share of the width that text beside the signature takes.
const BESIDE: f64 = 0.5;
/// Height of a line over the size of its type, unless its glyphs need more.
const LEADING: f64 = 1.2;
/// Largest size of the text, in units of the page.
const LARGEST: f64 = 9.0;
/// A signature may be so many times as high as the text is large before the text counts as too small for it.
const PROPORTION: f64 = 2.0;

/// A part of the frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Areas that do not overlap.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) signature: Area,
    /// Where each line begins on its baseline.
    pub(super) lines: Vec<(f64, f64)>,
    /// Size of the text.
    pub(super) size: f64,
}

impl Layout {
    /// Puts the text below the signature or beside it, whichever leaves the smaller of them larger.
    ///
    /// `height_in` is how high the signature gets in an area.
    pub(super) fn new(frame: Frame, lines: &[Line], height_in: impl Fn(Area) -> f64) -> Self {
        let margin = frame.width.min(frame.height) * MARGIN;
        let inner = Area {
            x: margin,
            y: margin,
            width: frame.width - 2.0 * margin,
            height: frame.height - 2.0 * margin,
        };
        let block = Block::of(lines);
        if block.width <= 0.0 {
            return Self { signature: inner, lines: Vec::new(), size: 0.0 };
        }
        let layouts = [Self::below(inner, lines, &block), Self::beside(inner, lines, &block)];
        let weakest = |layout: &Self| layout.size.min(height_in(layout.signature) / PROPORTION);
        let [below, beside] = layouts;
        if weakest(&beside) > weakest(&below) { beside } else { below }
    }

    fn below(inner: Area, lines: &[Line], block: &Block) -> Self {
        let size = (inner.height * BELOW / block.height).min(inner.width / block.width).min(LARGEST);
        let taken = block.height * size + inner.height * GAP;
        let signature = Area { y: inner.y + taken, height: inner.height - taken, ..inner };
        Self { signature, lines: block.starts(lines, inner.x, inner.y, size), size }
    }

    fn beside(inner: Area, lines: &[Line], block: &Block) -> Self {
        let room = inner.width * BESIDE;
        let size = (inner.height / block.height).min(room / block.width).min(LARGEST);
        let y = inner.y + (inner.height - block.height * size) / 2.0;
        let x = inner.x + inner.width - room;
        let signature = Area { width: inner.width * (1.0 - BESIDE - GAP), ..inner };
        Self { signature, lines: block.starts(lines, x, y, size), size }
    }
}

/// Lines of text one above the other, measured at a size of one by what their glyphs cover.
struct Block {
    width: f64,
    height: f64,
    /// From one baseline to the next.
    pitch: f64,
    /// Below the last baseline.
    descent: f64,
}

impl Block {
    fn of(lines: &[Line]) -> Self {
        let most = |measure: fn(&Line) -> f64| lines.iter().map(measure).fold(0.0, f64::max);
        let (ascent, descent) = (most(|line| line.ink.top), most(|line| -line.ink.bottom));
        let pitch = LEADING.max(ascent + descent);
        let steps = (1..lines.len()).fold(0.0, |steps, _| steps + pitch);
        Self {
            width: most(|line| line.ink.right - line.ink.left),
            height: steps + ascent + descent,
            pitch,
            descent,
        }
    }

    /// Where each line begins when the block's lower left corner is at a point.
    fn starts(&self, lines: &[Line], x: f64, y: f64, size: f64) -> Vec<(f64, f64)> {
        let mut baseline = y + self.descent * size;
        let from_below = lines.iter().rev().map(|line| {
            let start = (x - line.ink.left * size, baseline);
            baseline += self.pitch * size;
            start
        });
        let mut starts: Vec<_> = from_below.collect();
        starts.reverse();
        starts
    }
}
