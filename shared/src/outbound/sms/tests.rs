#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_sns::config::timeout::TimeoutConfig;
use domain::message::Delivery;
use domain::otp::{CodeLength, OneTimeCode};
use tokio::net::TcpListener;

use super::*;
use crate::outbound::stranger::{Server, aws_config};

fn sms(endpoint: &str, sender_id: Option<&str>) -> Sms {
    let timeouts = TimeoutConfig::builder().operation_timeout(Duration::from_millis(400)).build();
    let sdk = aws_config(endpoint).to_builder().timeout_config(timeouts).build();
    Sms::new(Sms::client(&sdk), sender_id.map(str::to_owned), 80)
}

async fn send(endpoint: &str, sender_id: Option<&str>) -> Outcome {
    let code = OneTimeCode::parse("012345", CodeLength::Six).unwrap();
    let message = ShortMessage::of_words("Code {OTP}", &code, "sign.example").unwrap();
    sms(endpoint, sender_id).send(&PhoneNumber::parse("+393123456789").unwrap(), &message).await
}

fn answer(status: u16, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status} X\r\ncontent-type: text/xml\r\ncontent-length: {length}\r\n\r\n{body}")
}

async fn accepting() -> Server {
    let body = "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult>\
         <MessageId>567910cd</MessageId></PublishResult></PublishResponse>";
    Server::of(answer(200, body)).await
}

#[tokio::test]
async fn a_message_goes_out_once_with_its_price_kind_and_sender() {
    let server = accepting().await;
    let outcome = send(&format!("http://{}", server.address()), Some("EXAMPLE")).await;
    let provider_id = "567910cd".to_owned();
    assert_eq!(outcome, Outcome::Settled(Delivery::Accepted { provider_id }));
    assert_eq!(server.bodies().len(), 1);
    let form: BTreeMap<String, String> =
        url::form_urlencoded::parse(server.bodies()[0].as_bytes()).into_owned().collect();
    assert_eq!(form["Action"], "Publish");
    assert_eq!(form["PhoneNumber"], "+393123456789");
    assert_eq!(form["Message"], "Code 012345\n@sign.example #012345");
    let attributes: BTreeMap<&str, (&str, &str)> = (1..=3)
        .map(|number| {
            let member = |name: &str| form[&format!("MessageAttributes.entry.{number}.{name}")].as_str();
            (member("Name"), (member("Value.DataType"), member("Value.StringValue")))
        })
        .collect();
    assert_eq!(attributes["AWS.SNS.SMS.MaxPrice"], ("Number", "0.080"));
    assert_eq!(attributes["AWS.SNS.SMS.SMSType"], ("String", "Transactional"));
    assert_eq!(attributes["AWS.SNS.SMS.SenderID"], ("String", "EXAMPLE"));
}

#[tokio::test]
async fn without_a_sender_s_name_none_is_given() {
    let server = accepting().await;
    send(&format!("http://{}", server.address()), None).await;
    assert!(!server.bodies()[0].contains("SenderID"));
    assert!(server.bodies()[0].contains("MaxPrice"));
}

#[tokio::test]
async fn what_sns_answers_decides_what_became_of_a_message() {
    type Judge = fn(&str) -> Outcome;
    let not_sent: Judge = |code| Outcome::NotSent { reason: code.to_owned() };
    let refused: Judge = |code| Outcome::Settled(Delivery::Refused { reason: code.to_owned() });
    let ambiguous: Judge = |_| Outcome::Settled(Delivery::Ambiguous);
    for (status, code, outcome) in [
        (400, "InvalidParameter", refused),
        (400, "OptedOut", refused),
        (429, "Throttled", not_sent),
        (403, "AuthorizationError", not_sent),
        (500, "InternalError", ambiguous),
    ] {
        let body = format!(
            "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Sender</Type>\
             <Code>{code}</Code><Message>Invalid: +393123456789</Message></Error></ErrorResponse>"
        );
        let server = Server::of(answer(status, &body)).await;
        assert_eq!(send(&format!("http://{}", server.address()), None).await, outcome(code), "{code}");
        assert_eq!(server.bodies().len(), 1, "{code} is not tried again");
    }
}

#[tokio::test]
async fn a_lost_answer_leaves_it_open_whether_the_message_left() {
    let silent = Server::start(|stream| async move {
        tokio::time::sleep(Duration::from_secs(5)).await;
        drop(stream);
        Ok(())
    })
    .await;
    let outcome = send(&format!("http://{}", silent.address()), None).await;
    assert_eq!(outcome, Outcome::Settled(Delivery::Ambiguous));
    assert_eq!(silent.bodies().len(), 1);
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let outcome = send(&format!("http://{closed}"), None).await;
    assert_eq!(outcome, Outcome::NotSent { reason: "no connection".to_owned() });
}
