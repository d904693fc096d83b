//! Whom validations trust.

use http::Method;
use local::Options;
use serde_json::{Value, json};
use tests::{Authority, CONTRACT, Door};

use super::responder::Responder;
use super::{Desk, anybody, door, door_with, put_trust, signed, verify};

#[tokio::test]
async fn a_strangers_seal_is_trusted_when_the_tenant_says_so() {
    let (door, elsewhere) = (door().await, door().await);
    let file = signed(&elsewhere).await;
    let data = verify(&door, &file).await;
    assert_eq!(data["overallVerified"], false);
    let first = &data["signatureReportList"][0];
    assert_eq!(first["integrity"], true);
    assert_eq!(first["indication"], "INDETERMINATE");
    assert_eq!(first["subIndication"], "NO_CERTIFICATE_CHAIN_FOUND");

    let pem = std::fs::read_to_string(elsewhere.cloud.data().join("ca.pem")).unwrap();
    put_trust(&door, &[&pem], false).await;
    let data = verify(&door, &file).await;
    assert_eq!(data["overallVerified"], true, "{data:#}");
    let chain = data["signatureReportList"][0]["certificateChain"].as_array().unwrap().clone();
    assert_eq!(chain.last().unwrap()["trustAnchor"]["source"], "TENANT");
    // Whoever asks without a key trusts nobody's own roots.
    let answer = anybody(&door, Method::POST, "/check", "application/pdf", &file).await.expect(200);
    assert_eq!(answer.json()["data"]["overallVerified"], false);
}

#[tokio::test]
async fn time_stamps_are_trusted_where_the_operator_names_their_authority() {
    let Some(authority) = Authority::listen().await else { return };
    let parameters = [("SealLevel", "B-LTA"), ("TsaUrl", &authority.url())];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let door = door_with(Options { parameters, ..Options::default() }).await;
    let data = verify(&door, &signed(&door).await).await;
    assert_eq!(data["nrOfSignatures"], 4, "three seals and a document time-stamp");
    let stamp = &data["signatureReportList"][3];
    assert_eq!(
        (&stamp["kind"], &stamp["indication"]),
        (&json!("DOCUMENT_TIMESTAMP"), &json!("INDETERMINATE"))
    );
    assert_eq!(data["overallVerified"], false, "an unknown authority proves nothing: {data:#}");

    let now = door.cloud.clock().now().unix_seconds();
    let ca = pades::demo_ca::create("Examples", now - 60, 30).unwrap();
    let secret = json!({
        "key_pem": ca.seal_key_pem,
        "certificate_pem": format!("{}{}", ca.seal_certificate_pem, ca.ca_certificate_pem),
        "known_certificates_pem": authority.certificate_pem(),
    });
    let door = door.restart().await;
    tests::use_seal_secret(&door, &secret).await;
    let door = door.restart().await;
    let data = verify(&door, &signed(&door).await).await;
    assert_eq!(data["overallVerified"], true, "{data:#}");
    let seal = &data["signatureReportList"][2];
    assert_eq!(seal["level"], "B-LTA", "{seal:#}");
    assert_eq!(seal["trustedSignatureDate"], true);
    assert_eq!(seal["timestampReportList"][0]["indication"], "TOTAL_PASSED");
}

#[tokio::test]
async fn a_tenant_replaces_what_it_trusts_at_once_or_not_at_all() {
    let door = door().await;
    let read = async || door.get("/trust").await.expect(200).json()["data"].clone();
    let untold = json!({ "roots": [], "trustedLists": true, "onlineRevocation": false });
    assert_eq!(read().await, untold);

    let desk = Desk::new(&door, "Examples", 30);
    let body = json!({ "roots": [desk.root_pem()], "trustedLists": false, "onlineRevocation": true });
    let put = door.call(Method::PUT, "/trust", Some(&body)).await.expect(200).json()["data"].clone();
    assert_eq!(put, read().await);
    assert_eq!((&put["trustedLists"], &put["onlineRevocation"]), (&json!(false), &json!(true)));
    let root = &put["roots"][0];
    assert!(root["subjectDN"].as_str().unwrap().contains("Examples demo CA"), "{root}");
    let pem = root["pem"].as_str().unwrap();
    assert_eq!(
        pades::certificates_of_pem(pem).unwrap(),
        pades::certificates_of_pem(desk.root_pem()).unwrap()
    );

    let root = desk.root_pem();
    for (body, number, pointer) in [
        (json!({ "trustedLists": true, "onlineRevocation": false }), 840, "/roots"),
        (json!({ "roots": [root, "x"], "trustedLists": true, "onlineRevocation": false }), 840, "/roots/1"),
        (
            json!({ "roots": [root, desk.key_pem()], "trustedLists": true, "onlineRevocation": false }),
            840,
            "/roots/1",
        ),
        (json!({ "roots": [], "onlineRevocation": false }), 625, "/trustedLists"),
        (json!({ "roots": [], "trustedLists": true }), 625, "/onlineRevocation"),
        (json!({ "roots": [], "trustedLists": 1, "onlineRevocation": false }), 625, "/trustedLists"),
    ] {
        let refused = door.call(Method::PUT, "/trust", Some(&body)).await.expect(422);
        assert_eq!(
            (&refused.json()["error"], refused.text("/errors/0/pointer")),
            (&json!(number), pointer.into())
        );
    }
    assert_eq!(read().await, put, "what is refused changes nothing");

    let other = door.another_tenant("another").await;
    let answer = door.call_as(&other, Method::GET, "/trust", None).await.expect(200);
    assert_eq!(answer.json()["data"], untold, "it is the tenant's own");
    let nobody = door.call_as("nobody_knows_this_key_at_all", Method::GET, "/trust", None).await;
    assert_eq!(nobody.status, 401);
}

#[tokio::test]
async fn revocation_is_asked_for_online_only_where_the_tenant_allows_it() {
    let door = door().await;
    let Some(responder) = Responder::listen().await else { return };
    let file = responder.desk().sign(CONTRACT, door.cloud.clock().now());
    put_trust(&door, &[responder.desk().root_pem()], false).await;
    let first = async || verify(&door, &file).await["signatureReportList"][0].clone();
    let found = first().await;
    assert_eq!(
        (&found["indication"], &found["subIndication"]),
        (&json!("INDETERMINATE"), &json!("TRY_LATER"))
    );
    assert_eq!(responder.asked(), 0, "nobody was asked");

    put_trust(&door, &[responder.desk().root_pem()], true).await;
    let found = first().await;
    assert_eq!(found["indication"], "TOTAL_PASSED", "{found:#}");
    assert_eq!(found["certificateChain"][0]["revocationSource"], "OCSP");
    assert!(responder.asked() > 0);

    responder.revoke();
    let found = first().await;
    assert_ne!(found["indication"], "TOTAL_PASSED", "{found:#}");
    assert_eq!(found["certificateChain"][0]["status"], "REVOKED", "{found:#}");
    // Whoever asks without a key makes nobody ask anybody.
    let asked = responder.asked();
    let answer = anybody(&door, Method::POST, "/check", "application/pdf", &file).await.expect(200);
    assert_eq!((&answer.json()["data"]["overallVerified"], responder.asked()), (&Value::Bool(false), asked));
}

#[tokio::test]
async fn a_published_list_is_fetched_where_the_tenant_allows_it() {
    let door = door().await;
    let Some(authority) = Authority::listen().await else { return };
    let desk = Desk::with_crl(&door, "Examples", 30, &authority.crl_url());
    let file = desk.sign(CONTRACT, door.cloud.clock().now());
    put_trust(&door, &[desk.root_pem()], true).await;
    let word =
        async |door: &Door| verify(door, &file).await["signatureReportList"][0]["subIndication"].clone();
    assert_eq!(word(&door).await, "TRY_LATER", "nothing is published yet");
    authority.publish(desk.crl());
    assert_eq!(word(&door).await, Value::Null);
}
