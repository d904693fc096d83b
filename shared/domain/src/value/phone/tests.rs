#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use proptest::prelude::*;

use super::*;

/// Number, country, line, and whether a message may go there by default.
const NUMBERS: &str = include_str!("numbers.tsv");

#[test]
fn each_range_is_told_apart_and_only_mobile_lines_of_europe_are_written_to() {
    let policy = SmsPolicy::default();
    let (mut allowed, mut refused, mut wrong) = (0, 0, Vec::new());
    for row in NUMBERS.lines().filter(|row| !row.starts_with('#')) {
        let cells: Vec<&str> = row.split('\t').collect();
        let [text, country, line, verdict] = cells[..] else { panic!("{row}") };
        let Ok(number) = PhoneNumber::parse(text) else {
            wrong.push(format!("{row}: refused"));
            continue;
        };
        assert_eq!(number.expose(), text, "{row}");
        let found = number.country().map_or("-".to_owned(), |it| it.as_str().to_owned());
        let is_allowed = policy.check(&number).is_ok();
        if (found.as_str(), number.line().as_str(), is_allowed) != (country, line, verdict == "yes") {
            wrong.push(format!("{row}: {found} {} {is_allowed}", number.line().as_str()));
        }
        if is_allowed {
            allowed += 1;
        } else {
            refused += 1;
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(allowed, 33, "one for each country, and one more for a plan that is not divided");
    assert!(allowed + refused >= 300, "{allowed} {refused}");
}

#[test]
fn every_country_that_is_allowed_can_be_written_to_and_no_other() {
    let france = SmsPolicy::new(vec![Country::parse("fr").unwrap()]);
    let (french, german) =
        (PhoneNumber::parse("+33612345678").unwrap(), PhoneNumber::parse("+4915123456789").unwrap());
    assert_eq!(france.check(&french), Ok(()));
    assert_eq!(france.check(&german), Err(Refusal::SmsNotAllowed { why: SmsRefusal::Country }));
    assert!(SmsPolicy::new(Vec::new()).check(&french).is_err());
    // North America does not tell its lines apart; whoever allows it gets both.
    let america = SmsPolicy::new(vec![Country::parse("US").unwrap()]);
    assert_eq!(america.check(&PhoneNumber::parse("+12015550123").unwrap()), Ok(()));
}

#[test]
fn ranges_beside_an_allowed_country_are_not_of_it() {
    let policy = SmsPolicy::default();
    for (text, country) in [
        ("+447781123456", "GG"),
        ("+447797712345", "JE"),
        ("+447624123456", "IM"),
        ("+262692123456", "RE"),
        ("+77710009998", "KZ"),
        ("+12684641234", "AG"),
    ] {
        let number = PhoneNumber::parse(text).unwrap();
        assert_eq!(number.country().map(|it| it.as_str().to_owned()).as_deref(), Some(country));
        assert!(policy.check(&number).is_err(), "{text}");
    }
}

#[test]
fn what_two_plans_share_counts_as_the_larger_one_s() {
    for (text, country) in [("+4741234567", "NO"), ("+447924123456", "GB"), ("+590690001234", "GP")] {
        let number = PhoneNumber::parse(text).unwrap();
        assert_eq!(number.country().map(|it| it.as_str().to_owned()).as_deref(), Some(country));
    }
}

#[test]
fn what_the_plan_does_not_tell_apart_is_not_written_to() {
    // Lines that begin with a zero or with what looks like a trunk prefix.
    let everywhere = ["CI", "IT", "KZ", "LT", "NE"].map(|it| Country::parse(it).unwrap());
    let policy = SmsPolicy::new(everywhere.to_vec());
    for text in ["+37080012345", "+37080123456", "+78091234567", "+390212345678", "+22709123456"] {
        assert!(!PhoneNumber::parse(text).is_ok_and(|it| policy.check(&it).is_ok()), "{text}");
    }
}

#[test]
fn a_number_is_kept_in_one_form_and_shown_masked() {
    for text in ["+39 312 345 6789", "+39-312-345-6789", "+39.312.345.6789", " +39 (312) 345 6789 "] {
        let number = PhoneNumber::parse(text).unwrap();
        assert_eq!(number.expose(), "+393123456789");
        assert_eq!(number.masked(), "+39********89");
        assert_eq!(number.prefix(), "+393123");
        assert_eq!(format!("{number:?}"), "PhoneNumber(***)");
    }
    // A trunk prefix that people write between parentheses is not part of the number.
    assert_eq!(PhoneNumber::parse("+44 (0)7400 123456").unwrap().expose(), "+447400123456");
}

#[test]
fn what_is_no_number_is_refused() {
    for text in [
        "",
        "+",
        "393123456789",
        "00393123456789",
        "+00393123456789",
        "+39 312 345 6789 x12",
        "+39 312 345 6789;ext=5",
        "+39 312 345 67890123456",
        "tel:+393123456789",
        "+1 800 FLOWERS",
        "+٣٩٣١٢٣٤٥٦٧٨٩",
        "+39 1",
        "+33 1 23",
        "+393123456789\n+393123456780",
        "+393123456789\0",
    ] {
        assert_eq!(PhoneNumber::parse(text), Err(Refusal::PhoneMalformed), "{text:?}");
    }
}

#[test]
fn what_no_plan_knows_is_kept_and_not_written_to() {
    for text in ["+999123456789", "+44 7400 12345", "+441632960011"] {
        let number = PhoneNumber::parse(text).unwrap();
        assert_eq!((number.country(), number.line()), (None, Line::Other), "{text}");
        assert!(SmsPolicy::default().check(&number).is_err(), "{text}");
        assert_eq!(PhoneNumber::parse(number.expose()), Ok(number), "{text}");
    }
}

#[test]
fn countries_are_two_letters_that_have_a_plan() {
    assert_eq!(Country::parse(" it ").unwrap().as_str(), "IT");
    for text in ["", "I", "ITA", "XX", "ZZ", "é", "1A", "EU", "UK"] {
        assert!(Country::parse(text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_stumble(text in "\\PC{0,40}") {
        let _ = PhoneNumber::parse(&text);
    }

    #[test]
    fn what_is_read_is_e164_and_reads_the_same_again(digits in "[1-9][0-9]{5,16}") {
        if let Ok(number) = PhoneNumber::parse(&format!("+{digits}")) {
            let text = number.expose();
            prop_assert!(text.starts_with('+') && text.len() <= MAX_DIGITS + 1);
            prop_assert!(text.bytes().skip(1).all(|byte| byte.is_ascii_digit()));
            prop_assert_eq!(PhoneNumber::parse(text), Ok(number));
        }
    }
}
