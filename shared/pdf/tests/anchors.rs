//! Places that the text of a document marks.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::float_cmp,
    clippy::similar_names,
    clippy::print_stderr,
    clippy::missing_panics_doc,
    unreachable_pub,
    missing_docs,
    reason = "tests"
)]

mod support;

use std::{path::Path, process::Command, sync::Arc};

use pdf::{Anchor, AnchorReport, AnchorText, Document, FoundAnchor, Limits, Occurrence};
use support::Builder;

const HELVETICA: &str = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>";

fn stream(entries: &str, content: &str) -> String {
    format!("<<{entries}/Length {}>>\nstream\n{content}\nendstream", content.len())
}

/// One page of 600 by 800 with this content and this font as `/F`; further objects are 6 and on.
fn page(attributes: &str, font: &str, content: &str) -> Builder {
    let mut builder = Builder::default();
    builder.add("<</Type/Catalog/Pages 2 0 R>>");
    builder.add(
        "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 600 800]\
         /Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R/Y 7 0 R>>>>>>",
    );
    builder.add(format!("<</Type/Page/Parent 2 0 R/Contents 4 0 R{attributes}>>"));
    builder.add(stream("", content));
    builder.add(font);
    builder
}

fn literal(text: &str) -> Anchor {
    Anchor { text: AnchorText::Literal(text.to_owned()), occurrence: Occurrence::All }
}

fn tag(signer: u32, kind: &str) -> Anchor {
    Anchor { text: AnchorText::Tag { signer, kind: kind.to_owned() }, occurrence: Occurrence::All }
}

fn find(builder: &Builder, anchors: &[Anchor]) -> AnchorReport {
    pdf::find_anchors(&support::open(&builder.build()), anchors).unwrap()
}

/// How often a page with this content and font shows this text.
fn count(font: &str, content: &str, text: &str) -> usize {
    find(&page("", font, content), &[literal(text)]).found.len()
}

/// Left, top, width and height, rounded.
fn corners(found: &FoundAnchor) -> [f64; 4] {
    let place = &found.place;
    [place.x_points, place.y_points, found.text_width_points, found.text_height_points]
        .map(|number| (number * 100.0).round() / 100.0)
}

#[test]
fn a_string_is_found_where_it_is_displayed() {
    let cases = [
        ("", [100.0, 92.82, 42.8, 9.25]),
        ("/CropBox[50 100 600 800]", [50.0, 92.82, 42.8, 9.25]),
        ("/CropBox[50 100 600 800]/UserUnit 2", [100.0, 185.64, 85.6, 18.5]),
        ("/Rotate 90", [697.93, 100.0, 9.25, 42.8]),
        ("/Rotate 180", [457.2, 697.93, 42.8, 9.25]),
        ("/Rotate 270/CropBox[50 100 600 800]", [92.82, 457.2, 9.25, 42.8]),
    ];
    for (attributes, expected) in cases {
        let builder = page(attributes, HELVETICA, "BT /F 10 Tf 100 700 Td (Sign here) Tj ET");
        let report = find(&builder, &[literal("Sign here")]);
        assert_eq!(corners(&report.found[0]), expected, "{attributes}");
        assert_eq!((report.found.len(), report.missed.len()), (1, 0), "{attributes}");
        let inspection = pdf::inspect(&support::open(&builder.build())).unwrap();
        let place =
            pdf::Place { width_points: Some(9.0), height_points: Some(9.0), ..report.found[0].place.clone() };
        pdf::check_places(&inspection, &[place]).expect("usable as a place");
    }
}

#[test]
fn text_operators_move_the_pen() {
    for content in [
        "BT /F 10 Tf 100 700 Td [(Si)-20(gn)-250(he)15(re)] TJ ET",
        "BT /F 10 Tf 1 0 0 1 100 700 Tm (Sign) Tj 1 0 0 1 125 700 Tm (here) Tj ET",
        "BT /F 1 Tf 10 0 0 10 100 700 Tm (Sign) Tj 2.4 0 Td (here) Tj ET",
        "BT /F 10 Tf 12 TL 100 700 Td (Sign) Tj T* (here) Tj ET",
        "BT /F 10 Tf 100 712 Td 12 TL (Sign) ' 2 1 (here) \" ET",
        "BT /F 10 Tf 100 700 TD (Sign) Tj 0 -12 TD (here) Tj ET",
        "BT /F 10 Tf 200 Tz 100 700 Td (Sign here) Tj ET",
        "BT /F 10 Tf 8 Tc 100 700 Td (Sign here) Tj ET",
        "BT /F 10 Tf 30 Tw 100 700 Td (Sign here) Tj ET",
        "BT /F 10 Tf 100 700 Td (Sign ) Tj 2 Ts (here) Tj ET",
        "q 0 1 -1 0 0 0 cm BT /F 10 Tf 100 -300 Td (Sign here) Tj ET Q",
        "q 2 0 0 2 0 0 cm Q Q BT /F 10 Tf 100 700 Td (here) Tj -25 0 Td (Sign) Tj ET",
        "BT /F 10 Tf 3 Tr 100 700 Td <5369676E2068657265> Tj ET",
        "BI /W 1 /H 1 ID ( EI BT /F 10 Tf 100 700 Td (Sign here) Tj ET",
    ] {
        assert_eq!(count(HELVETICA, content, "Sign here"), 1, "{content}");
    }
}

#[test]
fn words_are_not_joined_across_gaps_and_not_parted_by_kerning() {
    for (content, text) in [
        ("BT /F 10 Tf 100 700 Td [(Sign)-300(here)] TJ ET", "Signhere"),
        ("BT /F 10 Tf 100 700 Td [(Sign)-20(here)] TJ ET", "Sign here"),
        ("BT /F 10 Tf 100 700 Td (Sign) Tj 200 0 Td (here) Tj ET", "Sign here"),
        ("BT /F 10 Tf 100 700 Td (Sign) Tj 0 -200 Td (here) Tj ET", "Sign here"),
        ("BT /F 10 Tf 100 700 Td (sign here) Tj ET", "Sign here"),
        ("BT /F 10 Tf 900 700 Td (Sign here) Tj ET", "Sign here"),
        ("BT /None 10 Tf 100 700 Td (Sign here) Tj ET", "Sign here"),
    ] {
        assert_eq!(count(HELVETICA, content, text), 0, "{content}");
    }
}

#[test]
fn text_drawn_twice_is_one_place() {
    let content = "BT /F 10 Tf 100 700 Td (Sign) Tj 0.3 0.2 Td (Sign) Tj ET";
    assert_eq!(count(HELVETICA, content, "Sign"), 1);
}

#[test]
fn codes_are_read_by_the_encoding() {
    let font = |entries: &str| format!("<</Type/Font/Subtype/Type1/BaseFont/Helvetica{entries}>>");
    let content = "BT /F 10 Tf 100 700 Td (A\\200B) Tj ET";
    assert_eq!(count(&font("/Encoding/WinAnsiEncoding"), content, "A€B"), 1);
    assert_eq!(count(&font("/Encoding/MacRomanEncoding"), content, "AÄB"), 1);
    let differences = "/Encoding<</BaseEncoding/WinAnsiEncoding/Differences[65/Omega 128/uni0416/g9]>>";
    assert_eq!(count(&font(differences), content, "ΩЖB"), 1);
    let ligature = font("/Encoding<</Differences[1/fi]>>");
    assert_eq!(count(&ligature, "BT /F 10 Tf 100 700 Td (o\\001ce) Tj ET", "ofice"), 1);
}

#[test]
fn advances_are_those_of_the_font() {
    let width = |font: &str| {
        let report =
            find(&page("", font, "BT /F 10 Tf 100 700 Td (AAB) Tj ET"), &[literal("AAB"), literal("B")]);
        (corners(&report.found[0])[2], corners(&report.found[1])[0])
    };
    assert_eq!(width("<</Type/Font/Subtype/Type1/BaseFont/Courier>>"), (18.0, 112.0));
    assert_eq!(
        width("<</Type/Font/Subtype/TrueType/BaseFont/X/FirstChar 65/Widths[300 500]>>"),
        (11.0, 106.0)
    );
    assert_eq!(
        width(
            "<</Type/Font/Subtype/TrueType/BaseFont/X/FirstChar 66/Widths[500]/FontDescriptor<</MissingWidth 250>>>>"
        ),
        (10.0, 105.0)
    );
    assert_eq!(
        width("<</Type/Font/Subtype/Type3/FontMatrix[0.01 0 0 0.01 0 0]/FirstChar 65/Widths[30 50]>>"),
        (11.0, 106.0)
    );
}

#[test]
fn composite_fonts_are_read_by_their_maps() {
    let map = "1 begincodespacerange <0000> <FFFF> endcodespacerange \
               1 beginbfrange <0001> <0003> <0058> endbfrange";
    let font = |encoding: &str, widths: &str| {
        format!(
            "<</Type/Font/Subtype/Type0/Encoding{encoding}/ToUnicode 6 0 R/DescendantFonts[<<{widths}>>]>>"
        )
    };
    let find = |font: &str| {
        let mut builder = page("", font, "BT /F 10 Tf 100 700 Td <000100020003> Tj ET");
        builder.add(stream("", map));
        builder.add(stream("/CMapName/Own", "1 begincodespacerange <0000> <FFFF> endcodespacerange 1 begincidrange <0001> <0003> 11 endcidrange"));
        corners(&find(&builder, &[literal("Z")]).found[0])
    };
    let identity = find(&font("/Identity-H", "/W[1[500]2 3 700]"));
    assert_eq!([identity[0], identity[2]], [112.0, 7.0]);
    let embedded = find(&font(" 7 0 R", "/DW 300/W[11[500]]"));
    assert_eq!([embedded[0], embedded[2]], [108.0, 3.0]);
    let vertical = find(&font("/Identity-V", ""));
    assert_eq!(vertical, [95.0, 120.0, 10.0, 10.0]);
}

#[test]
fn unicode_maps_by_name_are_read() {
    let font = "<</Type/Font/Subtype/Type0/Encoding/UniGB-UTF16-H/DescendantFonts[<</DW 1000>>]>>";
    assert_eq!(count(font, "BT /F 10 Tf 100 700 Td <7B7E540D D83DDE00> Tj ET", "签名😀"), 1);
}

#[test]
fn forms_are_drawn_where_they_stand() {
    let mut builder = page("", HELVETICA, "q 2 0 0 2 10 20 cm /X Do Q /X Do");
    builder.add(stream(
        "/Subtype/Form/BBox[0 0 9 9]/Matrix[1 0 0 1 5 0]",
        "BT /F 10 Tf 100 100 Td (Here) Tj ET /X Do /Y Do",
    ));
    builder.add(stream("/Subtype/Form/BBox[0 0 9 9]/Resources<<>>", "/F 10 Tf (Nowhere) Tj /X Do"));
    let report = find(&builder, &[literal("Here"), literal("Nowhere")]);
    let places: Vec<[f64; 4]> = report.found.iter().map(corners).collect();
    assert_eq!(places, [[220.0, 565.64, 43.34, 18.5], [105.0, 692.82, 21.67, 9.25]]);
    assert_eq!(report.missed, [1]);
}

#[test]
fn occurrences_are_chosen_in_reading_order() {
    let content = "BT /F 10 Tf 100 300 Td (Here) Tj 200 400 Td (Here) Tj -190 0 Td (Here) Tj ET";
    let builder = page("", HELVETICA, content);
    let chosen = |occurrence| {
        let report = find(&builder, &[Anchor { occurrence, ..literal("Here") }]);
        let found = report.found.iter().map(|found| (found.occurrence, found.place.x_points));
        (found.collect::<Vec<_>>(), report.missed)
    };
    assert_eq!(chosen(Occurrence::All), (vec![(0, 110.0), (1, 300.0), (2, 100.0)], vec![]));
    assert_eq!(chosen(Occurrence::First), (vec![(0, 110.0)], vec![]));
    assert_eq!(chosen(Occurrence::Last), (vec![(2, 100.0)], vec![]));
    assert_eq!(chosen(Occurrence::Number(1)), (vec![(1, 300.0)], vec![]));
    assert_eq!(chosen(Occurrence::Number(3)), (vec![], vec![0]));
}

#[test]
fn tags_give_signatory_kind_and_size() {
    let content = "BT /F 10 Tf 100 700 Td [({)-3({s1|signat)20(ure|120|40}})] TJ \
                   0 -50 Td ({{s2|) Tj 0 -12 Td (signature}}) Tj 0 -50 Td ({{s3|date}} {{oops}}) Tj ET";
    let anchors = [tag(1, "signature"), tag(2, "signature"), tag(2, "date"), literal(" "), literal("oops")];
    let report = find(&page("", HELVETICA, content), &anchors);
    let sizes: Vec<_> = report.found.iter().map(|found| found.place.size_points()).collect();
    assert_eq!(sizes, [(120.0, 40.0), (164.0, 45.0), (164.0, 45.0)]);
    assert_eq!(report.found.iter().map(|found| found.anchor).collect::<Vec<_>>(), [0, 1, 4]);
    assert_eq!((report.found[1].place.x_points, corners(&report.found[1])[1]), (100.0, 142.82));
    assert_eq!(report.missed, [2, 3]);
    let unclaimed: Vec<_> = report.unclaimed.iter().map(|unclaimed| unclaimed.tag.signer).collect();
    assert_eq!(unclaimed, [3]);
}

#[test]
fn a_page_that_cannot_be_read_is_named() {
    let mut builder = page("", HELVETICA, "BT /F 10 Tf 100 700 Td (Here) Tj ET /X Do");
    builder.add(stream("/Subtype/Form/Filter/JBIG2Decode", "x"));
    let report = find(&builder, &[literal("Here")]);
    assert_eq!((report.found.len(), report.unread_pages), (1, vec![0]));
}

#[test]
fn the_boxes_of_the_contract_are_found() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
    for (file, password) in [("contract.pdf", None), ("xref-stream.pdf", None)] {
        let bytes = std::fs::read(folder.join(file)).unwrap();
        let document = Document::open(Arc::new(bytes), password, &Limits::default()).unwrap();
        let anchors =
            [literal("Signed for the client"), literal("Signed for the supplier"), literal("Nobody")];
        let report = pdf::find_anchors(&document, &anchors).unwrap();
        assert_eq!(report.missed, [2], "{file}");
        let places: Vec<_> = report.found.iter().map(|found| (found.place.page, corners(found)[0])).collect();
        assert_eq!(places, [(2, 64.0), (2, 319.28)], "{file}");
        assert!((480.0..540.0).contains(&report.found[0].place.y_points), "above its box");
    }
}

#[test]
fn documents_from_elsewhere_are_searched_or_refused() {
    let Some(folder) = support::corpus() else { return };
    let (mut searched, mut refused) = (0, 0);
    for path in support::files(&folder) {
        let bytes = std::fs::read(&path).unwrap();
        let Ok(document) = Document::open(Arc::new(bytes), None, &Limits::default()) else { continue };
        let started = std::time::Instant::now();
        match pdf::find_anchors(&document, &[literal("signature"), tag(1, "signature")]) {
            Ok(_) => searched += 1,
            Err(error) => {
                eprintln!("{}: {error}", path.file_name().unwrap().display());
                refused += 1;
            }
        }
        let took = started.elapsed();
        assert!(took.as_secs() < 20, "{} took {took:?}", path.display());
    }
    eprintln!("{searched} searched, {refused} refused");
    assert!(searched > 200 && refused < searched / 20);
}

/// Words of the first page by pdftotext: left edge, top and bottom edge, text.
fn words(path: &Path) -> Option<Vec<([f64; 3], String)>> {
    let output = Command::new("pdftotext").args(["-bbox", "-l", "1"]).arg(path).arg("-").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let value = |line: &str, key: &str| -> Option<f64> {
        line.split_once(&format!("{key}=\""))?.1.split_once('"')?.0.parse().ok()
    };
    let word = |line: &str| {
        let edges = [value(line, "xMin")?, value(line, "yMin")?, value(line, "yMax")?];
        let text = line.split_once("\">")?.1.split_once("</word>")?.0;
        let plain = text.len() >= 5 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        plain.then(|| (edges, text.to_owned()))
    };
    Some(text.lines().filter_map(word).collect())
}

#[test]
fn places_agree_with_those_of_pdftotext() {
    let Some(folder) = support::corpus() else { return };
    if Command::new("pdftotext").arg("-v").output().is_err() {
        eprintln!("skipped: pdftotext is not installed");
        return;
    }
    let (mut files, mut agreed, mut compared) = (0, 0, 0);
    for path in support::files(&folder) {
        if files == 40 {
            break;
        }
        let bytes = std::fs::read(&path).unwrap();
        let Ok(document) = Document::open(Arc::new(bytes), None, &Limits::default()) else { continue };
        // pdftotext reads what annotations show, and what the crop box cuts off.
        let Ok(inspection) = pdf::inspect(&document) else { continue };
        let whole = inspection.pages.first().is_some_and(|page| page.crop_box == page.media_box);
        if !whole || !inspection.form_fields.is_empty() {
            continue;
        }
        let Some(words) = words(&path).filter(|words| words.len() >= 20) else { continue };
        let anchors: Vec<Anchor> = words.iter().take(20).map(|word| literal(&word.1)).collect();
        let Ok(report) = pdf::find_anchors(&document, &anchors) else { continue };
        files += 1;
        let mut disagreed = Vec::new();
        for (index, ([left, top, bottom], word)) in words.iter().take(20).enumerate() {
            let agrees = report.found.iter().any(|found| {
                let [x, y, _, height] = corners(found);
                let middle = y + height / 2.0;
                found.anchor == index
                    && found.place.page == 1
                    && (x - left).abs() < 2.0
                    && (*top..=*bottom).contains(&middle)
            });
            compared += 1;
            agreed += usize::from(agrees);
            if !agrees {
                disagreed.push((word, left, top));
            }
        }
        if !disagreed.is_empty() {
            eprintln!("{}: {disagreed:?}", path.file_name().unwrap().display());
        }
    }
    eprintln!("{agreed} of {compared} words of {files} files agree");
    assert!(files >= 10 && agreed * 100 >= compared * 98);
}
