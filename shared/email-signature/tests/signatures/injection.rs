//! Strings that try to leave their place, in every attribute.

use std::fmt::Write as _;
use std::sync::LazyLock;

use domain::value::Language;
use email_signature::person::{Groups, PersonPatch};
use email_signature::render::{Rendered, Subject, Urls, Variant, render};
use email_signature::template::gallery::GALLERY;
use email_signature::value::{Line, Link};
use email_signature::{Brand, Campaign, Field, Template, person::Group};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::markup::{Read, read};

const CORPUS: [&str; 66] = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "\"><script>alert(1)</script>",
    "'><script>alert(1)</script>",
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    "` onmouseover=`alert(1)",
    "\" style=\"position:fixed;inset:0\" x=\"",
    "x\" href=\"https://evil.example",
    "\"/><a href=https://evil.example>",
    "</td></tr></table><h1>x</h1>",
    "</a><a href=\"https://evil.example\">Sign here</a>",
    "<!-- x",
    "--> x <!--",
    "<![CDATA[ x ]]>",
    "<?php echo 1 ?>",
    "<!DOCTYPE html>",
    "<plaintext>",
    "<textarea>",
    "<title>x",
    "<style>*{display:none}</style>",
    "</style><style>@import url(https://evil.example)</style>",
    "<link rel=stylesheet href=https://evil.example>",
    "<meta http-equiv=refresh content=0;url=https://evil.example>",
    "<base href=https://evil.example>",
    "<iframe src=https://evil.example>",
    "<object data=https://evil.example>",
    "<form action=https://evil.example><input name=x>",
    "<math><mi xlink:href=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    "vbscript:msgbox(1)",
    "//evil.example/x",
    "\\\\evil.example\\x",
    "https://evil.example/\" onclick=\"alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "&#x3c;script&#x3e;",
    "&quot; onclick=&quot;alert(1)",
    "&colon;&Tab;&NewLine;",
    "&",
    "&amp;amp;",
    "&nbsp;&shy;&#0;",
    "{{email}}",
    "{{brand_legal|x}}",
    "{% include 'x' %}",
    "[[ x ]]",
    "[[ {{title}}",
    "${7*7}#{7*7}",
    "<%= 7*7 %>",
    "image:logo",
    "expression(alert(1))",
    "red;background-image:url(https://evil.example)",
    "\\0000003cscript\\0000003e",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "%0d%0aBcc: x@evil.example",
    "=cmd|' /C calc'!A0",
    "x\u{2029}y",
    "a\u{a0}b\u{ad}c\u{200b}d",
    "\u{e000}0\u{e001}",
    "＜script＞alert(1)＜/script＞",
];

/// Every attribute that is text, in every place where one can stand.
fn everywhere() -> Template {
    let mut html = String::from("<table>");
    let mut text = String::new();
    let mut names: Vec<&str> = Field::all().map(Field::as_str).filter(|it| !is_link(it)).collect();
    names.extend([
        "fullname",
        "group",
        "entity",
        "parent_entity",
        "brand_name",
        "brand_legal",
        "campaign_alt",
    ]);
    for name in names {
        let in_address = if name == "brand_legal" { "firstname" } else { name };
        write!(html,
            "<tr><td>{{{{{name}}}}}</td><td>x <b>{{{{{name}:upper}}}}</b></td><td>\
             <a href=\"https://safe.example/?q={{{{{in_address}}}}}&amp;r=1\" title=\"{{{{{name}}}}}\"><img src=\"image:logo\" width=\"9\" \
             height=\"9\" alt=\"{{{{{name}}}}}\"></a></td></tr>"
        )
        .unwrap();
        writeln!(text, "{name}: {{{{{name}}}}}").unwrap();
    }
    html.push_str("</table>");
    Template::parse(&json!({"id": "all", "name": "All", "html": html, "text": text}), 1).unwrap()
}

fn is_link(name: &str) -> bool {
    name.ends_with("_link") || name == "vcard_url"
}

fn templates() -> Vec<Template> {
    let mut templates: Vec<Template> = GALLERY.iter().map(|it| it.template().unwrap()).collect();
    templates.push(everywhere());
    templates
}

/// Everything a string can be set into: nothing if it is refused everywhere.
struct Filled {
    brand: Brand,
    campaign: Campaign,
    group: Group,
    patch: PersonPatch,
}

impl Filled {
    fn with(text: &str) -> Option<Self> {
        let mut patch = PersonPatch::parse(&json!({"email": "ada@example.com"})).unwrap();
        for field in Field::all().filter(|it| !is_link(it.as_str())) {
            patch.set(field.as_str(), text).ok()?;
        }
        let brand = json!({
            "id": "a", "name": text, "legal": {"en": text}, "confidentiality": {"en": text},
            "logo": {"id": "logo", "width": 9, "height": 9}, "colors": {"primary": "#123456"},
        });
        let campaign = json!({
            "id": "a", "name": text, "alt": text, "banner": {"id": "b", "width": 9, "height": 9},
            "link": "https://safe.example/", "utm": {"term": text},
        });
        let group = json!({"group": text, "entity": text, "parent_entity": text});
        let (brand, campaign) = (Brand::parse(&brand).ok()?, Campaign::parse(&campaign).ok()?);
        Some(Self { brand, campaign, group: Group::parse(&group).ok()?, patch })
    }

    fn render(&self, template: &Template, variant: Variant) -> Rendered {
        let person = self.patch.apply(None, &mut Groups::default()).0;
        let subject = Subject {
            brand: &self.brand,
            person: &person,
            group: Some(&self.group),
            campaign: Some(&self.campaign),
        };
        let urls = Urls::new(&Link::parse("https://images.example/").unwrap());
        render(template, &subject, &urls, variant, Language::En)
    }
}

fn hrefs(read: &Read) -> Vec<String> {
    Read::of("href", read)
}

#[test]
fn no_string_leaves_its_place() {
    let benign = Filled::with("7").unwrap();
    let all = templates();
    let cases: Vec<(&Template, Variant)> = all
        .iter()
        .flat_map(|it| [(it, Variant::Normal), (it, Variant::Reply)])
        .filter(|(it, variant)| it.has_reply() || *variant == Variant::Normal)
        .collect();
    let calm: Vec<Rendered> = cases.iter().map(|(it, variant)| benign.render(it, *variant)).collect();
    let calm_tags: Vec<Vec<String>> = calm.iter().map(|it| tags(&read(&it.html))).collect();
    let mut taken = 0;
    for text in CORPUS {
        let Some(hostile) = Filled::with(text) else { continue };
        taken += 1;
        for (index, (template, variant)) in cases.iter().enumerate() {
            let rendered = hostile.render(template, *variant);
            let html = read(&rendered.html);
            assert_eq!(tags(&html), calm_tags[index], "{text}");
            assert!(hrefs(&html).iter().all(|it| is_ours(it)), "{text}: {:?}", hrefs(&html));
            let sources = Read::of("src", &html);
            assert!(sources.iter().all(|it| it.starts_with("https://images.example/")), "{text}");
            assert_eq!(rendered.text.lines().count(), calm[index].text.lines().count(), "{text}");
            if !template.has_reply() {
                shows_as_it_is(&html, text);
            }
        }
    }
    assert!(taken >= 64, "{taken} strings were tried");
}

/// The tags but those of links: a number without digits is none.
fn tags(read: &Read) -> Vec<String> {
    let is_link = |it: &&String| it.starts_with("a ") || it.starts_with("/a ");
    read.structure.iter().filter(|it| !is_link(it)).cloned().collect()
}

fn is_ours(href: &str) -> bool {
    ["https://safe.example/", "mailto:ada@example.com", "tel:"].iter().any(|own| href.starts_with(own))
}

fn shows_as_it_is(html: &Read, text: &str) {
    assert!(html.text.contains(text), "{text} is shown as it is: {}", html.text);
    let full_name = format!("{text} {text}");
    for name in ["alt", "title"] {
        let is_whole = |it: &String| it == text || *it == full_name;
        assert!(Read::of(name, html).iter().all(is_whole), "{text}");
    }
}

#[test]
fn strings_that_hide_or_break_lines_are_refused() {
    for text in
        ["a\r\nBcc: x@evil.example", "a\nb", "a\tb", "a\u{0}b", "a\u{202e}b", "a\u{2066}b", "a\u{2028}b"]
    {
        assert!(Line::parse(text, 100).is_err(), "{text:?}");
        assert!(Filled::with(text).is_none(), "{text:?}");
    }
}

#[test]
fn links_of_persons_lead_to_the_web_only() {
    for text in CORPUS {
        let mut patch = PersonPatch::parse(&json!({"email": "ada@example.com"})).unwrap();
        assert!(patch.set("linkedin_link", text).is_err(), "{text}");
        for value in [json!({"website": text}), json!({"socials": {"github": text}})] {
            let mut brand = json!({"id": "a", "name": "A", "colors": {"primary": "#123456"}});
            for (name, member) in value.as_object().unwrap() {
                brand[name] = member.clone();
            }
            assert!(Brand::parse(&brand).is_err(), "{text}");
        }
    }
}

#[test]
fn templates_cannot_be_made_dangerous() {
    for text in CORPUS {
        let value: Value =
            json!({"id": "a", "name": "A", "html": format!("<p title=\"t\">{text}</p>"), "text": "x"});
        let Ok(template) = Template::parse(&value, 1) else { continue };
        let html = read(&Filled::with("7").unwrap().render(&template, Variant::Normal).html);
        for tag in &html.structure {
            let (name, attributes) = tag.split_once(' ').unwrap();
            let known = ["p", "/p", "a", "/a", "td", "/td", "tr", "/tr", "table", "/table", "img"];
            assert!(known.contains(&name), "{text}: {tag}");
            assert!(!attributes.split(' ').any(|it| it.starts_with("on")), "{text}: {tag}");
        }
        for href in hrefs(&html) {
            assert!(href.starts_with("https://"), "{text}: {href}");
        }
    }
}

/// The template with every attribute, and what it is with harmless ones.
static EVERYWHERE: LazyLock<(Template, String)> = LazyLock::new(|| {
    let template = everywhere();
    let html = Filled::with("7").unwrap().render(&template, Variant::Normal).html;
    (template, html)
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_changes_the_structure(text in "[\\PC&&[^\\p{Hebrew}\\p{Arabic}\\p{Syriac}\\p{Thaana}\\p{Nko}]]{1,60}") {
        if let Some(hostile) = Filled::with(&text) {
            let rows = |html: &str| -> Vec<String> {
                let is_direction = |it: &String| it == "span dir" || it == "/span ";
                tags(&read(html)).into_iter().filter(|it| !is_direction(it)).collect()
            };
            let (template, calm) = &*EVERYWHERE;
            prop_assert_eq!(rows(&hostile.render(template, Variant::Normal).html), rows(calm));
        }
    }

    #[test]
    fn no_source_makes_a_panic(source in "(<[a-z]{1,3}( [a-z]{1,5}=\"[^\"]{0,9}\")?>|</[a-z]{1,3}>|\\{\\{[a-z_|:]{0,9}\\}\\}|\\PC|[<>{}&\"'=]){0,60}") {
        let value = json!({"id": "a", "name": "A", "html": source, "text": source});
        if let Ok(template) = Template::parse(&value, 1) {
            let rendered = Filled::with("7").unwrap().render(&template, Variant::Normal);
            prop_assert!(!read(&rendered.html).structure.iter().any(|it| it.starts_with("script")));
        }
    }
}
