//! A document as a tree whose members keep the order in which they were written.

/// A value of JSON or YAML.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Null.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number, as it is written.
    Number(String),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Self>),
    /// Members, in their order.
    Map(Vec<(String, Self)>),
}

impl Node {
    /// A member, by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.members().iter().find(|(it, _)| it == name).map(|(_, value)| value)
    }

    /// What stands behind names, one after the other.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, name| node.get(name))
    }

    /// Its members; none of what is no map.
    #[must_use]
    pub fn members(&self) -> &[(String, Self)] {
        match self {
            Self::Map(members) => members,
            _ => &[],
        }
    }

    /// Its items; none of what is no list.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// Its text; none of what is none.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a member; empty when there is none.
    #[must_use]
    pub fn word(&self, name: &str) -> &str {
        self.get(name).and_then(Self::text).unwrap_or_default()
    }

    /// What a `$ref` of this document names; the node itself when it is no reference.
    #[must_use]
    pub fn resolve<'a>(&'a self, root: &'a Self) -> Option<&'a Self> {
        let mut node = self;
        // A chain of references is short, or it goes round.
        for _ in 0..8 {
            let Some(pointer) = node.get("$ref").and_then(Self::text) else { return Some(node) };
            let path: Vec<String> = pointer
                .strip_prefix("#/")?
                .split('/')
                .map(|it| it.replace("~1", "/").replace("~0", "~"))
                .collect();
            node = root.at(&path.iter().map(String::as_str).collect::<Vec<_>>())?;
        }
        None
    }

    /// The tree as JSON, without spaces.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, None);
        out
    }

    /// The tree as JSON, indented by two spaces a level.
    #[must_use]
    pub fn to_pretty_json(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, Some(0));
        out
    }

    fn write(&self, out: &mut String, level: Option<usize>) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
            Self::Number(number) => out.push_str(number),
            Self::Text(text) => quote(text, out),
            Self::List(items) if items.is_empty() => out.push_str("[]"),
            Self::Map(members) if members.is_empty() => out.push_str("{}"),
            Self::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    out.push(if index == 0 { '[' } else { ',' });
                    line(out, level.map(|it| it + 1));
                    item.write(out, level.map(|it| it + 1));
                }
                line(out, level);
                out.push(']');
            }
            Self::Map(members) => {
                for (index, (name, value)) in members.iter().enumerate() {
                    out.push(if index == 0 { '{' } else { ',' });
                    line(out, level.map(|it| it + 1));
                    quote(name, out);
                    out.push_str(if level.is_some() { ": " } else { ":" });
                    value.write(out, level.map(|it| it + 1));
                }
                line(out, level);
                out.push('}');
            }
        }
    }
}

/// Begins a line of this level, where lines are wanted.
fn line(out: &mut String, level: Option<usize>) {
    if let Some(level) = level {
        out.push('\n');
        out.push_str(&"  ".repeat(level));
    }
}

/// Text between quotation marks (RFC 8259 section 7).
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            other if other < ' ' => out.extend([format!("\\u{:04x}", u32::from(other))]),
            other => out.push(other),
        }
    }
    out.push('"');
}
