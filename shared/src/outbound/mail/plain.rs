//! Text from outside, made harmless for mails.

use url::Url;

/// Text from outside as one line that a mail program shows and does nothing else with.
pub(super) fn plain(text: &str, max_chars: usize) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        let visible = word.chars().filter(|c| !is_invisible(*c));
        if word.chars().any(|c| !is_invisible(c)) {
            if !line.is_empty() {
                line.push(' ');
            }
            line.extend(visible);
        }
    }
    if line.chars().count() > max_chars {
        line = line.chars().take(max_chars.saturating_sub(1)).collect();
        line.push('…');
    }
    unlinked(&line)
}

/// Mail programs make links of what looks like an address, in text and in HTML alike. Look-alikes of
/// the dot, the colon and the at sign keep the words readable and make them no link.
fn unlinked(line: &str) -> String {
    let mut safe = String::with_capacity(line.len());
    let mut before = ' ';
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        let after = rest.clone().next().unwrap_or(' ');
        let is_inside = before != ' ' && after != ' ';
        safe.push(match c {
            '.' if is_inside && !after.is_ascii_digit() => ONE_DOT_LEADER,
            '\u{3002}' | '\u{ff0e}' | '\u{ff61}' if is_inside && after.is_ascii_alphanumeric() => {
                ONE_DOT_LEADER
            }
            '@' if after != ' ' => FULL_WIDTH_AT,
            ':' if is_inside && !after.is_ascii_digit() => RATIO,
            _ => c,
        });
        before = c;
    }
    safe
}

/// Characters that take no room, turn the direction of others, or belong to nobody: letters mark words
/// with some of the last.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{e000}'..='\u{f8ff}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// The host that signing links point to.
pub(super) fn host(public_url: &str) -> String {
    Url::parse(public_url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

const ONE_DOT_LEADER: char = '\u{2024}';
const FULL_WIDTH_AT: char = '\u{ff20}';
const RATIO: char = '\u{2236}';
