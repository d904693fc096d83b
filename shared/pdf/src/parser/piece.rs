//! Operands and operators, as in content streams and `CMaps` (ISO 32000-1 section 7.8.2).

use super::{Parser, is_regular, is_white};
use crate::object::Value;

/// Pieces that break the syntax, after which the rest of the bytes is left.
///
/// A fault may cost a pass over what follows, so their number has to be small.
const MOST_FAULTS: u32 = 100;

/// The next thing in a stream of operations.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece<'a> {
    /// A value; the null object stands for what breaks the syntax.
    Operand(Value),
    Operator(&'a [u8]),
}

/// Reads piece after piece, and goes on behind what breaks the syntax, as readers do.
pub(crate) struct Pieces<'a> {
    parser: Parser<'a>,
    faults: u32,
}

impl<'a> Pieces<'a> {
    pub(crate) fn new(bytes: &'a [u8], depth: u32) -> Self {
        Self { parser: Parser::new(bytes, true, depth), faults: 0 }
    }

    /// Goes behind the data of an inline image, whose keyword `ID` was read last.
    pub(crate) fn skip_inline_image(&mut self) {
        let rest = self.parser.rest();
        let mut ends = memchr::memmem::find_iter(rest, b"EI").filter(|at| {
            let before = at.checked_sub(1).and_then(|before| rest.get(before));
            let after = rest.get(at + 2..).unwrap_or_default();
            // Behind the end there is text; in the middle of samples there hardly is.
            let text = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
            before.is_some_and(|byte| is_white(*byte))
                && after.first().is_none_or(|byte| is_white(*byte))
                && after.iter().take(8).all(text)
        });
        self.parser.position += ends.next().map_or(rest.len(), |at| at + 2);
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let parser = &mut self.parser;
        loop {
            parser.skip();
            let byte = parser.peek()?;
            let start = parser.position;
            parser.origin = start;
            if is_regular(byte) && !matches!(byte, b'+' | b'-' | b'.' | b'0'..=b'9') {
                return parser.token().ok().map(|token| match token {
                    b"true" => Piece::Operand(Value::Boolean(true)),
                    b"false" => Piece::Operand(Value::Boolean(false)),
                    b"null" => Piece::Operand(Value::Null),
                    operator => Piece::Operator(operator),
                });
            }
            if matches!(byte, b')' | b']' | b'{' | b'}') {
                parser.position += 1;
                continue;
            }
            if let Ok(value) = parser.nested(0) {
                return Some(Piece::Operand(value));
            }
            self.faults += 1;
            if self.faults > MOST_FAULTS {
                return None;
            }
            parser.position = parser.position.max(start + 1);
            return Some(Piece::Operand(Value::Null));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &[u8]) -> Vec<Piece<'_>> {
        Pieces::new(text, 8).collect()
    }

    #[test]
    fn operands_come_before_their_operator() {
        let integer = |value| Piece::Operand(Value::Integer(value));
        assert_eq!(
            pieces(b"1 0 0 RG T* '"),
            [
                integer(1),
                integer(0),
                integer(0),
                Piece::Operator(b"RG"),
                Piece::Operator(b"T*"),
                Piece::Operator(b"'"),
            ]
        );
    }

    #[test]
    fn what_breaks_the_syntax_is_passed_over() {
        assert_eq!(pieces(b") 1.2.3 Tj").last(), Some(&Piece::Operator(b"Tj")));
        assert_eq!(pieces(b"(a").len(), 1);
    }

    #[test]
    fn reading_ends_after_a_hundred_faults() {
        assert_eq!(pieces(&b"< ".repeat(100)).len(), 100);
        assert_eq!(pieces(&b"< ".repeat(5_000)).len(), 100);
    }

    #[test]
    fn an_inline_image_is_passed_over() {
        let mut pieces = Pieces::new(b"BI /W 1 ID \x00 EI \x01( EI Q", 8);
        assert!(pieces.any(|piece| piece == Piece::Operator(b"ID")));
        pieces.skip_inline_image();
        assert_eq!(pieces.next(), Some(Piece::Operator(b"Q")));
    }
}
