//! Pages of strangers, drawn here and by poppler: none is blank in one picture and painted in the other unless
//! it is told from its content that the blank one cannot be trusted.
//!
//! One file in ten is looked at, and its first pages; with `PARAPHE_FULL` set, all of them, and then nothing may
//! be missing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use pdf::{Document, ReadAt};
use render::{Undrawn, use_program};
use render_page::picture;

const WIDTH: u32 = 320;

/// What stands on a page by one reader.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Look {
    Blank,
    Painted,
    /// There is no picture, which the signing page tells.
    None,
}

/// A file as a signatory would be shown it: repaired where it is broken. None where it would not be accepted.
fn accepted(path: &Path) -> Option<(Vec<u8>, Document)> {
    let bytes = std::fs::read(path).unwrap();
    let open = |bytes: &[u8]| {
        let source: Arc<dyn ReadAt> = Arc::new(bytes.to_vec());
        let document = Document::open(source, None, &pdf::Limits::default()).ok()?;
        pdf::pages(&document).ok().filter(|it| !it.is_empty())?;
        Some(document)
    };
    if let Some(document) = open(&bytes) {
        return Some((bytes, document));
    }
    let bytes = pdf::repair(&bytes).ok()?;
    let document = open(&bytes)?;
    Some((bytes, document))
}

/// What the signing page gets.
fn ours(document: &Document, page: u32) -> Look {
    match picture::draw(document.source(), page, WIDTH) {
        Ok(png) => {
            let mut reader = png::Decoder::new(Cursor::new(png)).read_info().unwrap();
            let mut samples = vec![0; reader.output_buffer_size().unwrap()];
            let frame = reader.next_frame(&mut samples).unwrap();
            let channels = frame.color_type.samples();
            // Transparency is no trace.
            let colors = if matches!(channels, 2 | 4) { channels - 1 } else { channels };
            let painted = samples.chunks(channels).any(|it| it[..colors].iter().any(|sample| *sample < 250));
            if painted { Look::Painted } else { Look::Blank }
        }
        Err(Undrawn::NotRendered(_)) => Look::None,
        Err(other) => panic!("page {page} is there, and yet {other:?}"),
    }
}

/// What poppler draws; none where it draws nothing at all within 30 seconds.
fn popplers(file: &Path, page: u32) -> Look {
    let page = page.to_string();
    let output = Command::new("timeout")
        .args(["30", "pdftoppm", "-q", "-f", &page, "-l", &page, "-scale-to-x", "400", "-scale-to-y", "-1"])
        .arg(file)
        .output()
        .unwrap();
    // P6, width, height, 255, then the pixels.
    let header: Vec<&[u8]> = output.stdout.splitn(4, |byte| *byte == b'\n').collect();
    let [b"P6", _, b"255", pixels] = header.as_slice() else { return Look::None };
    let traces = pixels.iter().filter(|sample| **sample < 250).count();
    if traces == 0 { Look::Blank } else { Look::Painted }
}

fn files(whole: bool) -> Option<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/pdfjs");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        assert!(!whole, "there are no documents at ../shared/corpus");
        eprintln!("skipped: no documents at ../shared/corpus");
        return None;
    };
    if Command::new("pdftoppm").arg("-v").output().is_err() {
        assert!(!whole, "there is no pdftoppm");
        eprintln!("skipped: no pdftoppm");
        return None;
    }
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    Some(files)
}

#[test]
fn no_page_is_blank_here_and_painted_by_poppler_unless_that_is_told() {
    let whole = std::env::var_os("PARAPHE_FULL").is_some();
    let Some(files) = files(whole) else { return };
    use_program(env!("CARGO_BIN_EXE_render-page").into());
    let (step, most_pages) = if whole { (1, 20) } else { (10, 2) };
    let folder = std::env::temp_dir().join(format!("paraphe-poppler-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (mut pages, mut fallbacks, mut wrong) = (0, 0, Vec::new());
    for path in files.iter().step_by(step) {
        let Some((bytes, document)) = accepted(path) else { continue };
        let file = folder.join("file.pdf");
        std::fs::write(&file, &bytes).unwrap();
        let count = pdf::pages(&document).unwrap().len().min(most_pages);
        for page in 1..=u32::try_from(count).unwrap() {
            pages += 1;
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            match (ours(&document, page), popplers(&file, page)) {
                (Look::None, other) => {
                    fallbacks += 1;
                    eprintln!("told: {name} {page}, by poppler {other:?}");
                }
                (Look::Blank, Look::Painted) => wrong.push(format!("{name} {page}: blank here")),
                (Look::Painted, Look::Blank) if !KNOWN.contains(&name.as_str()) => {
                    wrong.push(format!("{name} {page}: blank by poppler"));
                }
                _ => {}
            }
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    eprintln!("{pages} pages, {fallbacks} of them for the browser's viewer");
    assert!(pages >= 30, "{pages} pages only");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Files of which poppler shows nothing: kinds of JBIG2 that it does not know, Japanese text where its tables are not
/// installed, a field that a script fills, and a file that was made up by chance.
const KNOWN: [&str; 6] = [
    "bitmap-halftone-skip-grid-template2.pdf",
    "bitmap-symbol-symhuffuncompressed-texthuff.pdf",
    "issue11768_reduced.pdf",
    "issue13343.pdf",
    "poppler-90-0-fuzzed.pdf",
    "text_field_own_canvas_calc.pdf",
];
