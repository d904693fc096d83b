//! A sheet as a PDF: set on A4 pages, tagged for those who listen to it, and fit for the archive where it is wanted.

mod code;
mod layout;

use std::num::NonZeroU16;
use std::sync::Arc;

use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, SpanTag, Tag, TagGroup, TagTree};
use krilla::text::{Font, TextDirection};
use krilla::{Data, Document, SerializeSettings};

use self::layout::{Face, Layout, Line, Role};
use crate::{Sheet, Unwritten};

/// How a sheet is printed.
#[derive(Clone, Debug)]
pub struct Print<'a> {
    /// Its language (BCP 47).
    pub language: &'a str,
    /// What stands at the foot of each page behind the title; `{page}` and `{pages}` are numbers.
    pub footer: &'a str,
    /// A code on the first page.
    pub code: Option<Code<'a>>,
    /// Whether it is to be a PDF/A-3 (ISO 19005-3, level B), and what it carries along.
    pub archived: Option<Archived<'a>>,
}

/// A QR code (ISO/IEC 18004).
#[derive(Clone, Copy, Debug)]
pub struct Code<'a> {
    /// What whoever scans it reads: an address.
    pub text: &'a str,
    /// What those are told who do not see it.
    pub alternative: &'a str,
}

/// What a PDF/A-3 needs.
#[derive(Clone, Copy, Debug)]
pub struct Archived<'a> {
    /// When it was made, UTC.
    pub made: Date,
    /// The file in it.
    pub attachment: Attachment<'a>,
}

/// A date and time of day, UTC.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Date {
    /// The year.
    pub year: u16,
    /// From 1.
    pub month: u8,
    /// From 1.
    pub day: u8,
    /// From 0.
    pub hour: u8,
    /// From 0.
    pub minute: u8,
    /// From 0.
    pub second: u8,
}

/// A file that a PDF carries along: the data that it shows.
#[derive(Clone, Copy, Debug)]
pub struct Attachment<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its media type.
    pub media_type: &'a str,
    /// What it is, for people.
    pub description: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

impl<'a> Print<'a> {
    /// A plain PDF in this language.
    #[must_use]
    pub const fn new(language: &'a str, footer: &'a str) -> Self {
        Self { language, footer, code: None, archived: None }
    }
}

/// The PDF of a sheet.
///
/// # Errors
///
/// [`Unwritten`].
pub fn pdf(sheet: &Sheet, print: &Print<'_>) -> Result<Vec<u8>, Unwritten> {
    let face = Face::new(FONT).ok_or(Unwritten::Font)?;
    let aside = if print.code.is_some() { code::SIDE + code::GAP } else { 0.0 };
    let pages = Layout::new(&face).set(sheet, aside);
    let data: Arc<dyn AsRef<[u8]> + Send + Sync> = Arc::new(FONT);
    let font = Font::new(Data::from(data), 0).ok_or(Unwritten::Font)?;
    let mut document = Document::new_with(settings(print)?);
    let mut tags = Tags::new(print.language);
    let count = pages.len();
    for (number, lines) in (1..).zip(&pages) {
        let size = PageSettings::from_wh(layout::PAGE_WIDTH, layout::PAGE_HEIGHT);
        let mut page =
            document.start_page_with(size.ok_or_else(|| Unwritten::Pdf("no page size".to_owned()))?);
        let mut surface = page.surface();
        if let Some(code) = print.code.as_ref().filter(|_| number == 1) {
            tags.add_figure(code::draw(&mut surface, code)?, code.alternative);
        }
        for line in lines {
            draw(&mut surface, (&font, &face), line, &mut tags);
        }
        let footer =
            print.footer.replace("{page}", &number.to_string()).replace("{pages}", &count.to_string());
        draw_footer(&mut surface, &font, &format!("{} \u{2013} {footer}", sheet.title));
        surface.finish();
        page.finish();
    }
    document.set_tag_tree(tags.finish());
    document.set_metadata(metadata(sheet, print));
    if let Some(archived) = &print.archived {
        attach(&mut document, archived)?;
    }
    document.finish().map_err(|error| Unwritten::Pdf(format!("{error:?}")))
}

fn settings(print: &Print<'_>) -> Result<SerializeSettings, Unwritten> {
    if print.archived.is_none() {
        return Ok(SerializeSettings::default());
    }
    let configuration = ConfigurationBuilder::new().with_archival_validator(Archival::A3_B).finish();
    let configuration = configuration.map_err(|error| Unwritten::Pdf(format!("{error:?}")))?;
    Ok(SerializeSettings { configuration, ..SerializeSettings::default() })
}

fn metadata(sheet: &Sheet, print: &Print<'_>) -> Metadata {
    let metadata = Metadata::new()
        .title(format!("{}: {}", sheet.title, sheet.headline))
        .language(print.language.to_owned())
        .creator("Paraphe".to_owned());
    match &print.archived {
        Some(archived) => metadata.creation_date(date(archived.made)),
        None => metadata,
    }
}

fn attach(document: &mut Document, archived: &Archived<'_>) -> Result<(), Unwritten> {
    let attachment = &archived.attachment;
    let file = EmbeddedFile {
        path: attachment.name.to_owned(),
        mime_type: MimeType::new(attachment.media_type),
        description: Some(attachment.description.to_owned()),
        association_kind: AssociationKind::Data,
        data: Data::from(attachment.bytes.to_vec()),
        modification_date: Some(date(archived.made)),
        compress: Some(true),
        location: None,
    };
    document.embed_file(file).ok_or_else(|| Unwritten::Pdf("two attachments of one name".to_owned()))
}

fn date(it: Date) -> DateTime {
    let day = DateTime::new(it.year).month(it.month).day(it.day);
    day.hour(it.hour).minute(it.minute).second(it.second).utc_offset_hour(0).utc_offset_minute(0)
}

/// Draws a line. Letters that the font does not have are spelled by their numbers, and stand behind them as what is read,
/// copied and searched.
fn draw(surface: &mut Surface<'_>, (font, face): (&Font, &Face<'_>), line: &Line, tags: &mut Tags) {
    if let Some(bar) = line.bar {
        let _layout = surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
        fill(surface, bar.color);
        if let Some(rect) = Rect::from_xywh(bar.x, bar.y, bar.width, bar.height) {
            let mut path = PathBuilder::new();
            path.push_rect(rect);
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
        surface.end_tagged();
    }
    for run in &line.runs {
        let drawn = face.spelled(&run.text);
        let meant = (drawn != run.text).then_some(run.text.as_str());
        let span = SpanTag { actual_text: meant, ..SpanTag::empty() };
        let identifier = surface.start_tagged(ContentTag::Span(span));
        fill(surface, run.color);
        let start = Point::from_xy(run.x, line.baseline);
        surface.draw_text(start, font.clone(), run.size, &drawn, false, TextDirection::LeftToRight);
        surface.end_tagged();
        tags.add(line.paragraph, line.role, &run.text, identifier);
    }
}

fn draw_footer(surface: &mut Surface<'_>, font: &Font, text: &str) {
    let _footer = surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
    fill(surface, layout::QUIET);
    let start = Point::from_xy(layout::MARGIN, layout::PAGE_HEIGHT - layout::MARGIN / 2.0);
    surface.draw_text(start, font.clone(), 7.5, text, false, TextDirection::LeftToRight);
    surface.end_tagged();
}

fn fill(surface: &mut Surface<'_>, (red, green, blue): (u8, u8, u8)) {
    let paint = rgb::Color::new(red, green, blue).into();
    surface.set_fill(Some(Fill { paint, ..Fill::default() }));
}

/// The document as it is read aloud: a group for each paragraph.
struct Tags {
    tree: TagTree,
    open: Option<(usize, TagGroup)>,
}

impl Tags {
    fn new(language: &str) -> Self {
        Self { tree: TagTree::new().with_lang(Some(language.to_owned())), open: None }
    }

    fn add_figure(&mut self, identifier: krilla::tagging::Identifier, alternative: &str) {
        self.close();
        let mut group = TagGroup::new(Tag::Figure(Some(alternative.to_owned())));
        group.push(identifier);
        self.tree.push(group);
    }

    fn add(&mut self, paragraph: usize, role: Role, text: &str, identifier: krilla::tagging::Identifier) {
        if self.open.as_ref().is_none_or(|(open, _)| *open != paragraph) {
            self.close();
            let group = match role {
                Role::Heading(level) => TagGroup::new(Tag::Hn(level, Some(text.to_owned()))),
                Role::Paragraph => TagGroup::new(Tag::P),
            };
            self.open = Some((paragraph, group));
        }
        if let Some((_, group)) = &mut self.open {
            group.push(identifier);
        }
    }

    fn close(&mut self) {
        if let Some((_, group)) = self.open.take() {
            self.tree.push(group);
        }
    }

    fn finish(mut self) -> TagTree {
        self.close();
        self.tree
    }
}

/// The font that marks are set in as well.
const FONT: &[u8] = include_bytes!("../../pdf/fonts/NotoSans-Regular.ttf");

/// Levels of headings.
const fn level(number: u16) -> NonZeroU16 {
    match NonZeroU16::new(number) {
        Some(level) => level,
        None => NonZeroU16::MIN,
    }
}
