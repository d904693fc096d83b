//! Time-stamps end with their certificates; what they show does not, as long as later ones take them over.

use std::collections::BTreeSet;

use domain::Timestamp;
use http::Method;
use local::Options;
use serde_json::json;
use shared::edge::Clock;
use tests::{A_WHILE, CONTRACT, Ceremony, ChangingAuthority, Door, ada, find};
use trail::bundle::write;
use trail::{Bundle, Check, Knowledge, Outcome, verify};

/// A stage in 2026 with an authority that changes its certificates, and a seal key that outlasts the story.
async fn stage() -> Option<(Door, ChangingAuthority)> {
    let clock = Clock::standing(Timestamp::parse_rfc3339("2026-11-23T10:00:00Z").unwrap());
    let authority = ChangingAuthority::listen(clock.clone()).await?;
    let parameters = [("TsaUrl".to_owned(), authority.url().to_owned())].into();
    let door = Door::open_with(Options { clock, parameters, ..Options::default() }).await;
    let ca = pades::demo_ca::create("Examples", door.cloud.clock().now().unix_seconds(), 20 * 365).unwrap();
    let chain = format!("{}{}", ca.seal_certificate_pem, ca.ca_certificate_pem);
    tests::use_seal_secret(&door, &json!({ "key_pem": ca.seal_key_pem, "certificate_pem": chain })).await;
    let years = json!({ "documentMonths": 3, "evidenceYears": 15 });
    let _taken = door.call(Method::PUT, "/retention", Some(&years)).await.expect(200);
    Some((door, authority))
}

/// What is found about time-stamps by somebody who trusts the authority, at the stage's time.
fn stamps(ceremony: &Ceremony, authority: &ChangingAuthority, archive: &[u8]) -> Vec<Check> {
    let (opened, _) = Bundle::open(archive).unwrap();
    let mut roots = vec![authority.root()];
    roots.extend(opened.folder("certificates").map(|(_, der)| der.to_vec()));
    let now = ceremony.door.cloud.clock().now().unix_seconds();
    let verdict = verify(archive, &Knowledge { now, roots: Some(roots), ..Knowledge::default() });
    let failed: Vec<&Check> = verdict.checks.iter().filter(|it| it.outcome == Outcome::Failed).collect();
    assert!(failed.iter().all(|it| it.name == "time-stamp"), "{failed:#?}");
    verdict.checks.into_iter().filter(|it| it.name == "time-stamp").collect()
}

/// The same bundle without some files, or with others in their place.
fn changed(archive: &[u8], change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>) -> Vec<u8> {
    let (opened, _) = Bundle::open(archive).unwrap();
    let files = opened.files.iter();
    let files = files.filter_map(|(name, bytes)| Some((name.clone(), change(name, bytes.to_vec())?)));
    write(opened.manifest.clone(), files.collect()).unwrap()
}

fn outcomes(checks: &[Check]) -> BTreeSet<Outcome> {
    checks.iter().map(|it| it.outcome).collect()
}

#[tokio::test]
async fn from_2026_to_2037_a_time_that_is_still_relied_on_shows_when_the_chain_was_there() {
    let Some((door, authority)) = stage().await else { return };
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    ceremony.sign_all().await;
    door.advance(A_WHILE).await;
    let mut bundles = Vec::new();
    for year in 2026..2037 {
        let archive = ceremony.bundle().await;
        let checks = stamps(&ceremony, &authority, &archive);
        assert_eq!(outcomes(&checks), BTreeSet::from([Outcome::Passed]), "{year}: {checks:#?}");
        let first = &checks[0];
        assert!(first.place == "log/stamp-2026-11-23.tst", "{year}: {checks:#?}");
        assert!(first.detail.starts_with("the chain's head was in the log when the time-stamp says"));
        assert_eq!(first.detail.contains("took it over"), year > 2026, "{year}: {checks:#?}");
        bundles.push(archive);
        if year == 2027 {
            // The log goes on.
            door.request(CONTRACT, &[ada()]).await.sign_all().await;
        }
        // The schedule fires once a month here.
        for _ in 0..12 {
            door.cloud.clock().shift(MONTH_MS);
            door.settle().await;
        }
    }
    let archive = ceremony.bundle().await;
    let checks = stamps(&ceremony, &authority, &archive);
    assert_eq!(outcomes(&checks), BTreeSet::from([Outcome::Passed]), "{checks:#?}");
    let renewals = checks.iter().filter(|it| it.place.starts_with("log/renewal-")).count();
    assert!((10..=14).contains(&renewals), "{checks:#?}");
    // What was handed out in 2026 has ended by now: nobody can add to it what came later.
    assert_eq!(outcomes(&stamps(&ceremony, &authority, &bundles[0])), BTreeSet::from([Outcome::Open]));
    // Where one link is missing, the first time-stamp is not decided on any more.
    let middle = checks.iter().filter(|it| it.place.starts_with("log/renewal-")).nth(renewals / 2).unwrap();
    let stem = middle.place.strip_suffix("tst").unwrap();
    let torn = changed(&archive, |name, bytes| (!name.starts_with(stem)).then_some(bytes));
    let torn = stamps(&ceremony, &authority, &torn);
    assert_eq!(outcomes(&torn), BTreeSet::from([Outcome::Passed, Outcome::Open, Outcome::Failed]));
    // One over another text takes nothing over, and is not what the next one took over.
    let renewals: Vec<&str> =
        checks.iter().map(|it| it.place.as_str()).filter(|it| it.starts_with("log/renewal-")).collect();
    let other = changed(&archive, |name, mut bytes| {
        if name == renewals[0].replace(".tst", ".txt") {
            // A digit of a digest, before the last one and its padding.
            let at = bytes.len() - 10;
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        }
        Some(bytes)
    });
    let other = stamps(&ceremony, &authority, &other);
    assert_eq!((other[0].outcome, other[0].place.as_str()), (Outcome::Open, "log/stamp-2026-11-23.tst"));
    let failed = other.iter().filter(|it| it.outcome == Outcome::Failed);
    assert_eq!(failed.map(|it| it.place.as_str()).collect::<Vec<_>>(), renewals[..2], "{other:#?}");
    // A proof of another checkpoint says nothing of this one.
    let of_now = archive_file(&archive, "log/proof.tlog-proof");
    let proof = changed(&archive, |name, bytes| {
        Some(if name == "log/stamp-2026-11-23.tlog-proof" { of_now.clone() } else { bytes })
    });
    assert_eq!(stamps(&ceremony, &authority, &proof)[0].outcome, Outcome::Failed);
    // Nothing is renewed before it has to be: the authority is asked about once a year for it.
    let log = find(&door.cloud.data().join("objects"), "log").unwrap();
    let kept = |folder: &str| std::fs::read_dir(log.join(folder)).unwrap().count() / 2;
    assert_eq!(kept("renewals"), renewals.len());
    assert!(kept("stamps") > 120, "{} time-stamps of {}", kept("stamps"), authority.made());
}

/// A twelfth of a year.
const MONTH_MS: i64 = 365 * 24 * 60 * 60 * 1000 / 12;

fn archive_file(archive: &[u8], name: &str) -> Vec<u8> {
    Bundle::open(archive).unwrap().0.files[name].to_vec()
}
