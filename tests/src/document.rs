//! Documents to be signed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;

/// A contract with a classic cross-reference table.
pub const CONTRACT: &[u8] = include_bytes!("../fixtures/contract.pdf");
/// The same with a cross-reference stream and object streams.
pub const XREF_STREAM: &[u8] = include_bytes!("../fixtures/xref-stream.pdf");

/// A one-page document whose catalog has these entries besides its own; `objects` follow from number 4 on.
#[must_use]
pub fn pdf_with_catalog(entries: &str, objects: &[&str]) -> Vec<u8> {
    let mut bodies = vec![
        format!("<< /Type /Catalog /Pages 2 0 R {entries} >>").into_bytes(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>".to_vec(),
    ];
    bodies.extend(objects.iter().map(|it| it.as_bytes().to_vec()));
    assemble(&bodies)
}

/// A one-page document with lines of Helvetica: points from the left, points from the bottom, text without
/// brackets.
#[must_use]
pub fn pdf_with_text(lines: &[(u32, u32, &str)]) -> Vec<u8> {
    let mut content = String::from("BT /F 12 Tf\n");
    for (x, y, text) in lines {
        writeln!(content, "1 0 0 1 {x} {y} Tm ({text}) Tj").unwrap();
    }
    content.push_str("ET");
    assemble(&[
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
          /Resources << /Font << /F 5 0 R >> >> >>"
            .to_vec(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()).into_bytes(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_vec(),
    ])
}

/// A one-page document with an image of so many bytes that do not compress.
#[must_use]
pub fn large_pdf(bytes: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut noise = vec![0_u8; bytes];
    for byte in &mut noise {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        *byte = state.to_le_bytes()[3];
    }
    let side = 1000;
    let image = format!(
        "<< /Type /XObject /Subtype /Image /Width {side} /Height {} /ColorSpace /DeviceGray \
         /BitsPerComponent 8 /Length {bytes} >>\nstream\n",
        bytes / side
    );
    let content = "q 500 0 0 700 40 60 cm /I Do Q";
    let bodies = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
          /Resources << /XObject << /I 5 0 R >> >> >>"
            .to_vec(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()).into_bytes(),
        [image.as_bytes(), &noise, b"\nendstream"].concat(),
    ];
    assemble(&bodies)
}

/// A page that draws a form ten times, which draws another ten times, ten deep: ten thousand million rectangles.
#[must_use]
pub fn pdf_without_end() -> Vec<u8> {
    let form = |number: u32| {
        let (content, resources) = if number == 13 {
            ("0 0 9 9 re f ".repeat(10), String::new())
        } else {
            ("/X Do ".repeat(10), format!("/XObject << /X {} 0 R >>", number + 1))
        };
        let length = content.len();
        format!(
            "<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << {resources} >> /Length {length} >>\n\
             stream\n{content}\nendstream"
        )
    };
    painted_by("/X Do", &(5..14).map(form).collect::<Vec<_>>())
}

/// A page with a picture of 32,768 by 32,768 pixels, which takes four kilobytes: each byte of it stands for half a
/// million.
#[must_use]
pub fn pdf_with_vast_image() -> Vec<u8> {
    // Read as a run, 0x81 0x81 is 128 bytes of 0x81, which are 64 runs again. Each of the three readings has its own end.
    const ENDS: &str = "0200808080";
    let runs = "81".repeat(2 * 2048) + ENDS;
    let image = format!(
        "<< /Type /XObject /Subtype /Image /Width 32768 /Height 32768 /ColorSpace /DeviceGray /BitsPerComponent 8 \
         /Filter [/ASCIIHexDecode /RunLengthDecode /RunLengthDecode /RunLengthDecode] /Length {} >>\n\
         stream\n{runs}>\nendstream",
        runs.len() + 1
    );
    painted_by("q 595 0 0 842 0 0 cm /X Do Q", &[image])
}

/// A page of this content, with the first of these objects, number 5, by the name of `X`.
fn painted_by(content: &str, objects: &[String]) -> Vec<u8> {
    let mut bodies = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
          /Resources << /XObject << /X 5 0 R >> >> >>"
            .to_vec(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()).into_bytes(),
    ];
    bodies.extend(objects.iter().map(|it| it.as_bytes().to_vec()));
    assemble(&bodies)
}

/// A document with a page for each of these scans, which are JPEGs in grey of so many pixels, and a line of text upon each.
#[must_use]
pub fn pdf_with_scans((columns, rows): (u32, u32), scans: &[Vec<u8>]) -> Vec<u8> {
    let kids: Vec<String> = (0..scans.len()).map(|at| format!("{} 0 R", 4 + 3 * at)).collect();
    let mut bodies = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), scans.len()).into_bytes(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_vec(),
    ];
    for (at, scan) in scans.iter().enumerate() {
        let number = 4 + 3 * at;
        let content = format!("q 595 0 0 842 0 0 cm /I Do Q BT /F 12 Tf 72 760 Td (Page {}) Tj ET", at + 1);
        let page = format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {} 0 R \
             /Resources << /Font << /F 3 0 R >> /XObject << /I {} 0 R >> >> >>",
            number + 1,
            number + 2
        );
        let image = format!(
            "<< /Type /XObject /Subtype /Image /Width {columns} /Height {rows} /ColorSpace /DeviceGray \
             /BitsPerComponent 8 /Filter /DCTDecode /Length {} >>\nstream\n",
            scan.len()
        );
        bodies.push(page.into_bytes());
        bodies.push(format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()).into_bytes());
        bodies.push([image.as_bytes(), scan, b"\nendstream"].concat());
    }
    assemble(&bodies)
}

fn assemble(bodies: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", bodies.len() + 1);
    for (index, body) in bodies.iter().enumerate() {
        writeln!(table, "{:010} 00000 n ", file.len()).unwrap();
        file.extend_from_slice(format!("{} 0 obj\n", index + 1).as_bytes());
        file.extend_from_slice(body);
        file.extend_from_slice(b"\nendobj\n");
    }
    let start = file.len();
    file.extend_from_slice(table.as_bytes());
    let trailer =
        format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", bodies.len() + 1);
    file.extend_from_slice(trailer.as_bytes());
    file
}

/// A picture of a signature, as base64: one stroke of ink on nothing.
#[must_use]
pub fn png_of_a_stroke() -> String {
    let (columns, rows) = (120_u32, 40_u32);
    let mut pixels = vec![0_u8; (columns * rows * 4) as usize];
    for column in 10..110 {
        let at = ((column / 3 * columns + column) * 4) as usize;
        pixels[at..at + 4].copy_from_slice(&[20, 30, 120, 255]);
    }
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, columns, rows);
    encoder.set_color(png::ColorType::Rgba);
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    STANDARD.encode(file)
}
