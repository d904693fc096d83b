//! The document that the carriers sign: three pages, a form, a layer, and what a shadow attack prepares.

use std::{collections::BTreeMap, fmt::Write as _, io::Write as _};

use flate2::{Compression, write::ZlibEncoder};

/// How a file lists its objects.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Structure {
    /// A classic table.
    Table,
    /// A cross-reference stream, with whatever is no stream in an object stream.
    Stream,
}

/// Numbers of the document's objects.
pub mod number {
    #![allow(missing_docs, reason = "the names say it")]
    pub const CATALOG: u32 = 1;
    pub const PAGES: u32 = 2;
    pub const FONT: u32 = 4;
    /// The first page; the others follow it.
    pub const PAGE: u32 = 5;
    /// The first page's content; the others' follow it.
    pub const CONTENT: u32 = 8;
    /// A text field on the first page.
    pub const FIELD: u32 = 11;
    pub const FIELD_APPEARANCE: u32 = 12;
    pub const CHECKBOX: u32 = 13;
    pub const LAYER: u32 = 16;
    /// A form `XObject` that covers text of the first page.
    pub const LID: u32 = 17;
    /// What nothing refers to: another content, page, page tree and catalog.
    pub const OTHER_CONTENT: u32 = 18;
    pub const OTHER_PAGE: u32 = 19;
    pub const OTHER_PAGES: u32 = 20;
    pub const OTHER_CATALOG: u32 = 21;
    /// A text field that covers text of the second page.
    pub const COVER: u32 = 22;
    /// An annotation that covers text of the third page.
    pub const SQUARE: u32 = 24;
    pub const SQUARE_APPEARANCE: u32 = 25;
    pub const FORM: u32 = 26;
    pub const METADATA: u32 = 27;
    /// A text field whose picture is not its value.
    pub const TRAP: u32 = 28;
    /// What the second and third page take from objects of their own.
    pub const LENGTH: u32 = 30;
    pub const MEDIA_BOX: u32 = 31;
    pub const ROTATE: u32 = 32;
    pub const CONTENTS: u32 = 33;
    pub const GRAPHICS_STATE: u32 = 34;
    pub const TINT: u32 = 36;
    pub const IMAGE: u32 = 37;
    pub const MASK: u32 = 38;
    pub const FIELDS: u32 = 39;
    pub const KIDS: u32 = 40;
    /// A signature field that nobody signed.
    pub const UNSIGNED: u32 = 41;
}

/// What an attack makes a page say.
pub const PAYLOAD: &str = "PAY 9000000 EUR TO MALLORY";

/// The text a signatory sees in the field.
pub const FIELD_VALUE: &str = "100 EUR";

/// A content stream's text at a place.
#[must_use]
pub fn text_at(x: u32, y: u32, text: &str) -> String {
    format!("BT /F1 14 Tf {x} {y} Td ({text}) Tj ET\n")
}

/// A stream object's body.
#[must_use]
pub fn stream(entries: &str, data: &[u8]) -> Vec<u8> {
    let mut body = format!("<< {entries} /Length {} >>\nstream\n", data.len()).into_bytes();
    body.extend(data);
    body.extend(b"\nendstream");
    body
}

/// An appearance of this size with this content.
#[must_use]
pub fn appearance(width: u32, height: u32, content: &str) -> Vec<u8> {
    let entries = format!(
        "/Type /XObject /Subtype /Form /BBox [ 0 0 {width} {height} ] /Resources << /Font << /F1 4 0 R >> >>"
    );
    stream(&entries, content.as_bytes())
}

/// Zlib, as `/FlateDecode` reads it.
#[must_use]
pub fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// The document.
#[must_use]
pub fn document(structure: Structure) -> Vec<u8> {
    assemble(structure, &objects(), &[])
}

/// The document with a second body of the first page's content that no table lists, in front of the listed one.
#[must_use]
pub fn document_with_unlisted_content() -> Vec<u8> {
    assemble(Structure::Table, &objects(), &[(number::CONTENT, other_content())])
}

#[expect(clippy::too_many_lines, reason = "a list of objects")]
fn objects() -> BTreeMap<u32, Vec<u8>> {
    let mut objects = BTreeMap::new();
    let mut put = |number: u32, body: String| objects.insert(number, body.into_bytes());
    put(
        1,
        "<< /Type /Catalog /Pages 2 0 R /AcroForm 26 0 R /Metadata 27 0 R /Lang (en) \
         /OCProperties << /OCGs [ 16 0 R ] /D << /ON [ 16 0 R ] /Order [ 16 0 R ] >> >> >>"
            .to_owned(),
    );
    put(2, "<< /Type /Pages /Count 3 /Kids 40 0 R >>".to_owned());
    put(3, "<< /Title (Contract) /Producer (Analytical Engines) >>".to_owned());
    put(4, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned());
    let fonts = "/Font << /F1 4 0 R >>";
    let resources = format!(
        "/Resources << {fonts} /XObject << /Lid 17 0 R /Image 37 0 R >> /Properties << /Draft 16 0 R >> \
         /ExtGState << /State 34 0 R >> /ColorSpace << /Black 35 0 R >> >>"
    );
    let page = |rest: &str| format!("<< /Type /Page /Parent 2 0 R {resources} {rest} >>");
    put(5, page("/MediaBox [ 0 0 595 842 ] /Contents 8 0 R /Annots [ 11 0 R 13 0 R 28 0 R 41 0 R ]"));
    put(6, page("/MediaBox 31 0 R /Rotate 32 0 R /Contents 9 0 R /Annots [ 22 0 R ]"));
    put(7, page("/MediaBox [ 0 0 595 842 ] /Contents 33 0 R /Annots [ 24 0 R ]"));
    put(
        11,
        format!(
            "<< /Type /Annot /Subtype /Widget /FT /Tx /T (total) /V ({FIELD_VALUE}) /DA (/F1 12 Tf 0 g) \
             /Rect [ 72 560 272 584 ] /F 4 /P 5 0 R /AP << /N 12 0 R >> >>"
        ),
    );
    put(
        13,
        "<< /Type /Annot /Subtype /Widget /FT /Btn /T (agreed) /V /Off /AS /Off /Rect [ 72 520 92 540 ] /F 4 \
         /P 5 0 R /AP << /N << /Yes 14 0 R /Off 15 0 R >> >> >>"
            .to_owned(),
    );
    put(16, "<< /Type /OCG /Name (Draft) >>".to_owned());
    put(
        19,
        format!("<< /Type /Page /Parent 20 0 R /MediaBox [ 0 0 595 842 ] {resources} /Contents 18 0 R >>"),
    );
    put(20, "<< /Type /Pages /Count 1 /Kids [ 19 0 R ] >>".to_owned());
    put(21, "<< /Type /Catalog /Pages 20 0 R /AcroForm 26 0 R >>".to_owned());
    put(
        22,
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (cover) /V (Fees: none) /DA (/F1 12 Tf 0 g) \
         /Rect [ 72 690 372 720 ] /F 4 /P 6 0 R /AP << /N 23 0 R >> >>"
            .to_owned(),
    );
    put(
        24,
        "<< /Type /Annot /Subtype /Square /Rect [ 72 690 372 720 ] /F 4 /IC [ 1 1 1 ] /P 7 0 R \
         /AP << /N 25 0 R >> >>"
            .to_owned(),
    );
    put(26, "<< /Fields 39 0 R /Q 0 /DA (/F1 12 Tf 0 g) /DR << /Font << /F1 4 0 R >> >> >>".to_owned());
    put(
        28,
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (trap) /V (9000000 EUR) /DA (/F1 12 Tf 0 g) \
         /Rect [ 72 440 272 464 ] /F 4 /P 5 0 R /AP << /N 29 0 R >> >>"
            .to_owned(),
    );
    put(31, "[ 0 0 595 842 ]".to_owned());
    put(32, "0".to_owned());
    put(33, "[ 10 0 R ]".to_owned());
    put(34, "<< /Type /ExtGState /ca 1 >>".to_owned());
    put(35, "[ /Separation /Ink /DeviceGray 36 0 R ]".to_owned());
    put(36, "<< /FunctionType 2 /Domain [ 0 1 ] /C0 [ 1 ] /C1 [ 0 ] /N 1 >>".to_owned());
    put(39, "[ 11 0 R 13 0 R 22 0 R 28 0 R 41 0 R ]".to_owned());
    put(40, "[ 5 0 R 6 0 R 7 0 R ]".to_owned());
    put(
        41,
        "<< /Type /Annot /Subtype /Widget /FT /Sig /T (unsigned) /Rect [ 0 0 0 0 ] /F 132 /P 5 0 R >>"
            .to_owned(),
    );
    streams(&mut objects);
    objects
}

fn streams(objects: &mut BTreeMap<u32, Vec<u8>>) {
    let first = text_at(72, 760, "Contract")
        + &text_at(72, 704, "Penalty 9000000")
        + "/Lid Do\n"
        + &text_at(72, 640, "Price 100 EUR, due in 30 days")
        + "/OC /Draft BDC\n"
        + &text_at(72, 600, "DRAFT, NOT BINDING")
        + "EMC\n";
    let second = text_at(72, 760, "Fees")
        + &text_at(76, 700, "Fees: 500 EUR a month")
        + &text_at(72, 640, "Paid at the end of the month")
        + "/State gs /Black cs 1 sc\n"
        + &text_at(72, 600, "Not before the third month");
    let third = text_at(72, 760, "Term")
        + &text_at(76, 700, "Cannot be cancelled")
        + "q 100 0 0 100 72 500 cm /Image Do Q\n";
    objects.insert(8, stream("", first.as_bytes()));
    let length = second.len();
    let head = format!("<< /Length 30 0 R >>\nstream\n{second}\nendstream");
    objects.insert(9, head.into_bytes());
    objects.insert(30, length.to_string().into_bytes());
    objects.insert(29, appearance(200, 24, &format!("/Tx BMC q {} Q EMC", text_at(2, 7, "1 EUR"))));
    let image =
        "/Type /XObject /Subtype /Image /Width 2 /Height 2 /BitsPerComponent 8 /ColorSpace /DeviceGray";
    objects.insert(37, stream(&format!("{image} /SMask 38 0 R"), &[0, 80, 160, 80]));
    objects.insert(38, stream(image, &[255, 255, 255, 255]));
    objects.insert(10, stream("", third.as_bytes()));
    let white = |text: &str| format!("1 g 0 0 300 30 re f 0 g {}", text_at(4, 10, text));
    objects.insert(12, appearance(200, 24, &format!("/Tx BMC q {} Q EMC", text_at(2, 7, FIELD_VALUE))));
    objects.insert(14, appearance(20, 20, "4 4 12 12 re f"));
    objects.insert(15, appearance(20, 20, "0.5 0.5 19 19 re s"));
    let lid = "/Type /XObject /Subtype /Form /BBox [ 72 690 372 720 ]";
    objects.insert(17, stream(lid, b"1 g 72 690 300 30 re f"));
    objects.insert(18, other_content());
    objects.insert(23, appearance(300, 30, &white("Fees: none")));
    objects.insert(25, appearance(300, 30, &white("")));
    objects.insert(27, stream("/Type /Metadata /Subtype /XML", b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"));
}

fn other_content() -> Vec<u8> {
    stream("", text_at(72, 480, PAYLOAD).as_bytes())
}

fn assemble(structure: Structure, objects: &BTreeMap<u32, Vec<u8>>, unlisted: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let write = |out: &mut Vec<u8>, number: u32, body: &[u8]| {
        let at = out.len();
        writeln!(out, "{number} 0 obj").unwrap();
        out.extend(body);
        out.extend(b"\nendobj\n");
        at
    };
    for (number, body) in unlisted {
        write(&mut out, *number, body);
    }
    let id = "/ID [ <00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff> ]";
    let size = objects.len() + 1;
    if structure == Structure::Table {
        let offsets: Vec<usize> =
            objects.iter().map(|(number, body)| write(&mut out, *number, body)).collect();
        let start = out.len();
        write!(out, "xref\n0 {size}\n0000000000 65535 f \n").unwrap();
        for offset in offsets {
            writeln!(out, "{offset:010} 00000 n ").unwrap();
        }
        let trailer = format!("trailer\n<< /Size {size} /Root 1 0 R /Info 3 0 R {id} >>\n");
        write!(out, "{trailer}startxref\n{start}\n%%EOF\n").unwrap();
        return out;
    }
    let is_stream = |body: &[u8]| body.ends_with(b"endstream");
    let holder = u32::try_from(size).unwrap();
    let mut entries = BTreeMap::from([(0, [0, 0, 0xffff])]);
    let (mut index, mut packed) = (String::new(), Vec::new());
    for (number, body) in objects {
        if is_stream(body) {
            entries.insert(*number, [1, write(&mut out, *number, body), 0]);
        } else {
            entries.insert(*number, [2, holder as usize, index.split(' ').count() / 2]);
            write!(index, "{number} {} ", packed.len()).unwrap();
            packed.extend(body);
            packed.push(b'\n');
        }
    }
    let count = index.split_whitespace().count() / 2;
    let data = deflate(&[index.as_bytes(), &packed].concat());
    let kind = format!("/Type /ObjStm /N {count} /First {} /Filter /FlateDecode", index.len());
    entries.insert(holder, [1, write(&mut out, holder, &stream(&kind, &data)), 0]);
    let start = out.len();
    entries.insert(holder + 1, [1, start, 0]);
    let table: Vec<u8> = entries.values().flat_map(|entry| xref_entry(*entry)).collect();
    let kind = format!(
        "/Type /XRef /Size {} /W [ 1 4 2 ] /Root 1 0 R /Info 3 0 R {id} /Filter /FlateDecode",
        entries.len()
    );
    write(&mut out, holder + 1, &stream(&kind, &deflate(&table)));
    write!(out, "startxref\n{start}\n%%EOF\n").unwrap();
    out
}

/// An entry of a cross-reference stream with `/W [ 1 4 2 ]`.
#[must_use]
pub fn xref_entry([kind, second, third]: [usize; 3]) -> Vec<u8> {
    let mut entry = vec![u8::try_from(kind).unwrap()];
    entry.extend(u32::try_from(second).unwrap().to_be_bytes());
    entry.extend(u16::try_from(third).unwrap().to_be_bytes());
    entry
}
