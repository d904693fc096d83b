//! The fields of a revision: made, filled and hooked in.

use super::{
    Act, PreparedRevision, SealRequest,
    attach::{Attachments, reference},
    dictionary::Unsigned,
    structure::{Structure, is_tagged},
};
use crate::{
    Document, PdfError, Place, PlacementError, Rect, SealError,
    form::{Field, Form, PageIndex},
    inspect::read_claims,
    object::{Object, ObjectId},
    picture::Palette,
    stamp::{Frame, Stamp, write_blank},
    text::numbers,
    write::Update,
};

/// Annotation flags of a widget: printed, and not to be moved.
const WIDGET_FLAGS: u32 = 4 | 128;
/// Makes the grey of a mark independent of devices, for PDF/A without an output intent (ISO 19005-1 section
/// 6.2.3.3, ISO 19005-2 section 6.2.4.3). The white point is that of D65.
const CALIBRATED_GREY: &str =
    "/ColorSpace<</DefaultGray[/CalGray<</WhitePoint[0.9505 1 1.089]/Gamma 2.2>>]>>";
/// State of a further place that shows the mark.
const SHOWN: &str = "/Signed";

/// A revision in the making.
pub(super) struct Revision<'a> {
    document: &'a Document,
    form: &'a Form,
    update: Update<'a>,
    signature: ObjectId,
    stamp: Option<Stamp<'a>>,
    /// Entries of the stamp's resource dictionary.
    resources: String,
    blank: Option<ObjectId>,
    attachments: Attachments,
    /// The document says that it conforms to ISO 19005.
    pdf_a: bool,
    /// Visible widgets get an alternate name.
    described: bool,
    structure: Option<Structure>,
}

/// A place on a page, in the page's own coordinates.
pub(super) struct Spot {
    pub(super) page: ObjectId,
    pub(super) rect: Rect,
    pub(super) rotate: u16,
}

impl Spot {
    fn frame(&self) -> Frame {
        frame(&self.rect, self.rotate)
    }
}

/// Whether the document says which output its colours are meant for, in the way of PDF/A.
fn has_output_intent(document: &Document) -> Result<bool, PdfError> {
    let catalog = document.catalog()?;
    let Some(catalog) = catalog.dictionary() else { return Ok(false) };
    let intents = document.value(catalog, "OutputIntents")?;
    for intent in intents.as_array().unwrap_or_default() {
        let intent = document.resolve(&intent.value)?;
        if intent.dictionary().is_some_and(|intent| intent.name("S") == Some(b"GTS_PDFA1")) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn frame(rect: &Rect, rotate: u16) -> Frame {
    let (width, height) =
        if rotate % 180 == 90 { (rect.height(), rect.width()) } else { (rect.width(), rect.height()) };
    Frame { width, height, rotate }
}

/// What a new field holds.
#[derive(Clone, Copy)]
pub(super) enum Content {
    Closing {
        signed: bool,
    },
    /// A read-only check box that only shows the mark: "checked" is its state with the mark. Unlike a text
    /// field it needs no font of the form, and filling it is filling a form to every validator.
    Further {
        filled: bool,
    },
    Signature {
        signed: bool,
    },
}

impl<'a> Revision<'a> {
    pub(super) fn new(
        document: &'a Document,
        form: &'a Form,
        mut update: Update<'a>,
        signature: ObjectId,
        stamp: Option<Stamp<'a>>,
    ) -> Result<Self, PdfError> {
        let pdf_a = read_claims(document)?.pdf_a.is_some();
        let palette = if pdf_a { Palette::GreyOpaque } else { Palette::Full };
        let mut resources = stamp.as_ref().map(|stamp| stamp.embed(palette, &mut update)).unwrap_or_default();
        if pdf_a && !has_output_intent(document)? {
            resources.push_str(CALIBRATED_GREY);
        }
        Ok(Self {
            document,
            form,
            update,
            signature,
            stamp,
            resources,
            blank: None,
            attachments: Attachments::default(),
            pdf_a,
            described: false,
            structure: None,
        })
    }

    /// Names the signature as the one that certifies the document.
    pub(super) fn certify(&mut self) {
        self.attachments.certify(self.signature);
    }

    /// In a tagged document, makes new visible widgets known to those who do not see them.
    ///
    /// The structure tree of a document that is signed already stays as it is: validators take a change of it
    /// for a change of the content.
    pub(super) fn describe(&mut self, unsigned: bool) -> Result<(), PdfError> {
        self.described = is_tagged(self.document)?;
        if self.described && unsigned {
            self.structure = Structure::read(self.document)?;
        }
        if self.structure.is_some() {
            self.attachments.order_tabs();
        }
        Ok(())
    }

    pub(super) fn create_fields(&mut self, request: &SealRequest<'_>, target: &str) -> Result<(), SealError> {
        let index = PageIndex::default();
        let first_page = self.first_page()?;
        let mut closing_page = None;
        for (signer, signatory) in (1..).zip(&request.plan.signatories) {
            let name = signatory.target(self.form);
            let signed = name == target;
            let mut spots = Vec::new();
            for (number, place) in signatory.places.iter().enumerate() {
                spots.push(self.spot(place, number, &index)?);
            }
            closing_page = closing_page.or(spots.first().map(|spot| spot.page));
            let invisible = Spot { page: first_page, rect: Rect::default(), rotate: 0 };
            match self.form.field(name) {
                Some(field) if signed => self.fill(field, spots.first().map(|spot| spot.rotate))?,
                Some(_) => {}
                None => {
                    let spot = spots.first().unwrap_or(&invisible);
                    self.create(name, spot, Content::Signature { signed }, Some((signer, 1)))?;
                }
            }
            for (place, spot) in (1..).zip(&spots).skip(1) {
                let name = signatory.further_name(place);
                self.create(&name, spot, Content::Further { filled: signed }, Some((signer, place)))?;
            }
        }
        let page = closing_page.unwrap_or(first_page);
        let signed = matches!(request.act, Act::Closing);
        let spot = Spot { page, rect: Rect::default(), rotate: 0 };
        self.create(&request.plan.closing_field, &spot, Content::Closing { signed }, None)
    }

    pub(super) fn fill_fields(&mut self, request: &SealRequest<'_>, target: &str) -> Result<(), SealError> {
        let Some(field) = self.form.field(target) else { return Ok(()) };
        self.fill(field, None)?;
        let Act::Signatory { field_name, .. } = request.act else { return Ok(()) };
        let signatory = request.signatory(field_name)?;
        for number in 2..=signatory.places.len() {
            if let Some(field) = self.form.field(&signatory.further_name(number)) {
                self.show_on(field)?;
            }
        }
        Ok(())
    }

    /// The page of fields without a place.
    pub(super) fn first_page(&self) -> Result<ObjectId, PdfError> {
        self.document.page(0)?.map(|page| page.object).ok_or(PdfError::broken(0, "a page expected"))
    }

    /// Where a place is. Form fields lend theirs.
    fn spot(&self, place: &Place, number: usize, index: &PageIndex) -> Result<Spot, SealError> {
        if let Some(name) = &place.field {
            let unknown = || PlacementError::UnknownField { place: number, name: name.clone() };
            let field = self.form.field(name).ok_or_else(unknown)?;
            let page = field.page(self.document, index)?.ok_or_else(unknown)?;
            let page = self.document.page(page)?.ok_or_else(unknown)?;
            return Ok(Spot { page: page.object, rect: field.rect(self.document)?, rotate: page.rotate });
        }
        let pages = self.document.page_list()?.len();
        let unknown = PlacementError::UnknownPage { place: number, page: place.page, pages };
        let page_index = place.page_index(pages).ok_or_else(|| unknown.clone())?;
        let page = self.document.page(page_index)?.ok_or(unknown)?;
        place.check_on(&page, page_index, number)?;
        Ok(Spot { page: page.object, rect: place.rect_on(&page), rotate: page.rotate })
    }

    /// Adds a field that is its own widget; `whose` is the signatory and the place, both from 1.
    pub(super) fn create(
        &mut self,
        name: &str,
        spot: &Spot,
        content: Content,
        whose: Option<(usize, usize)>,
    ) -> Result<(), SealError> {
        if self.form.field(name).is_some() {
            return Err(SealError::NameTaken { field: name.to_owned() });
        }
        let id = self.update.allocate();
        let rect = [spot.rect.left, spot.rect.bottom, spot.rect.right, spot.rect.top];
        let mut body = format!(
            "<</Type/Annot/Subtype/Widget/F {WIDGET_FLAGS}/Rect[{}]/P {}/MK<</R {}>>/T",
            numbers(&rect),
            reference(spot.page),
            spot.rotate
        )
        .into_bytes();
        body.extend(self.update.text(id, name));
        let filled = match content {
            Content::Closing { signed } | Content::Signature { signed } => {
                body.extend_from_slice(b"/FT/Sig");
                if signed {
                    body.extend_from_slice(format!("/V {}", reference(self.signature)).as_bytes());
                }
                signed
            }
            Content::Further { filled } => {
                let state = if filled { SHOWN } else { "/Off" };
                body.extend_from_slice(format!("/FT/Btn/Ff 1/V{state}/AS{state}").as_bytes());
                filled
            }
        };
        if matches!(content, Content::Closing { .. }) {
            let lock = self.update.allocate();
            self.update.put(lock, b"<</Type/SigFieldLock/Action/All/P 1>>".to_vec());
            body.extend_from_slice(format!("/Lock {}", reference(lock)).as_bytes());
        }
        if spot.rect.width() > 0.0 && spot.rect.height() > 0.0 {
            if let Some((signer, place)) = whose.filter(|_| self.described) {
                body.extend(self.description(id, spot.page, signer, place));
            }
            let appearance = if filled { self.write_stamp(spot.frame()) } else { self.write_blank() };
            let appearance = match content {
                Content::Further { filled } => self.states(filled.then_some(appearance)),
                Content::Closing { .. } | Content::Signature { .. } => {
                    format!("<</N {}>>", reference(appearance))
                }
            };
            body.extend_from_slice(format!("/AP{appearance}").as_bytes());
        } else if self.pdf_a {
            // Every field has an appearance (ISO 19005-1 section 6.9), also one that shows nothing.
            body.extend_from_slice(format!("/AP<</N {}>>", reference(self.write_blank())).as_bytes());
        }
        body.extend_from_slice(b">>");
        self.update.put(id, body);
        self.attachments.add_field(id, spot.page);
        Ok(())
    }

    /// The alternate name of a widget (ISO 14289-1 section 7.18.1), and its place in the structure tree.
    fn description(&mut self, widget: ObjectId, page: ObjectId, signer: usize, place: usize) -> Vec<u8> {
        let text = match place {
            1 => format!("Signature {signer}"),
            _ => format!("Signature {signer}, place {place}"),
        };
        let mut entries = b"/TU".to_vec();
        entries.extend(self.update.text(widget, &text));
        if let Some(structure) = &mut self.structure {
            let key = structure.add(widget, page, &mut self.update);
            entries.extend_from_slice(format!("/StructParent {key}").as_bytes());
        }
        entries
    }

    /// Shows the mark on a field of a further place.
    fn show_on(&mut self, field: &Field) -> Result<(), SealError> {
        let Some(appearance) = self.stamp_on(field, &field.object, None)? else { return Ok(()) };
        let state = SHOWN.as_bytes().to_vec();
        let states = self.states(Some(appearance)).into_bytes();
        let changes = [("V", state.clone()), ("AS", state), ("AP", states)];
        self.update.put(field.object.id, self.update.patch(&field.object, &changes));
        Ok(())
    }

    /// The `/AP` of a further place: with the mark, if there is one, and without.
    fn states(&mut self, shown: Option<ObjectId>) -> String {
        let shown = shown.map(|shown| format!("{SHOWN} {}", reference(shown))).unwrap_or_default();
        format!("<</N<<{shown}/Off {}>>>>", reference(self.write_blank()))
    }

    /// Puts the signature into a field that exists.
    fn fill(&mut self, field: &Field, rotate: Option<u16>) -> Result<(), SealError> {
        let value = reference(self.signature).into_bytes();
        let mut changes = vec![("V", value)];
        let widget = field.widgets.first();
        let appearance = match widget {
            Some(widget) => self.stamp_on(field, widget, rotate)?,
            None => None,
        };
        let appearance =
            appearance.map(|appearance| format!("<</N {}>>", reference(appearance)).into_bytes());
        match (appearance, widget) {
            (Some(appearance), Some(widget)) if widget.id != field.object.id => {
                self.update.put(widget.id, self.update.patch(widget, &[("AP", appearance)]));
            }
            (Some(appearance), _) => changes.push(("AP", appearance)),
            (None, _) => {}
        }
        self.update.put(field.object.id, self.update.patch(&field.object, &changes));
        Ok(())
    }

    /// Writes the mark for a widget, unless it has no area or there is no mark.
    fn stamp_on(
        &mut self,
        field: &Field,
        widget: &Object,
        rotate: Option<u16>,
    ) -> Result<Option<ObjectId>, SealError> {
        let Some(dictionary) = widget.dictionary() else { return Ok(None) };
        let rect = self.document.rect(dictionary, "Rect")?;
        let Some(rect) = rect.filter(|_| self.stamp.is_some()) else { return Ok(None) };
        // Widgets made here say how their page is turned; for others the page is looked up.
        let characteristics = self.document.value(dictionary, "MK")?;
        let own = characteristics.as_dictionary().and_then(|own| u16::try_from(own.integer("R")?).ok());
        let rotate = if let Some(rotate) = rotate.or(own) {
            rotate
        } else {
            let page = field.page(self.document, &PageIndex::default())?;
            self.document.page(page.unwrap_or_default())?.map_or(0, |page| page.rotate)
        };
        Ok(Some(self.write_stamp(frame(&rect, rotate))))
    }

    fn write_stamp(&mut self, frame: Frame) -> ObjectId {
        match &self.stamp {
            Some(stamp) => stamp.write(frame, &self.resources, &mut self.update),
            None => self.write_blank(),
        }
    }

    fn write_blank(&mut self) -> ObjectId {
        let update = &mut self.update;
        *self.blank.get_or_insert_with(|| write_blank(update))
    }

    pub(super) fn finish(
        mut self,
        unsigned: &Unsigned,
        set_flags: bool,
    ) -> Result<PreparedRevision, SealError> {
        self.attachments.write(self.document, self.form, set_flags, &mut self.update)?;
        if let Some(structure) = self.structure {
            structure.write(self.document, &mut self.update)?;
        }
        let mut tail = self.update.finish()?;
        let at = tail.bodies.get(&self.signature.number).copied();
        let at = at.ok_or(PdfError::broken(0, "signature dictionary expected in the revision"))?;
        let previous_size = self.document.size();
        let byte_range = unsigned.fill(&mut tail.bytes, at, previous_size)?;
        let fallbacks = self.stamp.map(|stamp| stamp.fonts.fallbacks).unwrap_or_default();
        Ok(PreparedRevision { previous_size, tail: tail.bytes, byte_range, fallbacks })
    }
}
