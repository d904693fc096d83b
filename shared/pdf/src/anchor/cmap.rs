//! `CMaps` inside the file: from codes to Unicode or to glyphs (ISO 32000-1 sections 9.7.5.3 and 9.10.3).

use crate::{
    object::{Item, Value},
    parser::{Piece, Pieces},
};

/// Longest code, in bytes.
const LONGEST_CODE: usize = 4;

/// A `CMap`. Codes are compared by value; `usecmap` is not followed.
#[derive(Debug, Default)]
pub(super) struct CMap {
    /// Length in bytes, first and last code.
    spaces: Vec<(usize, u32, u32)>,
    /// Sorted by the first code.
    ranges: Vec<Range>,
}

#[derive(Debug)]
struct Range {
    first: u32,
    last: u32,
    target: Target,
}

#[derive(Debug)]
enum Target {
    /// UTF-16 of the first code; of the others, the last unit counts on.
    Text(Vec<u16>),
    /// Glyph of the first code.
    Cid(u32),
}

impl CMap {
    pub(super) fn parse(bytes: &[u8], depth: u32) -> Self {
        let mut map = Self::default();
        let mut operands: Vec<Value> = Vec::new();
        for piece in Pieces::new(bytes, depth) {
            match piece {
                Piece::Operand(value) => operands.push(value),
                Piece::Operator(operator) => {
                    map.take(operator, &operands);
                    operands.clear();
                }
            }
        }
        map.ranges.sort_by_key(|range| range.first);
        map
    }

    fn take(&mut self, operator: &[u8], operands: &[Value]) {
        match operator {
            b"endcodespacerange" => {
                for [low, high] in operands.as_chunks().0 {
                    let (Some(low), Some(high)) = (low.as_string(), high.as_string()) else { continue };
                    if low.len() == high.len() && (1..=LONGEST_CODE).contains(&low.len()) {
                        self.spaces.push((low.len(), number(low), number(high)));
                    }
                }
            }
            b"endbfchar" | b"endcidchar" => {
                for [code, target] in operands.as_chunks().0 {
                    self.add(code, code, target);
                }
            }
            b"endbfrange" | b"endcidrange" => {
                for [first, last, target] in operands.as_chunks().0 {
                    self.add(first, last, target);
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, first: &Value, last: &Value, target: &Value) {
        let (Some(first), Some(last)) = (first.as_string(), last.as_string()) else { return };
        let (first, last) = (number(first), number(last));
        if let Value::Array(items) = target {
            for (code, Item { value, .. }) in (first..=last).zip(items) {
                self.ranges.extend(Target::of(value).map(|target| Range { first: code, last: code, target }));
            }
            return;
        }
        self.ranges.extend(Target::of(target).map(|target| Range { first, last, target }));
    }

    /// The first code in these bytes, and its length in bytes.
    pub(super) fn code(&self, bytes: &[u8]) -> (u32, usize) {
        for length in 1..=bytes.len().min(LONGEST_CODE) {
            let code = number(bytes.get(..length).unwrap_or_default());
            if self.spaces.iter().any(|space| space.0 == length && within(code, space.1, space.2)) {
                return (code, length);
            }
        }
        let shortest = self.spaces.iter().map(|space| space.0).min().unwrap_or(1);
        let length = shortest.min(bytes.len()).max(1);
        (number(bytes.get(..length).unwrap_or_default()), length)
    }

    pub(super) fn text(&self, code: u32) -> Option<String> {
        let range = self.range(code)?;
        let Target::Text(units) = &range.target else { return None };
        let mut units = units.clone();
        let last = units.last_mut()?;
        *last = last.wrapping_add(u16::try_from(code - range.first).ok()?);
        let text = String::from_utf16_lossy(&units);
        (!text.chars().all(|character| matches!(character, '\0' | char::REPLACEMENT_CHARACTER)))
            .then_some(text)
    }

    pub(super) fn cid(&self, code: u32) -> Option<u32> {
        let range = self.range(code)?;
        let Target::Cid(cid) = range.target else { return None };
        cid.checked_add(code - range.first)
    }

    fn range(&self, code: u32) -> Option<&Range> {
        let end = self.ranges.partition_point(|range| range.first <= code);
        self.ranges.get(end.checked_sub(1)?).filter(|range| code <= range.last)
    }
}

impl Target {
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::String(bytes) => {
                let units: Vec<u16> = match bytes.as_slice() {
                    [byte] => vec![u16::from(*byte)],
                    bytes => bytes.as_chunks().0.iter().map(|unit| u16::from_be_bytes(*unit)).collect(),
                };
                (!units.is_empty()).then_some(Self::Text(units))
            }
            Value::Integer(cid) => u32::try_from(*cid).ok().map(Self::Cid),
            _ => None,
        }
    }
}

/// The number in at most four bytes.
fn number(bytes: &[u8]) -> u32 {
    bytes.iter().take(LONGEST_CODE).fold(0, |value, byte| value << 8 | u32::from(*byte))
}

/// Whether each byte of a code lies between those of the bounds.
fn within(code: u32, low: u32, high: u32) -> bool {
    let bytes = code.to_be_bytes().into_iter().zip(low.to_be_bytes()).zip(high.to_be_bytes());
    bytes.into_iter().all(|((byte, low), high)| (low..=high).contains(&byte))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn characters_ranges_and_lists_lead_to_text() {
        let map = CMap::parse(
            b"1 begincodespacerange <0000> <FFFF> endcodespacerange
              1 beginbfchar <0003> <00660069> endbfchar
              2 beginbfrange <0010> <0012> <0041> <0020> <0021> [<0061> <D83DDE00>] endbfrange",
            8,
        );
        let text = |code| map.text(code);
        assert_eq!(text(3).unwrap(), "fi");
        assert_eq!(text(0x12).unwrap(), "C");
        assert_eq!(text(0x21).unwrap(), "😀");
        assert_eq!((text(0x13), text(0x22), text(0)), (None, None, None));
    }

    #[test]
    fn codes_are_as_long_as_their_space_says() {
        let map = CMap::parse(
            b"2 begincodespacerange <00> <80> <8140> <9FFC> endcodespacerange
              1 begincidrange <8140> <8143> 700 endcidrange",
            8,
        );
        assert_eq!(map.code(b"\x41\x81\x40"), (0x41, 1));
        assert_eq!(map.code(b"\x81\x42"), (0x8142, 2));
        assert_eq!(map.code(b"\x81\x20"), (0x81, 1), "in no space: the shortest length");
        assert_eq!((map.cid(0x8142), map.cid(0x8144)), (Some(702), None));
    }

    #[test]
    fn a_code_has_at_most_four_bytes() {
        let space = |bytes: usize| {
            let (low, high) = ("00".repeat(bytes), "FF".repeat(bytes));
            CMap::parse(format!("1 begincodespacerange <{low}> <{high}> endcodespacerange").as_bytes(), 8)
        };
        assert_eq!(space(LONGEST_CODE).code(b"abcdefgh").1, LONGEST_CODE);
        assert_eq!(space(LONGEST_CODE + 1).code(b"abcdefgh").1, 1, "a space that does not count");
    }
}
