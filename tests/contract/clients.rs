//! What clients are made of is made from the document, and the committed copies are current.

use crate::openapi::document;
use crate::repository::{read, root};

#[test]
fn the_committed_collection_and_walk_are_those_of_the_document() {
    let document = document();
    for (path, made) in [
        ("shared/templates/openapi/clients/postman.json", contract::postman(&document)),
        ("shared/templates/openapi/clients/walk.sh", contract::walk(&document)),
    ] {
        if std::env::var_os("PARAPHE_RENEW").is_some() {
            std::fs::write(root().join(path), &made).unwrap();
        }
        assert!(read(path) == made, "{path} is stale: PARAPHE_RENEW=1 writes it anew");
    }
}

#[test]
fn the_collection_has_every_operation_once() {
    let collection: serde_json::Value = serde_json::from_str(&contract::postman(&document())).unwrap();
    let folders = collection["item"].as_array().unwrap();
    let requests: usize = folders.iter().map(|it| it["item"].as_array().unwrap().len()).sum();
    let document = document();
    let operations = crate::openapi::operations(&document);
    let own = operations.iter().filter(|(_, _, it)| it.get("x-alias-of").is_none()).count();
    assert_eq!(requests, own);
}
