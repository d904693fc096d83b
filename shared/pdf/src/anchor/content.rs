//! The state of a content stream: where the pen is (ISO 32000-1 sections 8.4 and 9.3).

use std::sync::Arc;

use super::{
    font::{Font, Shown},
    matrix::Matrix,
};
use crate::{
    Rect,
    object::{Dictionary, Value},
};

/// Saved graphics states. ISO 32000-1 annex C gives 28 as the limit of readers; further ones are
/// counted only.
const MOST_SAVED: usize = 256;
/// A part of a colour that is taken as the whole.
const NEARLY_ALL: f64 = 0.99;

/// One code that was shown and has text.
#[derive(Clone, Debug)]
pub(crate) struct Glyph {
    /// Where its characters begin and end in the page's text.
    pub(crate) text: (usize, usize),
    /// Where the pen was before and after, in user space.
    pub(crate) start: (f64, f64),
    pub(crate) end: (f64, f64),
    /// Where the line of text runs to, of length 1.
    pub(crate) direction: (f64, f64),
    /// Height of the face in user space.
    pub(crate) size: f64,
    /// Advance by ascent and descent, in user space.
    pub(crate) bounds: Rect,
}

/// Resources of a page or a form.
#[derive(Clone, Debug, Default)]
pub(super) struct Resources {
    pub(super) fonts: Dictionary,
    pub(super) forms: Dictionary,
}

#[derive(Clone)]
pub(super) struct State {
    pub(super) transform: Matrix,
    pub(super) font: Option<Arc<Font>>,
    pub(super) size: f64,
    pub(super) character_space: f64,
    pub(super) word_space: f64,
    pub(super) scale: f64,
    pub(super) leading: f64,
    pub(super) rise: f64,
    pub(super) ink: Ink,
}

/// What painting leaves on white paper.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ink {
    white_fill: bool,
    white_stroke: bool,
    /// Text rendering mode (ISO 32000-1 table 106).
    text_mode: u8,
}

impl Ink {
    /// Whether an operator that paints a path or a shading leaves something to be seen.
    pub(super) fn paints(self, operator: &[u8]) -> bool {
        match operator {
            b"f" | b"F" | b"f*" => !self.white_fill,
            b"S" | b"s" => !self.white_stroke,
            b"B" | b"B*" | b"b" | b"b*" => !(self.white_fill && self.white_stroke),
            b"sh" => true,
            _ => false,
        }
    }

    /// Whether text does.
    pub(super) fn shows_text(self) -> bool {
        match self.text_mode {
            0 | 4 => !self.white_fill,
            1 | 5 => !self.white_stroke,
            2 | 6 => !(self.white_fill && self.white_stroke),
            _ => false,
        }
    }

    /// Operators that choose colours and the way text is painted. A colour that may be white in one colour
    /// space and none in another counts as one that can be seen.
    fn set(&mut self, operator: &[u8], operands: &[Value]) {
        let is_white = || {
            let numbers: Option<Vec<f64>> = operands.iter().map(Value::as_number).collect();
            match (operator, numbers.as_deref()) {
                (b"g" | b"G", Some([gray])) => *gray >= NEARLY_ALL,
                (_, Some(rgb @ [_, _, _])) => rgb.iter().all(|it| *it >= NEARLY_ALL),
                (_, Some(cmyk @ [_, _, _, _])) => cmyk.iter().all(|it| *it <= 1.0 - NEARLY_ALL),
                _ => false,
            }
        };
        match operator {
            b"g" | b"rg" | b"k" | b"sc" | b"scn" | b"cs" => self.white_fill = is_white(),
            b"G" | b"RG" | b"K" | b"SC" | b"SCN" | b"CS" => self.white_stroke = is_white(),
            b"Tr" => {
                let mode = operands.first().and_then(Value::as_integer);
                self.text_mode = mode.and_then(|mode| u8::try_from(mode).ok()).unwrap_or_default();
            }
            _ => {}
        }
    }
}

/// One content stream being read.
pub(super) struct Content<'r> {
    pub(super) resources: &'r Resources,
    pub(super) state: State,
    saved: Vec<State>,
    /// States that were too many to be saved.
    unsaved: usize,
    text_matrix: Matrix,
    line_matrix: Matrix,
    pub(super) depth: u32,
}

impl State {
    pub(super) fn new() -> Self {
        Self {
            transform: Matrix::IDENTITY,
            font: None,
            size: 0.0,
            character_space: 0.0,
            word_space: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
            ink: Ink::default(),
        }
    }
}

impl<'r> Content<'r> {
    pub(super) fn new(resources: &'r Resources, state: State, depth: u32) -> Self {
        Self {
            resources,
            state,
            saved: Vec::new(),
            unsaved: 0,
            text_matrix: Matrix::IDENTITY,
            line_matrix: Matrix::IDENTITY,
            depth,
        }
    }
    /// Operators that show nothing.
    pub(super) fn set(&mut self, operator: &[u8], operands: &[Value]) {
        let number = |index: usize| operands.get(index).and_then(Value::as_number).unwrap_or_default();
        match operator {
            b"q" if self.saved.len() < MOST_SAVED => self.saved.push(self.state.clone()),
            b"q" => self.unsaved += 1,
            b"Q" if self.unsaved > 0 => self.unsaved -= 1,
            b"Q" => self.state = self.saved.pop().unwrap_or_else(|| self.state.clone()),
            b"cm" => {
                if let Some(matrix) = matrix_of(operands) {
                    self.state.transform = matrix.then(self.state.transform);
                }
            }
            b"BT" => self.set_line(Matrix::IDENTITY),
            b"Tm" => {
                if let Some(matrix) = matrix_of(operands) {
                    self.set_line(matrix);
                }
            }
            b"Td" => self.move_line(number(0), number(1)),
            b"TD" => {
                self.state.leading = -number(1);
                self.move_line(number(0), number(1));
            }
            b"T*" => self.next_line(),
            b"Tc" => self.state.character_space = number(0),
            b"Tw" => self.state.word_space = number(0),
            b"Tz" => self.state.scale = number(0) / 100.0,
            b"TL" => self.state.leading = number(0),
            b"Ts" => self.state.rise = number(0),
            _ => self.state.ink.set(operator, operands),
        }
    }

    fn set_line(&mut self, matrix: Matrix) {
        self.line_matrix = matrix;
        self.text_matrix = matrix;
    }

    fn move_line(&mut self, x: f64, y: f64) {
        self.set_line(Matrix::moved(x, y).then(self.line_matrix));
    }

    pub(super) fn next_line(&mut self) {
        self.move_line(0.0, -self.state.leading);
    }

    /// Moves the pen back by thousandths of the size.
    pub(super) fn adjust(&mut self, thousandths: f64) {
        let back = -thousandths / 1000.0 * self.state.size;
        if self.state.font.as_ref().is_some_and(|font| font.vertical) {
            self.advance(0.0, back);
        } else {
            self.advance(back * self.state.scale, 0.0);
        }
    }

    fn advance(&mut self, x: f64, y: f64) {
        self.text_matrix = Matrix::moved(x, y).then(self.text_matrix);
    }

    /// Where a code is shown. Moves the pen behind it.
    pub(super) fn place(&mut self, font: &Font, shown: &Shown) -> Glyph {
        let State { size, scale, rise, character_space, transform, .. } = self.state;
        let set = Matrix::new([size * scale, 0.0, 0.0, size, 0.0, rise]);
        let before = set.then(self.text_matrix).then(transform);
        let space = character_space + if shown.word_space { self.state.word_space } else { 0.0 };
        let (corners, direction) = if font.vertical {
            self.advance(0.0, -size + space);
            ((-0.5, 0.0, 0.5, -1.0), (-before.c, -before.d))
        } else {
            self.advance((shown.advance * size + space) * scale, 0.0);
            ((0.0, font.descent, shown.advance, font.ascent), (before.a, before.b))
        };
        let after = self.text_matrix.then(transform);
        let (x0, y0, x1, y1) = corners;
        let points = [(x0, y0), (x0, y1), (x1, y0), (x1, y1)].map(|(x, y)| before.apply(x, y));
        let bounds = points.iter().fold(
            Rect { left: f64::MAX, bottom: f64::MAX, right: f64::MIN, top: f64::MIN },
            |bounds, (x, y)| Rect {
                left: bounds.left.min(*x),
                bottom: bounds.bottom.min(*y),
                right: bounds.right.max(*x),
                top: bounds.top.max(*y),
            },
        );
        let length = direction.0.hypot(direction.1);
        let direction = if length > 0.0 { (direction.0 / length, direction.1 / length) } else { (1.0, 0.0) };
        let end = Matrix::moved(0.0, rise).then(after).apply(0.0, 0.0);
        let size = before.c.hypot(before.d);
        Glyph { text: (0, 0), start: before.apply(0.0, 0.0), end, direction, size, bounds }
    }
}

pub(crate) fn matrix_of(operands: &[Value]) -> Option<Matrix> {
    let mut numbers = [0.0; 6];
    if operands.len() != numbers.len() {
        return None;
    }
    for (number, operand) in numbers.iter_mut().zip(operands) {
        *number = operand.as_number()?;
    }
    Some(Matrix::new(numbers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_states_as_the_limit_are_saved_and_others_are_passed_over() {
        let moved = |nested: usize| {
            let resources = Resources::default();
            let mut content = Content::new(&resources, State::new(), 0);
            (0..nested).for_each(|_| content.set(b"q", &[]));
            content.set(b"cm", &[1, 0, 0, 1, 50, 0].map(Value::Integer));
            content.set(b"Q", &[]);
            content.state.transform.apply(0.0, 0.0).0 > 0.0
        };
        assert!(!moved(MOST_SAVED));
        assert!(moved(MOST_SAVED + 1));
    }
}
