//! Time-stamps of a day's checkpoint, and those of the seals as files of the bundle.

use aws_sdk_dynamodb::types::AttributeValue;
use local::Options;
use tests::{A_WHILE, Authority, CONTRACT, Ceremony, Door, ada, find};
use trail::{Bundle, Knowledge, Outcome, Verdict, verify};

async fn door(authority: &Authority) -> Door {
    let parameters = [("SealLevel", "B-T"), ("SealLevelPolicy", "refuse"), ("TsaUrl", &authority.url())];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    Door::open_with(Options { parameters, ..Options::default() }).await
}

async fn signed(door: &Door) -> Ceremony {
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    ceremony.sign_all().await;
    door.advance(A_WHILE).await;
    ceremony
}

/// What is found by somebody who trusts the authority, and the seals of the bundle.
fn judged(ceremony: &Ceremony, authority: &Authority, archive: &[u8]) -> Verdict {
    let (opened, _) = Bundle::open(archive).unwrap();
    let mut roots = pades::certificates_of_pem(&authority.certificate_pem()).unwrap();
    roots.extend(opened.folder("certificates").map(|(_, der)| der.to_vec()));
    let now = ceremony.door.cloud.clock().now().unix_seconds();
    verify(archive, &Knowledge { now, roots: Some(roots), ..Knowledge::default() })
}

#[tokio::test]
async fn the_day_s_checkpoint_is_time_stamped_and_a_bundle_shows_it() {
    let Some(authority) = Authority::listen().await else { return };
    let door = door(&authority).await;
    let ceremony = signed(&door).await;
    let archive = ceremony.bundle().await;
    let (opened, _) = Bundle::open(&archive).unwrap();
    let named = |start: &str, end: &str| {
        opened.files.keys().filter(|it| it.starts_with(start) && it.ends_with(end)).count()
    };
    assert_eq!((named("log/stamp-", ".txt"), named("log/stamp-", ".tst")), (1, 1));
    assert_eq!(named("timestamps/", ".tst"), 2, "one of each seal");
    let verdict = judged(&ceremony, &authority, &archive);
    assert_eq!(verdict.outcome, Outcome::Passed, "{:#?}", verdict.checks);
    let of_day = verdict.checks.iter().filter(|it| it.name == "time-stamp" && it.outcome == Outcome::Passed);
    assert_eq!(of_day.count(), 1, "{:#?}", verdict.checks);
    // The same day there is no second one, and over another note none holds.
    let asked = authority.asked();
    door.advance(A_WHILE).await;
    assert_eq!(authority.asked(), asked);
    let mut files: Vec<(String, Vec<u8>)> =
        opened.files.iter().map(|(name, bytes)| (name.clone(), bytes.to_vec())).collect();
    files
        .iter_mut()
        .find(|(it, _)| {
            it.starts_with("log/stamp-") && it.rsplit_once('.').is_some_and(|(_, kind)| kind == "txt")
        })
        .unwrap()
        .1
        .push(b'\n');
    let other = trail::bundle::write(opened.manifest.clone(), files).unwrap();
    let verdict = judged(&ceremony, &authority, &other);
    let failed: Vec<_> = verdict.checks.iter().filter(|it| it.outcome == Outcome::Failed).collect();
    assert!(failed.len() == 1 && failed[0].name == "time-stamp", "{failed:#?}");
}

#[tokio::test]
async fn a_death_between_the_note_and_its_time_stamp_leaves_a_pair_that_holds() {
    let Some(authority) = Authority::listen().await else { return };
    let door = door(&authority).await;
    let first = signed(&door).await;
    let log = find(&door.cloud.data().join("objects"), "log").unwrap();
    let token = std::fs::read_dir(log.join("stamps")).unwrap().map(|it| it.unwrap().path());
    let token = token.into_iter().find(|it| it.extension().is_some_and(|it| it == "tst")).unwrap();
    std::fs::remove_file(&token).unwrap();
    let table = door.cloud.template().tables.iter().find(|it| it.name.contains("equests")).unwrap();
    let forget = door.cloud.aws().dynamodb().update_item().table_name(&table.name);
    let text = |it: &str| AttributeValue::S(it.to_owned());
    let forget = forget.key("pk", text("LOG")).key("sk", text("STATE"));
    let forget =
        forget.update_expression("SET stamped = :none").expression_attribute_values(":none", text(""));
    forget.send().await.unwrap();
    // The log has grown meanwhile: there is another checkpoint.
    let second = signed(&door).await;
    assert!(token.exists());
    for ceremony in [&first, &second] {
        let verdict = judged(ceremony, &authority, &ceremony.bundle().await);
        assert_eq!(verdict.outcome, Outcome::Passed, "{:#?}", verdict.checks);
    }
}
