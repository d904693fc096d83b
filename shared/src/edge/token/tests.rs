#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, Ed25519KeyPair};
use domain::access::Scope;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::*;

const NOON: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);

fn key() -> Key {
    Key::derive(b"material").unwrap()
}

fn claims() -> TokenClaims {
    TokenClaims {
        kind: CredentialKind::App,
        id: CredentialId::new(&mut StdRng::seed_from_u64(1)),
        scopes: Scopes::of(Scope::Verify),
        issued_at: NOON,
        expires_at: NOON.plus(TOKEN_TTL),
        rotated_at: Some(NOON),
    }
}

fn parts(token: &str) -> (Value, Value) {
    let mut parts = token.split('.').map(|it| URL_SAFE_NO_PAD.decode(it).unwrap());
    let mut json = || serde_json::from_slice(&parts.next().unwrap()).unwrap();
    (json(), json())
}

fn encoded(header: &Value, claims: &Value) -> String {
    let part = |it: &Value| URL_SAFE_NO_PAD.encode(it.to_string());
    format!("{}.{}", part(header), part(claims))
}

fn signed(header: &Value, claims: &Value, key: &Key) -> String {
    let text = encoded(header, claims);
    let signature = key.pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}

fn with(value: &Value, name: &str, member: Value) -> Value {
    let mut value = value.clone();
    value[name] = member;
    value
}

fn without(value: &Value, name: &str) -> Value {
    let mut value = value.clone();
    value.as_object_mut().unwrap().remove(name);
    value
}

/// A token as it is made, with its parts.
fn genuine() -> (String, Value, Value) {
    let token = write(&claims(), &key(), &mut StdRng::seed_from_u64(2)).unwrap().to_string();
    let (header, claims) = parts(&token);
    (token, header, claims)
}

#[test]
fn a_token_reads_back_until_its_last_second_is_over() {
    let (token, header, body) = genuine();
    let keys = [key()];
    assert!(is_token_shaped(&token));
    assert_eq!(read(&token, &keys, NOON), Some(claims()));
    let end = NOON.plus(TOKEN_TTL);
    assert!(read(&token, &keys, Timestamp::from_unix_ms(end.unix_ms() - 1)).is_some());
    assert!(read(&token, &keys, end).is_none(), "at 1,800 seconds");
    assert_eq!(header, json!({ "alg": "ES256", "kid": key().kid, "typ": "at+jwt" }));
    for name in ["iss", "aud", "sub", "client_id", "iat", "exp", "jti", "scope"] {
        assert!(body.get(name).is_some(), "{name}");
    }
    assert_eq!(signed(&header, &body, &key()).split('.').next(), token.split('.').next());
}

#[test]
fn keys_are_the_same_for_the_same_material_and_others_for_other() {
    assert_eq!(key().kid, key().kid);
    assert_eq!(key().pair.public_key().as_ref(), key().pair.public_key().as_ref());
    assert_ne!(key().kid, Key::derive(b"other").unwrap().kid);
    let (token, ..) = genuine();
    assert!(read(&token, &[Key::derive(b"newer").unwrap(), key()], NOON).is_some(), "an earlier key");
    assert!(read(&token, &[Key::derive(b"newer").unwrap()], NOON).is_none());
}

/// Headers that the right key signed, and that are refused all the same.
fn forged_headers(header: &Value) -> Vec<Value> {
    let mut forged: Vec<Value> =
        ["none", "None", "NONE", "HS256", "RS256", "PS256", "ES384", "EdDSA", "es256", ""]
            .into_iter()
            .map(|alg| with(header, "alg", json!(alg)))
            .collect();
    forged.extend(
        ["JWT", "jwt", "AT+JWT", "application/at+jwt", "id+jwt", ""]
            .map(|typ| with(header, "typ", json!(typ))),
    );
    let jwk = json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" });
    forged.extend([
        with(header, "jku", json!("https://attacker.example/keys")),
        with(header, "jwk", jwk),
        with(header, "x5u", json!("https://attacker.example/chain")),
        with(header, "x5c", json!([])),
        with(header, "crit", json!(["exp"])),
        with(header, "b64", json!(false)),
        with(header, "zip", json!("DEF")),
        with(header, "cty", json!("JWT")),
        with(header, "kid", json!("../../dev/null")),
        with(header, "kid", json!(null)),
        without(header, "kid"),
        without(header, "typ"),
        without(header, "alg"),
    ]);
    forged
}

/// Claims that the right key signed, and that are refused all the same.
fn forged_claims(claims: &Value) -> Vec<Value> {
    let now = NOON.unix_seconds();
    let mut forged = vec![
        with(claims, "iss", json!("https://attacker.example")),
        with(claims, "aud", json!("urn:paraphe:other")),
        with(claims, "aud", json!(["urn:paraphe:api"])),
        with(claims, "sub", json!("root:000000000000000000000000")),
        with(claims, "sub", json!("app:111111111111111111111111")),
        with(claims, "client_id", json!("111111111111111111111111")),
        with(claims, "exp", json!(now)),
        with(claims, "exp", json!(now - 1)),
        with(claims, "exp", json!(now + 1801)),
        with(claims, "exp", json!(i64::MAX)),
        with(claims, "exp", json!("never")),
        with(claims, "iat", json!(now + 61)),
        with(claims, "nbf", json!(now + 60)),
        with(claims, "nbf", json!(now - 60)),
        with(claims, "tenant", json!("another")),
    ];
    forged.extend(
        ["iss", "aud", "sub", "client_id", "iat", "exp", "jti", "scope"].map(|it| without(claims, it)),
    );
    forged
}

#[test]
fn more_than_forty_forged_tokens_are_refused() {
    let (token, header, body) = genuine();
    let keys = [key()];
    let mut forged: Vec<String> =
        forged_headers(&header).iter().map(|header| signed(header, &body, &key())).collect();
    forged.extend(forged_claims(&body).iter().map(|body| signed(&header, body, &key())));
    let (front, signature) = token.rsplit_once('.').unwrap();
    let raw = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let again = |bytes: &[u8]| format!("{front}.{}", URL_SAFE_NO_PAD.encode(bytes));
    // The public key as the secret of an HMAC.
    let hmac_key = hmac::Key::new(hmac::HMAC_SHA256, key().pair.public_key().as_ref());
    let confused = encoded(&with(&header, "alg", json!("HS256")), &body);
    let tag = hmac::sign(&hmac_key, confused.as_bytes());
    let ed = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let p384 = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    let p384 = p384.sign(&SystemRandom::new(), front.as_bytes()).unwrap();
    let other_claims = with(&body, "scope", json!("*"));
    forged.extend([
        format!("{confused}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref())),
        format!("{}.", encoded(&with(&header, "alg", json!("none")), &body)),
        format!("{front}."),
        front.to_owned(),
        again(&[0; 64]),
        again(&[0xff; 64]),
        again(&raw[..63]),
        again(&[raw.as_slice(), &[0]].concat()),
        again(ed.sign(front.as_bytes()).as_ref()),
        again(p384.as_ref()),
        signed(&header, &body, &Key::derive(b"another").unwrap()),
        format!("{}.{signature}", encoded(&header, &other_claims)),
        format!("{token}="),
        format!("{token}.{signature}"),
        format!(" {token}"),
        token.replacen('.', "..", 1),
        token[1..].to_owned(),
        token[..token.len() - 1].to_owned(),
        token.to_uppercase(),
        String::new(),
        "..".to_owned(),
        "a".repeat(MAX_TOKEN_BYTES + 1),
    ]);
    assert!(forged.len() > 40, "{}", forged.len());
    for (number, token) in forged.iter().enumerate() {
        assert_eq!(read(token, &keys, NOON), None, "forged token {number}: {token}");
    }
}

#[test]
fn a_header_that_says_something_twice_is_refused() {
    let (_, header, body) = genuine();
    let twice = header.to_string().replacen('{', "{\"alg\":\"none\",", 1);
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(twice), URL_SAFE_NO_PAD.encode(body.to_string()));
    let signature = key().pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
    let token = format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()));
    assert_eq!(read(&token, &[key()], NOON), None);
}
