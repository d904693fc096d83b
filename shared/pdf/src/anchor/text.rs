//! The text of a page: what its content shows, and where (ISO 32000-1 section 9.4).

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    content::{Content, Glyph, Resources, State, matrix_of},
    font::Font,
    matrix::Matrix,
};
use crate::{
    Document, PdfError,
    object::{Dictionary, Object, Value},
    parser::{Piece, Pieces},
};

/// Operands of one operator; what is before more of them is dropped.
const MOST_OPERANDS: usize = 64;
/// Work that drawing a form `XObject` counts as, in bytes: small forms drawn in a crafted tree have to end.
const FORM_WORK: u64 = 1024;

/// What a page shows as text, in the order of its content.
#[derive(Debug, Default)]
pub(crate) struct PageText {
    pub(crate) text: String,
    pub(crate) glyphs: Vec<Glyph>,
    /// A part could not be read.
    pub(crate) incomplete: bool,
    /// The content leaves something to be seen on white paper, as far as operators tell: it may lie outside of
    /// the page, or be covered.
    pub(crate) paints: bool,
}

/// Reads the text of pages, and keeps fonts.
pub(crate) struct TextReader<'a> {
    document: &'a Document,
    fonts: HashMap<u32, Option<Arc<Font>>>,
    page: PageText,
    /// Forms being drawn, so that none draws itself.
    drawing: HashSet<u32>,
}

impl<'a> TextReader<'a> {
    pub(crate) fn new(document: &'a Document) -> Self {
        let page = PageText::default();
        Self { document, fonts: HashMap::new(), page, drawing: HashSet::new() }
    }

    /// The text of the page that this object is.
    pub(crate) fn read(&mut self, page: u32) -> Result<PageText, PdfError> {
        self.page = PageText::default();
        let outcome = self.read_page(page);
        self.tolerate(outcome)?;
        Ok(std::mem::take(&mut self.page))
    }

    /// The text of a form `XObject` by itself, such as an appearance.
    pub(crate) fn read_form(&mut self, form: &Object) -> Result<PageText, PdfError> {
        self.page = PageText::default();
        let outcome = self.run_form(form);
        self.tolerate(outcome)?;
        Ok(std::mem::take(&mut self.page))
    }

    fn run_form(&mut self, form: &Object) -> Result<(), PdfError> {
        let Some(dictionary) = form.dictionary() else { return Ok(()) };
        let data = self.document.stream_data(form)?;
        let resources = self.resources(dictionary)?;
        self.run(&data, &resources, State::new(), 0)
    }

    fn read_page(&mut self, page: u32) -> Result<(), PdfError> {
        let page = self.document.object(page)?;
        let Some(dictionary) = page.dictionary() else { return Ok(()) };
        let resources = self.inherited_resources(dictionary)?;
        let mut bytes = Vec::new();
        let Some(contents) = dictionary.get("Contents") else { return Ok(()) };
        let contents = self.document.resolve(contents)?;
        let parts = match &contents.value {
            Value::Array(items) => {
                items.iter().map(|item| self.document.resolve(&item.value)).collect::<Result<Vec<_>, _>>()?
            }
            _ => vec![contents],
        };
        let most = self.document.limits().expanded_bytes;
        for part in parts.iter().filter(|part| part.stream_at.is_some()) {
            let data = self.document.stream_data(part);
            bytes.extend(self.tolerate(data)?.unwrap_or_default());
            // Pieces never go on from one stream into the next.
            bytes.push(b'\n');
            if bytes.len() as u64 > most {
                return Err(PdfError::over("expanded_bytes", most, bytes.len() as u64));
            }
        }
        self.run(&bytes, &resources, State::new(), 0)
    }

    fn inherited_resources(&self, page: &Dictionary) -> Result<Resources, PdfError> {
        let mut node = page.clone();
        for _ in 0..=self.document.limits().depth {
            if node.get("Resources").is_some() {
                return self.resources(&node);
            }
            let Value::Dictionary(parent) = self.document.value(&node, "Parent")? else { break };
            node = parent;
        }
        Ok(Resources::default())
    }

    fn resources(&self, holder: &Dictionary) -> Result<Resources, PdfError> {
        let Value::Dictionary(resources) = self.document.value(holder, "Resources")? else {
            return Ok(Resources::default());
        };
        let category = |key| match self.document.value(&resources, key)? {
            Value::Dictionary(category) => Ok::<_, PdfError>(category),
            _ => Ok(Dictionary::default()),
        };
        Ok(Resources { fonts: category("Font")?, forms: category("XObject")? })
    }

    fn run(&mut self, bytes: &[u8], resources: &Resources, state: State, depth: u32) -> Result<(), PdfError> {
        let mut content = Content::new(resources, state, depth);
        let mut operands: Vec<Value> = Vec::new();
        let mut pieces = Pieces::new(bytes, self.document.limits().depth);
        while let Some(piece) = pieces.next() {
            match piece {
                Piece::Operand(value) => {
                    if operands.len() >= MOST_OPERANDS {
                        operands.clear();
                    }
                    operands.push(value);
                }
                Piece::Operator(b"ID") => {
                    pieces.skip_inline_image();
                    self.page.paints = true;
                    operands.clear();
                }
                Piece::Operator(operator) => {
                    self.document.reader().spend(0)?;
                    self.operate(&mut content, operator, &operands)?;
                    operands.clear();
                }
            }
        }
        Ok(())
    }

    fn operate(
        &mut self,
        content: &mut Content<'_>,
        operator: &[u8],
        operands: &[Value],
    ) -> Result<(), PdfError> {
        let string = operands.last().and_then(Value::as_string).unwrap_or_default();
        match operator {
            b"Tf" => {
                if let [Value::Name(name), size] = operands {
                    content.state.size = size.as_number().unwrap_or_default();
                    content.state.font = self.font(content.resources, name)?;
                }
            }
            b"Tj" => self.show(content, string)?,
            b"'" => {
                content.next_line();
                self.show(content, string)?;
            }
            b"\"" => {
                if let [word, character, Value::String(string)] = operands {
                    content.state.word_space = word.as_number().unwrap_or_default();
                    content.state.character_space = character.as_number().unwrap_or_default();
                    content.next_line();
                    self.show(content, string)?;
                }
            }
            b"TJ" => {
                for item in operands.last().and_then(Value::as_array).unwrap_or_default() {
                    match &item.value {
                        Value::String(string) => self.show(content, string)?,
                        other => content.adjust(other.as_number().unwrap_or_default()),
                    }
                }
            }
            b"Do" => {
                if let [Value::Name(name)] = operands {
                    let outcome = self.draw(content, name);
                    self.tolerate(outcome)?;
                }
            }
            _ => {
                self.page.paints |= content.state.ink.paints(operator);
                content.set(operator, operands);
            }
        }
        Ok(())
    }

    fn font(&mut self, resources: &Resources, name: &[u8]) -> Result<Option<Arc<Font>>, PdfError> {
        let name = String::from_utf8_lossy(name);
        let Some(value) = resources.fonts.get(&name) else { return Ok(None) };
        let number = value.as_reference().map(|id| id.number);
        if let Some(known) = number.and_then(|number| self.fonts.get(&number)) {
            return Ok(known.clone());
        }
        let read = self.document.resolve(value).and_then(|font| match font.dictionary() {
            Some(font) => Font::read(self.document, font).map(|font| Some(Arc::new(font))),
            None => Ok(None),
        });
        let font = self.tolerate(read)?.flatten();
        if let Some(number) = number {
            self.fonts.insert(number, font.clone());
        }
        Ok(font)
    }

    /// Draws a form `XObject`; others have no text, but can be seen.
    fn draw(&mut self, content: &Content<'_>, name: &[u8]) -> Result<(), PdfError> {
        let name = String::from_utf8_lossy(name);
        let Some(value) = content.resources.forms.get(&name) else { return Ok(()) };
        let form = self.document.resolve(value)?;
        let Some(dictionary) = form.dictionary().filter(|form| form.name("Subtype") == Some(b"Form")) else {
            self.page.paints = true;
            return Ok(());
        };
        if content.depth >= self.document.limits().depth {
            return Err(self.document.reader().too_deep());
        }
        self.document.reader().spend(FORM_WORK)?;
        if !self.drawing.insert(form.id.number) {
            return Ok(());
        }
        let outcome = self.draw_form(content, &form, dictionary);
        self.drawing.remove(&form.id.number);
        outcome
    }

    fn draw_form(
        &mut self,
        content: &Content<'_>,
        form: &Object,
        dictionary: &Dictionary,
    ) -> Result<(), PdfError> {
        let data = self.document.stream_data(form)?;
        let matrix = self.document.value(dictionary, "Matrix")?;
        let matrix = matrix.as_array().and_then(|items| {
            let values: Vec<Value> = items.iter().map(|item| item.value.clone()).collect();
            matrix_of(&values)
        });
        let transform = matrix.unwrap_or(Matrix::IDENTITY).then(content.state.transform);
        let state = State { transform, ..content.state.clone() };
        // A form without resources uses those of what draws it, as in PDF 1.1.
        if dictionary.get("Resources").is_none() {
            return self.run(&data, content.resources, state, content.depth + 1);
        }
        let resources = self.resources(dictionary)?;
        self.run(&data, &resources, state, content.depth + 1)
    }

    fn show(&mut self, content: &mut Content<'_>, string: &[u8]) -> Result<(), PdfError> {
        let has_ink = string.iter().any(|byte| !matches!(byte, 0 | b' '));
        self.page.paints |= has_ink && content.state.ink.shows_text();
        let Some(font) = content.state.font.clone() else { return Ok(()) };
        self.document.reader().spend(string.len() as u64)?;
        let most = self.document.limits().page_glyphs as usize;
        let page = &mut self.page;
        font.show(string, |shown| {
            let placed = content.place(&font, &shown);
            let usable = [placed.start.0, placed.start.1, placed.end.0, placed.end.1, placed.size]
                .iter()
                .all(|number| number.is_finite());
            if let Some(text) = shown.text.filter(|text| usable && !text.is_empty())
                && page.glyphs.len() <= most
            {
                let start = page.text.len();
                page.text.push_str(&text);
                page.glyphs.push(Glyph { text: (start, page.text.len()), ..placed });
            }
        });
        if self.page.glyphs.len() > most {
            return Err(PdfError::over("page_glyphs", most as u64, self.page.glyphs.len() as u64));
        }
        Ok(())
    }

    /// Takes what is broken as absent, and remembers that it is.
    fn tolerate<T>(&mut self, outcome: Result<T, PdfError>) -> Result<Option<T>, PdfError> {
        match outcome {
            Err(PdfError::Broken { .. } | PdfError::UnsupportedFilter { .. }) => {
                self.page.incomplete = true;
                Ok(None)
            }
            other => other.map(Some),
        }
    }
}
