//! An element of a list's document, and the way to its parts.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use uppsala::{Document, NodeId};

use super::instant;

/// An element.
#[derive(Clone, Copy)]
pub(super) struct Element<'d, 'x> {
    pub(super) document: &'d Document<'x>,
    pub(super) id: NodeId,
}

impl<'d, 'x> Element<'d, 'x> {
    pub(super) fn root(document: &'d Document<'x>) -> Option<Self> {
        Some(Self { document, id: document.document_element()? })
    }

    pub(super) fn is(self, namespace: &str, name: &str) -> bool {
        self.document.element(self.id).is_some_and(|element| element.matches_name_ns(namespace, name))
    }

    /// Elements directly inside.
    pub(super) fn children(self) -> impl Iterator<Item = Self> {
        let Self { document, id } = self;
        let elements = document.children_iter(id).filter(|child| document.element(*child).is_some());
        elements.map(move |id| Self { document, id })
    }

    /// Elements directly inside with a name.
    pub(super) fn all(self, namespace: &'static str, name: &'static str) -> impl Iterator<Item = Self> {
        self.children().filter(move |child| child.is(namespace, name))
    }

    /// The only element directly inside with a name.
    pub(super) fn only(self, namespace: &'static str, name: &'static str) -> Option<Self> {
        let mut found = self.all(namespace, name);
        found.next().filter(|_| found.next().is_none())
    }

    /// Every element below with a name.
    pub(super) fn descendants(self, namespace: &str, name: &str) -> impl Iterator<Item = Self> {
        let Self { document, id } = self;
        let elements = document.descendants(id).into_iter().map(move |id| Self { document, id });
        elements.filter(move |element| element.is(namespace, name))
    }

    /// An attribute without a namespace.
    pub(super) fn attribute(self, name: &str) -> Option<&'d str> {
        let attributes = &self.document.element(self.id)?.attributes;
        let mut plain = attributes.iter().filter(|attribute| attribute.name.matches(None, name));
        plain.next().map(|attribute| &*attribute.value)
    }

    /// Its text, without white space around it.
    pub(super) fn text(self) -> String {
        self.document.text_content_deep(self.id).trim().to_owned()
    }

    /// The text of the only element directly inside with a name.
    pub(super) fn text_of(self, namespace: &'static str, name: &'static str) -> Option<String> {
        self.only(namespace, name).map(Self::text)
    }

    /// Its text as base64.
    pub(super) fn bytes(self) -> Option<Vec<u8>> {
        let text: String = self.text().split_ascii_whitespace().collect();
        STANDARD.decode(text).ok()
    }

    /// Its text as an instant.
    pub(super) fn instant(self) -> Option<i64> {
        instant::parse(&self.text())
    }
}
