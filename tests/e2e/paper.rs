//! The audit trail on paper, in every language that is spoken here.

use std::collections::BTreeSet;

use domain::value::Language;
use http::Method;
use shared::wording::Wording;
use tests::{CONTRACT, Door, ada};

/// Without spaces: lines are broken in places of their own.
fn squeezed(text: &str) -> String {
    text.chars().filter(|it| !it.is_whitespace()).collect()
}

#[tokio::test]
async fn the_audit_trail_on_paper_speaks_the_language_of_who_asks_for_it_and_leads_to_the_page_that_checks() {
    let door = Door::open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    ceremony.sign_all().await;
    let (key, path) = (door.cloud.api_key().unwrap(), format!("/signatures/{}/audit", ceremony.id));
    let mut titles = BTreeSet::new();
    for language in Language::ALL {
        let tag = language.as_str();
        let headers = [("accept", "application/pdf"), ("accept-language", tag)];
        let file = door.call_with(Some(&key), Method::GET, &path, &headers, "").await.expect(200).body;
        let document = lopdf::Document::load_mem(&file).unwrap();
        let said = document.catalog().unwrap().get(b"Lang").unwrap().as_str().unwrap();
        assert_eq!(String::from_utf8_lossy(said), tag);
        let pages: Vec<u32> = document.get_pages().into_keys().collect();
        let text = squeezed(&document.extract_text(&pages).unwrap());
        let title = Wording::new(language).say("audit-title").unwrap().text();
        assert!(text.contains(&squeezed(&title)), "{tag}: {title} is not in {text}");
        let _new = titles.insert(title);
        // Who cannot see the code is told what it is of.
        let mut wording = Wording::new(language);
        wording.set("url", "http://127.0.0.1:3000/check".to_owned());
        let alternative = wording.say("audit-code").unwrap().text();
        let told = document.objects.values().filter_map(|it| it.as_dict().ok()?.get(b"Alt").ok());
        let told: Vec<String> = told.map(|it| lopdf::decode_text_string(it).unwrap()).collect();
        assert_eq!(told, [alternative], "{tag}");
    }
    assert!(titles.len() > 6, "{titles:?}");
}
