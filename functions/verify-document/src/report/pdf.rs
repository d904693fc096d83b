//! The report as a PDF: set on A4 pages, tagged for those who listen to it.

mod layout;

use std::num::NonZeroU16;
use std::sync::Arc;

use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, SpanTag, Tag, TagGroup, TagTree};
use krilla::text::{Font, TextDirection};
use krilla::{Data, Document};

use self::layout::{Face, Layout, Line, Role};
use super::{Sheet, Unwritten};

/// The PDF of a report.
///
/// # Errors
///
/// [`Unwritten`].
pub(crate) fn pdf(sheet: &Sheet) -> Result<Vec<u8>, Unwritten> {
    let face = Face::new(FONT).ok_or(Unwritten::Font)?;
    let pages = Layout::new(&face).set(sheet);
    let data: Arc<dyn AsRef<[u8]> + Send + Sync> = Arc::new(FONT);
    let font = Font::new(Data::from(data), 0).ok_or(Unwritten::Font)?;
    let mut document = Document::new();
    let mut tags = Tags::new();
    let count = pages.len();
    for (number, lines) in (1..).zip(&pages) {
        let size = PageSettings::from_wh(layout::PAGE_WIDTH, layout::PAGE_HEIGHT);
        let mut page =
            document.start_page_with(size.ok_or_else(|| Unwritten::Pdf("no page size".to_owned()))?);
        let mut surface = page.surface();
        for line in lines {
            draw(&mut surface, &font, line, &mut tags);
        }
        footer(&mut surface, &font, &sheet.title, number, count);
        surface.finish();
        page.finish();
    }
    document.set_tag_tree(tags.finish());
    document.set_metadata(
        Metadata::new()
            .title(format!("{}: {}", sheet.title, sheet.headline))
            .language("en".to_owned())
            .creator("Paraphe".to_owned()),
    );
    document.finish().map_err(|error| Unwritten::Pdf(format!("{error:?}")))
}

fn draw(surface: &mut Surface<'_>, font: &Font, line: &Line, tags: &mut Tags) {
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
        let identifier = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
        fill(surface, run.color);
        let start = Point::from_xy(run.x, line.baseline);
        surface.draw_text(start, font.clone(), run.size, &run.text, false, TextDirection::LeftToRight);
        surface.end_tagged();
        tags.add(line.paragraph, line.role, &run.text, identifier);
    }
}

fn footer(surface: &mut Surface<'_>, font: &Font, title: &str, number: usize, count: usize) {
    let _footer = surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
    fill(surface, layout::QUIET);
    let text = format!("{title} \u{2013} page {number} of {count}");
    let start = Point::from_xy(layout::MARGIN, layout::PAGE_HEIGHT - layout::MARGIN / 2.0);
    surface.draw_text(start, font.clone(), 7.5, &text, false, TextDirection::LeftToRight);
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
    fn new() -> Self {
        Self { tree: TagTree::new().with_lang(Some("en".to_owned())), open: None }
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
const FONT: &[u8] = include_bytes!("../../../../shared/pdf/fonts/NotoSans-Regular.ttf");

/// Levels of headings.
const fn level(number: u16) -> NonZeroU16 {
    match NonZeroU16::new(number) {
        Some(level) => level,
        None => NonZeroU16::MIN,
    }
}
