#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::outbound::stranger::{Server, aws_answer, aws_config};

const PLAIN: &str =
    r#"{"ARN":"arn:aws:secretsmanager:eu-west-1:1:secret:pepper","Name":"pepper","SecretString":"hush"}"#;

fn secrets(server: &Server) -> Secrets {
    Secrets::new(Client::new(&aws_config(&format!("http://{}", server.address()))))
}

#[tokio::test]
async fn a_secret_is_read_once_however_many_ask_for_it() {
    let server = Server::of(aws_answer(200, None, PLAIN)).await;
    let secrets = secrets(&server);
    let asking = (0..20).map(|_| {
        let secrets = secrets.clone();
        tokio::spawn(async move { secrets.text("pepper").await.unwrap() })
    });
    for asked in asking.collect::<Vec<_>>() {
        assert_eq!(asked.await.unwrap().as_str(), "hush");
    }
    assert_eq!(server.bodies(), [r#"{"SecretId":"pepper"}"#]);
    assert_eq!(secrets.keyring("pepper").await.unwrap().current(), (1, b"hush".as_slice()));
    assert_eq!(server.connections(), 1);
    assert!(!format!("{secrets:?}").contains("hush"));
}

#[tokio::test]
async fn a_version_that_was_added_since_is_looked_for_at_once() {
    let server = Server::of(aws_answer(200, None, PLAIN)).await;
    let secrets = secrets(&server);
    assert_eq!(secrets.keyring_having("pepper", 1).await.unwrap().current().0, 1);
    assert_eq!(secrets.keyring_having("pepper", 1).await.unwrap().current().0, 1);
    assert_eq!(server.bodies().len(), 1, "what is remembered has it");
    assert!(secrets.keyring_having("pepper", 2).await.unwrap().of_version(2).is_none());
    assert_eq!(server.bodies().len(), 2, "it was looked for");
}

#[tokio::test]
async fn an_old_secret_is_read_again() {
    let server = Server::of(aws_answer(200, None, PLAIN)).await;
    let secrets = secrets(&server);
    secrets.text("pepper").await.unwrap();
    let slot = Arc::clone(secrets.kept.lock().await.get("pepper").unwrap());
    let long_ago = Instant::now().checked_sub(KEPT_FOR).unwrap();
    slot.lock().await.as_mut().unwrap().read_at = long_ago;
    secrets.text("pepper").await.unwrap();
    assert_eq!(server.bodies().len(), 2);
}

#[tokio::test]
async fn an_absent_secret_is_told_from_an_absent_service() {
    let absent = Server::of(aws_answer(400, Some("ResourceNotFoundException"), "{}")).await;
    let error = secrets(&absent).text("pepper").await.unwrap_err();
    assert!(matches!(error, SecretError::Absent { .. }), "{error:?}");
    let denied = Server::of(aws_answer(400, Some("AccessDeniedException"), "{}")).await;
    let secrets = secrets(&denied);
    for _ in 0..2 {
        let error = secrets.text("pepper").await.unwrap_err();
        assert!(matches!(error, SecretError::Unavailable { .. }), "{error:?}");
    }
    assert_eq!(denied.bodies().len(), 2, "a failure is not remembered");
}

#[test]
fn a_keyring_is_a_bare_key_or_json() {
    let bare = Keyring::parse(" only-key\n").unwrap();
    assert_eq!(bare.current(), (1, b"only-key".as_slice()));
    assert_eq!(bare.of_version(1), Some(b"only-key".as_slice()));
    assert_eq!(bare.of_version(2), None);
    let rotated =
        Keyring::parse(r#"{"version":3,"key":"new","previous":[{"version":1,"key":"old"}]}"#).unwrap();
    assert_eq!(rotated.current(), (3, b"new".as_slice()));
    assert_eq!(rotated.of_version(3), Some(b"new".as_slice()));
    assert_eq!(rotated.of_version(1), Some(b"old".as_slice()));
    assert_eq!(rotated.of_version(2), None);
    assert_eq!(Keyring::parse(r#"{"version":2,"key":"new"}"#).unwrap().current().0, 2);
    assert_eq!(format!("{rotated:?}"), "Keyring(version 3, ***)");
}

#[test]
fn a_malformed_keyring_is_refused_without_repeating_it() {
    for text in [
        r#"{"version":2"#,
        r#"{"key":"hush"}"#,
        r#"{"version":-1,"key":"hush"}"#,
        r#"{"version":2,"key":""}"#,
        r#"{"version":2,"key":"hush","previous":[{"version":2,"key":"hush"}]}"#,
        "",
        "  ",
    ] {
        let what = Keyring::parse(text).unwrap_err();
        assert!(!what.contains("hush"), "{what}");
    }
}
