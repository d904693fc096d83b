//! Reads HTML as browsers do, as far as it takes to compare.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// What HTML says.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Read {
    /// Tags and the names of their attributes, in their order.
    pub(crate) structure: Vec<String>,
    /// The values of attributes by name, in their order.
    pub(crate) values: Vec<(String, String)>,
    /// The text, with a line feed for each tag that ends a line or a cell.
    pub(crate) text: String,
}

impl Read {
    pub(crate) fn of(name: &str, read: &Self) -> Vec<String> {
        read.values.iter().filter(|(it, _)| it == name).map(|(_, value)| value.clone()).collect()
    }
}

#[derive(Default)]
struct Sink(RefCell<Read>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut read = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => {
                let names: Vec<String> = tag.attrs.iter().map(|it| it.name.local.to_string()).collect();
                let sign = if tag.kind == TagKind::StartTag { "" } else { "/" };
                read.structure.push(format!("{sign}{} {}", tag.name, names.join(" ")));
                for attribute in &tag.attrs {
                    read.values.push((attribute.name.local.to_string(), attribute.value.to_string()));
                }
                if !["b", "i", "span", "a"].contains(&&*tag.name) {
                    read.text.push('\n');
                }
            }
            Token::CharacterTokens(text) => read.text.push_str(&text),
            Token::CommentToken(text) => read.structure.push(format!("comment {text}")),
            Token::DoctypeToken(_) => read.structure.push("doctype".to_owned()),
            Token::NullCharacterToken => read.structure.push("null".to_owned()),
            Token::ParseError(error) => read.structure.push(format!("error {error}")),
            Token::EOFToken => {}
        }
        TokenSinkResult::Continue
    }
}

pub(crate) fn read(html: &str) -> Read {
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(html));
    let tokenizer =
        Tokenizer::new(Sink::default(), TokenizerOpts { exact_errors: true, ..Default::default() });
    let _finished = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink.0.take()
}
