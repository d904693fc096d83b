//! Whether what was added hides what was visible when signed.

use super::{
    Change, ChangeKind,
    paint::{map, painted, placement},
    step::{Step, readable},
};
use crate::{
    Document, PdfError, Rect,
    anchor::{Glyph, TextReader},
    object::{Dictionary, Object, Value},
};

/// Share of a character that has to be hidden.
const HIDDEN_SHARE: f64 = 0.2;
/// Characters of lines to sign on, which marks may cover.
const RULES: [char; 6] = ['_', '.', '-', '–', '…', '·'];

impl Step<'_> {
    /// Reports a field that hides more than so many further characters of its page as signed, or shows those that it
    /// hid.
    pub(super) fn covers_text(
        &mut self,
        number: u32,
        name: &str,
        widgets: &[u32],
        most: usize,
    ) -> Result<(), PdfError> {
        for widget in widgets {
            let Some(page) = self.widget_page(*widget)? else { continue };
            let object = self.new.object(*widget)?;
            let Some(dictionary) = object.dictionary() else { continue };
            let Some(rect) = self.new.rect(dictionary, "Rect")? else { continue };
            let hidden = self.hidden_by(self.new, page, dictionary, &rect)?;
            let before = self.hidden_before(*widget, page)?;
            let kind = if hidden < before {
                ChangeKind::UncoversText
            } else if hidden - before > most {
                ChangeKind::CoversText
            } else {
                continue;
            };
            let change = Change::forbidden(kind).at(number).of_field(name);
            self.report(change.on_page(Some(page), Some(rect)));
        }
        Ok(())
    }

    /// Characters that a widget hid already.
    fn hidden_before(&self, widget: u32, page: usize) -> Result<usize, PdfError> {
        let Some(old) = readable(self.old.object(widget))? else { return Ok(0) };
        let Some(dictionary) = old.dictionary() else { return Ok(0) };
        match self.old.rect(dictionary, "Rect")? {
            Some(rect) => self.hidden_by(self.old, page, dictionary, &rect),
            None => Ok(0),
        }
    }

    /// Reports an annotation whose appearance hides text of its page as signed.
    pub(super) fn annotation_covers(
        &mut self,
        number: u32,
        page: u32,
        annotation: &Object,
    ) -> Result<(), PdfError> {
        let Some(page) = self.pages.get(&page).copied() else { return Ok(()) };
        let Some(dictionary) = annotation.dictionary() else { return Ok(()) };
        let Some(rect) = self.new.rect(dictionary, "Rect")? else { return Ok(()) };
        if self.hidden_by(self.new, page, dictionary, &rect)? > 0 {
            let change = Change::forbidden(ChangeKind::CoversText).at(number);
            self.report(change.on_page(Some(page), Some(rect)));
        }
        Ok(())
    }

    /// Characters of a page as signed that the appearance of an annotation hides.
    fn hidden_by(
        &self,
        document: &Document,
        page: usize,
        annotation: &Dictionary,
        rect: &Rect,
    ) -> Result<usize, PdfError> {
        let hiding = hiding(document, annotation, rect)?;
        if hiding.is_empty() { Ok(0) } else { self.hidden_characters(page, &hiding) }
    }

    /// How many characters of a page as signed lie below these areas.
    fn hidden_characters(&self, page: usize, areas: &[Rect]) -> Result<usize, PdfError> {
        let Some(number) = self.old.page_list()?.numbers().nth(page) else { return Ok(0) };
        let text = TextReader::new(self.old).read(number)?;
        self.old.reader().spend((text.glyphs.len() as u64).saturating_mul(areas.len() as u64))?;
        let seen = |glyph: &&Glyph| {
            let (start, end) = glyph.text;
            let characters = text.text.get(start..end).unwrap_or_default();
            characters.chars().any(|character| !character.is_whitespace() && !RULES.contains(&character))
        };
        let hidden = |glyph: &&Glyph| {
            let size = glyph.bounds.width() * glyph.bounds.height();
            areas.iter().any(|area| {
                area.intersection(&glyph.bounds)
                    .is_some_and(|both| both.width() * both.height() > size * HIDDEN_SHARE)
            })
        };
        Ok(text.glyphs.iter().filter(seen).filter(hidden).count())
    }
}

/// Where an annotation hides what lies below, on the page.
fn hiding(document: &Document, annotation: &Dictionary, rect: &Rect) -> Result<Vec<Rect>, PdfError> {
    let forms = normal_appearances(document, annotation)?;
    if forms.is_empty() {
        // Readers fill the background by themselves.
        let characteristics = document.value(annotation, "MK")?;
        let filled = characteristics.as_dictionary().is_some_and(|own| own.get("BG").is_some());
        return Ok(if filled { vec![*rect] } else { Vec::new() });
    }
    let mut hiding = Vec::new();
    for form in forms {
        let Some(dictionary) = form.dictionary() else { continue };
        let Some(painted) = readable(painted(document, &form))? else { return Ok(vec![*rect]) };
        let place = placement(document, dictionary, rect)?;
        hiding.extend(painted.hiding.iter().filter_map(|area| map(place, area).intersection(rect)));
    }
    Ok(hiding)
}

/// The streams of the normal appearance, of all states.
pub(super) fn normal_appearances(
    document: &Document,
    annotation: &Dictionary,
) -> Result<Vec<Object>, PdfError> {
    let Value::Dictionary(appearance) = document.value(annotation, "AP")? else { return Ok(Vec::new()) };
    let Some(normal) = appearance.get("N") else { return Ok(Vec::new()) };
    let normal = document.resolve(normal)?;
    if normal.stream_at.is_some() {
        return Ok(vec![normal]);
    }
    let states = normal.dictionary().map(|states| states.entries.as_slice()).unwrap_or_default();
    let states = states.iter().map(|state| document.resolve(&state.value)).collect::<Result<Vec<_>, _>>()?;
    Ok(states.into_iter().filter(|state| state.stream_at.is_some()).collect())
}
