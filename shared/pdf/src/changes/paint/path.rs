//! The areas that paths and pictures paint.

use super::{MOST_AREAS, Painter, State, map};
use crate::{Rect, object::Value};

/// Lines from this width on hide text, in user space units.
const HIDING_LINE: f64 = 4.0;
/// Height from which on an area covers letters; lower ones underline them.
const COVERING: f64 = 3.0;

impl Painter<'_> {
    /// Path construction and painting (ISO 32000-1 section 8.5).
    pub(super) fn path(
        &mut self,
        operator: &[u8],
        operands: &[Value],
        state: State,
        path: &mut Option<Rect>,
    ) {
        let number = |index: usize| operands.get(index).and_then(Value::as_number).unwrap_or_default();
        let mut extend = |x: f64, y: f64| {
            let (x, y) = state.transform.apply(x, y);
            let known = path.unwrap_or(Rect { left: x, bottom: y, right: x, top: y });
            *path = Some(Rect {
                left: known.left.min(x),
                bottom: known.bottom.min(y),
                right: known.right.max(x),
                top: known.top.max(y),
            });
        };
        match operator {
            b"m" | b"l" => extend(number(0), number(1)),
            b"c" | b"v" | b"y" => {
                self.painted.graphics = true;
                for pair in 0..operands.len() / 2 {
                    extend(number(2 * pair), number(2 * pair + 1));
                }
            }
            b"re" => {
                let (x, y, width, height) = (number(0), number(1), number(2), number(3));
                for (x, y) in [(x, y), (x + width, y), (x, y + height), (x + width, y + height)] {
                    extend(x, y);
                }
            }
            b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*" => {
                self.painted.fills += 1;
                if let Some(area) = path.take() {
                    let covers = area.height() > COVERING && !state.sheer;
                    self.painted.text_covered |= covers && !self.painted.text_heights.is_empty();
                    self.hide_mapped(state, area);
                }
            }
            b"S" | b"s" => {
                let transform = state.transform;
                let width = state.line * transform.a.hypot(transform.b).max(transform.c.hypot(transform.d));
                if let Some(area) = path.take()
                    && width >= HIDING_LINE
                {
                    let half = width / 2.0;
                    let (left, bottom) = (area.left - half, area.bottom - half);
                    let area = Rect { left, bottom, right: area.right + half, top: area.top + half };
                    self.hide_mapped(state, area);
                }
            }
            b"n" => *path = None,
            _ => {}
        }
    }

    pub(super) fn hide(&mut self, state: State, area: &Rect) {
        self.hide_mapped(state, map(state.transform, area));
    }

    fn hide_mapped(&mut self, state: State, area: Rect) {
        if state.sheer {
            return;
        }
        let hiding = &mut self.painted.hiding;
        let full = hiding.len() >= MOST_AREAS;
        match hiding.last_mut().filter(|_| full) {
            Some(last) => *last = around(last, &area),
            None => hiding.push(area),
        }
    }
}

fn around(left: &Rect, right: &Rect) -> Rect {
    Rect {
        left: left.left.min(right.left),
        bottom: left.bottom.min(right.bottom),
        right: left.right.max(right.right),
        top: left.top.max(right.top),
    }
}
