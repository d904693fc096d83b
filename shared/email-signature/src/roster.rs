//! Persons from a spreadsheet: CSV with a header, by comma, semicolon or tab.

use std::collections::BTreeMap;

use csv::ReaderBuilder;
use domain::EmailAddress;

use crate::attribute::Field;
use crate::members::pointer;
use crate::person::{MAX_BATCH_BYTES, MAX_BATCH_PEOPLE, PersonPatch};
use crate::refusal::{Reason, Refusal};

/// What a file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Roster {
    /// The persons that could be read, in the order of the file.
    pub people: Vec<PersonPatch>,
    /// The lines that could not.
    pub faults: Vec<LineFault>,
    /// Columns that say nothing known here.
    pub ignored: Vec<String>,
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq)]
pub struct LineFault {
    /// Which, from 1; the header is the first.
    pub line: u64,
    /// Why. Its pointer is the name of the column.
    pub refusal: Refusal,
}

/// Reads a file. A column is known by the name of a field, by one of its usual names (`First name`, `E-mail`,
/// `Job title`), or by `columns`, which says which field a header means. Unlike in JSON, an empty cell says
/// nothing: a spreadsheet that lacks a number must not delete it.
///
/// # Errors
///
/// [`Refusal`] of the whole: too large, not in UTF-8, no column with addresses, or two of the same meaning.
pub fn parse(bytes: &[u8], columns: &BTreeMap<String, String>) -> Result<Roster, Refusal> {
    if bytes.len() > MAX_BATCH_BYTES {
        return Err(Refusal::at("", Reason::TooLarge { max_bytes: MAX_BATCH_BYTES }));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| shape("text in UTF-8"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter(text)).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|_| shape("CSV with a header"))?.clone();
    let mut roster = Roster::default();
    let meanings = meanings(&header, columns, &mut roster.ignored)?;
    for (count, record) in reader.records().enumerate() {
        if count >= MAX_BATCH_PEOPLE {
            return Err(Refusal::at("", Reason::TooMany { max: MAX_BATCH_PEOPLE, what: "persons" }));
        }
        // Nothing of a text in memory fails to be read but a record of another encoding, and this is UTF-8.
        let record = record.map_err(|_| shape("CSV with a header"))?;
        if record.iter().all(|it| it.trim().is_empty()) {
            continue;
        }
        match person(&record, &header, &meanings) {
            Ok(person) => roster.people.push(person),
            Err(refusal) => {
                let line = record.position().map_or(0, |at| line_of(text, at));
                roster.faults.push(LineFault { line, refusal });
            }
        }
    }
    Ok(roster)
}

fn person(
    record: &csv::StringRecord,
    header: &csv::StringRecord,
    meanings: &[Option<String>],
) -> Result<PersonPatch, Refusal> {
    if record.len() > header.len() {
        return Err(shape("as many cells as the header has"));
    }
    let cells = || {
        let named = header.iter().zip(meanings).zip(record.iter());
        named.filter_map(|((column, meaning), cell)| Some((column, meaning.as_deref()?, cell.trim())))
    };
    let (column, _, cell) =
        cells().find(|(_, meaning, _)| *meaning == EMAIL).ok_or_else(|| Refusal::at("", Reason::Missing))?;
    let at = |column: &str, reason| Refusal::at(pointer(column), reason);
    let email = EmailAddress::parse(cell).map_err(|_| at(column, Reason::Email))?;
    let mut patch = PersonPatch::new(email);
    for (column, meaning, cell) in cells().filter(|(_, meaning, cell)| *meaning != EMAIL && !cell.is_empty())
    {
        if meaning == ENABLED {
            patch.set_enabled(switch(cell).map_err(|reason| at(column, reason))?);
        } else {
            patch.set(meaning, cell).map_err(|reason| at(column, reason))?;
        }
    }
    Ok(patch)
}

/// The line where a record begins: the reader tells where it began to look, before the empty lines it skips.
fn line_of(text: &str, at: &csv::Position) -> u64 {
    let start = usize::try_from(at.byte()).unwrap_or(usize::MAX);
    let skipped = text.bytes().skip(start).take_while(|it| matches!(it, b'\r' | b'\n'));
    skipped.fold(at.line(), |line, byte| line + u64::from(byte == b'\n'))
}

/// What each column means.
fn meanings(
    header: &csv::StringRecord,
    columns: &BTreeMap<String, String>,
    ignored: &mut Vec<String>,
) -> Result<Vec<Option<String>>, Refusal> {
    let mut meanings: Vec<Option<String>> = Vec::with_capacity(header.len());
    for column in header {
        let meaning = columns.get(column.trim()).map(String::as_str).or_else(|| usual(column));
        let known = meaning.filter(|it| [EMAIL, ENABLED, GROUP].contains(it) || Field::parse(it).is_some());
        if known.is_some() && meanings.iter().flatten().any(|it| Some(it.as_str()) == known) {
            return Err(Refusal::at(
                pointer(column),
                Reason::Shape { expected: "one column for each field" },
            ));
        }
        if known.is_none() && !column.trim().is_empty() {
            ignored.push(column.trim().to_owned());
        }
        meanings.push(known.map(str::to_owned));
    }
    if meanings.iter().flatten().any(|it| it == EMAIL) {
        Ok(meanings)
    } else {
        Err(Refusal::at("/email", Reason::Missing))
    }
}

/// The field that a header usually means.
fn usual(column: &str) -> Option<&'static str> {
    let mut plain = String::with_capacity(column.len());
    for c in column.trim().chars() {
        match c {
            ' ' | '-' | '.' => plain.push('_'),
            c => plain.extend(c.to_lowercase()),
        }
    }
    if let Some(field) = Field::parse(&plain) {
        return Some(field.as_str());
    }
    USUAL.iter().find(|(_, names)| names.contains(&plain.as_str())).map(|(field, _)| *field)
}

fn switch(cell: &str) -> Result<bool, Reason> {
    match cell.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" => Ok(true),
        "0" | "2" | "false" | "no" => Ok(false),
        _ => Err(Reason::OneOf { words: "1, 2, true, false, yes, no" }),
    }
}

/// The sign that stands most often in the first line, outside quotation marks.
fn delimiter(text: &str) -> u8 {
    let (mut counts, mut is_quoted) = ([0_usize; 3], false);
    for byte in text.bytes() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' | b'\r' if !is_quoted => break,
            byte if !is_quoted => {
                let found = DELIMITERS.iter().zip(&mut counts).find(|(it, _)| **it == byte);
                if let Some((_, count)) = found {
                    *count += 1;
                }
            }
            _ => {}
        }
    }
    let most = DELIMITERS.iter().zip(counts).rev().max_by_key(|(_, count)| *count);
    most.map_or(b',', |(delimiter, _)| *delimiter)
}

const fn shape(expected: &'static str) -> Refusal {
    Refusal { pointer: String::new(), reason: Reason::Shape { expected } }
}

const EMAIL: &str = "email";
const ENABLED: &str = "enabled";
const GROUP: &str = "group";
const DELIMITERS: [u8; 3] = *b",;\t";

const USUAL: [(&str, &[&str]); 12] = [
    (EMAIL, &["email", "e_mail", "mail", "email_address", "e_mail_address", "user_principal_name"]),
    (ENABLED, &["enabled", "active"]),
    (GROUP, &["group", "team"]),
    ("firstname", &["first_name", "given_name", "givenname", "prénom", "vorname", "nome"]),
    ("lastname", &["last_name", "family_name", "surname", "nom", "nachname", "cognome"]),
    ("title", &["job_title", "jobtitle", "position", "fonction"]),
    ("unit", &["department", "service"]),
    ("phone", &["telephone", "phone_number", "work_phone", "téléphone"]),
    ("mobile", &["mobile_phone", "mobile_number", "cell"]),
    ("address", &["street", "street_address"]),
    ("postal_code", &["zip", "zip_code", "postcode", "cap", "plz"]),
    ("city", &["town", "ville", "città", "stadt"]),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;
    use crate::person::{Groups, Person};

    fn read(text: &str) -> Roster {
        parse(text.as_bytes(), &BTreeMap::new()).unwrap()
    }

    fn people(roster: &Roster) -> Vec<Person> {
        roster.people.iter().map(|it| it.apply(None, &mut Groups::default()).0).collect()
    }

    #[test]
    fn spreadsheets_of_all_kinds_say_the_same() {
        let comma =
            "email,First name,Last Name,title,group\nada@example.com,Ada,Lovelace,\"Engineer, first\",A\n";
        let semicolon = "\u{feff}E-mail;firstname;Surname;Job title;Team\r\nADA@example.com;Ada;Lovelace;Engineer, first;A\r\n";
        let tab = "mail\tprénom\tNom\tposition\tgroup\nada@example.com\tAda\tLovelace\tEngineer, first\tA";
        let expected = people(&read(comma));
        assert_eq!(expected[0].value(Field::TITLE).unwrap().as_str(), "Engineer, first");
        assert_eq!(people(&read(semicolon)), expected);
        assert_eq!(people(&read(tab)), expected);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_told_and_holds_up_nobody() {
        let file = "email,title,linkedin_link,enabled,shoe size\n\
             ada@example.com,Engineer,,2,38\n\
             not an address,x,,,\n\
             \n\
             \"grace@example.com\",\"two\nlines\",,,\n\
             joan@example.com,x,javascript:alert(1),,\n\
             mary@example.com,x,,maybe,\n\
             anne@example.com,x,,,,too,many\n\
             hedy@example.com,,,,\n";
        let crlf = read(&file.replace('\n', "\r\n"));
        let lines = |it: &Roster| it.faults.iter().map(|it| it.line).collect::<Vec<_>>();
        let roster = read(file);
        assert_eq!(lines(&crlf), lines(&roster));
        let told: Vec<(u64, &str, u16)> = roster
            .faults
            .iter()
            .map(|it| (it.line, it.refusal.pointer.as_str(), it.refusal.reason.number()))
            .collect();
        let expected = [
            (3, "/email", 101),
            (5, "/title", 112),
            (7, "/linkedin_link", 114),
            (8, "/enabled", 120),
            (9, "", 103),
        ];
        assert_eq!(told, expected);
        let read = people(&roster);
        assert_eq!((read.len(), read[0].is_enabled()), (2, false));
        assert_eq!(roster.ignored, ["shoe size"]);
    }

    #[test]
    fn an_empty_cell_deletes_nothing() {
        let ada = people(&read("email,title\nada@example.com,Engineer"));
        let again = read("email,title,city\nada@example.com,,London");
        let (ada, _) = again.people[0].apply(Some(ada[0].clone()), &mut Groups::default());
        assert_eq!(ada.value(Field::TITLE).unwrap().as_str(), "Engineer");
    }

    #[test]
    fn headers_can_be_given_a_meaning() {
        let columns = BTreeMap::from([("Badge".to_owned(), "extra_3".to_owned())]);
        let roster = parse(b"email,Badge\nada@example.com,7", &columns).unwrap();
        assert_eq!(people(&roster)[0].value(Field::parse("extra_3").unwrap()).unwrap().as_str(), "7");
    }

    #[test]
    fn a_file_without_addresses_or_with_two_of_a_field_is_refused() {
        for (file, pointer, number) in [
            (b"title\nx".to_vec(), "/email", 110),
            (b"".to_vec(), "/email", 110),
            (b"email,mail\na@example.com,b@example.com".to_vec(), "/mail", 103),
            (b"email\n\xff@example.com".to_vec(), "", 103),
            (vec![b'x'; MAX_BATCH_BYTES + 1], "", 104),
        ] {
            let refusal = parse(&file, &BTreeMap::new()).unwrap_err();
            assert_eq!((refusal.pointer.as_str(), refusal.reason.number()), (pointer, number));
        }
    }
}
