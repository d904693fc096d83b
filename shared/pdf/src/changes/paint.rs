//! What an appearance paints, as far as rules ask: where it hides what lies below, by which fonts it shows text,
//! and whether it shows more than text in a frame.

mod path;

use std::collections::HashSet;

use crate::{
    Document, PdfError, Rect,
    anchor::{Matrix, matrix_of},
    object::{Dictionary, Object, Value},
    parser::{Piece, Pieces},
};

/// Operands of one operator; what is before more of them is dropped.
const MOST_OPERANDS: usize = 64;
/// Saved graphics states.
const MOST_SAVED: usize = 256;
/// Areas that are told apart; more are taken as one.
const MOST_AREAS: usize = 4_096;
/// Share of a picture that is painted, from which on the picture hides what lies below.
const HIDING_SHARE: f64 = 0.5;
/// Opacity from which on a paint hides what lies below.
const HIDING_ALPHA: f64 = 0.5;
/// Height of letters below which text cannot be read, in user space units.
const READABLE: f64 = 1.0;
/// Share of white from which on text cannot be read on paper.
const LIGHT: f64 = 0.8;
/// Work that drawing a form counts as, in bytes: small forms drawn in a crafted tree have to end.
const FORM_WORK: u64 = 1024;

/// What an appearance paints.
#[derive(Debug, Default)]
pub(super) struct Painted {
    /// Where it hides what lies below, in the form's own space.
    pub(super) hiding: Vec<Rect>,
    /// It paints pictures, shadings or curves.
    pub(super) graphics: bool,
    /// Areas that it fills.
    pub(super) fills: usize,
    /// It shows text that is invisible, as light as paper, or too small to be seen.
    pub(super) faint_text: bool,
    /// It paints areas over text that it showed before.
    pub(super) text_covered: bool,
    /// Where lines of text begin, upwards in the form's own space.
    pub(super) text_heights: Vec<f64>,
    /// Fonts by which it shows text; the null object for those that it does not have.
    pub(super) fonts: Vec<Value>,
    /// Its operators, and their operands but numbers: what stays the same at another size.
    pub(super) skeleton: Vec<u8>,
}

/// Reads what a form paints, the forms that it draws included.
pub(super) fn painted(document: &Document, form: &Object) -> Result<Painted, PdfError> {
    let mut painter = Painter { document, painted: Painted::default(), drawing: HashSet::new() };
    painter.form(form, &Dictionary::default(), State::default(), 0)?;
    Ok(painter.painted)
}

/// The space of a form as it lies in the rectangle of its annotation (ISO 32000-1 section 12.5.5).
pub(super) fn placement(document: &Document, form: &Dictionary, rect: &Rect) -> Result<Matrix, PdfError> {
    let own = own_matrix(document, form)?;
    let bounds = document.rect(form, "BBox")?.unwrap_or(*rect);
    let shown = map(own, &bounds);
    if shown.width() <= 0.0 || shown.height() <= 0.0 {
        return Ok(own);
    }
    let (x, y) = (rect.width() / shown.width(), rect.height() / shown.height());
    let fit = Matrix::new([x, 0.0, 0.0, y, rect.left - shown.left * x, rect.bottom - shown.bottom * y]);
    Ok(own.then(fit))
}

/// The upright rectangle around a transformed one.
pub(super) fn map(matrix: Matrix, rect: &Rect) -> Rect {
    let (x0, y0) = matrix.apply(rect.left, rect.bottom);
    let (x1, y1) = matrix.apply(rect.right, rect.top);
    let (x2, y2) = matrix.apply(rect.left, rect.top);
    let (x3, y3) = matrix.apply(rect.right, rect.bottom);
    Rect {
        left: x0.min(x1).min(x2).min(x3),
        bottom: y0.min(y1).min(y2).min(y3),
        right: x0.max(x1).max(x2).max(x3),
        top: y0.max(y1).max(y2).max(y3),
    }
}

fn own_matrix(document: &Document, form: &Dictionary) -> Result<Matrix, PdfError> {
    let matrix = document.value(form, "Matrix")?;
    let values: Option<Vec<Value>> =
        matrix.as_array().map(|items| items.iter().map(|item| item.value.clone()).collect());
    Ok(values.and_then(|values| matrix_of(&values)).unwrap_or(Matrix::IDENTITY))
}

#[derive(Clone, Copy)]
struct State {
    transform: Matrix,
    line: f64,
    /// What is painted lets through what lies below.
    sheer: bool,
    /// Fills are as light as paper.
    light: bool,
    /// Text is not painted.
    unpainted: bool,
    /// Size of the font, in text space units.
    size: f64,
    /// The text line matrix.
    text: Matrix,
}

impl Default for State {
    fn default() -> Self {
        Self {
            transform: Matrix::IDENTITY,
            line: 1.0,
            sheer: false,
            light: false,
            unpainted: false,
            size: 12.0,
            text: Matrix::IDENTITY,
        }
    }
}

struct Painter<'a> {
    document: &'a Document,
    painted: Painted,
    /// Forms being drawn, so that none draws itself.
    drawing: HashSet<u32>,
}

impl Painter<'_> {
    fn form(&mut self, form: &Object, outer: &Dictionary, state: State, depth: u32) -> Result<(), PdfError> {
        let Some(dictionary) = form.dictionary() else { return Ok(()) };
        if depth > self.document.limits().depth {
            return Err(self.document.reader().too_deep());
        }
        self.document.reader().spend(FORM_WORK)?;
        let data = self.document.stream_data(form)?;
        let resources = match self.document.value(dictionary, "Resources")? {
            Value::Dictionary(own) => own,
            _ => outer.clone(),
        };
        self.run(&data, &resources, state, depth)
    }

    fn run(&mut self, data: &[u8], resources: &Dictionary, start: State, depth: u32) -> Result<(), PdfError> {
        let mut state = start;
        let mut saved: Vec<State> = Vec::new();
        let mut path: Option<Rect> = None;
        let mut operands: Vec<Value> = Vec::new();
        let mut pieces = Pieces::new(data, self.document.limits().depth);
        while let Some(piece) = pieces.next() {
            let operator = match piece {
                Piece::Operand(value) => {
                    if operands.len() >= MOST_OPERANDS {
                        operands.clear();
                    }
                    operands.push(value);
                    continue;
                }
                Piece::Operator(operator) => operator,
            };
            self.document.reader().spend(0)?;
            self.note(operator, &operands);
            match operator {
                b"q" if saved.len() < MOST_SAVED => saved.push(state),
                b"Q" => state = saved.pop().unwrap_or(state),
                b"cm" => {
                    if let Some(matrix) = matrix_of(&operands) {
                        state.transform = matrix.then(state.transform);
                    }
                }
                b"Tr" => {
                    let mode = operands.first().and_then(Value::as_integer).unwrap_or_default();
                    state.unpainted = matches!(mode, 3 | 7);
                }
                b"g" | b"rg" | b"k" | b"sc" | b"scn" => state.light = is_light(&operands),
                b"cs" => state.light = false,
                b"BT" => state.text = Matrix::IDENTITY,
                b"Tm" => state.text = matrix_of(&operands).unwrap_or(state.text),
                b"Td" | b"TD" => {
                    let number = |index: usize| operands.get(index).and_then(Value::as_number).unwrap_or(0.0);
                    state.text = Matrix::new([1.0, 0.0, 0.0, 1.0, number(0), number(1)]).then(state.text);
                }
                b"Tj" | b"TJ" | b"'" | b"\"" => self.text(state),
                b"w" => state.line = operands.first().and_then(Value::as_number).unwrap_or(1.0),
                b"gs" => self.graphics_state(resources, &operands, &mut state)?,
                b"Do" => self.draw(resources, &operands, state, depth)?,
                b"Tf" => {
                    state.size = operands.get(1).and_then(Value::as_number).unwrap_or(state.size);
                    self.font(resources, &operands)?;
                }
                b"ID" => {
                    pieces.skip_inline_image();
                    self.painted.graphics = true;
                    self.hide(state, &Rect { left: 0.0, bottom: 0.0, right: 1.0, top: 1.0 });
                }
                b"sh" => {
                    self.painted.graphics = true;
                    self.hide(state, &Rect { left: -1e6, bottom: -1e6, right: 1e6, top: 1e6 });
                }
                _ => self.path(operator, &operands, state, &mut path),
            }
            operands.clear();
        }
        Ok(())
    }

    fn text(&mut self, state: State) {
        let matrix = state.text.then(state.transform);
        let height = state.size.abs() * matrix.c.hypot(matrix.d);
        self.painted.faint_text |= state.light || state.unpainted || height < READABLE;
        if self.painted.text_heights.len() < MOST_AREAS {
            self.painted.text_heights.push(matrix.apply(0.0, 0.0).1);
        }
    }

    fn graphics_state(
        &self,
        resources: &Dictionary,
        operands: &[Value],
        state: &mut State,
    ) -> Result<(), PdfError> {
        let Some(Value::Dictionary(entries)) =
            self.named(resources, "ExtGState", operands)?.map(|object| object.value)
        else {
            return Ok(());
        };
        if let Some(alpha) = self.document.value(&entries, "ca")?.as_number() {
            state.sheer = alpha < HIDING_ALPHA;
        }
        if let Some(width) = self.document.value(&entries, "LW")?.as_number() {
            state.line = width;
        }
        Ok(())
    }

    fn draw(
        &mut self,
        resources: &Dictionary,
        operands: &[Value],
        state: State,
        depth: u32,
    ) -> Result<(), PdfError> {
        let Some(object) = self.named(resources, "XObject", operands)? else { return Ok(()) };
        let Some(dictionary) = object.dictionary() else { return Ok(()) };
        if dictionary.name("Subtype") == Some(b"Form") {
            if !self.drawing.insert(object.id.number) {
                return Ok(());
            }
            let transform = own_matrix(self.document, dictionary)?.then(state.transform);
            let outcome = self.form(&object, resources, State { transform, ..state }, depth + 1);
            self.drawing.remove(&object.id.number);
            return outcome;
        }
        self.painted.graphics = true;
        if self.share(dictionary, &object)? >= HIDING_SHARE {
            self.hide(state, &Rect { left: 0.0, bottom: 0.0, right: 1.0, top: 1.0 });
        }
        Ok(())
    }

    /// The share of a picture that is painted, told by its mask. One that cannot be told is all of it.
    fn share(&self, picture: &Dictionary, object: &Object) -> Result<f64, PdfError> {
        let stencil = self.document.value(picture, "ImageMask")? == Value::Boolean(true);
        let mask = if stencil {
            object.clone()
        } else {
            match picture.get("SMask") {
                Some(mask) => self.document.resolve(mask)?,
                None => return Ok(1.0),
            }
        };
        let Some(entries) = mask.dictionary() else { return Ok(1.0) };
        let bits =
            if stencil { Some(1) } else { self.document.value(entries, "BitsPerComponent")?.as_integer() };
        if entries.get("Decode").is_some() {
            return Ok(1.0);
        }
        let data = match self.document.stream_data(&mask) {
            Err(PdfError::Broken { .. } | PdfError::UnsupportedFilter { .. }) => return Ok(1.0),
            data => data?,
        };
        let sum: u64 = match bits {
            Some(8) => data.iter().map(|byte| u64::from(*byte)).sum(),
            // A stencil paints where its bits are 0.
            Some(1) if stencil => data.iter().map(|byte| u64::from(byte.count_zeros())).sum(),
            Some(1) => data.iter().map(|byte| u64::from(byte.count_ones())).sum(),
            _ => return Ok(1.0),
        };
        let most = data.len() as u64 * if bits == Some(8) { 255 } else { 8 };
        #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 52 bits")]
        Ok(if most == 0 { 1.0 } else { sum as f64 / most as f64 })
    }

    fn font(&mut self, resources: &Dictionary, operands: &[Value]) -> Result<(), PdfError> {
        let Some(Value::Name(name)) = operands.first() else { return Ok(()) };
        let font = match self.document.value(resources, "Font")? {
            Value::Dictionary(fonts) => fonts.get(&String::from_utf8_lossy(name)).cloned(),
            _ => None,
        };
        let font = font.unwrap_or(Value::Null);
        if !self.painted.fonts.contains(&font) && self.painted.fonts.len() < MOST_OPERANDS {
            self.painted.fonts.push(font);
        }
        Ok(())
    }

    fn named(
        &self,
        resources: &Dictionary,
        category: &str,
        operands: &[Value],
    ) -> Result<Option<Object>, PdfError> {
        let Some(Value::Name(name)) = operands.first() else { return Ok(None) };
        let Value::Dictionary(named) = self.document.value(resources, category)? else { return Ok(None) };
        named.get(&String::from_utf8_lossy(name)).map(|value| self.document.resolve(value)).transpose()
    }

    fn note(&mut self, operator: &[u8], operands: &[Value]) {
        let skeleton = &mut self.painted.skeleton;
        for operand in operands {
            match operand {
                Value::Name(bytes) | Value::String(bytes) => skeleton.extend_from_slice(bytes),
                Value::Array(items) => {
                    items.iter().filter_map(|item| item.value.as_string()).for_each(|string| {
                        skeleton.extend_from_slice(string);
                    });
                }
                _ => {}
            }
            skeleton.push(b' ');
        }
        skeleton.extend_from_slice(operator);
        skeleton.push(b'\n');
    }
}

/// Whether a colour, in grey, red-green-blue or cyan-magenta-yellow-black, is as light as paper.
fn is_light(operands: &[Value]) -> bool {
    let parts: Vec<f64> = operands.iter().filter_map(Value::as_number).collect();
    match parts.as_slice() {
        [_, _, _, _] => parts.iter().all(|part| *part < 1.0 - LIGHT),
        [] => false,
        _ => parts.iter().all(|part| *part > LIGHT),
    }
}

#[cfg(test)]
mod tests;
