//! A house, its banner and eight persons.

use domain::value::Language;
use email_signature::person::{Group, Groups, PersonPatch};
use email_signature::render::{Rendered, Subject, Urls, Variant, render};
use email_signature::value::{Image, ImageId, Link};
use email_signature::{Brand, Campaign, Person, Template};
use serde_json::{Value, json};

pub(crate) struct Stage {
    pub(crate) brand: Brand,
    pub(crate) campaign: Campaign,
    pub(crate) group: Group,
}

/// A person, and what the mail is like that the signature closes.
pub(crate) struct Sender {
    pub(crate) name: &'static str,
    pub(crate) person: Person,
    pub(crate) language: Language,
    pub(crate) has_banner: bool,
    pub(crate) has_qr: bool,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let brand = json!({
            "id": "acme",
            "name": "Analytical Engines Ltd",
            "logo": {"id": "logo", "width": 480, "height": 480},
            "colors": {"primary": "#1b3a6b", "accent": "#c2410c"},
            "website": "https://www.engines.example/",
            "legal": {
                "en": "Analytical Engines Ltd, 12 St James's Square, London SW1Y 4JH. Registered in England, no. 01234567.",
                "fr": "Analytical Engines Ltd, 12 St James's Square, Londres SW1Y 4JH. Société de droit anglais n° 01234567.",
            },
            "confidentiality": {
                "en": "This message is for the person it is addressed to.\nIf that is not you, please tell the sender and delete it.",
            },
        });
        let campaign = json!({
            "id": "open-day", "name": "Open day", "alt": "Open day on 12 June: see the engine run",
            "banner": {"id": "banner", "width": 1200, "height": 400},
            "link": "https://www.engines.example/open-day",
            "utm": {"source": "signature", "medium": "email", "campaign": "open day"},
        });
        Self {
            brand: Brand::parse(&brand).unwrap(),
            campaign: Campaign::parse(&campaign).unwrap(),
            group: Group::parse(&json!({"group": "Engines", "entity": "London", "parent_entity": "Europe"}))
                .unwrap(),
        }
    }

    pub(crate) fn render(&self, template: &Template, sender: &Sender, variant: Variant) -> Rendered {
        let link = |text: &str| Link::parse(text).unwrap();
        let mut urls = Urls::new(&link("https://images.engines.example/i"));
        urls.vcard = sender.has_qr.then(|| link("https://sign.example/c/6564a1b2.vcf"));
        urls.qr = sender.has_qr.then(|| link("https://images.engines.example/q/6564a1b2.png"));
        let subject = Subject {
            brand: &self.brand,
            person: &sender.person,
            group: Some(&self.group),
            campaign: sender.has_banner.then_some(&self.campaign),
        };
        render(template, &subject, &urls, variant, sender.language)
    }
}

pub(crate) fn person(value: &Value) -> Person {
    PersonPatch::parse(value).unwrap().apply(None, &mut Groups::default()).0
}

fn sender(name: &'static str, value: &Value, language: Language, portrait: bool) -> Sender {
    let mut person = person(value);
    if portrait {
        person.set_picture(Some(Image { id: ImageId::parse("portrait").unwrap(), width: 368, height: 464 }));
    }
    Sender { name, person, language, has_banner: portrait, has_qr: portrait }
}

pub(crate) fn senders() -> Vec<Sender> {
    plain().into_iter().chain(of_many_scripts()).collect()
}

fn plain() -> Vec<Sender> {
    vec![
        sender("full", &full(), Language::En, true),
        sender(
            "name-only",
            &json!({"email": "grace@engines.example", "firstname": "Grace", "lastname": "Hopper"}),
            Language::En,
            false,
        ),
        sender("nothing", &json!({"email": "desk@engines.example"}), Language::En, false),
        sender(
            "long",
            &json!({
                "email": "augusta.ada.king-noel.countess.of.lovelace@analytical.engines.example",
                "firstname": "Augusta Ada", "lastname": "King-Noel, Countess of Lovelace, Baroness Wentworth",
                "title": "Chief Interpreter of Sketches of the Analytical Engine and Director of Notes A to G",
                "unit": "Department of Poetical Science and Numerical Operations, Second Division",
                "phone": "+44 20 7946 0000 extension 4711", "mobile": "+44 7700 900000",
                "address": "Ockham Park, Ockham Lane, near the church of All Saints", "postal_code": "GU23 6NQ",
                "city": "Ockham near Woking, Surrey", "linkedin_link": "https://www.linkedin.example/in/ada",
            }),
            Language::En,
            true,
        ),
    ]
}

fn of_many_scripts() -> Vec<Sender> {
    vec![
        sender(
            "accents",
            &json!({
                "email": "maria@engines.example", "firstname": "Maria", "lastname": "Skłodowska-Curie",
                "title": "Professeure, physique générale", "unit": "Łódź · Çankırı · Århus", "phone": "+33 1 99 00 00 00",
                "address": "1, rue Élisée-Gruß", "postal_code": "75005", "city": "Paris",
                "extra_1": "Prendre rendez-vous", "calendar_link": "https://meet.example/maria",
            }),
            Language::Fr,
            false,
        ),
        sender(
            "arabic",
            &json!({
                "email": "mariam@engines.example", "firstname": "مريم", "lastname": "الأسطرلابي",
                "title": "مهندسة", "phone": "+963 21 000 0000", "city": "حلب",
            }),
            Language::En,
            true,
        ),
        sender(
            "hebrew-mixed",
            &json!({
                "email": "hedy@engines.example", "firstname": "Hedy", "lastname": "Lamarr (הדי)",
                "title": "ממציאה", "unit": "Radio", "mobile": "+1 (0) 202 555 0100",
                "address": "רחוב הרצל 1", "city": "Los Angeles",
            }),
            Language::En,
            false,
        ),
        sender(
            "signs",
            &json!({
                "email": "o'hypatia+lists@engines.example", "firstname": "Hypatia <of>", "lastname": "\"Alexandria\" & Co",
                "title": "R&D {{lead}} | 100 %", "unit": "--", "mobile": "call 112; or 7*8#",
                "linkedin_link": "https://www.linkedin.example/in/x?a=1&b='2'",
            }),
            Language::It,
            false,
        ),
    ]
}

pub(crate) fn full() -> Value {
    json!({
        "email": "ada@engines.example", "firstname": "Ada", "lastname": "Lovelace", "title": "Lead engineer",
        "unit": "Engines", "phone": "+44 (0)20 7946 0000", "mobile": "+44 7700 900000",
        "address": "12 St James's Square", "postal_code": "SW1Y 4JH", "city": "London", "group": "Engines",
        "linkedin_link": "https://www.linkedin.example/in/ada", "github_link": "https://github.example/ada",
        "instagram_link": "https://instagram.example/ada", "calendar_link": "https://meet.example/ada",
    })
}
