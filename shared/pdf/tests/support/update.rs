//! Incremental updates by hand: what sealing never writes.

use std::fmt::Write as _;

/// A revision to append to a file with a cross-reference table.
#[derive(Clone, Default)]
pub struct Update {
    pub objects: Vec<(usize, String)>,
    pub freed: Vec<usize>,
    /// Replaces `/Root 1 0 R` and what else the trailer has besides `/Size` and `/Prev`.
    pub trailer: Option<String>,
    /// Bytes between the objects and the table, in no cross-reference.
    pub hidden: String,
    /// Bytes behind the end marker.
    pub behind: String,
}

impl Update {
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn put(mut self, number: usize, body: impl Into<String>) -> Self {
        self.objects.push((number, body.into()));
        self
    }

    #[must_use]
    pub fn free(mut self, number: usize) -> Self {
        self.freed.push(number);
        self
    }

    #[must_use]
    pub fn hide(mut self, hidden: &str) -> Self {
        hidden.clone_into(&mut self.hidden);
        self
    }

    #[must_use]
    pub fn append(&self, bytes: &[u8]) -> Vec<u8> {
        let mut file = bytes.to_vec();
        if !file.ends_with(b"\n") {
            file.push(b'\n');
        }
        let mut table = String::from("xref\n0 1\n0000000000 65535 f \n");
        for (number, body) in &self.objects {
            write!(table, "{number} 1\n{:010} 00000 n \n", file.len()).unwrap();
            file.extend(format!("{number} 0 obj\n{body}\nendobj\n").bytes());
        }
        for number in &self.freed {
            write!(table, "{number} 1\n0000000000 00001 f \n").unwrap();
        }
        file.extend(self.hidden.bytes());
        let at = file.len();
        let own = self.objects.iter().map(|(number, _)| number + 1).max().unwrap_or_default();
        let size = own.max(last_number(bytes, "/Size ")).max(1);
        let trailer = self.trailer.as_deref().unwrap_or("/Root 1 0 R");
        let previous = last_number(bytes, "startxref\n");
        file.extend(
            format!(
                "{table}trailer\n<</Size {size}/Prev {previous}{trailer}>>\nstartxref\n{at}\n%%EOF\n{}",
                self.behind
            )
            .bytes(),
        );
        file
    }
}

/// The number behind the last place of a word.
pub fn last_number(bytes: &[u8], word: &str) -> usize {
    let text = String::from_utf8_lossy(bytes);
    let at = text.rfind(word).map(|at| at + word.len());
    let digits: String = text[at.unwrap_or(text.len())..].chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_default()
}

/// Numbers of a form document's objects.
pub const AMOUNT: usize = 8;
pub const AMOUNT_SHOWN: usize = 9;
pub const AGREED: usize = 10;
pub const APPROVAL: usize = 13;
pub const FIRST: usize = 15;
/// The first number that is not in use.
pub const NEXT: usize = 20;

pub const CATALOG: &str = "<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R>>";
pub const FORM: &str =
    "<</Fields[8 0 R 10 0 R 13 0 R 15 0 R 17 0 R]/DR<</Font<</Helv 7 0 R>>>>/DA(/Helv 10 Tf 0 g)>>";
pub const PAGE: &str = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 500]/Resources<</Font<</F1 7 0 R>>/XObject<</Shared 18 0 R>>>>/Contents 5 0 R/Annots[8 0 R 10 0 R 13 0 R 15 0 R 17 0 R]>>";

/// A stream object.
pub fn stream(entries: &str, data: &str) -> String {
    format!("<<{entries}/Length {}>>\nstream\n{data}\nendstream", data.len())
}

/// The appearance of a text field.
pub fn shown(text: &str) -> String {
    let resources = "/Type/XObject/Subtype/Form/BBox[0 0 100 20]/Resources<</Font<</Helv 7 0 R>>>>";
    stream(resources, &format!("/Tx BMC q BT /Helv 10 Tf 2 5 Td ({text}) Tj ET Q EMC"))
}

/// The text field with this value and appearance.
pub fn amount(value: &str, appearance: usize) -> String {
    format!(
        "<</Type/Annot/Subtype/Widget/FT/Tx/T(amount)/Rect[50 100 150 120]/F 4/DA(/Helv 10 Tf 0 g)/V({value})/AP<</N {appearance} 0 R>>>>"
    )
}

/// The check box in this state.
pub fn agreed(state: &str) -> String {
    format!(
        "<</Type/Annot/Subtype/Widget/FT/Btn/T(agreed)/Rect[50 150 60 160]/F 4/V/{state}/AS/{state}/AP<</N<</Yes 11 0 R/Off 12 0 R>>>>>>"
    )
}

/// A page with text, a text field, a check box, an empty visible signature field over a line and three others.
pub fn form_document() -> super::Builder {
    let mut builder = super::Builder::default();
    builder.add(CATALOG);
    builder.add("<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>");
    builder.add(PAGE);
    builder.add("<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 500]/Contents 16 0 R>>");
    builder.add(stream(
        "",
        "BT /F1 12 Tf 50 400 Td (Ada pays 100 EUR to Grace) Tj ET BT /F1 12 Tf 200 300 Td (________) Tj ET",
    ));
    builder.add(FORM);
    builder.add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>");
    builder.add(amount("100", AMOUNT_SHOWN));
    builder.add(shown("100"));
    builder.add(agreed("Off"));
    builder.add(stream("/Subtype/Form/BBox[0 0 10 10]", "0 0 10 10 re S"));
    builder.add(stream("/Subtype/Form/BBox[0 0 10 10]", ""));
    builder.add("<</Type/Annot/Subtype/Widget/FT/Sig/T(approval)/Rect[200 290 300 330]/F 4/P 3 0 R>>");
    builder.add("<</Title(Contract)/ModDate(D:20260101000000Z)>>");
    builder.add("<</Type/Annot/Subtype/Widget/FT/Sig/T(first)/Rect[0 0 0 0]/F 132/P 3 0 R>>");
    builder.add(stream("", ""));
    builder.add("<</Type/Annot/Subtype/Widget/FT/Tx/T(other)/Rect[50 60 150 80]/F 4/DA(/Helv 10 Tf 0 g)/AP<</N 18 0 R>>>>");
    builder.add(shown(""));
    builder.add("<</Type/Metadata/Subtype/XML/Length 0>>\nstream\n\nendstream");
    "/Info 14 0 R/ID[<AA><BB>]".clone_into(&mut builder.trailer);
    builder
}

/// Everything in the trailer of a form document besides `/Size` and `/Prev`.
pub const TRAILER: &str = "/Root 1 0 R/Info 14 0 R/ID[<AA><CC>]";

/// An update of a form document.
pub fn update() -> Update {
    Update { trailer: Some(TRAILER.to_owned()), ..Update::default() }
}

/// Signs the field `first`; `reference` goes into the signature, `lock` into the field.
pub fn signed(bytes: &[u8], reference: &str, lock: &str) -> Vec<u8> {
    let field = format!(
        "<</Type/Annot/Subtype/Widget/FT/Sig/T(first)/Rect[0 0 0 0]/F 132/P 3 0 R/V {NEXT} 0 R{lock}>>"
    );
    let file = update().put(FIRST, field).put(NEXT, signature(reference)).append(bytes);
    with_range(file)
}

/// A signature dictionary whose byte range is still to be filled.
pub fn signature(reference: &str) -> String {
    format!(
        "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(D:20260101000000Z){reference}/ByteRange[0 1111111111 2222222222 3333333333]/Contents<{}>>>",
        "00".repeat(40)
    )
}

/// Fills the byte range written last.
pub fn with_range(mut file: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8_lossy(&file).into_owned();
    let range = text.rfind("1111111111 2222222222 3333333333").unwrap();
    let before = range + text[range..].find("/Contents<").unwrap() + "/Contents".len();
    let after = before + text[before..].find('>').unwrap() + 1;
    let numbers = format!("{before:<10} {after:<10} {:<10}", file.len() - after);
    file[range..range + numbers.len()].copy_from_slice(numbers.as_bytes());
    file
}
