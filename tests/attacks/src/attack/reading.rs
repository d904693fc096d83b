//! Updates that two readers understand in two ways.

use super::{Attack, Shows, payload};
use crate::{base, update::Entry};

const FAMILY: &str = "two readings";

pub(super) fn attacks() -> Vec<Attack> {
    let mut attacks = Vec::new();
    // The content under another spelling of its header.
    for (name, header) in [
        ("leading zeros", "000{n} 0 obj\n"),
        ("leading zeros of the generation", "{n} 00000 obj\n"),
        ("a plus sign", "+{n} 0 obj\n"),
        ("a comment in the header", "{n} % 0 obj\n0 obj\n"),
        ("line ends in the header", "{n}\r\n0\r\nobj\r\n"),
        ("no space behind obj", "{n} 0 obj"),
        ("a space before it", "  {n} 0 obj\n"),
        ("zero bytes in the header", "{n}\u{0}0\u{0}obj\n"),
        ("another number", "9{n} 0 obj\n"),
        ("no header", ""),
        ("obj in capitals", "{n} 0 OBJ\n"),
    ] {
        attacks.push(Attack::new(FAMILY, format!("object with {name}"), Shows::Bytes, move |c| {
            let content = c.view.content()?;
            let update = c.view.update();
            let at = update.position();
            let header = header.replace("{n}", &content.to_string());
            let body = [header.as_bytes(), &payload(&c.view)?, b"\nendobj\n"].concat();
            Some(update.raw(body).entry(content, Entry::At(at, 0)).finish())
        }));
    }
    for (name, entries) in [
        ("key twice, the other value first", "/Contents {new} 0 R /Contents {old} 0 R"),
        ("key twice, the other value last", "/Contents {old} 0 R /Contents {new} 0 R"),
        ("key escaped", "/Con#74ents {new} 0 R"),
        ("key escaped beside the plain one", "/Contents {old} 0 R /Con#74ents {new} 0 R"),
        ("plain key beside the escaped one", "/Con#74ents {new} 0 R /Contents {old} 0 R"),
        ("value behind a comment", "/Contents % {old} 0 R\n{new} 0 R"),
        ("value behind a comment that ends with a return", "/Contents % \r {new} 0 R % \n"),
        ("key with a zero byte", "/Contents\u{0} {new} 0 R"),
        ("generation of the reference", "/Contents {new} 00000 R"),
        ("leading zeros of the reference", "/Contents 000{new} 0 R"),
        ("escape that is none", "/Contents {new} 0 R /A#zz true"),
    ] {
        attacks.push(Attack::new(FAMILY, name, Shows::Bytes, move |c| {
            let old = c.view.content()?;
            let mut update = c.view.update();
            let new = update.add(payload(&c.view)?);
            let entries = entries.replace("{old}", &old.to_string()).replace("{new}", &new.to_string());
            let page = *c.view.pages.first()?;
            let mut body = c.view.with(page, &[("Contents", "")])?;
            body.truncate(body.len() - 2);
            body.extend(entries.as_bytes());
            body.extend(b" >>");
            Some(update.put(page, body).finish())
        }));
    }
    attacks.extend(streams());
    attacks
}

fn streams() -> Vec<Attack> {
    let content = |name: &str, make: fn(&str) -> Vec<u8>| {
        Attack::new(FAMILY, name, Shows::Bytes, move |c| {
            let page = *c.view.pages.first()?;
            let fonts = c.view.document.get_page_fonts((page, 0)).ok()?;
            let font = String::from_utf8_lossy(fonts.keys().next()?).into_owned();
            let text = format!("BT /{font} 14 Tf 72 480 Td ({}) Tj ET\n", base::PAYLOAD);
            Some(c.view.update().put(c.view.content()?, make(&text)).finish())
        })
    };
    vec![
        content("stream with a short length", |text| {
            format!("<< /Length 3 >>\nstream\n{text}\nendstream").into_bytes()
        }),
        content("stream with a long length", |text| {
            format!("<< /Length 99999 >>\nstream\n{text}\nendstream").into_bytes()
        }),
        content("stream with a negative length", |text| {
            format!("<< /Length -1 >>\nstream\n{text}\nendstream").into_bytes()
        }),
        content("stream without a length", |text| format!("<< >>\nstream\n{text}\nendstream").into_bytes()),
        content("stream with two lengths", |text| {
            format!("<< /Length 0 /Length {} >>\nstream\n{text}\nendstream", text.len()).into_bytes()
        }),
        content("stream behind a return alone", |text| {
            format!("<< /Length {} >>\nstream\r{text}\rendstream", text.len()).into_bytes()
        }),
        content("stream behind spaces", |text| {
            format!("<< /Length {} >>\nstream   \r\n{text}\nendstream", text.len()).into_bytes()
        }),
        content("stream without an end", |text| {
            format!("<< /Length {} >>\nstream\n{text}", text.len()).into_bytes()
        }),
        content("stream with endobj in it", |text| {
            let text = format!("% endstream endobj 8 0 obj << /Length 0 >> stream endstream endobj\n{text}");
            format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()).into_bytes()
        }),
        content("stream with filters that do nothing", |text| {
            let data = base::deflate(&base::deflate(text.as_bytes()));
            base::stream("/Filter [ /Fl /FlateDecode ] /DecodeParms [ null << /Predictor 1 >> ]", &data)
        }),
        content("stream in hexadecimal", |text| {
            let data = format!("{}>", crate::view::hex(text.as_bytes()));
            base::stream("/Filter /AS#43IIHexDecode", data.as_bytes())
        }),
    ]
}
