#![allow(clippy::unwrap_used, reason = "tests")]

use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::{Binding, Challenge, OneTimeCode, Pepper};
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
        destination: Digest::of(b"email:ada@example.com"),
    }
}

#[test]
fn the_right_code_proves_until_the_last_millisecond() {
    let (mut rng, policy, pepper) = (StdRng::seed_from_u64(1), OtpPolicy::default(), Pepper::new(b"p"));
    let bound = binding(&mut rng);
    let (challenge, code) = Challenge::issue(&bound, &pepper, &policy, NOON, &mut rng);
    let last = Timestamp::from_unix_ms(NOON.plus(policy.ttl).unix_ms() - 1);
    let proof = challenge.answer(&code, &bound, &pepper, &policy, last).unwrap();
    assert_eq!(proof.document(), bound.document);
    let late = challenge.answer(&code, &bound, &pepper, &policy, NOON.plus(policy.ttl));
    assert_eq!(late.unwrap_err(), Refusal::CodeExpired);
}

#[test]
fn the_right_code_fails_when_anything_it_is_bound_to_changes() {
    let (mut rng, policy, pepper) = (StdRng::seed_from_u64(2), OtpPolicy::default(), Pepper::new(b"p"));
    let bound = binding(&mut rng);
    let (challenge, code) = Challenge::issue(&bound, &pepper, &policy, NOON, &mut rng);
    let others = [
        Binding { request: RequestId::new(&mut rng), ..bound.clone() },
        Binding { signatory: SignatoryId::new(&mut rng), ..bound.clone() },
        Binding { document: Digest::of(b"another"), ..bound.clone() },
        Binding { consent: Digest::of(b"another"), ..bound.clone() },
        Binding { destination: Digest::of(b"sms:+3312345678"), ..bound.clone() },
    ];
    for other in others {
        let answer = challenge.answer(&code, &other, &pepper, &policy, NOON);
        assert_eq!(answer.unwrap_err(), Refusal::CodeWrong { attempts_left: 4 });
    }
    let another_pepper = challenge.answer(&code, &bound, &Pepper::new(b"q"), &policy, NOON);
    assert!(another_pepper.is_err());
}

#[test]
fn a_challenge_without_tries_left_is_dead_even_for_the_right_code() {
    let (mut rng, policy, pepper) = (StdRng::seed_from_u64(3), OtpPolicy::default(), Pepper::new(b"p"));
    let bound = binding(&mut rng);
    let (mut challenge, code) = Challenge::issue(&bound, &pepper, &policy, NOON, &mut rng);
    challenge.attempts = policy.max_attempts;
    let answer = challenge.answer(&code, &bound, &pepper, &policy, NOON);
    assert_eq!(answer.unwrap_err(), Refusal::CodeExpired);
}

#[test]
fn codes_are_read_as_people_type_them() {
    assert_eq!(OneTimeCode::parse(" 012-345 ").unwrap().expose(), "012345");
    for text in ["", "12345", "1234567", "12345a", "１２３４５６"] {
        assert!(OneTimeCode::parse(text).is_err(), "{text}");
    }
}

#[test]
fn codes_are_uniform_in_every_place() {
    let mut rng = StdRng::seed_from_u64(4);
    let mut counts = [[0_u32; 10]; 6];
    let codes = 100_000;
    for _ in 0..codes {
        let code = OneTimeCode::new(&mut rng);
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
