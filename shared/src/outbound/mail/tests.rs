#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::time::Duration;

use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use domain::message::Delivery;
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use super::letter::tests::invitation;
use super::*;
use crate::outbound::stranger::{Server, aws_answer, aws_config};

fn mail(endpoint: &str, sender: Option<&str>) -> Mail {
    let timeouts = TimeoutConfig::builder().operation_timeout(Duration::from_millis(400)).build();
    let sdk = aws_config(endpoint).to_builder().timeout_config(timeouts).build();
    Mail::new(Mail::client(&sdk), sender.map(str::to_owned), Some("MailConfiguration".to_owned()))
}

async fn send(server: &Server) -> Outcome {
    let to = EmailAddress::parse("ada@example.com").unwrap();
    mail(&format!("http://{}", server.address()), None).send(&to, &invitation(), "sign.example").await
}

#[tokio::test]
async fn a_mail_reaches_ses_as_it_was_written() {
    let server = Server::of(aws_answer(200, None, r#"{"MessageId":"0107-1"}"#)).await;
    let provider_id = "0107-1".to_owned();
    assert_eq!(send(&server).await, Outcome::Settled(Delivery::Accepted { provider_id }));
    let sent: Value = serde_json::from_str(&server.bodies()[0]).unwrap();
    assert_eq!(sent["FromEmailAddress"], "no-reply@sign.example");
    assert_eq!(sent["ConfigurationSetName"], "MailConfiguration");
    assert_eq!(sent["Destination"]["ToAddresses"], serde_json::json!(["ada@example.com"]));
    let (simple, letter) = (&sent["Content"]["Simple"], invitation());
    assert_eq!(simple["Subject"]["Data"], letter.subject());
    assert_eq!(simple["Body"]["Text"]["Data"], letter.text());
    assert_eq!(simple["Body"]["Html"]["Data"], letter.html());
    assert_eq!(simple["Body"]["Html"]["Charset"], "UTF-8");
    let automatic = serde_json::json!([{ "Name": "Auto-Submitted", "Value": "auto-generated" }]);
    assert_eq!(simple["Headers"], automatic);
}

#[tokio::test]
async fn a_chosen_sender_is_used() {
    let server = Server::of(aws_answer(200, None, r#"{"MessageId":"1"}"#)).await;
    let to = EmailAddress::parse("ada@example.com").unwrap();
    let mail = mail(&format!("http://{}", server.address()), Some("Example Ltd <sign@example.com>"));
    mail.send(&to, &invitation(), "sign.example").await;
    let sent: Value = serde_json::from_str(&server.bodies()[0]).unwrap();
    assert_eq!(sent["FromEmailAddress"], "Example Ltd <sign@example.com>");
}

#[tokio::test]
async fn what_ses_answers_decides_what_became_of_a_mail() {
    type Judge = fn(&str) -> Outcome;
    let not_sent: Judge = |code| Outcome::NotSent { reason: code.to_owned() };
    let refused: Judge = |code| Outcome::Settled(Delivery::Refused { reason: code.to_owned() });
    let ambiguous: Judge = |_| Outcome::Settled(Delivery::Ambiguous);
    let cases: [(u16, &str, Judge); 12] = [
        (400, "MessageRejected", refused),
        (400, "BadRequestException", refused),
        (400, "MailFromDomainNotVerifiedException", refused),
        (400, "AccountSuspendedException", refused),
        (404, "NotFoundException", refused),
        (400, "LimitExceededException", not_sent),
        (400, "SendingPausedException", not_sent),
        (429, "TooManyRequestsException", not_sent),
        (400, "ThrottlingException", not_sent),
        (403, "AccessDeniedException", not_sent),
        (500, "InternalFailure", ambiguous),
        (503, "ServiceUnavailable", ambiguous),
    ];
    for (status, code, outcome) in cases {
        let body = r#"{"message":"Address ada@example.com is not verified"}"#;
        let server = Server::of(aws_answer(status, Some(code), body)).await;
        assert_eq!(send(&server).await, outcome(code), "{status} {code}");
        assert_eq!(server.bodies().len(), 1, "{code} is not tried again");
    }
}

#[tokio::test]
async fn a_lost_answer_leaves_it_open_whether_the_mail_left() {
    let silent = Server::start(|stream| async move {
        tokio::time::sleep(Duration::from_secs(5)).await;
        drop(stream);
        Ok(())
    })
    .await;
    let broken = Server::start(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{").await?;
        stream.shutdown().await
    })
    .await;
    let closing = Server::start(|stream| async move {
        drop(stream);
        Ok(())
    })
    .await;
    let garbled = Server::of(aws_answer(200, None, r#"{"<not what was sent"#)).await;
    for server in [silent, broken, closing, garbled] {
        assert_eq!(send(&server).await, Outcome::Settled(Delivery::Ambiguous));
        assert_eq!(server.bodies().len(), 1);
    }
}

#[tokio::test]
async fn a_mail_that_met_no_server_did_not_leave() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let to = EmailAddress::parse("ada@example.com").unwrap();
    let outcome = mail(&format!("http://{closed}"), None).send(&to, &invitation(), "sign.example").await;
    assert_eq!(outcome, Outcome::NotSent { reason: "no connection".to_owned() });
}
