//! Pages of friends and of strangers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::fmt::Write as _;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pdf::{PageRenderer as _, Picture, ReadAt, RenderFault};
use render::{Limits, Renderer, use_program};

const CONTRACT: &[u8] = include_bytes!("../../../tests/fixtures/contract.pdf");
const PASSWORD: &[u8] = include_bytes!("../../../tests/fixtures/password.pdf");

fn renderer(limits: Limits) -> Renderer {
    use_program(env!("CARGO_BIN_EXE_page-worker").into());
    Renderer::new(limits)
}

/// A file in memory.
fn source(file: &[u8]) -> Arc<dyn ReadAt> {
    Arc::new(file.to_vec())
}

/// A picture's size, or why there is none.
type Answer = Result<(u32, u32), RenderFault>;

fn answer(renderer: &Renderer, file: &[u8], password: Option<&[u8]>, page: u32, dpi: u32) -> Answer {
    let picture = renderer.render(&source(file), u64::MAX, password, page, dpi)?;
    Ok((picture.width, picture.height))
}

fn failed(what: &str) -> Answer {
    Err(RenderFault::Failed { what: what.to_owned() })
}

fn render(file: &[u8], page: u32) -> Result<Picture, RenderFault> {
    renderer(Limits::default()).render(&source(file), u64::MAX, None, page, 72)
}

/// A PDF of these objects, the first of which is the catalog.
fn pdf(objects: &[String]) -> Vec<u8> {
    let mut file = "%PDF-1.7\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in (1..).zip(objects) {
        writeln!(table, "{:010} 00000 n ", file.len()).unwrap();
        write!(file, "{number} 0 obj\n{object}\nendobj\n").unwrap();
    }
    let start = file.len();
    let size = objects.len() + 1;
    write!(file, "{table}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").unwrap();
    file.into_bytes()
}

/// One page of this content, and these further objects.
fn page(content: &str, resources: &str, more: &[String]) -> Vec<u8> {
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 50]/Contents 4 0 R/Resources<<{resources}>>>>"),
        format!("<</Length {}>>stream\n{content}\nendstream", content.len()),
    ];
    objects.extend(more.iter().cloned());
    pdf(&objects)
}

fn pixel(picture: &Picture, x: u32, y: u32) -> &[u8] {
    let at = usize::try_from((y * picture.width + x) * 4).unwrap();
    &picture.rgba[at..at + 4]
}

#[test]
fn a_page_is_rendered_as_it_is_drawn() {
    let picture = render(&page("1 0 0 rg 0 0 50 50 re f", "", &[]), 1).unwrap();
    assert_eq!((picture.width, picture.height, picture.rgba.len()), (100, 50, 20_000));
    assert_eq!(pixel(&picture, 10, 25), [255, 0, 0, 255]);
    assert_eq!(pixel(&picture, 90, 25), [255, 255, 255, 255]);
}

#[test]
fn text_leaves_ink_and_pages_differ() {
    let (first, second) = (render(CONTRACT, 1).unwrap(), render(CONTRACT, 2).unwrap());
    assert_eq!((first.width, first.height), (595, 841));
    let ink = first.rgba.chunks(4).filter(|it| it[0] < 128).count();
    assert!(ink > 1000, "{ink} dark pixels");
    assert!(first != second, "another page has another picture");
    assert!(render(CONTRACT, 1).unwrap() == first, "the same page has the same picture");
}

#[test]
fn only_the_first_bytes_count() {
    let end = CONTRACT.len();
    let more = [CONTRACT, b"\n% nothing but a comment that is not part of it\n"].concat();
    let picture = renderer(Limits::default()).render(&source(&more), end as u64, None, 1, 72);
    assert!(picture.unwrap() == render(CONTRACT, 1).unwrap());
}

#[test]
fn a_file_with_a_password_needs_it() {
    let of = |password| answer(&renderer(Limits::default()), PASSWORD, password, 1, 72);
    assert_eq!(of(None), failed("the file is not understood"));
    assert_eq!(of(Some(b"wrong")), failed("the file is not understood"));
    assert_eq!(of(Some(b"user")), Ok((595, 841)));
}

#[test]
fn what_is_no_page_and_what_is_no_pdf_is_told() {
    let of = |file, page| answer(&renderer(Limits::default()), file, None, page, 72);
    assert_eq!(of(CONTRACT, 3), failed("there is no such page"));
    assert_eq!(of(CONTRACT, 0), failed("there is no such page"));
    assert_eq!(of(b"no document", 1), failed("the file is not understood"));
    assert_eq!(of(b"", 1), failed("the file is not understood"));
}

#[test]
fn a_picture_has_no_more_pixels_than_allowed() {
    let few = Limits { pixels: 4999, ..Limits::default() };
    let file = page("", "", &[]);
    assert_eq!(answer(&renderer(few), &file, None, 1, 72), Err(RenderFault::Limit));
    let enough = Limits { pixels: 5000, ..Limits::default() };
    assert_eq!(answer(&renderer(enough), &file, None, 1, 72), Ok((100, 50)));
}

/// Forms that draw one another ten times each, ten deep: ten thousand million rectangles.
fn endless() -> Vec<u8> {
    let form = |number: usize| {
        let (content, resources) = if number == 14 {
            ("0 0 9 9 re f ".repeat(10), String::new())
        } else {
            ("/X Do ".repeat(10), format!("/XObject<</X {} 0 R>>", number + 1))
        };
        format!(
            "<</Type/XObject/Subtype/Form/BBox[0 0 100 50]/Resources<<{resources}>>/Length {}>>stream\n{content}\nendstream",
            content.len()
        )
    };
    let forms: Vec<String> = (5..=14).map(form).collect();
    page("/X Do", "/XObject<</X 5 0 R>>", &forms)
}

#[test]
fn a_page_without_an_end_is_ended_at_its_deadline() {
    let file = endless();
    let limits = Limits { page_time: Duration::from_millis(700), ..Limits::default() };
    let started = Instant::now();
    assert_eq!(answer(&renderer(limits), &file, None, 1, 72), Err(RenderFault::Limit));
    let took = started.elapsed();
    assert!((700..3000).contains(&took.as_millis()), "{took:?}");
}

#[test]
fn a_page_that_was_rendered_is_not_rendered_again() {
    let file = source(&page("1 0 0 rg 0 0 50 50 re f", "", &[]));
    let renderer = renderer(Limits::default());
    let first = renderer.render(&file, u64::MAX, None, 1, 72).unwrap();
    let started = Instant::now();
    for _ in 0..200 {
        assert!(renderer.render(&file, u64::MAX, None, 1, 72).unwrap() == first);
    }
    assert!(started.elapsed() < Duration::from_millis(500), "{:?}", started.elapsed());
    let other = source(&page("0 1 0 rg 0 0 50 50 re f", "", &[]));
    assert!(renderer.render(&other, u64::MAX, None, 1, 72).unwrap() != first, "another file");
    assert!(renderer.render(&file, u64::MAX, None, 1, 36).unwrap() != first, "another resolution");
}

#[test]
fn all_pages_together_have_one_budget() {
    let file = endless();
    let limits = Limits {
        page_time: Duration::from_millis(300),
        total_time: Duration::from_millis(600),
        ..Limits::default()
    };
    let renderer = renderer(limits);
    let started = Instant::now();
    for _ in 0..50 {
        assert_eq!(answer(&renderer, &file, None, 1, 72), Err(RenderFault::Limit));
    }
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
}

#[test]
fn a_child_that_wants_too_much_memory_breaks_off_alone() {
    let file = page("", "", &[]);
    let limits = Limits { memory_bytes: 1 << 20, ..Limits::default() };
    assert_eq!(answer(&renderer(limits), &file, None, 1, 1200), failed("the renderer broke off"));
    assert_eq!(answer(&renderer(Limits::default()), &file, None, 1, 1200), Ok((1666, 833)));
}

#[test]
fn a_file_that_its_owner_cannot_read_is_no_fault_of_the_child() {
    struct Away;
    impl ReadAt for Away {
        fn size(&self) -> u64 {
            3 << 20
        }
        fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
            buf.fill(0);
            if offset > 0 { Err(io::ErrorKind::TimedOut.into()) } else { Ok(()) }
        }
    }
    let away: Arc<dyn ReadAt> = Arc::new(Away);
    let answer = renderer(Limits::default()).render(&away, u64::MAX, None, 1, 72);
    assert_eq!(answer.map(|it| (it.width, it.height)), failed("the file could not be read"));
}
