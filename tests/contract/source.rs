//! A Rust file without what is not code: comments, the text of literals, tests.

/// A Rust file.
#[derive(Debug)]
pub(crate) struct Source {
    /// Its path from the root.
    pub(crate) path: String,
    text: String,
    /// Whether the whole file is a test, or support of tests.
    is_test: bool,
}

/// Which literals stay when comments go.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Literals {
    Blank,
    Keep,
}

impl Source {
    pub(crate) fn new(path: String, text: String) -> Self {
        let is_test = path.starts_with("tests/") || path.contains("/tests/") || path.contains("/benches/");
        Self { path, text, is_test }
    }

    /// Takes the files of modules that are compiled for tests only, and those below them, for what they are.
    pub(crate) fn mark_tests(sources: &mut [Self]) {
        let files: Vec<String> = sources.iter().flat_map(Self::test_modules).collect();
        for source in sources {
            let below = |it: &String| source.path.starts_with(&it.replace(".rs", "/"));
            source.is_test |= files.contains(&source.path) || files.iter().any(below);
        }
    }

    /// Where the modules `#[cfg(test)] mod name;` of this file may stand.
    fn test_modules(&self) -> Vec<String> {
        let folder = self.path.strip_suffix(".rs").unwrap_or_default();
        let folder =
            ["/mod", "/lib", "/main"].iter().find_map(|it| folder.strip_suffix(it)).unwrap_or(folder);
        let code = self.code();
        let declared = code.split("#[cfg(test)]").skip(1).filter_map(|it| it.split_once(';'));
        let names =
            declared.filter_map(|(item, _)| item.trim().rsplit_once("mod ")).map(|(_, name)| name.trim());
        names.flat_map(|name| [format!("{folder}/{name}.rs"), format!("{folder}/{name}/mod.rs")]).collect()
    }

    /// The file as it is.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The code, without comments and without the text of literals.
    pub(crate) fn code(&self) -> String {
        blank(&self.text, Literals::Blank)
    }

    /// The code that is shipped: also without what is compiled for tests only.
    pub(crate) fn shipped(&self) -> String {
        if self.is_test { String::new() } else { without_tests(&self.code(), None) }
    }

    /// The code that is shipped, with its literals.
    pub(crate) fn shipped_with_literals(&self) -> String {
        if self.is_test {
            return String::new();
        }
        without_tests(&self.code(), Some(&blank(&self.text, Literals::Keep)))
    }

    /// Lines of code, tests included if the file is one.
    pub(crate) fn lines_of_code(&self) -> usize {
        let code = if self.is_test { self.code() } else { self.shipped() };
        code.lines().filter(|line| !line.trim().is_empty()).count()
    }

    /// Lines of code that are compiled for tests only, inside a file that is shipped.
    pub(crate) fn lines_of_tests(&self) -> usize {
        let lines = |code: &str| code.lines().filter(|line| !line.trim().is_empty()).count();
        if self.is_test { 0 } else { lines(&self.code()) - lines(&self.shipped()) }
    }
}

/// Replaces comments, and the text of literals if asked, by spaces. Lines and columns stay.
fn blank(text: &str, literals: Literals) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let (end, keep) = match chars[at] {
            '/' if chars.get(at + 1) == Some(&'/') => (line_end(&chars, at), false),
            '/' if chars.get(at + 1) == Some(&'*') => (comment_end(&chars, at), false),
            '"' => (string_end(&chars, at), literals == Literals::Keep),
            'r' if raw_hashes(&chars, at).is_some() => (raw_end(&chars, at), literals == Literals::Keep),
            '\'' => match char_end(&chars, at) {
                Some(end) => (end, literals == Literals::Keep),
                None => (at + 1, true),
            },
            _ => (at + 1, true),
        };
        let end = end.min(chars.len());
        out.extend(chars[at..end].iter().map(|it| if keep || it.is_whitespace() { *it } else { ' ' }));
        at = end;
    }
    out
}

fn line_end(chars: &[char], at: usize) -> usize {
    chars[at..].iter().position(|it| *it == '\n').map_or(chars.len(), |length| at + length)
}

fn comment_end(chars: &[char], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) if depth == 1 => return at + 2,
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    at
}

fn string_end(chars: &[char], at: usize) -> usize {
    let mut at = at + 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// The number of hashes of a raw string that begins here.
fn raw_hashes(chars: &[char], at: usize) -> Option<usize> {
    let inside_a_name = at > 0
        && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_')
        && !(chars[at - 1] == 'b' && (at < 2 || !chars[at - 2].is_alphanumeric()));
    let hashes = chars[at + 1..].iter().take_while(|it| **it == '#').count();
    (!inside_a_name && chars.get(at + 1 + hashes) == Some(&'"')).then_some(hashes)
}

fn raw_end(chars: &[char], at: usize) -> usize {
    let hashes = raw_hashes(chars, at).unwrap();
    let mut at = at + hashes + 2;
    let closes = |at: usize| chars[at] == '"' && chars[at + 1..].iter().take(hashes).all(|it| *it == '#');
    while at < chars.len() && !closes(at) {
        at += 1;
    }
    at + 1 + hashes
}

/// The end of a character literal; none for a lifetime.
fn char_end(chars: &[char], at: usize) -> Option<usize> {
    if chars.get(at + 1) == Some(&'\\') {
        let length = chars[at + 3..].iter().position(|it| *it == '\'')?;
        return Some(at + 3 + length + 1);
    }
    (chars.get(at + 2) == Some(&'\'')).then_some(at + 3)
}

/// Cuts every item behind `#[cfg(test)]`. The items are found in `code`; what remains is taken from
/// `shown`, which has the same columns, or from `code` itself.
fn without_tests(code: &str, shown: Option<&str>) -> String {
    let code: Vec<char> = code.chars().collect();
    let shown: Vec<char> = shown.map_or_else(|| code.clone(), |it| it.chars().collect());
    let marker: Vec<char> = "#[cfg(test)]".chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while at < code.len() {
        if code[at..].starts_with(&marker) {
            at = item_end(&code, at + marker.len());
        } else {
            out.push(shown[at]);
            at += 1;
        }
    }
    out
}

/// The end of the item that begins here: its semicolon, or the brace that closes it.
fn item_end(code: &[char], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while at < code.len() {
        match code[at] {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r##"
/* a /* nested */ comment */ fn a<'x>(it: &'x str) -> char { '"' } // "text
fn b() -> &'static str { r#"raw " text"# }
#[cfg(test)]
mod tests { fn c() { let _ = "}"; } }
fn d() -> (char, &'static str) { ('\'', "say \"unwrap()\"") }
"##;

    #[test]
    fn only_code_remains() {
        let source = Source::new("shared/src/a.rs".to_owned(), FILE.to_owned());
        let shipped: Vec<String> = source.shipped().lines().map(|it| it.replace(' ', "")).collect();
        let expected =
            ["", "fna<'x>(it:&'xstr)->char{}", "fnb()->&'staticstr{}", "", "fnd()->(char,&'staticstr){(,)}"];
        assert_eq!(shipped, expected);
        assert!(source.shipped_with_literals().contains("raw \" text"));
        assert_eq!((source.lines_of_code(), source.lines_of_tests()), (3, 2));
    }
}
