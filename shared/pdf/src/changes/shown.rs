//! Whether a field shows its value and nothing else.

use super::{
    Change, ChangeKind,
    cover::normal_appearances,
    fields::Terminal,
    paint::{Painted, painted},
    same::{In, same_value},
    step::{Step, readable},
};
use crate::{
    PdfError,
    anchor::{TextReader, normalise},
    object::{Dictionary, Object, Value},
    text,
};

/// Field flags (ISO 32000-1 tables 221, 226, 228 and 230).
const READ_ONLY: i64 = 1;
const PASSWORD: i64 = 1 << 13;
const PUSH_BUTTON: i64 = 1 << 16;
const COMBO: i64 = 1 << 17;
/// Annotation flags: invisible, hidden, or not to be viewed.
const UNSEEN: i64 = 1 | 2 | 32;
/// Areas that the appearance of a text field may fill: its background, its frame, what is selected. Of more,
/// letters could be put together.
const MOST_FILLS: usize = 8;
/// Fields looked at when readers are asked to make appearances anew.
const MOST_FIELDS: usize = 10_000;

impl Step<'_> {
    /// Whether all widgets of a field show its value. `appearance` says that what they show was replaced.
    pub(super) fn shows_value(
        &self,
        number: u32,
        field: &Terminal,
        appearance: bool,
    ) -> Result<bool, PdfError> {
        let object = self.new.object(number)?;
        let Some(dictionary) = object.dictionary() else { return Ok(false) };
        match field.kind.as_slice() {
            b"Btn" => self.button_shows(number, field, dictionary, appearance),
            b"Tx" | b"Ch" => {
                let Some(expected) = self.expected(&object, dictionary, field)? else { return Ok(false) };
                for widget in &field.widgets {
                    if !self.widget_shows(*widget, &expected)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// What the value of a field looks like; `None` when it is of no type that can be shown.
    fn expected(
        &self,
        object: &Object,
        dictionary: &Dictionary,
        field: &Terminal,
    ) -> Result<Option<Expected>, PdfError> {
        let text = |value: &Value| {
            value.as_string().map(|string| plain(&text::decode(&self.new.string(object, string))))
        };
        let value = self.new.value(dictionary, "V")?;
        let chosen: Option<Vec<String>> = match &value {
            Value::Null => Some(Vec::new()),
            Value::String(_) => text(&value).map(|text| vec![text]),
            Value::Array(items) if field.kind == b"Ch" => {
                items.iter().map(|item| text(&item.value)).collect()
            }
            _ => None,
        };
        let Some(chosen) = chosen else { return Ok(None) };
        if field.kind == b"Tx" {
            let secret = field.flags & PASSWORD != 0;
            let text = chosen.concat();
            return Ok(Some(if secret { Expected::Secret } else { Expected::OneOf(vec![text]) }));
        }
        let mut shown = Vec::new();
        let mut all = String::new();
        for option in self.new.value(dictionary, "Opt")?.as_array().unwrap_or_default() {
            let option = self.new.resolve(&option.value)?.value;
            let (value, display) = match option.as_array() {
                Some([value, display]) => (text(&value.value), text(&display.value)),
                _ => (text(&option), text(&option)),
            };
            let (Some(value), Some(display)) = (value, display) else { return Ok(None) };
            all.push_str(&display);
            if chosen.contains(&value) {
                shown.push(display);
            }
        }
        if field.flags & COMBO == 0 {
            return Ok(Some(Expected::Within(all)));
        }
        shown.extend(chosen.iter().cloned());
        if chosen.is_empty() {
            shown.push(String::new());
        }
        Ok(Some(Expected::OneOf(shown)))
    }

    fn widget_shows(&self, number: u32, expected: &Expected) -> Result<bool, PdfError> {
        let widget = self.new.object(number)?;
        let Some(dictionary) = widget.dictionary() else { return Ok(false) };
        let hidden = dictionary.integer("F").unwrap_or_default() & UNSEEN != 0;
        if hidden || self.new.rect(dictionary, "Rect")?.is_none() {
            return Ok(true);
        }
        // What shows under the pointer is shown, too.
        if let Value::Dictionary(appearance) = self.new.value(dictionary, "AP")?
            && ["R", "D"].iter().any(|key| appearance.get(key).is_some())
        {
            return Ok(false);
        }
        for form in normal_appearances(self.new, dictionary)? {
            let Some(painted) = readable(painted(self.new, &form))? else { return Ok(false) };
            let listed = matches!(expected, Expected::Within(_));
            if painted.graphics
                || painted.faint_text
                || painted.text_covered && !listed
                || !self.text_is_inside(&painted, &form)?
                || painted.fills > MOST_FILLS
                || !self.fonts_are_known(&painted)?
            {
                return Ok(false);
            }
            let shown = TextReader::new(self.new).read_form(&form)?;
            let text = plain(&shown.text);
            let fits = match expected {
                Expected::OneOf(texts) => texts.contains(&text),
                Expected::Secret => text.chars().all(|character| matches!(character, '*' | '•' | '●')),
                Expected::Within(all) => all.contains(&text),
            };
            if shown.incomplete || !fits {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether some of the text begins at a height that the form's box shows.
    fn text_is_inside(&self, painted: &Painted, form: &Object) -> Result<bool, PdfError> {
        let Some(dictionary) = form.dictionary() else { return Ok(false) };
        let Some(bounds) = self.new.rect(dictionary, "BBox")? else { return Ok(true) };
        let inside = |height: &f64| (bounds.bottom..=bounds.top).contains(height);
        Ok(painted.text_heights.is_empty() || painted.text_heights.iter().any(inside))
    }

    /// Whether the widgets of a text field show the text that they showed; one that showed nothing may show any.
    pub(super) fn shows_as_before(&self, field: &Terminal) -> Result<bool, PdfError> {
        if field.kind != b"Tx" {
            return Ok(true);
        }
        for widget in &field.widgets {
            let (old, new) = (self.old.object(*widget)?, self.new.object(*widget)?);
            let (Some(before), Some(after)) = (old.dictionary(), new.dictionary()) else { return Ok(false) };
            let shown = |document: &crate::Document, dictionary: &Dictionary| {
                let forms = normal_appearances(document, dictionary)?;
                let read = |form: &Object| Ok(plain(&TextReader::new(document).read_form(form)?.text));
                forms.iter().map(read).collect::<Result<Vec<String>, PdfError>>()
            };
            let before = shown(self.old, before)?;
            if !before.is_empty() && before != shown(self.new, after)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether text by these fonts can be told by its codes: they are of the signed revision, or of those that every
    /// reader has. A font that came with the value could draw any other text.
    fn fonts_are_known(&self, painted: &Painted) -> Result<bool, PdfError> {
        for font in &painted.fonts {
            if let Some(id) = font.as_reference()
                && !self.is_new(id.number)?
            {
                continue;
            }
            let font = self.new.resolve(font)?;
            let Some(dictionary) = font.dictionary() else { return Ok(false) };
            let simple = matches!(dictionary.name("Subtype"), Some(b"Type1" | b"TrueType"));
            let embedded = match self.new.value(dictionary, "FontDescriptor")? {
                Value::Dictionary(descriptor) => {
                    descriptor.entries.iter().any(|entry| entry.key.starts_with(b"FontFile"))
                }
                _ => false,
            };
            if !simple || embedded || dictionary.get("ToUnicode").is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether widgets show nothing but a frame.
    pub(super) fn shows_nothing(&self, widgets: &[u32]) -> Result<bool, PdfError> {
        for number in widgets {
            let widget = self.new.object(*number)?;
            let Some(dictionary) = widget.dictionary() else { return Ok(false) };
            for form in normal_appearances(self.new, dictionary)? {
                let Some(painted) = readable(painted(self.new, &form))? else { return Ok(false) };
                if painted.graphics || painted.fills > MOST_FILLS || !painted.fonts.is_empty() {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// A check box or a group of radio buttons: each widget shows one of the states it had, as the value says.
    fn button_shows(
        &self,
        number: u32,
        field: &Terminal,
        dictionary: &Dictionary,
        appearance: bool,
    ) -> Result<bool, PdfError> {
        if field.flags & PUSH_BUTTON != 0 {
            return Ok(false);
        }
        let value = match self.new.value(dictionary, "V")? {
            Value::Name(name) => name,
            Value::Null => b"Off".to_vec(),
            _ => return Ok(false),
        };
        let mut on = false;
        for widget in &field.widgets {
            let widget = self.new.object(*widget)?;
            let Some(dictionary) = widget.dictionary() else { return Ok(false) };
            let state = dictionary.name("AS").unwrap_or(b"Off");
            let states = self.states(dictionary)?;
            if state != b"Off" {
                on = true;
                if state != value.as_slice() || !states.iter().any(|known| known == state) {
                    return Ok(false);
                }
            }
        }
        if value != b"Off" && !on {
            return Ok(false);
        }
        Ok(!appearance || self.repeats_a_mark(number, field)?)
    }

    fn states(&self, widget: &Dictionary) -> Result<Vec<Vec<u8>>, PdfError> {
        let Value::Dictionary(appearance) = self.new.value(widget, "AP")? else { return Ok(Vec::new()) };
        let Value::Dictionary(states) = self.new.value(&appearance, "N")? else { return Ok(Vec::new()) };
        Ok(states.entries.into_iter().map(|state| state.key).collect())
    }

    /// A read-only check box `NAME_placeN` may show the mark of a field that is signed in this revision: the same
    /// drawing at another size.
    fn repeats_a_mark(&self, number: u32, field: &Terminal) -> Result<bool, PdfError> {
        let Some((_, place)) = field.name.rsplit_once("_place") else { return Ok(false) };
        let numbered = !place.is_empty() && place.bytes().all(|byte| byte.is_ascii_digit());
        if !numbered || field.flags & READ_ONLY == 0 {
            return Ok(false);
        }
        for signed in self.touched() {
            let signature = self.new_fields.terminal(*signed).filter(|signature| signature.kind == b"Sig");
            let Some(signature) = signature else { continue };
            let has_value = |document: &crate::Document| -> Result<bool, PdfError> {
                let field = document.object(*signed)?;
                Ok(field.dictionary().is_some_and(|field| field.get("V").is_some()))
            };
            if has_value(self.old)? || !has_value(self.new)? {
                continue;
            }
            let mark = self.shown_form(signature.widgets.first().copied().unwrap_or(*signed))?;
            if let Some(mark) = mark
                && self.is_same_drawing(&mark, number, field)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_same_drawing(&self, mark: &Object, number: u32, field: &Terminal) -> Result<bool, PdfError> {
        for widget in field.widgets.iter().copied().chain([number]) {
            let Some(shown) = self.shown_form(widget)? else { return Ok(false) };
            let (Some(left), Some(right)) =
                (readable(painted(self.new, mark))?, readable(painted(self.new, &shown))?)
            else {
                return Ok(false);
            };
            let resources = |form| In::whole(self.new, form).entry("Resources");
            let same = match (resources(mark), resources(&shown)) {
                (Some(left), Some(right)) => same_value(left, right),
                (left, right) => left.is_none() && right.is_none(),
            };
            if !same || left.skeleton != right.skeleton {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The stream that a widget shows in its state.
    fn shown_form(&self, widget: u32) -> Result<Option<Object>, PdfError> {
        let widget = self.new.object(widget)?;
        let Some(dictionary) = widget.dictionary() else { return Ok(None) };
        let Value::Dictionary(appearance) = self.new.value(dictionary, "AP")? else { return Ok(None) };
        let Some(normal) = appearance.get("N") else { return Ok(None) };
        let normal = self.new.resolve(normal)?;
        if normal.stream_at.is_some() {
            return Ok(Some(normal));
        }
        let state = String::from_utf8_lossy(dictionary.name("AS").unwrap_or_default()).into_owned();
        let shown = normal.dictionary().and_then(|states| states.get(&state));
        let shown = shown.map(|shown| self.new.resolve(shown)).transpose()?;
        Ok(shown.filter(|shown| shown.stream_at.is_some()))
    }

    /// Reports fields that would look different once readers make their appearances anew.
    pub(super) fn all_fields_show_their_values(&mut self) -> Result<(), PdfError> {
        let fields: Vec<(u32, Terminal)> = self
            .new_fields
            .terminals()
            .filter(|(_, field)| matches!(field.kind.as_slice(), b"Tx" | b"Ch"))
            .map(|(number, field)| (number, field.clone()))
            .take(MOST_FIELDS + 1)
            .collect();
        if fields.len() > MOST_FIELDS {
            return Err(PdfError::over("fields", MOST_FIELDS as u64, fields.len() as u64));
        }
        for (number, field) in fields {
            // Told of with the field itself.
            if !self.open.fields.contains(&number) && !self.shows_value(number, &field, false)? {
                let (page, area) = self.visible_place(&field.widgets)?;
                let change = Change::forbidden(ChangeKind::ValueNotShown).at(number).of_field(&field.name);
                self.report(change.on_page(page, area));
            }
        }
        Ok(())
    }
}

/// What the text of an appearance may be.
enum Expected {
    OneOf(Vec<String>),
    /// Dots or stars.
    Secret,
    /// A part of the list of all options.
    Within(String),
}

/// Text as it is compared: lines break anywhere.
fn plain(text: &str) -> String {
    normalise(text).split_whitespace().collect()
}
