//! A signer of our own: byte by byte, so that it can also do what no honest signer does.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::{
    authority::Signer,
    cms::{DATA, SignedData},
    view::{find, hex, startxref},
};

/// What a signature is to look like.
pub struct Signing<'a> {
    /// Who signs.
    pub signer: &'a Signer,
    /// Name of the new field.
    pub field: &'a str,
    /// `/P` of a certification.
    pub certifies: Option<u8>,
    /// Further entries of the signature dictionary.
    pub entries: &'a str,
    /// `/SubFilter`, with its slash.
    pub sub_filter: &'a str,
    /// Further entries of the field.
    pub field_entries: &'a str,
    /// A field of the file that is signed instead of a new one.
    pub existing: Option<u32>,
    /// `/Rect` of the field, and the content of its appearance.
    pub shown: Option<([u32; 4], &'a str)>,
    /// Makes `/ByteRange` of where the gap begins and ends and where the file ends.
    pub range: fn(usize, usize, usize) -> Vec<i64>,
    /// What stands around the digits of `/Contents`.
    pub brackets: [&'a str; 2],
    /// Makes the CMS over what the range covers.
    pub cms: &'a dyn Fn(&Signer, &[u8]) -> Vec<u8>,
    /// Room for the CMS, in bytes.
    pub room: usize,
}

impl<'a> Signing<'a> {
    /// An approval signature as it should be.
    #[must_use]
    pub fn new(signer: &'a Signer, field: &'a str) -> Self {
        Self {
            signer,
            field,
            certifies: None,
            entries: "",
            sub_filter: "/ETSI.CAdES.detached",
            field_entries: "",
            existing: None,
            shown: None,
            range: honest_range,
            brackets: ["<", ">"],
            cms: &honest_cms,
            room: 8192,
        }
    }

    /// Signs a file that has a form and pages, and returns old and new bytes.
    ///
    /// # Panics
    ///
    /// If the file is not one that [`crate::view::View`] reads.
    #[must_use]
    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        let view = Unsigned::read(bytes);
        let mut update = view.0.update();
        let signature = update.number();
        let field = self.existing.unwrap_or_else(|| update.number());
        let reference = match self.certifies {
            Some(level) => format!(
                "/Reference [ << /Type /SigRef /TransformMethod /DocMDP /TransformParams \
                 << /Type /TransformParams /V /1.2 /P {level} >> >> ]"
            ),
            None => String::new(),
        };
        let dictionary = format!(
            "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter {} /M (D:20261121183605Z) {reference} {} \
             /ByteRange [ {RANGE_ROOM} ] /Contents {}{}{} >>",
            self.sub_filter,
            self.entries,
            self.brackets[0],
            "0".repeat(self.room * 2),
            self.brackets[1],
        );
        update.write(signature, dictionary.as_bytes());
        let (rect, shown) = match self.shown {
            Some((rect, content)) => {
                let body = crate::base::appearance(rect[2] - rect[0], rect[3] - rect[1], content);
                let appearance = update.add(body);
                (rect, format!("/AP << /N {appearance} 0 R >>"))
            }
            None => ([0; 4], String::new()),
        };
        let page = view.0.pages[0];
        let rect: String = rect.iter().map(|it| format!("{it} ")).collect();
        let form = view.0.form().expect("the form is an object");
        let fields = view.0.references(form, "Fields");
        if let Some(existing) = self.existing {
            let value = format!("{signature} 0 R {shown} {}", self.field_entries);
            let body = view.0.with(existing, &[("V", &value), ("Rect", &format!("[ {rect}]")), ("F", "132")]);
            update.write(existing, &body.unwrap());
            update.write(form, &view.0.with(form, &[("SigFlags", "3")]).unwrap());
            return self.fill(bytes.len(), update.finish());
        }
        let body = format!(
            "<< /Type /Annot /Subtype /Widget /FT /Sig /T ({}) /V {signature} 0 R /F 132 /P {page} 0 R \
             /Rect [ {rect}] {shown} {} >>",
            self.field, self.field_entries
        );
        update.write(field, body.as_bytes());
        let body = view.0.with(form, &[("Fields", &appended(&fields, field)), ("SigFlags", "3")]);
        update.write(form, &body.unwrap());
        let annotations = appended(&view.0.references(page, "Annots"), field);
        update.write(page, &view.0.with(page, &[("Annots", &annotations)]).unwrap());
        if self.certifies.is_some() {
            let permissions = format!("<< /DocMDP {signature} 0 R >>");
            let catalog = view.0.with(view.0.root, &[("Perms", &permissions)]).unwrap();
            update.write(view.0.root, &catalog);
        }
        self.fill(bytes.len(), update.finish())
    }

    fn fill(&self, from: usize, mut out: Vec<u8>) -> Vec<u8> {
        let at = |out: &[u8], what: &str| from + find(&out[from..], what.as_bytes()).unwrap();
        let key = at(&out, "/Contents ") + "/Contents ".len();
        let gap = key..key + self.brackets[0].len() + self.room * 2 + self.brackets[1].len();
        let range = (self.range)(gap.start, gap.end, out.len());
        let room = at(&out, RANGE_ROOM);
        let numbers: Vec<String> = range.iter().map(ToString::to_string).collect();
        let numbers = format!("{:width$}", numbers.join(" "), width = RANGE_ROOM.len());
        assert_eq!(numbers.len(), RANGE_ROOM.len(), "no room for {numbers}");
        out[room..room + RANGE_ROOM.len()].copy_from_slice(numbers.as_bytes());
        let covered: Vec<u8> = range
            .chunks(2)
            .flat_map(|pair| {
                let [start, length] = [pair[0], pair[1]].map(|it| usize::try_from(it).unwrap_or(0));
                out.iter().skip(start).take(length).copied().collect::<Vec<_>>()
            })
            .collect();
        let cms = (self.cms)(self.signer, &covered);
        let digits = hex(&cms);
        let start = key + self.brackets[0].len();
        out[start..start + digits.len()].copy_from_slice(digits.as_bytes());
        out
    }
}

/// Covers all but the gap.
#[must_use]
pub fn honest_range(start: usize, end: usize, size: usize) -> Vec<i64> {
    [0, start, end, size - end].map(|it| i64::try_from(it).unwrap()).to_vec()
}

/// A baseline signature.
#[must_use]
pub fn honest_cms(signer: &Signer, covered: &[u8]) -> Vec<u8> {
    SignedData::new(signer, DATA, &Sha256::digest(covered)).encode()
}

/// Where `/ByteRange` will be written; long enough for three pairs.
const RANGE_ROOM: &str = "##########  ##########  ##########  ##########  ##########  ##########";

/// References with one more.
#[must_use]
pub fn appended(present: &[u32], more: u32) -> String {
    let mut text = String::from("[ ");
    for number in present.iter().chain([&more]) {
        write!(text, "{number} 0 R ").unwrap();
    }
    text + "]"
}

/// A view of a file that need not be signed yet.
struct Unsigned(crate::view::View);

impl Unsigned {
    fn read(bytes: &[u8]) -> Self {
        let document = lopdf::Document::load_mem(bytes).unwrap();
        let root = document.trailer.get(b"Root").unwrap().as_reference().unwrap().0;
        let pages = document.get_pages().values().map(|id| id.0).collect();
        let startxref = startxref(bytes).unwrap();
        let size = document.trailer.get(b"Size").unwrap().as_i64().unwrap();
        let size = u32::try_from(size).unwrap().max(document.max_id + 1);
        let streams = !bytes[startxref..].starts_with(b"xref");
        let bytes = bytes.to_vec();
        Self(crate::view::View {
            bytes,
            document,
            startxref,
            streams,
            size,
            root,
            pages,
            signatures: Vec::new(),
        })
    }
}
