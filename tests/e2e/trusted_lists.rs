//! Trusted lists: loaded by schedule, and what validations then trust.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tests::{CONTRACT, Door, ada};

use crate::verify::{door, put_trust};

/// A day and a bit: the schedule has fired.
const NEXT_DAY: Duration = Duration::from_hours(25);

/// A list of one service, whose certificate this is.
fn list(authority_pem: &str) -> String {
    let certificate: String = authority_pem.lines().filter(|line| !line.starts_with("-----")).collect();
    format!(
        r#"<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#">
<SchemeInformation><TSLSequenceNumber>7</TSLSequenceNumber><TSLType>http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUgeneric</TSLType>
<SchemeTerritory>XX</SchemeTerritory><ListIssueDateTime>2020-01-01T00:00:00Z</ListIssueDateTime>
<NextUpdate><dateTime>2020-07-01T00:00:00Z</dateTime></NextUpdate></SchemeInformation>
<TrustServiceProviderList><TrustServiceProvider>
<TSPInformation><TSPName><Name xml:lang="en">Analytical Engines</Name></TSPName></TSPInformation>
<TSPServices><TSPService><ServiceInformation>
<ServiceTypeIdentifier>http://uri.etsi.org/TrstSvc/Svctype/CA/QC</ServiceTypeIdentifier>
<ServiceName><Name xml:lang="en">Engine CA</Name></ServiceName>
<ServiceDigitalIdentity><DigitalId><X509Certificate>{certificate}</X509Certificate></DigitalId></ServiceDigitalIdentity>
<ServiceStatus>http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted</ServiceStatus>
<StatusStartingTime>2020-01-01T00:00:00Z</StatusStartingTime>
</ServiceInformation></TSPService></TSPServices></TrustServiceProvider></TrustServiceProviderList>
</TrustServiceStatusList>"#
    )
}

struct Bucket<'a>(&'a Door);

impl Bucket<'_> {
    fn name(&self) -> String {
        self.0.cloud.template().buckets[0].name.clone()
    }

    async fn put(&self, key: &str, text: String) {
        let put = self.0.cloud.aws().s3().put_object().bucket(self.name()).key(key);
        put.body(text.into_bytes().into()).send().await.unwrap();
    }

    async fn json(&self, key: &str) -> Value {
        let got = self.0.cloud.aws().s3().get_object().bucket(self.name()).key(key).send().await.unwrap();
        serde_json::from_slice(&got.body.collect().await.unwrap().into_bytes()).unwrap()
    }
}

async fn first_signature(door: &Door, file: &[u8]) -> Value {
    let body = json!({ "inputDocument": STANDARD.encode(file) });
    door.post("/verify", &body).await.expect(200).json()["data"]["signatureReportList"][0].clone()
}

#[tokio::test]
async fn a_service_of_a_trusted_list_is_trusted_until_the_list_says_otherwise() {
    let (door, stranger) = (door().await, door().await);
    let ceremony = stranger.request(CONTRACT, &[ada()]).await;
    ceremony.sign_all().await;
    let file = ceremony.document("signedDocument").await.expect(200).body;
    assert_eq!(first_signature(&door, &file).await["subIndication"], "NO_CERTIFICATE_CHAIN_FOUND");

    let authority = std::fs::read_to_string(stranger.cloud.data().join("ca.pem")).unwrap();
    let (bucket, list) = (Bucket(&door), list(&authority));
    let source = json!([
        { "name": "xx", "file": "xx.xml", "sha256": hex::encode(Sha256::digest(&list)) },
        { "name": "yy", "file": "yy.xml", "sha256": "00".repeat(32) },
    ]);
    bucket.put("trust/files/xx.xml", list.clone()).await;
    bucket.put("trust/sources.json", source.to_string()).await;
    door.cloud.advance(NEXT_DAY).await.unwrap();
    let found = first_signature(&door, &file).await;
    assert_eq!(found["indication"], "TOTAL_PASSED", "{found:#}");
    let anchor = &found["certificateChain"].as_array().unwrap().last().unwrap()["trustAnchor"];
    assert_eq!((&anchor["source"], &anchor["territory"]), (&json!("TRUSTED_LIST"), &json!("XX")));
    let status = bucket.json("trust/status.json").await;
    assert_eq!((&status[0]["sequenceNumber"], &status[0]["failure"]), (&json!(7), &Value::Null));
    assert_eq!(status[0]["isCurrent"], false, "it is overdue, which the operator is told");
    assert_eq!(status[1]["failure"], "there is no such file");

    // A tenant may do without the lists.
    let without = json!({ "roots": [], "trustedLists": false, "onlineRevocation": false });
    let _taken = door.call(http::Method::PUT, "/trust", Some(&without)).await.expect(200);
    assert_eq!(first_signature(&door, &file).await["subIndication"], "NO_CERTIFICATE_CHAIN_FOUND");
    put_trust(&door, &[], false).await;

    // A list that is not accepted leaves the last good one in use.
    bucket.put("trust/files/xx.xml", list.replace("granted", "withdrawn")).await;
    door.cloud.advance(NEXT_DAY).await.unwrap();
    assert_eq!(first_signature(&door, &file).await["indication"], "TOTAL_PASSED");
    let status = bucket.json("trust/status.json").await;
    let failure = status[0]["failure"].as_str().unwrap();
    assert_eq!(failure, "it is not accepted: the trusted list is not the one that was pinned");

    // Once it is accepted, the service it withdraws is trusted no more.
    let withdrawn = list.replace("granted", "withdrawn");
    let source =
        json!([{ "name": "xx", "file": "xx.xml", "sha256": hex::encode(Sha256::digest(&withdrawn)) }]);
    bucket.put("trust/sources.json", source.to_string()).await;
    door.cloud.advance(NEXT_DAY).await.unwrap();
    assert_eq!(first_signature(&door, &file).await["subIndication"], "NO_CERTIFICATE_CHAIN_FOUND");
}
