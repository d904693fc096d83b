//! Enough of MIME to show a raw mail: headers, alternatives, transfer encodings, encoded words in UTF-8.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A mail as the outbox shows it.
#[derive(Debug, Default)]
pub(super) struct Mail {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

/// Reads a mail that is itself Base64, as the API carries it.
pub(super) fn parse_base64(data: &str) -> Option<Mail> {
    let bytes = STANDARD.decode(data).ok()?;
    let source = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
    let (headers, body) = split(&source)?;
    let mut mail = Mail {
        from: header(&headers, "from").unwrap_or_default(),
        to: header(&headers, "to").unwrap_or_default(),
        subject: decode_words(&header(&headers, "subject").unwrap_or_default()),
        ..Mail::default()
    };
    read_part(&mut mail, &headers, body, 0);
    Some(mail)
}

fn read_part(mail: &mut Mail, headers: &[(String, String)], body: &str, depth: u8) {
    let kind = header(headers, "content-type").unwrap_or_else(|| "text/plain".to_owned());
    if kind.to_lowercase().starts_with("multipart/") {
        let Some(boundary) = parameter(&kind, "boundary") else { return };
        let delimiter = format!("--{boundary}");
        // What stands before the first delimiter is a note for old readers.
        for part in body.split(&delimiter).skip(1).take_while(|part| !part.starts_with("--")) {
            if let Some((headers, body)) = split(part.trim_start_matches('\n'))
                && depth < DEEPEST
            {
                read_part(mail, &headers, body, depth + 1);
            }
        }
        return;
    }
    let encoding = header(headers, "content-transfer-encoding").unwrap_or_default().to_lowercase();
    let text = match encoding.as_str() {
        "base64" => {
            let packed: String = body.split_whitespace().collect();
            String::from_utf8_lossy(&STANDARD.decode(packed).unwrap_or_default()).into_owned()
        }
        "quoted-printable" => quoted_printable(body),
        _ => body.to_owned(),
    };
    let place = if kind.to_lowercase().starts_with("text/html") { &mut mail.html } else { &mut mail.text };
    if place.is_empty() && kind.to_lowercase().starts_with("text/") {
        *place = text;
    }
}

/// Headers, unfolded, with lower-case names, and what follows them.
fn split(source: &str) -> Option<(Vec<(String, String)>, &str)> {
    let (head, body) = source.split_once("\n\n")?;
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in head.lines() {
        match (line.starts_with([' ', '\t']), headers.last_mut(), line.split_once(':')) {
            (true, Some((_, value)), _) => {
                value.push(' ');
                value.push_str(line.trim());
            }
            (_, _, Some((name, value))) => {
                headers.push((name.trim().to_lowercase(), value.trim().to_owned()));
            }
            _ => {}
        }
    }
    Some((headers, body))
}

fn header(headers: &[(String, String)], name: &str) -> Option<String> {
    headers.iter().find(|(it, _)| it == name).map(|(_, value)| value.clone())
}

fn parameter(value: &str, name: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

fn quoted_printable(text: &str) -> String {
    let joined = text.replace("=\n", "");
    String::from_utf8_lossy(&unescape(joined.as_bytes())).into_owned()
}

/// Replaces `=XX` by the byte it stands for.
fn unescape(source: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(source.len());
    let mut rest = source;
    while let [first, tail @ ..] = rest {
        let byte = match tail {
            [high, low, ..] if *first == b'=' => {
                hex::decode([*high, *low]).ok().and_then(|it| it.first().copied())
            }
            _ => None,
        };
        out.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    out
}

/// Decodes `=?utf-8?B?..?=` and `=?utf-8?Q?..?=`; a word that cannot be decoded stays as it is.
fn decode_words(text: &str) -> String {
    let mut out = String::new();
    for word in text.split(' ') {
        let decoded = decode_word(word);
        let joins = decoded.is_some() && out.ends_with(JOIN);
        if !(out.is_empty() || joins) {
            out = out.trim_end_matches(JOIN).to_owned();
            out.push(' ');
        }
        match decoded {
            Some(plain) => {
                out = out.trim_end_matches(JOIN).to_owned();
                out.push_str(&plain);
                out.push(JOIN);
            }
            None => out.push_str(word),
        }
    }
    out.trim_end_matches(JOIN).to_owned()
}

fn decode_word(word: &str) -> Option<String> {
    let mut parts = word.strip_prefix("=?")?.strip_suffix("?=")?.splitn(3, '?');
    let (charset, kind, data) = (parts.next()?, parts.next()?, parts.next()?);
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    let bytes = match kind {
        "B" | "b" => STANDARD.decode(data).ok()?,
        "Q" | "q" => unescape(data.replace('_', " ").as_bytes()),
        _ => return None,
    };
    String::from_utf8(bytes).ok()
}

/// Marks the end of a decoded word while its neighbours are read: two in a row join without a space.
const JOIN: char = '\u{0}';
/// Mails nest alternatives inside a mixed part; nothing honest goes deeper.
const DEEPEST: u8 = 4;
