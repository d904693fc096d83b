#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::{Binding, Challenge, CodeLength, Codes, OneTimeCode, OtpProof, Pepper, Peppers};
use crate::channel::Channel;
use crate::policy::OtpPolicy;
use crate::value::{Digest, RequestId, SignatoryId};
use crate::{Refusal, Timestamp};

const NOON: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);

fn binding(rng: &mut StdRng) -> Binding {
    Binding {
        request: RequestId::new(rng),
        signatory: SignatoryId::new(rng),
        document: Digest::of(b"document"),
        consent: Digest::of(b"consent"),
        destinations: vec![(Channel::Email, Digest::of(b"email:ada@example.com"))],
    }
}

/// A policy, a pepper, and a challenge for `bound` with its codes.
struct Fixture {
    policy: OtpPolicy,
    peppers: Peppers,
    challenge: Challenge,
    codes: Codes,
}

impl Fixture {
    fn new(bound: &Binding, rng: &mut StdRng) -> Self {
        let (policy, pepper) = (OtpPolicy::default(), Pepper::new(1, b"p"));
        let (challenge, codes) = Challenge::issue(bound, (CodeLength::Six, &pepper, &policy), NOON, rng);
        Self { policy, peppers: Peppers::new(pepper, Vec::new()), challenge, codes }
    }

    fn answer(&self, bound: &Binding, now: Timestamp) -> Result<OtpProof, Refusal> {
        self.challenge.answer(&self.codes, bound, &self.peppers, &self.policy, now)
    }
}

fn both(bound: &Binding) -> Binding {
    let sms = (Channel::Sms, Digest::of(b"sms:+390612345678"));
    Binding { destinations: vec![bound.destinations[0], sms], ..bound.clone() }
}

#[test]
fn the_right_code_proves_until_the_last_millisecond() {
    let mut rng = StdRng::seed_from_u64(1);
    let bound = binding(&mut rng);
    let fixture = Fixture::new(&bound, &mut rng);
    let end = NOON.plus(fixture.policy.ttl);
    let proof = fixture.answer(&bound, Timestamp::from_unix_ms(end.unix_ms() - 1)).unwrap();
    assert_eq!((proof.document(), proof.channels()), (bound.document, &[Channel::Email][..]));
    assert_eq!(fixture.answer(&bound, end).unwrap_err(), Refusal::CodeExpired);
}

#[test]
fn the_right_code_fails_when_anything_it_is_bound_to_changes() {
    let mut rng = StdRng::seed_from_u64(2);
    let bound = binding(&mut rng);
    let fixture = Fixture::new(&bound, &mut rng);
    let elsewhere = vec![(Channel::Email, Digest::of(b"email:eve@example.com"))];
    let others = [
        Binding { request: RequestId::new(&mut rng), ..bound.clone() },
        Binding { signatory: SignatoryId::new(&mut rng), ..bound.clone() },
        Binding { document: Digest::of(b"another"), ..bound.clone() },
        Binding { consent: Digest::of(b"another"), ..bound.clone() },
        Binding { destinations: elsewhere, ..bound.clone() },
    ];
    for other in others {
        assert_eq!(fixture.answer(&other, NOON).unwrap_err(), Refusal::CodeWrong { attempts_left: 4 });
    }
    // The channel, too: the digest of a code by mail is none of a code by text message to the same place.
    let mut by_sms = fixture.challenge.clone();
    by_sms.codes[0].channel = Channel::Sms;
    let to = vec![(Channel::Sms, bound.destinations[0].1)];
    let codes: Codes =
        vec![(Channel::Sms, OneTimeCode::parse(fixture.codes[0].1.expose(), CodeLength::Six).unwrap())];
    let bound_to_sms = Binding { destinations: to, ..bound };
    let answer = by_sms.answer(&codes, &bound_to_sms, &fixture.peppers, &fixture.policy, NOON);
    assert_eq!(answer.unwrap_err(), Refusal::CodeWrong { attempts_left: 4 });
}

#[test]
fn of_six_bindings_each_takes_its_own_code_alone() {
    let mut rng = StdRng::seed_from_u64(9);
    let bound = binding(&mut rng);
    let to = |channel, address: &[u8]| vec![(channel, Digest::of(address))];
    let all = [
        Binding { request: RequestId::new(&mut rng), ..bound.clone() },
        Binding { signatory: SignatoryId::new(&mut rng), ..bound.clone() },
        Binding { document: Digest::of(b"another"), ..bound.clone() },
        Binding { consent: Digest::of(b"another"), ..bound.clone() },
        Binding { destinations: to(Channel::Email, b"email:eve@example.com"), ..bound.clone() },
        Binding { destinations: to(Channel::Sms, b"email:ada@example.com"), ..bound },
    ];
    let fixtures = all.each_ref().map(|it| Fixture::new(it, &mut rng));
    for (of, fixture) in fixtures.iter().enumerate() {
        for (on, (other, bound)) in fixtures.iter().zip(&all).enumerate() {
            // The code of one, typed where the other's is asked for.
            let code = OneTimeCode::parse(fixture.codes[0].1.expose(), CodeLength::Six).unwrap();
            let codes = vec![(bound.destinations[0].0, code)];
            let answer = other.challenge.answer(&codes, bound, &other.peppers, &other.policy, NOON);
            assert_eq!(answer.is_ok(), of == on, "the code of {of} on {on}");
        }
    }
}

#[test]
fn a_pepper_that_was_replaced_still_verifies_and_an_unknown_one_does_not() {
    let mut rng = StdRng::seed_from_u64(5);
    let bound = binding(&mut rng);
    let fixture = Fixture::new(&bound, &mut rng);
    let answer =
        |peppers: &Peppers| fixture.challenge.answer(&fixture.codes, &bound, peppers, &fixture.policy, NOON);
    assert!(answer(&Peppers::new(Pepper::new(2, b"q"), vec![Pepper::new(1, b"p")])).is_ok());
    assert_eq!(answer(&Peppers::new(Pepper::new(2, b"q"), Vec::new())).unwrap_err(), Refusal::CodeExpired);
    let another = Peppers::new(Pepper::new(1, b"q"), Vec::new());
    assert_eq!(answer(&another).unwrap_err(), Refusal::CodeWrong { attempts_left: 4 });
}

#[test]
fn where_two_channels_are_asked_for_one_code_is_not_enough() {
    let mut rng = StdRng::seed_from_u64(6);
    let bound = both(&binding(&mut rng));
    let fixture = Fixture::new(&bound, &mut rng);
    assert_ne!(fixture.codes[0].1.expose(), fixture.codes[1].1.expose(), "each channel has its own");
    let answer = |codes: &Codes, bound: &Binding| {
        fixture.challenge.answer(codes, bound, &fixture.peppers, &fixture.policy, NOON)
    };
    let code = |index: usize| OneTimeCode::parse(fixture.codes[index].1.expose(), CodeLength::Six).unwrap();
    assert_eq!(answer(&fixture.codes, &bound).unwrap().channels(), [Channel::Email, Channel::Sms]);
    let missing = Refusal::StepMissing { missing: "the code of every channel" };
    assert_eq!(answer(&vec![(Channel::Email, code(0))], &bound).unwrap_err(), missing);
    assert_eq!(answer(&vec![(Channel::Sms, code(1))], &bound).unwrap_err(), missing);
    let crossed = vec![(Channel::Email, code(1)), (Channel::Sms, code(0))];
    assert_eq!(answer(&crossed, &bound).unwrap_err(), Refusal::CodeWrong { attempts_left: 4 });
    let half = vec![(Channel::Email, code(0)), (Channel::Sms, code(0))];
    assert_eq!(answer(&half, &bound).unwrap_err(), Refusal::CodeWrong { attempts_left: 4 });
    // A signatory of whom less is asked now than when the codes were made cannot use them, nor one of whom
    // more is.
    let less = Binding { destinations: vec![bound.destinations[0]], ..bound.clone() };
    assert_eq!(answer(&fixture.codes, &less).unwrap_err(), Refusal::CodeExpired);
    let only_mail = Fixture::new(&less, &mut rng);
    assert_eq!(only_mail.answer(&bound, NOON).unwrap_err(), Refusal::CodeExpired);
}

#[test]
fn a_challenge_without_tries_left_is_dead_even_for_the_right_code() {
    let mut rng = StdRng::seed_from_u64(3);
    let bound = binding(&mut rng);
    let mut fixture = Fixture::new(&bound, &mut rng);
    fixture.challenge.attempts = fixture.policy.max_attempts - 1;
    assert!(fixture.answer(&bound, NOON).is_ok());
    fixture.challenge.attempts = fixture.policy.max_attempts;
    assert_eq!(fixture.answer(&bound, NOON).unwrap_err(), Refusal::CodeExpired);
}

#[test]
fn what_is_stored_is_found_by_search_with_the_pepper_and_not_without() {
    let mut rng = StdRng::seed_from_u64(7);
    let bound = binding(&mut rng);
    let fixture = Fixture::new(&bound, &mut rng);
    let search = |pepper: Pepper| {
        let peppers = Peppers::new(pepper, Vec::new());
        (0..1_000_000).find(|number| {
            let code = OneTimeCode::parse(&format!("{number:06}"), CodeLength::Six).unwrap();
            let answer =
                fixture.challenge.answer(&[(Channel::Email, code)], &bound, &peppers, &fixture.policy, NOON);
            answer.is_ok()
        })
    };
    let code: u32 = fixture.codes[0].1.expose().parse().unwrap();
    assert_eq!(search(Pepper::new(1, b"p")), Some(code));
    assert_eq!(search(Pepper::new(1, b"another")), None);
}

/// Alone, with a byte named by `MISMATCH_AT`, it is what `tests/conformance/constant-time` counts.
#[test]
fn wherever_the_digests_differ_the_answer_is_the_same() {
    let only = std::env::var_os("MISMATCH_AT").and_then(|it| it.to_str()?.parse().ok());
    for at in only.map_or(0..32, |at: usize| at..at + 1) {
        let mut rng = StdRng::seed_from_u64(8);
        let bound = binding(&mut rng);
        let mut fixture = Fixture::new(&bound, &mut rng);
        let mut mac = *fixture.challenge.codes[0].mac.as_bytes();
        mac[at] ^= 1;
        fixture.challenge.codes[0].mac = Digest::from_bytes(mac);
        assert_eq!(fixture.answer(&bound, NOON).unwrap_err(), Refusal::CodeWrong { attempts_left: 4 });
    }
}

#[test]
fn codes_are_read_as_people_type_them() {
    assert_eq!(OneTimeCode::parse(" 012-345 ", CodeLength::Six).unwrap().expose(), "012345");
    for text in ["", "12345", "1234567", "12345a", "１２３４５６"] {
        assert!(OneTimeCode::parse(text, CodeLength::Six).is_err(), "{text}");
    }
}

#[test]
fn codes_are_uniform_in_every_place() {
    uniform::<6>(CodeLength::Six);
    uniform::<8>(CodeLength::Eight);
}

fn uniform<const DIGITS: usize>(length: CodeLength) {
    let mut rng = StdRng::seed_from_u64(4);
    let mut counts = [[0_u32; 10]; DIGITS];
    let codes = 1_000_000;
    for _ in 0..codes {
        let code = OneTimeCode::new(length, &mut rng);
        assert_eq!(code.expose().len(), DIGITS);
        for (place, digit) in counts.iter_mut().zip(code.expose().bytes()) {
            *place.get_mut(usize::from(digit - b'0')).unwrap() += 1;
        }
    }
    // Chi-square with nine degrees of freedom: 27.88 is exceeded once in a thousand fair samples.
    let expected = f64::from(codes) / 10.0;
    for place in counts {
        let chi_square: f64 =
            place.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
        assert!(chi_square < 27.88, "{place:?}");
    }
}

#[test]
fn a_code_has_six_digits_or_eight() {
    let lengths: Vec<_> =
        (0..=u8::MAX).filter_map(|it| CodeLength::of(it).map(|length| (it, length))).collect();
    assert_eq!(lengths, [(6, CodeLength::Six), (8, CodeLength::Eight)]);
    assert!(lengths.iter().all(|(digits, length)| length.digits() == *digits));
    let typed = |text: &str, length| OneTimeCode::parse(text, length).map(|it| it.expose().to_owned());
    assert_eq!(typed(" 0123-45 67", CodeLength::Eight).unwrap(), "01234567");
    for (text, length) in
        [("012345", CodeLength::Eight), ("01234567", CodeLength::Six), ("01234a", CodeLength::Six)]
    {
        assert!(typed(text, length).is_err(), "{text}");
    }
}

#[test]
fn secrets_do_not_print() {
    let code = OneTimeCode::parse("123456", CodeLength::Six).unwrap();
    assert_eq!(format!("{code:?} {:?}", Pepper::new(1, b"pepper")), "OneTimeCode(***) Pepper(***)");
}
