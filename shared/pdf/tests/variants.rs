//! Files of every kind that writers make: cross-reference streams, object streams, hybrids, linearized and
//! encrypted ones. They are made by qpdf, where it is installed, or by hand.

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

use std::{fmt::Write as _, process::Command, sync::Arc};

use pdf::{Act, Document, Limits, PdfError};
use support::{Builder, appearance, pages, plan, request};

/// What qpdf makes of a document. `None` where there is no qpdf.
fn by_qpdf(bytes: &[u8], name: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    let folder = std::env::temp_dir();
    let path = |part: &str| folder.join(format!("pdf-variant-{}-{name}-{part}.pdf", std::process::id()));
    std::fs::write(path("in"), bytes).unwrap();
    let run = Command::new("qpdf").args(arguments).arg(path("in")).arg(path("out")).output();
    std::fs::remove_file(path("in")).unwrap();
    let Ok(run) = run else {
        eprintln!("skipped: qpdf is not installed");
        return None;
    };
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let made = std::fs::read(path("out")).unwrap();
    std::fs::remove_file(path("out")).unwrap();
    Some(made)
}

/// A document with a form of one text field and an information dictionary.
fn document() -> Vec<u8> {
    let mut builder = Builder::default();
    builder.add("<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]/DA(/Helv 0 Tf)>>>>");
    builder.add("<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2/MediaBox[0 0 400 500]>>");
    builder.add("<</Type/Page/Parent 2 0 R/Resources<<>>/Annots[5 0 R]>>");
    builder.add("<</Type/Page/Parent 2 0 R/Resources<<>>/Annots 7 0 R>>");
    builder.add("<</Type/Annot/Subtype/Widget/FT/Tx/T(nom \\(\\351\\))/V(v)/Rect[10 10 50 20]/P 3 0 R>>");
    builder.add("<</Title(A title)>>");
    builder.add("[<</Type/Annot/Subtype/Link/Rect[0 0 1 1]/Contents(direct)>>]");
    builder.trailer.push_str("/Info 6 0 R");
    builder.build()
}

/// Seals all acts and checks every version by our reader and by qpdf.
fn check(bytes: &[u8], password: Option<&str>, name: &str) {
    let (ada, grace) = (appearance("Ada Lovelace"), appearance("Grace Hopper"));
    let acts = [
        Act::Signatory { field_name: "sig_ada", appearance: &ada },
        Act::Signatory { field_name: "sig_grace", appearance: &grace },
        Act::Closing,
    ];
    let plan = plan();
    let mut current = bytes.to_vec();
    for (number, act) in acts.into_iter().enumerate() {
        let open = |bytes: &[u8]| {
            let password = password.map(str::as_bytes);
            Document::open(Arc::new(bytes.to_vec()), password, &Limits::default()).expect(name)
        };
        let prepared = pdf::prepare(&open(&current), &request(&plan, act)).expect(name);
        let sealed = [current.as_slice(), &prepared.finish(&[0x30, 0]).unwrap()].concat();
        let inspection = pdf::inspect(&open(&sealed)).expect(name);
        assert_eq!(inspection.signatures.len(), number + 1, "{name}");
        assert_eq!(inspection.unreadable_objects, [], "{name}");
        for signature in &inspection.signatures {
            assert_eq!(signature.reason.as_deref(), Some("Signed (as shown)"), "{name}");
            assert_eq!(signature.evidence_head, Some(support::EVIDENCE_HEAD), "{name}");
            assert!(signature.contents.starts_with(&[0x30, 0, 0]), "{name}: contents are never encrypted");
        }
        let names: Vec<_> = inspection.form_fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["nom (é)", "sig_ada", "sig_grace", "sig_grace_place2", "closing"], "{name}");
        qpdf_accepts(&sealed, password, name);
        current = sealed;
    }
}

fn qpdf_accepts(bytes: &[u8], password: Option<&str>, name: &str) {
    let path = std::env::temp_dir().join(format!("pdf-check-{}-{name}.pdf", std::process::id()));
    std::fs::write(&path, bytes).unwrap();
    let password = format!("--password={}", password.unwrap_or_default());
    let run = Command::new("qpdf").args([password.as_str(), "--check"]).arg(&path).output();
    std::fs::remove_file(&path).unwrap();
    if let Ok(run) = run {
        assert!(run.status.success(), "{name}: {}", String::from_utf8_lossy(&run.stdout));
    }
}

#[test]
fn tables_object_streams_and_linearized_files_are_sealed() {
    check(&document(), None, "table");
    let variants: [(&str, &[&str]); 4] = [
        ("streams", &["--object-streams=generate"]),
        ("streams-linearized", &["--object-streams=generate", "--linearize"]),
        ("linearized", &["--linearize"]),
        ("plain", &["--object-streams=disable"]),
    ];
    for (name, arguments) in variants {
        let Some(bytes) = by_qpdf(&document(), name, arguments) else { return };
        check(&bytes, None, name);
    }
}

#[test]
fn encrypted_files_are_sealed_with_and_without_a_user_password() {
    let schemes: [(&str, &[&str]); 6] = [
        ("rc4-40", &["--allow-weak-crypto", "--encrypt", "USER", "owner", "40", "--"]),
        ("rc4-128", &["--allow-weak-crypto", "--encrypt", "USER", "owner", "128", "--use-aes=n", "--"]),
        (
            "rc4-v4",
            &["--allow-weak-crypto", "--encrypt", "USER", "owner", "128", "--use-aes=n", "--force-V4", "--"],
        ),
        ("aes-128", &["--allow-weak-crypto", "--encrypt", "USER", "owner", "128", "--use-aes=y", "--"]),
        ("aes-256-r5", &["--allow-weak-crypto", "--encrypt", "USER", "owner", "256", "--force-R5", "--"]),
        ("aes-256", &["--encrypt", "USER", "owner", "256", "--"]),
    ];
    for (name, arguments) in schemes {
        for user in ["", "ünlock"] {
            for objects in ["--object-streams=disable", "--object-streams=generate"] {
                let arguments: Vec<&str> = arguments
                    .iter()
                    .map(|argument| if *argument == "USER" { user } else { argument })
                    .chain([objects])
                    .collect();
                let name = format!("{name}-{}-{}", user.len(), &objects[17..]);
                let Some(bytes) = by_qpdf(&document(), &name, &arguments) else { return };
                check(&bytes, Some(user), &name);
                check_passwords(&bytes, user, &name);
            }
        }
    }
}

fn check_passwords(bytes: &[u8], user: &str, name: &str) {
    let open = |password: Option<&str>| {
        Document::open(Arc::new(bytes.to_vec()), password.map(str::as_bytes), &Limits::default()).map(|_| ())
    };
    open(Some("owner")).expect(name);
    if user.is_empty() {
        open(None).expect(name);
    } else {
        assert!(matches!(open(None), Err(PdfError::PasswordRequired)), "{name}");
        assert!(matches!(open(Some("wrong")), Err(PdfError::PasswordWrong)), "{name}");
    }
}

#[test]
fn what_a_hybrid_file_hides_is_found() {
    let mut file = String::from("%PDF-1.5\n");
    let mut offsets = Vec::new();
    let mut add = |file: &mut String, text: &str| {
        offsets.push(file.len());
        file.push_str(text);
    };
    add(&mut file, "1 0 obj\n<</Type/Catalog/Pages 2 0 R/AcroForm 4 0 R>>\nendobj\n");
    add(&mut file, "2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n");
    add(&mut file, "3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 500]/Annots[5 0 R]>>\nendobj\n");
    // Objects 4 and 5 are in the object stream 6, and free in the table.
    let (form, field) =
        ("<</Fields[5 0 R]>>", "<</Type/Annot/Subtype/Widget/FT/Tx/T(nom \\(\\351\\))/Rect[0 0 9 9]>>");
    let head = format!("4 0 5 {} ", form.len() + 1);
    let data = format!("{head}{form} {field}");
    add(
        &mut file,
        &format!(
            "6 0 obj\n<</Type/ObjStm/N 2/First {}/Length {}>>stream\n{data}\nendstream\nendobj\n",
            head.len(),
            data.len()
        ),
    );
    let hidden_at = file.len();
    let rows = [2_u8, 0, 6, 0, 2, 0, 6, 1];
    let hex = rows.map(|byte| format!("{byte:02x}")).concat();
    write!(file, "7 0 obj\n<</Type/XRef/W[1 2 1]/Index[4 2]/Size 8/Filter/ASCIIHexDecode/Length {}>>stream\n{hex}\nendstream\nendobj\n", hex.len()).unwrap();
    let at = file.len();
    let entry = |offset: usize| format!("{offset:010} 00000 n \n");
    let free = "0000000000 00000 f \n";
    write!(
        file,
        "xref\n0 8\n0000000000 65535 f \n{}{}{}{free}{free}{}{}",
        entry(offsets[0]),
        entry(offsets[1]),
        entry(offsets[2]),
        entry(offsets[3]),
        entry(hidden_at)
    )
    .unwrap();
    write!(file, "trailer\n<</Size 8/Root 1 0 R/XRefStm {hidden_at}>>\nstartxref\n{at}\n%%EOF\n").unwrap();
    check(file.as_bytes(), None, "hybrid");
}

#[test]
fn junk_before_the_header_shifts_offsets_or_not() {
    let plain = document();
    let shifted = [b"junk\n".as_slice(), &plain].concat();
    check(&shifted, None, "junk");
    let text = String::from_utf8_lossy(&plain).into_owned();
    assert!(text.starts_with("%PDF"));
}

#[test]
fn entries_of_nineteen_bytes_are_read() {
    let text =
        String::from_utf8(pages(2, "").build()).unwrap().replace(" n \n", " n\n").replace(" f \n", " f\n");
    let document = Document::open(Arc::new(text.into_bytes()), None, &Limits::default()).unwrap();
    assert_eq!(pdf::inspect(&document).unwrap().pages.len(), 2);
}

#[test]
fn numbers_below_size_are_never_given_again() {
    let text = String::from_utf8(pages(1, "").build()).unwrap().replace("/Size 4/", "/Size 900/");
    let (sealed, _) = support::seal(text.as_bytes(), &plan(), Act::Closing).unwrap();
    let tail = String::from_utf8_lossy(&sealed[text.len()..]).into_owned();
    assert!(tail.contains("\n900 0 obj") || tail.starts_with("900 0 obj"), "{tail}");
    assert!(!tail.contains("\n4 0 obj"));
}

#[test]
fn an_entry_that_points_at_another_object_is_an_error() {
    let plain = pages(1, "").build();
    let text = String::from_utf8(plain).unwrap();
    let at = text.find("2 0 obj").unwrap();
    let attack = format!(
        "{text}xref\n3 1\n{at:010} 00000 n \ntrailer\n<</Size 4/Root 1 0 R/Prev {}>>\nstartxref\n{}\n%%EOF\n",
        text.rfind("xref\n0").unwrap(),
        text.len()
    );
    let document = Document::open(Arc::new(attack.into_bytes()), None, &Limits::default()).unwrap();
    assert!(matches!(pdf::inspect(&document), Err(PdfError::Broken { .. })));
}

#[test]
fn what_is_not_touched_keeps_its_spelling() {
    let (sealed, prepared) =
        support::seal(&pages(1, "/Marker[ 595.27559055118  1.50 (a\\(b) ]").build(), &plan(), Act::Closing)
            .unwrap();
    let tail =
        String::from_utf8_lossy(&sealed[usize::try_from(prepared.previous_size).unwrap()..]).into_owned();
    assert!(
        tail.contains(
            "/MediaBox[0 0 595.27559055118 842]/Resources<<>>/Marker[ 595.27559055118  1.50 (a\\(b) ]"
        ),
        "{tail}"
    );
}
