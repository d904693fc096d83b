#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

fn scopes(text: &str) -> Scopes {
    Scopes::parse_list(text).unwrap()
}

fn allowed(text: &str, method: &str, path: &str) -> bool {
    scopes(text).allow(Operation::of(method, path).unwrap())
}

#[test]
fn every_word_reads_back_and_none_is_written_twice() {
    let words: BTreeSet<&str> = Scope::ALL.iter().map(|it| it.as_str()).collect();
    assert_eq!(words.len(), Scope::ALL.len());
    for scope in Scope::ALL {
        assert_eq!(scopes(scope.as_str()), Scopes::of(scope));
    }
    assert_eq!(scopes("verify signatures:read  verify").to_string(), "signatures:read verify");
    assert_eq!(scopes("* verify").to_string(), "*");
}

#[test]
fn openapi_s_form_covers_a_method_of_a_path_and_what_is_below() {
    let read = "GET:esignature.openapi.com/signatures";
    assert!(allowed(read, "GET", "/signatures") && allowed(read, "GET", "/signatures/{id}/audit"));
    assert!(allowed(read, "GET", "/signature/{id}"), "the singular is another spelling");
    assert!(!allowed(read, "DELETE", "/signatures/{id}") && !allowed(read, "GET", "/themes"));
    let one = "GET:esignature.openapi.com/signatures/{id}";
    assert!(!allowed(one, "GET", "/signatures") && allowed(one, "GET", "/signatures/{id}/{actionType}"));
    let audit = "GET:sign.example.com:8443/signatures/{any}/audit/";
    assert!(allowed(audit, "GET", "/signatures/{id}/audit"));
    assert!(!allowed(audit, "GET", "/signatures/{id}/{actionType}"), "a parameter is no word");
    assert!(allowed("POST:esignature.openapi.com/EU-SES", "POST", "/EU-SES"));
}

#[test]
fn a_scope_that_names_nothing_is_refused_with_its_position() {
    for text in [
        "signatures",
        "SIGNATURES:READ",
        "get:esignature.openapi.com/signatures",
        "GET:/signatures",
        "GET:esignature.openapi.com",
        "GET:esignature.openapi.com/",
        "GET:esignature.openapi.com/certificates",
        "GET:esignature.openapi.com/signatures*",
        "*:esignature.openapi.com/signatures",
        "GET:a b/signatures",
        "DELETE:esignature.openapi.com/signatures/1",
        "verify,verify",
        "",
        "**",
    ] {
        let refused = Scopes::parse(["verify", text]);
        assert_eq!(refused, Err(Refusal::ScopeUnknown { position: 1 }), "{text}");
    }
}

#[test]
fn nobody_passes_on_what_they_do_not_hold() {
    let holder = scopes("signatures:read verify");
    for (asked, may) in [
        ("signatures:read", true),
        ("verify signatures:read", true),
        ("POST:esignature.openapi.com/verify", true),
        ("signatures:write", false),
        ("*", false),
        ("GET:esignature.openapi.com/signatures", false),
        ("events:read", false),
        ("", true),
    ] {
        assert_eq!(holder.include(&scopes(asked)), may, "{asked}");
    }
    let by_routes = scopes("GET:esignature.openapi.com/verify POST:esignature.openapi.com/verify");
    assert!(by_routes.include(&Scopes::of(Scope::Verify)));
    assert!(!by_routes.include(&Scopes::of(Scope::EventsRead)), "nothing is below it yet");
    assert!(Scopes::everything().include(&Scopes::everything()));
}

#[test]
fn an_intersection_allows_what_both_allow() {
    let texts = [
        "*",
        "",
        "signatures:read",
        "signatures:read signatures:write audit:read",
        "GET:esignature.openapi.com/signatures",
        "GET:esignature.openapi.com/signatures/{id} verify",
        "verify trust:manage",
        "POST:esignature.openapi.com/verify",
    ];
    for (a, b) in texts.iter().flat_map(|a| texts.iter().map(move |b| (a, b))) {
        let (a, b) = (scopes(a), scopes(b));
        let both = a.intersection(&b);
        assert!(a.include(&both) && b.include(&both), "{a} and {b}: {both}");
        for operation in OPERATIONS.iter().filter(|it| both.allow(it)) {
            assert!(a.allow(operation) && b.allow(operation), "{a} and {b}: {operation:?}");
        }
    }
    assert_eq!(scopes("*").intersection(&scopes("verify")), scopes("verify"));
    assert_eq!(scopes("verify audit:read").intersection(&scopes("verify")), scopes("verify"));
    let narrowed = scopes("signatures:read audit:read").intersection(&scopes(texts[4]));
    assert_eq!(narrowed, scopes("signatures:read audit:read"));
}

#[test]
fn the_table_names_every_operation_once() {
    let named: BTreeSet<(&str, &str)> = OPERATIONS.iter().map(|it| (it.method, it.path)).collect();
    assert_eq!(named.len(), OPERATIONS.len());
}
