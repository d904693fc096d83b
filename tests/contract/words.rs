//! Words that a simple electronic signature must not claim: what it reaches is told as what it is (eIDAS, Article 3).

use std::path::Path;

/// Advanced, qualified and their abbreviations, as a signature of that kind is called in each language.
const CLAIMS: [(&str, &[&str]); 8] = [
    ("de", &["fortgeschritten", "qualifizierte"]),
    ("en", &["advanced", "qualified"]),
    ("es", &["avanzada", "cualificada"]),
    ("fr", &["avancée", "qualifiée"]),
    ("it", &["avanzata", "qualificata"]),
    ("nl", &["geavanceerd", "gekwalificeerd"]),
    ("pl", &["zaawansowan", "kwalifikowan"]),
    ("pt", &["avançada", "qualificada"]),
];
const ABBREVIATIONS: [&str; 6] = ["AES", "AdES", "QES", "FEA", "FEQ", "FES"];

/// Claims in a text, each with its line.
fn claims(text: &str) -> Vec<(usize, String)> {
    let words = CLAIMS.iter().flat_map(|(_, words)| *words);
    let lines = text.lines().enumerate();
    lines
        .flat_map(|(at, line)| {
            let small = line.to_lowercase();
            let spelled = words.clone().filter(move |it| small.contains(**it)).map(|it| (*it).to_owned());
            let short = line.split(|c: char| !c.is_alphanumeric()).filter(|it| ABBREVIATIONS.contains(it));
            spelled.chain(short.map(ToOwned::to_owned)).map(move |word| (at + 1, word)).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn no_text_of_ours_claims_more_than_a_simple_signature() {
    assert_eq!(
        claims("plain\nan Advanced one, AdES\nPAdES"),
        [(2, "advanced".to_owned()), (2, "AdES".to_owned())]
    );
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/templates");
    let mut read = 0;
    for (language, _) in CLAIMS {
        // What somebody else's signature is, `check` may say.
        for name in ["audit", "mail", "room"] {
            let path = templates.join(format!("locales/{language}/{name}.ftl"));
            let text = std::fs::read_to_string(&path).unwrap();
            assert_eq!(claims(&text), [], "{language}/{name}");
            read += 1;
        }
    }
    assert_eq!(read, 24);
}
