//! The template as a tree, with its intrinsic functions kept apart from plain values.

use std::sync::{Arc, Mutex, PoisonError};

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::Value;

use super::TemplateError;

/// A node of the template before evaluation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    /// `!Ref x`, `!Sub x`, `!GetAtt x`, or the long form of one of them.
    Intrinsic {
        /// The function's name as in the short form, without `!`.
        name: String,
        /// What it is applied to.
        argument: Box<Self>,
    },
    /// A sequence.
    List(Vec<Self>),
    /// A mapping, in the order of the file.
    Map(Vec<(String, Self)>),
    /// A plain value.
    Scalar(Value),
}

/// The text that was read last, and its tree: a process that opens many clouds opens them of the same template.
static LAST_READ: Mutex<Option<(String, Arc<Node>)>> = Mutex::new(None);

impl Node {
    /// Reads one YAML document, or remembers what it read of the same text just before.
    ///
    /// # Errors
    ///
    /// As [`Node::parse`].
    pub(crate) fn read(text: &str) -> Result<Arc<Self>, TemplateError> {
        let mut last = LAST_READ.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, node)) = last.as_ref().filter(|(read, _)| read == text) {
            return Ok(Arc::clone(node));
        }
        let node = Arc::new(Self::parse(text)?);
        *last = Some((text.to_owned(), Arc::clone(&node)));
        Ok(node)
    }

    /// Reads one YAML document.
    ///
    /// # Errors
    ///
    /// [`TemplateError::Syntax`] for what is not YAML, holds several documents, or uses anchors or other keys
    /// than text.
    pub(crate) fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut documents =
            Yaml::load_from_str(text).map_err(|error| TemplateError::Syntax(error.to_string()))?;
        match (documents.pop(), documents.pop()) {
            (Some(document), None) => Self::from_yaml(&document),
            _ => Err(TemplateError::Syntax("the file must hold exactly one document".into())),
        }
    }

    /// The value under `key`, when this is a mapping that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// The entries of a mapping; none for anything else.
    pub(crate) fn entries(&self) -> &[(String, Self)] {
        if let Self::Map(entries) = self { entries } else { &[] }
    }

    /// The text of a plain text value.
    pub(crate) fn text(&self) -> Option<&str> {
        if let Self::Scalar(value) = self { value.as_str() } else { None }
    }

    fn from_yaml(yaml: &Yaml<'_>) -> Result<Self, TemplateError> {
        match yaml {
            Yaml::Value(scalar) => Ok(Self::Scalar(from_scalar(scalar))),
            Yaml::Sequence(items) => {
                items.iter().map(Self::from_yaml).collect::<Result<_, _>>().map(Self::List)
            }
            Yaml::Mapping(entries) => {
                let entries: Vec<(String, Self)> = entries
                    .iter()
                    .map(|(key, node)| Ok((key_text(key)?, Self::from_yaml(node)?)))
                    .collect::<Result<_, TemplateError>>()?;
                Ok(long_form(entries))
            }
            Yaml::Tagged(tag, inner) if tag.handle == "!" => {
                Ok(Self::Intrinsic { name: tag.suffix.clone(), argument: Box::new(Self::from_yaml(inner)?) })
            }
            Yaml::Tagged(tag, _) => {
                Err(TemplateError::UnknownIntrinsic { name: format!("{}{}", tag.handle, tag.suffix) })
            }
            Yaml::Alias(_) => Err(TemplateError::Syntax("anchors and aliases are not supported".into())),
            Yaml::Representation(..) | Yaml::BadValue => {
                Err(TemplateError::Syntax("a value cannot be read".into()))
            }
        }
    }
}

fn from_scalar(scalar: &Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(flag) => Value::Bool(*flag),
        Scalar::Integer(number) => Value::from(*number),
        Scalar::FloatingPoint(number) => Value::from(number.into_inner()),
        Scalar::String(text) => Value::from(text.as_ref()),
    }
}

fn key_text(key: &Yaml<'_>) -> Result<String, TemplateError> {
    match key {
        Yaml::Value(Scalar::String(text)) => Ok(text.as_ref().to_owned()),
        _ => Err(TemplateError::Syntax("a key is not text".into())),
    }
}

/// `{ Ref: x }` and `{ Fn::Sub: x }` mean the same as `!Ref x` and `!Sub x`.
fn long_form(entries: Vec<(String, Node)>) -> Node {
    let name = match entries.as_slice() {
        [(key, _)] if key == "Ref" => Some(key.clone()),
        [(key, _)] => key.strip_prefix("Fn::").map(str::to_owned),
        _ => None,
    };
    match name {
        None => Node::Map(entries),
        Some(name) => match entries.into_iter().next() {
            Some((_, argument)) => Node::Intrinsic { name, argument: Box::new(argument) },
            None => Node::Map(Vec::new()),
        },
    }
}
