//! The syntax of objects (ISO 32000-1 section 7.2 and 7.3).

mod piece;

pub(crate) use self::piece::{Piece, Pieces};
use crate::object::{Dictionary, Entry, Item, ObjectId, Value};

/// Why a value could not be parsed. Offsets count from the start of the parser's bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    /// The bytes end inside a token, and the file goes on.
    Incomplete,
    Syntax(usize, &'static str),
    TooDeep,
}

/// Parses values from a window of the file.
#[derive(Clone, Debug)]
pub(crate) struct Parser<'a> {
    bytes: &'a [u8],
    position: usize,
    /// What spans count from.
    origin: usize,
    /// The window ends where the file (or decoded stream) ends.
    at_end: bool,
    depth: u32,
}

impl<'a> Parser<'a> {
    pub(crate) fn new(bytes: &'a [u8], at_end: bool, depth: u32) -> Self {
        Self { bytes, position: 0, origin: 0, at_end, depth }
    }

    pub(crate) fn position(&self) -> usize {
        self.position
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.position).copied()
    }

    /// Where stream data begins, if the keyword `stream` comes next.
    pub(crate) fn stream_start(&mut self) -> Result<Option<usize>, Fault> {
        if !self.keyword(b"stream")? {
            return Ok(None);
        }
        // Some writers put blanks between the keyword and the end of its line.
        let blanks = self.rest().iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let line = self.rest().get(blanks..).unwrap_or_default();
        if line.len() < 2 && !self.at_end {
            return Err(Fault::Incomplete);
        }
        let skipped = match line {
            [b'\r', b'\n', ..] => blanks + 2,
            [b'\r' | b'\n', ..] => blanks + 1,
            _ => 0,
        };
        Ok(Some(self.position + skipped))
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.position..).unwrap_or_default()
    }

    fn fault(&self, what: &'static str) -> Fault {
        if self.position >= self.bytes.len() { self.end() } else { Fault::Syntax(self.position, what) }
    }

    fn end(&self) -> Fault {
        if self.at_end { Fault::Syntax(self.position, "unexpected end") } else { Fault::Incomplete }
    }

    /// Skips white space and comments.
    pub(crate) fn skip(&mut self) {
        while let Some(byte) = self.peek() {
            if is_white(byte) {
                self.position += 1;
            } else if byte == b'%' {
                let line = self.rest().iter().position(|byte| matches!(byte, b'\r' | b'\n'));
                self.position += line.unwrap_or(self.rest().len());
            } else {
                break;
            }
        }
    }

    /// Takes the keyword if it comes next.
    pub(crate) fn keyword(&mut self, keyword: &[u8]) -> Result<bool, Fault> {
        self.skip();
        if self.rest().len() < keyword.len() && !self.at_end {
            return Err(Fault::Incomplete);
        }
        let found = self.rest().starts_with(keyword);
        if found {
            self.position += keyword.len();
        }
        Ok(found)
    }

    /// An unsigned integer.
    pub(crate) fn unsigned(&mut self) -> Result<u64, Fault> {
        self.skip();
        let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == self.rest().len() && !self.at_end {
            return Err(Fault::Incomplete);
        }
        let value = self.rest().get(..digits).and_then(decimal).ok_or(self.fault("integer expected"))?;
        self.position += digits;
        Ok(value)
    }

    /// One value of any type, and its bytes, which the spans within refer to.
    pub(crate) fn value_with_bytes(&mut self) -> Result<(Value, Vec<u8>), Fault> {
        self.skip();
        self.origin = self.position;
        let value = self.nested(0)?;
        Ok((value, self.bytes.get(self.origin..self.position).unwrap_or_default().to_vec()))
    }

    fn nested(&mut self, depth: u32) -> Result<Value, Fault> {
        if depth > self.depth {
            return Err(Fault::TooDeep);
        }
        self.skip();
        match self.peek().ok_or_else(|| self.end())? {
            b'/' => Ok(Value::Name(self.name()?)),
            b'(' => self.literal_string(),
            b'<' if self.bytes.get(self.position + 1) == Some(&b'<') => self.dictionary(depth),
            b'<' => self.hex_string(),
            b'[' => self.array(depth),
            b'+' | b'-' | b'.' | b'0'..=b'9' => self.number(),
            _ => self.word(),
        }
    }

    fn dictionary(&mut self, depth: u32) -> Result<Value, Fault> {
        self.position += 2;
        let mut entries = Vec::with_capacity(8);
        loop {
            if self.keyword(b">>")? {
                return Ok(Value::Dictionary(Dictionary { entries }));
            }
            if self.peek() != Some(b'/') {
                return Err(self.fault("dictionary key expected"));
            }
            let key = self.name()?;
            self.skip();
            let start = self.position;
            let value = self.nested(depth + 1)?;
            entries.push(Entry { key, value, span: start - self.origin..self.position - self.origin });
        }
    }

    fn array(&mut self, depth: u32) -> Result<Value, Fault> {
        self.position += 1;
        let mut items = Vec::new();
        loop {
            self.skip();
            if self.peek() == Some(b']') {
                self.position += 1;
                return Ok(Value::Array(items));
            }
            let start = self.position;
            let value = self.nested(depth + 1)?;
            items.push(Item { value, span: start - self.origin..self.position - self.origin });
        }
    }

    /// The bytes of a regular token from here on.
    fn token(&mut self) -> Result<&'a [u8], Fault> {
        let length = self.rest().iter().take_while(|byte| is_regular(**byte)).count();
        if length == self.rest().len() && !self.at_end {
            return Err(Fault::Incomplete);
        }
        let token = self.rest().get(..length).unwrap_or_default();
        self.position += length;
        Ok(token)
    }

    fn name(&mut self) -> Result<Vec<u8>, Fault> {
        self.position += 1;
        let token = self.token()?;
        if !token.contains(&b'#') {
            return Ok(token.to_vec());
        }
        let mut name = Vec::with_capacity(token.len());
        let mut rest = token;
        while let Some((byte, after)) = rest.split_first() {
            rest = after;
            let escaped = match (byte, after) {
                (b'#', [high, low, ..]) => hex_value(*high).zip(hex_value(*low)),
                _ => None,
            };
            if let Some((high, low)) = escaped {
                name.push(high << 4 | low);
                rest = after.get(2..).unwrap_or_default();
            } else {
                name.push(*byte);
            }
        }
        Ok(name)
    }

    fn number(&mut self) -> Result<Value, Fault> {
        let start = self.position;
        let token = self.token()?;
        if token.iter().all(u8::is_ascii_digit)
            && let Some(number) = decimal(token)
        {
            let after = self.position;
            if let Some(reference) = self.reference(number)? {
                return Ok(reference);
            }
            self.position = after;
        }
        let text = std::str::from_utf8(token).map_err(|_| Fault::Syntax(start, "number expected"))?;
        if let Ok(value) = text.parse::<i64>() {
            return Ok(Value::Integer(value));
        }
        real(text).map(Value::Real).ok_or(Fault::Syntax(start, "number expected"))
    }

    /// `number` is read; takes a generation and `R` if they follow.
    fn reference(&mut self, number: u64) -> Result<Option<Value>, Fault> {
        self.skip();
        let Some(next) = self.peek() else {
            return if self.at_end { Ok(None) } else { Err(Fault::Incomplete) };
        };
        if !next.is_ascii_digit() {
            return Ok(None);
        }
        let generation = self.token()?;
        if !generation.iter().all(u8::is_ascii_digit) {
            return Ok(None);
        }
        self.skip();
        match (self.peek(), self.bytes.get(self.position + 1)) {
            (None, _) | (Some(b'R'), None) if !self.at_end => return Err(Fault::Incomplete),
            (Some(b'R'), after) if after.is_none_or(|byte| !is_regular(*byte)) => {}
            _ => return Ok(None),
        }
        self.position += 1;
        let generation = decimal(generation).and_then(|value| u16::try_from(value).ok());
        Ok(match (u32::try_from(number), generation) {
            (Ok(number), Some(generation)) => Some(Value::Reference(ObjectId { number, generation })),
            // No such object can exist, and a reference to one is the null object.
            _ => Some(Value::Null),
        })
    }

    fn word(&mut self) -> Result<Value, Fault> {
        let start = self.position;
        match self.token()? {
            b"true" => Ok(Value::Boolean(true)),
            b"false" => Ok(Value::Boolean(false)),
            b"null" => Ok(Value::Null),
            _ => Err(Fault::Syntax(start, "value expected")),
        }
    }

    fn hex_string(&mut self) -> Result<Value, Fault> {
        self.position += 1;
        let length = memchr::memchr(b'>', self.rest()).ok_or_else(|| self.unclosed())?;
        let mut string = Vec::with_capacity(length / 2);
        let mut high = None;
        for (index, byte) in self.rest().iter().take(length).enumerate() {
            match (hex_value(*byte), high.take()) {
                (Some(value), None) => high = Some(value),
                (Some(value), Some(before)) => string.push(before << 4 | value),
                (None, before) if is_white(*byte) => high = before,
                (None, _) => return Err(Fault::Syntax(self.position + index, "hexadecimal digit expected")),
            }
        }
        string.extend(high.map(|value| value << 4));
        self.position += length + 1;
        Ok(Value::String(string))
    }

    fn unclosed(&self) -> Fault {
        if self.at_end { Fault::Syntax(self.position, "string without an end") } else { Fault::Incomplete }
    }

    fn literal_string(&mut self) -> Result<Value, Fault> {
        let unclosed = self.unclosed();
        self.position += 1;
        let mut string = Vec::new();
        let mut open = 1_u32;
        loop {
            let byte = self.peek().ok_or(unclosed)?;
            self.position += 1;
            match byte {
                b'(' => open += 1,
                b')' => {
                    open -= 1;
                    if open == 0 {
                        return Ok(Value::String(string));
                    }
                }
                b'\\' => {
                    let escaped = self.peek().ok_or(unclosed)?;
                    self.position += 1;
                    self.escape(escaped, &mut string);
                    continue;
                }
                b'\r' => {
                    self.position += usize::from(self.peek() == Some(b'\n'));
                    string.push(b'\n');
                    continue;
                }
                _ => {}
            }
            string.push(byte);
        }
    }

    fn escape(&mut self, escaped: u8, string: &mut Vec<u8>) {
        match escaped {
            b'n' => string.push(b'\n'),
            b'r' => string.push(b'\r'),
            b't' => string.push(b'\t'),
            b'b' => string.push(8),
            b'f' => string.push(12),
            b'\n' => {}
            b'\r' => self.position += usize::from(self.peek() == Some(b'\n')),
            b'0'..=b'7' => {
                let mut code = u32::from(escaped - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.peek() else { break };
                    code = code * 8 + u32::from(digit - b'0');
                    self.position += 1;
                }
                // High-order overflow is ignored (ISO 32000-1 section 7.3.4.2).
                string.push((code & 0xff) as u8);
            }
            other => string.push(other),
        }
    }
}

pub(crate) fn is_white(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

/// Neither white space nor a delimiter.
pub(crate) fn is_regular(byte: u8) -> bool {
    !is_white(byte) && !matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

pub(crate) fn hex_value(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// The value of at least one decimal digit.
fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |value, digit| value.checked_mul(10)?.checked_add(u64::from(digit - b'0')))
}

/// Reads a real the way common readers do: repeated signs count once, what follows a misplaced one is dropped.
fn real(text: &str) -> Option<f64> {
    let unsigned = text.trim_start_matches(['+', '-']);
    let end = unsigned.find(['+', '-']).unwrap_or(unsigned.len());
    let digits = unsigned.get(..end)?;
    let dots = digits.bytes().filter(|byte| *byte == b'.').count();
    if dots > 1 || digits.bytes().any(|byte| !byte.is_ascii_digit() && byte != b'.') {
        return None;
    }
    let magnitude = if digits.bytes().any(|byte| byte.is_ascii_digit()) { digits.parse().ok()? } else { 0.0 };
    Some(if text.starts_with('-') { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests;
