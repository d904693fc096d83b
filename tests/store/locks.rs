//! What is asked of S3 when a copy is locked: the stage takes no locks, so the call itself is looked at.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use domain::Timestamp;
use shared::store::{Archive, Lock, WriteOnce};
use tests::Door;

/// Takes calls down, and says that all is well.
#[derive(Clone, Debug, Default)]
struct Recorder(Arc<Mutex<Vec<Headers>>>);

type Headers = Vec<(String, String)>;

impl HttpConnector for Recorder {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let headers = request.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.0.lock().unwrap().push(headers.collect());
        let response = HttpResponse::new(StatusCode::try_from(200).unwrap(), SdkBody::empty());
        HttpConnectorFuture::ready(Ok(response))
    }
}

impl HttpClient for Recorder {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

#[tokio::test]
async fn a_copy_is_locked_in_the_mode_of_the_operator_until_the_end_of_its_years() {
    let door = Door::open().await;
    let until = Timestamp::parse_rfc3339("2036-11-30T10:00:00Z").unwrap();
    for (word, mode) in
        [("COMPLIANCE", Some("COMPLIANCE")), ("GOVERNANCE", Some("GOVERNANCE")), ("OFF", None)]
    {
        let recorder = Recorder::default();
        let client = door.cloud.aws().s3();
        let config = client.config().to_builder().http_client(recorder.clone()).build();
        let client = aws_sdk_s3::Client::from_conf(config);
        let archive = Archive::new(client, "evidence".to_owned(), Lock::parse(word).unwrap());
        let wrote =
            archive.put_once("requests/10y/demo/1/00000000.json", "application/json", b"{}".to_vec(), until);
        assert_eq!(wrote.await.unwrap(), WriteOnce::Written);
        let calls = recorder.0.lock().unwrap().clone();
        assert_eq!(calls.len(), 1);
        let header = |name: &str| calls[0].iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str());
        assert_eq!(header("x-amz-object-lock-mode"), mode, "{word}");
        let date = header("x-amz-object-lock-retain-until-date");
        assert_eq!(date, mode.map(|_| "2036-11-30T10:00:00Z"), "{word}");
        assert_eq!(header("if-none-match"), Some("*"));
        // S3 takes a lock only with a checksum.
        assert!(calls[0].iter().any(|(name, _)| name.starts_with("x-amz-checksum-")), "{:?}", calls[0]);
    }
    assert_eq!(Lock::parse("NONE"), None);
}
