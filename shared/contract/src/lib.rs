//! The contract of the API: the OpenAPI document, and what it says of each path in a form that code can ask.
//!
//! The document is written in `shared/templates/openapi`, a file for each tag, and joined when this crate is compiled.
//!
//! **Invariant:** what is served, what is enforced and what is documented are one text.

mod node;
mod read;

pub use node::Node;

/// The OpenAPI document as JSON.
pub const DOCUMENT: &str = include_str!(concat!(env!("OUT_DIR"), "/openapi.json"));

/// A method of a path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Operation {
    /// The method, in capitals.
    pub method: &'static str,
    /// The media types of bodies that it takes; none when it takes no body.
    pub consumes: &'static [&'static str],
    /// The media types of what it answers when all is well; none when it answers no body.
    pub produces: &'static [&'static str],
}

/// The operations of a path as the document spells it, such as `/signatures/{id}`; none of a path that is not in it.
#[must_use]
pub fn operations(path: &str) -> Option<&'static [Operation]> {
    PATHS.binary_search_by(|(it, _)| (*it).cmp(path)).ok().and_then(|at| PATHS.get(at)).map(|(_, it)| *it)
}

/// Every path, in the order of their letters.
pub fn paths() -> impl Iterator<Item = (&'static str, &'static [Operation])> {
    PATHS.iter().copied()
}

/// The document as a tree, in the order in which it was written.
///
/// # Errors
///
/// None but for a document that this crate did not write.
pub fn tree() -> Result<Node, serde_json::Error> {
    serde_json::from_str(DOCUMENT)
}

include!(concat!(env!("OUT_DIR"), "/paths.rs"));

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_table_says_what_the_document_says() {
        let tree = tree().unwrap();
        let paths = tree.get("paths").unwrap().members();
        assert_eq!(paths.len(), PATHS.len());
        assert_eq!(tree.to_json(), DOCUMENT);
        let create = operations("/EU-SES").unwrap().first().unwrap();
        assert_eq!((create.method, create.consumes), ("POST", ["application/json"].as_slice()));
        let verify = operations("/verify").unwrap().first().unwrap();
        assert_eq!(verify.produces, ["application/json", "text/html", "application/pdf"]);
        assert_eq!(
            operations("/signature/{id}").unwrap().len(),
            operations("/signatures/{id}").unwrap().len()
        );
        assert_eq!(operations("/nothing"), None);
    }

    #[test]
    fn text_is_written_as_json_reads_it() {
        let text = "a\"b\\c\n\t\r\u{1}é";
        let node = Node::List(vec![Node::Text(text.to_owned()), Node::Null, Node::Number("1".to_owned())]);
        let read: Vec<serde_json::Value> = serde_json::from_str(&node.to_json()).unwrap();
        assert_eq!(read.first().unwrap(), text);
        assert_eq!(serde_json::from_str::<Node>(&node.to_pretty_json()).unwrap(), node);
    }
}
