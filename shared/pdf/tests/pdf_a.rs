//! What a seal adds to a document that claims PDF/A-1, -2 or -3, clause by clause of ISO 19005.
//!
//! Clauses without a number of a part are those of ISO 19005-1; the later parts ask for the same.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::missing_panics_doc,
    unreachable_pub,
    missing_docs,
    reason = "tests"
)]

mod support;

use std::{collections::HashMap, sync::LazyLock};

use lopdf::{Dictionary, Document, Object};
use pdf::{Act, Appearance, Mark};
use support::{Builder, appearance, plan};

const INTENT: &str = "/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/DestOutputProfile 9 0 R>>]";

/// A document of two pages that claims a part of PDF/A.
fn archival(part: u8, catalog: &str) -> Vec<u8> {
    let xmp = format!(
        "<x:xmpmeta><rdf:RDF><rdf:Description pdfaid:part=\"{part}\" pdfaid:conformance=\"B\"/></rdf:RDF></x:xmpmeta>"
    );
    let mut builder = Builder::default();
    builder.add(format!("<</Type/Catalog/Pages 2 0 R/Metadata 5 0 R{catalog}>>"));
    builder.add("<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>");
    for _ in 0..2 {
        builder.add("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>");
    }
    builder.add(format!("<</Type/Metadata/Subtype/XML/Length {}>>\nstream\n{xmp}\nendstream", xmp.len()));
    builder.add("<</Title(A title)/Producer(A producer)>>");
    builder
        .trailer
        .push_str("/Info 6 0 R/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]");
    builder.build()
}

/// A mark of each kind; the name has a character that no face has.
fn marks() -> [Mark; 3] {
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, 3, 1);
    encoder.set_color(png::ColorType::Rgba);
    encoder.write_header().unwrap().write_image_data(&[0, 0, 90, 255, 9, 9, 9, 80, 0, 0, 0, 255]).unwrap();
    let strokes = vec![pdf::Stroke { points: vec![(0.0, 0.0), (30.0, 10.0), (60.0, 0.0)] }];
    [Mark::Typed, Mark::Drawn(strokes), Mark::Png(png)]
}

/// All acts, a security store and a time-stamp: what is appended, and the whole.
fn sealed(original: &[u8], mark: &Mark) -> (Vec<u8>, Vec<u8>) {
    let named = |name| Appearance { mark: mark.clone(), ..appearance(name) };
    let (ada, grace) = (named("Ada 李 Łovelace"), named("Ελένη"));
    let mut bytes = original.to_vec();
    for act in [
        Act::Signatory { field_name: "sig_ada", appearance: &ada },
        Act::Signatory { field_name: "sig_grace", appearance: &grace },
        Act::Closing,
    ] {
        bytes = support::seal(&bytes, &plan(), act).unwrap().0;
    }
    let data = pdf::ValidationData { certificates: vec![vec![0x30; 40]], ..pdf::ValidationData::default() };
    bytes.extend(pdf::append_validation_data(&support::open(&bytes), &data).unwrap());
    let prepared = pdf::prepare_timestamp(&support::open(&bytes), "timestamp", 1000).unwrap();
    bytes.extend(prepared.finish(&[0x30, 0]).unwrap());
    (bytes[original.len()..].to_vec(), bytes)
}

/// A document before sealing, what was appended, and the whole.
type Case = (Vec<u8>, Vec<u8>, Document);

/// Every part and kind of mark, with and without an output intent.
static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let documents = (1..=3).flat_map(|part| ["", INTENT].map(|catalog| archival(part, catalog)));
    let pairs = documents.flat_map(|original| marks().map(|mark| (original.clone(), mark)));
    pairs
        .map(|(original, mark)| {
            let (tail, whole) = sealed(&original, &mark);
            let whole = Document::load_mem(&whole).unwrap();
            (original, tail, whole)
        })
        .collect()
});

/// Runs a check on every case.
fn each(check: impl Fn(&[u8], &[u8], &Document)) {
    for (original, tail, sealed) in CASES.iter() {
        check(original, tail, sealed);
    }
}

/// Dictionaries of the objects that were added or changed, those of streams included.
fn changed(original: &[u8], sealed: &Document) -> Vec<(u32, Dictionary)> {
    let before = Document::load_mem(original).unwrap();
    let dictionary = |object: &Object| match object {
        Object::Dictionary(dictionary) => Some(dictionary.clone()),
        Object::Stream(stream) => Some(stream.dict.clone()),
        _ => None,
    };
    let objects = sealed.objects.iter().filter(|(id, object)| before.objects.get(id) != Some(object));
    objects.filter_map(|(id, object)| Some((id.0, dictionary(object)?))).collect()
}

/// The content of every form that was added.
fn contents(sealed: &Document) -> Vec<(Dictionary, String)> {
    let forms = sealed.objects.values().filter_map(|object| object.as_stream().ok());
    forms
        .filter(|stream| {
            stream.dict.get(b"Subtype").is_ok_and(|kind| kind == &Object::Name(b"Form".to_vec()))
        })
        .map(|stream| {
            let content = stream.decompressed_content().unwrap_or_else(|_| stream.content.clone());
            (stream.dict.clone(), String::from_utf8(content).unwrap())
        })
        .collect()
}

#[test]
fn clause_6_1_3_the_trailer_keeps_its_id_and_nothing_is_encrypted_or_stands_behind_the_end() {
    each(|_, tail, sealed| {
        assert!(sealed.trailer.get(b"Encrypt").is_err());
        let id = sealed.trailer.get(b"ID").and_then(Object::as_array).unwrap();
        assert_eq!(id[0].as_str().unwrap()[..3], [0x00, 0x11, 0x22]);
        assert!(tail.ends_with(b"%%EOF\n"));
    });
}

#[test]
fn clause_6_1_4_tables_stay_tables_with_entries_of_twenty_bytes() {
    each(|_, tail, _| {
        let text = String::from_utf8_lossy(tail);
        assert!(!text.contains("/XRef") && !text.contains("/ObjStm"));
        for table in text.split("\nxref\n").skip(1) {
            let rows = table.split("trailer\n").next().unwrap().lines();
            assert!(rows.clone().all(|row| row.len() == 19 || row.split(' ').count() == 2), "{table}");
        }
    });
}

#[test]
fn clauses_6_1_6_to_6_1_8_strings_streams_and_objects_are_spelled_as_asked() {
    each(|_, tail, _| {
        let mut rest = tail;
        while let Some(at) = memchr::memmem::find(rest, b" obj") {
            assert!(rest[at..].starts_with(b" obj\n"));
            let end = memchr::memmem::find(rest, b"endobj").unwrap();
            assert!(rest[..end].ends_with(b"\n") && rest[end..].starts_with(b"endobj\n"));
            let body = &rest[at..end];
            if let Some(stream) = memchr::memmem::find(body, b">>\nstream\n") {
                let head = String::from_utf8_lossy(&body[..stream]);
                let length: usize = head.rsplit("/Length ").next().unwrap().parse().unwrap();
                assert!(body[stream + 10 + length..].starts_with(b"\nendstream\n"));
            }
            for hexadecimal in String::from_utf8_lossy(body).split("/Contents<").skip(1) {
                assert_eq!(hexadecimal.split('>').next().unwrap().len() % 2, 0);
            }
            rest = &rest[end + 6..];
        }
    });
}

#[test]
fn clause_6_1_10_streams_are_deflated_or_plain() {
    each(|original, _, sealed| {
        for (number, dictionary) in changed(original, sealed) {
            let filter = dictionary.get(b"Filter").ok().and_then(|filter| filter.as_name().ok());
            assert!(matches!(filter, None | Some(b"FlateDecode" | b"Adobe.PPKLite")), "{number}: {filter:?}");
            assert!(["F", "FFilter", "FDecodeParms"].iter().all(|key| {
                !dictionary.has(key.as_bytes())
                    || dictionary.get(b"Subtype").is_ok_and(|kind| kind.as_name().unwrap() == b"Widget")
            }));
        }
    });
}

#[test]
fn clause_6_2_3_colours_are_grey_and_grey_is_defined() {
    each(|_, _, sealed| {
        let intended = sealed.catalog().unwrap().has(b"OutputIntents");
        let mut painted = 0;
        for (dictionary, content) in contents(sealed) {
            let operators = ["rg", "RG", "k", "K", "cs", "CS", "sc", "SC", "scn", "SCN", "sh", "ri", "gs"];
            assert!(!content.split_whitespace().any(|word| operators.contains(&word)), "{content}");
            let resources = dictionary.get(b"Resources").and_then(Object::as_dict).unwrap();
            if !content.is_empty() {
                painted += 1;
                assert_eq!(resources.has(b"ColorSpace"), !intended);
            }
        }
        assert_eq!(painted, 3);
        for stream in sealed.objects.values().filter_map(|object| object.as_stream().ok()) {
            let space = stream.dict.get(b"ColorSpace");
            assert!(space.is_err() || space.is_ok_and(|space| space.as_name().unwrap() == b"DeviceGray"));
            assert!(
                !stream.dict.has(b"Alternates")
                    && !stream.dict.has(b"OPI")
                    && !stream.dict.has(b"Interpolate")
            );
        }
    });
}

#[test]
fn clause_6_3_fonts_are_embedded_whole_and_consistent() {
    each(|_, _, sealed| {
        let dictionaries: Vec<_> =
            sealed.objects.values().filter_map(|object| object.as_dict().ok()).collect();
        let follow = |dictionary: &Dictionary, key: &[u8]| {
            sealed.get_object(dictionary.get(key).unwrap().as_reference().unwrap()).unwrap().clone()
        };
        let of = |kind: &'static [u8]| {
            dictionaries.iter().filter(move |one| {
                one.get(b"Subtype").is_ok_and(|name| name.as_name().unwrap_or_default() == kind)
            })
        };
        let mut descendants = 0;
        for font in of(b"Type0") {
            assert_eq!(font.get(b"Encoding").unwrap().as_name().unwrap(), b"Identity-H");
            follow(font, b"ToUnicode").as_stream().unwrap();
        }
        for font in of(b"CIDFontType2") {
            descendants += 1;
            assert_eq!(font.get(b"CIDToGIDMap").unwrap().as_name().unwrap(), b"Identity");
            let descriptor = follow(font, b"FontDescriptor").as_dict().unwrap().clone();
            let name = descriptor.get(b"FontName").unwrap().as_name().unwrap();
            assert_eq!(name, font.get(b"BaseFont").unwrap().as_name().unwrap());
            assert!(name[..6].iter().all(u8::is_ascii_uppercase) && name[6] == b'+');
            let program =
                follow(&descriptor, b"FontFile2").as_stream().unwrap().decompressed_content().unwrap();
            check_widths(font, &program);
            let set = follow(&descriptor, b"CIDSet").as_stream().unwrap().content.clone();
            let glyphs = glyph_count(&program);
            let bits: u32 = set.iter().map(|byte| byte.count_ones()).sum();
            assert_eq!((bits, set.len()), (glyphs, glyphs.div_ceil(8) as usize));
        }
        assert!(descendants > 0);
    });
}

fn font_file(program: &[u8]) -> skrifa::FontRef<'_> {
    skrifa::FontRef::new(program).unwrap()
}

fn glyph_count(program: &[u8]) -> u32 {
    use skrifa::{
        instance::{LocationRef, Size},
        metrics::Metrics,
    };
    Metrics::new(&font_file(program), Size::unscaled(), LocationRef::default()).glyph_count
}

/// Widths in the document are those in the font program (6.3.6), to a thousandth of the size.
fn check_widths(font: &Dictionary, program: &[u8]) {
    use skrifa::{
        instance::{LocationRef, Size},
        metrics::{GlyphMetrics, Metrics},
    };
    let program = font_file(program);
    let units = Metrics::new(&program, Size::unscaled(), LocationRef::default()).units_per_em;
    let metrics = GlyphMetrics::new(&program, Size::unscaled(), LocationRef::default());
    for pair in font.get(b"W").unwrap().as_array().unwrap().chunks(2) {
        let glyph = u32::try_from(pair[0].as_i64().unwrap()).unwrap();
        let width = f64::from(pair[1].as_array().unwrap()[0].as_float().unwrap());
        let own = f64::from(metrics.advance_width(glyph.into()).unwrap()) * 1000.0 / f64::from(units);
        assert!((width - own).abs() < 1.0, "{glyph}: {width} and {own}");
    }
}

#[test]
fn part_2_clause_6_2_11_8_no_glyph_is_undefined() {
    each(|_, _, sealed| {
        for (_, content) in contents(sealed) {
            for shown in content.split(['<', '>']).skip(1).step_by(2) {
                assert!(
                    shown.len().is_multiple_of(4) && shown.as_bytes().chunks(4).all(|glyph| glyph != b"0000"),
                    "{content}"
                );
            }
        }
    });
}

#[test]
fn clause_6_4_nothing_is_transparent() {
    each(|original, _, sealed| {
        for (number, dictionary) in changed(original, sealed) {
            for key in ["SMask", "Group", "CA", "ca", "BM", "ExtGState"] {
                assert!(!dictionary.has(key.as_bytes()), "{number} has {key}");
            }
            let resources = dictionary.get(b"Resources").and_then(Object::as_dict);
            assert!(resources.is_err() || resources.is_ok_and(|resources| !resources.has(b"ExtGState")));
        }
    });
}

#[test]
fn clauses_6_5_3_and_6_9_widgets_are_printed_and_have_a_normal_appearance_only() {
    each(|original, _, sealed| {
        let mut widgets = 0;
        for (number, widget) in changed(original, sealed) {
            if !widget.get(b"Subtype").is_ok_and(|kind| kind.as_name().unwrap_or_default() == b"Widget") {
                continue;
            }
            widgets += 1;
            // Print is on; Invisible, Hidden, NoView and ToggleNoView are off.
            assert_eq!(widget.get(b"F").unwrap().as_i64().unwrap() & (1 | 2 | 4 | 32 | 256), 4, "{number}");
            let states = widget.get(b"AP").unwrap().as_dict().unwrap();
            assert_eq!(states.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>(), [b"N"], "{number}");
            let button = widget.get(b"FT").unwrap().as_name().unwrap() == b"Btn";
            assert_eq!(states.get(b"N").unwrap().as_dict().is_ok(), button, "{number}");
        }
        assert_eq!(widgets, 5);
        let form = sealed.catalog().unwrap().get(b"AcroForm").unwrap().as_reference().unwrap();
        assert!(!sealed.get_dictionary(form).unwrap().has(b"NeedAppearances"));
    });
}

#[test]
fn clause_6_6_there_are_no_actions() {
    each(|original, _, sealed| {
        for (number, dictionary) in changed(original, sealed) {
            for key in ["A", "AA", "OpenAction", "JS", "JavaScript"] {
                assert!(!dictionary.has(key.as_bytes()), "{number} has {key}");
            }
        }
    });
}

#[test]
fn clause_6_7_metadata_and_output_intents_are_as_they_were() {
    each(|original, _, sealed| {
        let before = Document::load_mem(original).unwrap();
        for number in [5, 6] {
            assert_eq!(before.objects[&(number, 0)], sealed.objects[&(number, 0)]);
        }
        let entries = |document: &Document| -> HashMap<Vec<u8>, Object> {
            document.catalog().unwrap().iter().map(|(key, value)| (key.clone(), value.clone())).collect()
        };
        let (before, mut after) = (entries(&before), entries(sealed));
        assert!(before.iter().all(|(key, value)| after.remove(key).as_ref() == Some(value)));
        let mut added: Vec<_> = after.into_keys().map(|key| String::from_utf8(key).unwrap()).collect();
        added.sort_unstable();
        assert_eq!(added, ["AcroForm", "DSS", "Perms"]);
    });
}

#[test]
fn part_2_clauses_6_1_12_and_6_4_3_permissions_and_signature_references_are_as_asked() {
    each(|original, tail, sealed| {
        let permissions = sealed.catalog().unwrap().get(b"Perms").unwrap();
        let permissions = match permissions {
            Object::Reference(id) => sealed.get_dictionary(*id).unwrap(),
            direct => direct.as_dict().unwrap(),
        };
        assert_eq!(permissions.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>(), [b"DocMDP"]);
        for key in ["DigestLocation", "DigestMethod", "DigestValue"] {
            assert!(memchr::memmem::find(tail, key.as_bytes()).is_none());
        }
        let ranges = changed(original, sealed).into_iter().filter(|(_, one)| one.has(b"ByteRange")).count();
        assert_eq!(ranges, 4);
    });
}
