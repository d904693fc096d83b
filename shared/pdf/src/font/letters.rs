//! What the faces of a mark can show.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use skrifa::charmap::Charmap;

use super::{FACES, font, is_invisible, map};

/// The characters that a typed mark shows as letters, in ranges from low to high. Each of the others stands in the
/// document as a box.
#[must_use]
pub fn letters() -> &'static [RangeInclusive<char>] {
    static LETTERS: LazyLock<Vec<RangeInclusive<char>>> = LazyLock::new(|| ranges(&all()));
    &LETTERS
}

/// The characters of a name that would stand as boxes, each once.
#[must_use]
pub fn missing_letters(name: &str) -> BTreeSet<char> {
    let is_letter = |it: &char| letters().iter().any(|range| range.contains(it));
    name.chars().filter(|it| !is_invisible(*it) && !is_letter(it)).collect()
}

fn all() -> BTreeSet<char> {
    let mapped = (0..FACES.len()).flat_map(|face| {
        let characters: Vec<char> = font(face)
            .map(|(_, font)| {
                Charmap::new(&font).mappings().filter_map(|(code, _)| char::from_u32(code)).collect()
            })
            .unwrap_or_default();
        characters.into_iter().filter(move |character| map(face, *character).is_some())
    });
    mapped.filter(|character| !is_invisible(*character)).collect()
}

fn ranges(characters: &BTreeSet<char>) -> Vec<RangeInclusive<char>> {
    let mut ranges: Vec<RangeInclusive<char>> = Vec::new();
    for character in characters {
        match ranges.last_mut() {
            Some(last) if u32::from(*last.end()) + 1 == u32::from(*character) => {
                *last = *last.start()..=*character;
            }
            _ => ranges.push(*character..=*character),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::super::{Fonts, Style};
    use super::*;

    #[test]
    fn what_is_called_a_letter_is_set_without_a_box_and_nothing_else_is() {
        for code in (0x20..0x3000).chain([0x5c71, 0xac00, 0xfb01, 0x1f600]) {
            let Some(character) = char::from_u32(code).filter(|it| !is_invisible(*it)) else { continue };
            let line = Fonts::default().line(&character.to_string(), Style::Script);
            let is_letter = letters().iter().any(|range| range.contains(&character));
            assert_eq!(line.boxes.is_empty(), is_letter, "U+{code:04X}");
        }
    }

    #[test]
    fn europe_can_type_its_names_and_ranges_are_few() {
        for name in ["Zoë Œuvre-Müller", "Łukasz Żółć", "Ελένη", "Анна Ёлкина", "Nguyễn Thị Ánh", "O’Brien"]
        {
            assert!(missing_letters(name).is_empty(), "{name}");
        }
        assert_eq!(missing_letters("Yamada 山田山\u{200B}"), BTreeSet::from(['山', '田']));
        assert!(letters().len() < 100, "{}", letters().len());
        assert!(letters().windows(2).all(|pair| matches!(pair, [a, b] if a.end() < b.start())));
    }
}
