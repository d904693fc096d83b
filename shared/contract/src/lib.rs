//! The contract of the API: the OpenAPI document, and what it says of each path in a form that code can ask.
//!
//! The document is written in `shared/templates/openapi`, a file for each tag, and joined when this crate is compiled.
//!
//! **Invariant:** what is served, what is enforced and what is documented are one text.

mod curl;
mod node;
mod postman;
mod read;
mod walk;

pub use curl::curl;
pub use node::Node;
pub use postman::postman;
pub use walk::walk;

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

/// The operations of a tag, without those that repeat others: method, path, what is said of the path, what is said of
/// the method.
#[must_use]
pub fn operations_of<'a>(document: &'a Node, tag: &str) -> Vec<(String, &'a str, &'a Node, &'a Node)> {
    let is_of = |operation: &Node| {
        let tags = operation.get("tags").map(Node::items).unwrap_or_default();
        operation.get("x-alias-of").is_none() && tags.iter().any(|it| it.text() == Some(tag))
    };
    all(document).filter(|(_, _, _, operation)| is_of(operation)).collect()
}

/// The operation of an id.
fn find_operation<'a>(document: &'a Node, id: &str) -> Option<(String, &'a str, &'a Node, &'a Node)> {
    all(document).find(|(_, _, _, operation)| operation.word("operationId") == id)
}

fn all(document: &Node) -> impl Iterator<Item = (String, &str, &Node, &Node)> {
    let paths = document.get("paths").map(Node::members).unwrap_or_default();
    paths.iter().flat_map(|(path, item)| {
        let operations = item.members().iter().filter(|(name, _)| name != "parameters");
        operations.map(move |(method, operation)| (method.to_uppercase(), path.as_str(), item, operation))
    })
}

/// The parameters of an operation, those of its path included.
#[must_use]
pub fn parameters_of<'a>(document: &'a Node, item: &'a Node, operation: &'a Node) -> Vec<&'a Node> {
    let own = [item, operation].into_iter();
    let parameters = own.flat_map(|it| it.get("parameters").map(Node::items).unwrap_or_default());
    parameters.filter_map(|it| it.resolve(document)).collect()
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
