#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use domain::value::Language;
use serde_json::json;

use super::*;
use crate::brand::Brand;
use crate::person::{Groups, Person, PersonPatch};
use crate::render::warning::Code;
use crate::render::{Rendered, Subject, Urls, render};
use crate::value::Link;

fn template(html: &str, text: &str) -> Result<Template, Refusal> {
    let images = json!([{"id": "seal", "width": 20, "height": 10}]);
    Template::parse(&json!({"id": "own", "name": "Own", "html": html, "text": text, "images": images}), 1)
}

fn person(more: &Value) -> Person {
    let mut value = json!({"email": "ada@example.com", "firstname": "Ada", "phone": "+44 20 7946 0000"});
    for (name, member) in more.as_object().unwrap() {
        value[name] = member.clone();
    }
    PersonPatch::parse(&value).unwrap().apply(None, &mut Groups::default()).0
}

fn rendered(html: &str, text: &str, more: &Value) -> Rendered {
    let brand = json!({
        "id": "acme", "name": "Example", "colors": {"primary": "#1f4fb4"}, "website": "https://www.example.com/",
        "legal": {"en": "First line\nSecond & last"},
    });
    let (brand, person) = (Brand::parse(&brand).unwrap(), person(more));
    let subject = Subject { brand: &brand, person: &person, group: None, campaign: None };
    let urls = Urls::new(&Link::parse("https://images.example/").unwrap());
    render(&template(html, text).unwrap(), &subject, &urls, Variant::Normal, Language::En)
}

fn html(source: &str) -> String {
    rendered(source, "x", &json!({})).html
}

fn text(source: &str) -> String {
    rendered("x", source, &json!({})).text
}

fn refused(source: &str) -> (u16, String) {
    let refusal = template(source, "x").unwrap_err();
    assert_eq!(refusal.pointer, "/html");
    (refusal.reason.number(), refusal.to_string())
}

#[test]
fn what_is_empty_leaves_no_trace() {
    for (source, expected) in [
        ("{{firstname}} {{lastname}}", "Ada"),
        ("{{title}} · {{firstname}}", "Ada"),
        ("{{firstname}} · {{title}} · {{phone}}", "Ada · +44 20 7946 0000"),
        ("{{firstname}} {{lastname}} · {{phone}}", "Ada · +44 20 7946 0000"),
        ("{{title}} · {{unit}}", ""),
        ("<p>a<br>{{title}}<br>{{firstname}}</p>", "<p>a<br>Ada</p>"),
        ("<p>{{title}}<br>{{firstname}}<br>{{unit}}</p>", "<p>Ada</p>"),
        ("<p>x</p><p>Title: {{title}}</p>", "<p>x</p>"),
        ("<p>{{firstname}}<span>, {{title}}</span></p>", "<p>Ada</p>"),
        ("<p><b>{{firstname}}</b> · <i>{{title}}</i></p>", "<p><b>Ada</b></p>"),
        ("<p><a href=\"tel:{{mobile}}\">{{mobile}}</a> · <b>{{firstname}}</b></p>", "<p><b>Ada</b></p>"),
        ("<p><a href=\"{{github_link}}\">{{firstname}}</a></p>", "<p>Ada</p>"),
        ("<p>x<a href=\"{{github_link}}\">{{title|GitHub}}</a></p>", ""),
        (
            "<p>{{firstname}}</p><p><img src=\"image:picture\" width=\"9\" height=\"9\" alt=\"x\"></p>",
            "<p>Ada</p>",
        ),
        ("{{title|Engineer}}", "Engineer"),
        ("<div>-</div><div>·&nbsp;</div>", "<div>-</div><div>·&nbsp;</div>"),
        ("<p>One<br><br>Two</p>", "<p>One<br><br>Two</p>"),
    ] {
        assert_eq!(html(source), expected, "{source}");
    }
    let rows = "<table><tr><td>T</td><td>{{title}}</td></tr><tr><td>P</td><td>{{phone}}</td></tr></table>";
    assert_eq!(html(rows), "<table><tbody><tr><td>P</td><td>+44 20 7946 0000</td></tr></tbody></table>");
}

#[test]
fn text_loses_empty_lines_and_parts() {
    for (source, expected) in [
        ("{{firstname}}\n{{title}}\n{{phone}}", "Ada\n+44 20 7946 0000"),
        ("{{firstname}}\n\n{{title}}\n\n{{unit}}\n\n--\n", "Ada\n\n--"),
        ("[[T {{mobile}} · ]]{{firstname}}", "Ada"),
        ("{{title}} · {{firstname}} · {{unit}}", "Ada"),
        ("[[{{extra_1|Book}}: {{calendar_link}}]]\n{{firstname}}", "Ada"),
        ("{{brand_legal}}", "First line\nSecond & last"),
        ("{{brand_website:spoken}}", "example.com"),
    ] {
        assert_eq!(text(source), expected, "{source}");
    }
}

#[test]
fn filters_change_what_is_shown() {
    assert_eq!(html("{{firstname:upper}} {{firstname:lower}} {{firstname:initial:lower}}."), "ADA ada a.");
    assert_eq!(html("{{brand_website:spoken}}"), "example.com");
    assert_eq!(html("{{brand_legal}}"), "First line<br>Second &amp; last");
}

#[test]
fn a_placeholder_that_is_none_is_refused_with_its_line() {
    for (source, number, line) in [
        ("{{shoe_size}}", 133, 1),
        ("\n{{firstname:shout}}", 134, 2),
        ("a\nb {{firstname", 132, 2),
        ("a }} b", 132, 1),
        ("{{{firstname}}}", 132, 1),
        ("{{}}", 132, 1),
        ("{{extra_21}}", 133, 1),
        ("<script>{{firstname}}</script>", 135, 1),
        ("<!-- {{firstname}} -->", 135, 1),
        ("<b {{firstname}}>x</b>", 135, 1),
        ("<b onclick=\"{{firstname}}\">x</b>", 135, 1),
        ("<td width=\"{{extra_1}}\">x</td>", 135, 1),
        ("<p style=\"{{extra_1}}\">x</p>", 135, 1),
        ("<p style=\"color:{{extra_1}}\">x</p>", 135, 1),
        ("<p style=\"color:{{color_primary|red}}\">x</p>", 135, 1),
        ("<p>{{color_primary}}</p>", 135, 1),
        ("<img src=\"{{picture}}\" width=1 height=1 alt>", 133, 1),
        ("<a href=\"{{extra_1}}\">x</a>", 135, 1),
        ("<a href=\"https://{{extra_1}}/\">x</a>", 135, 1),
        ("<a href=\"https://example.com{{extra_1}}\">x</a>", 135, 1),
        ("<a href=\"mailto:{{extra_1}}\">x</a>", 135, 1),
        ("<a href=\"tel:{{email}}\">x</a>", 135, 1),
    ] {
        let (found, words) = refused(source);
        assert_eq!(found, number, "{source}: {words}");
        assert!(words.starts_with(&format!("line {line}: ")), "{source}: {words}");
    }
    for source in ["[[ {{title}}", "{{title}} ]]", "[[ a [[ b ]] ]]", "[[ a\n ]]"] {
        let refusal = template("x", source).unwrap_err();
        assert_eq!((refusal.pointer.as_str(), refusal.reason.number()), ("/text", 136), "{source}");
    }
}

#[test]
fn links_and_images_lead_nowhere_else() {
    for (source, number) in [
        ("<a href=\"javascript:alert(1)\">x</a>", 0),
        ("<a href=\"data:text/html,x\">x</a>", 0),
        ("<a href=\"/local\">x</a>", 114),
        ("<a href=\"//example.com/\">x</a>", 114),
        ("<a href=\"https://ada@example.com/\">x</a>", 114),
        ("<a href=\"image:logo\">x</a>", 114),
        ("<a href=\"mailto:nobody\">x</a>", 101),
        ("<a href=\"tel:x\">x</a>", 114),
        ("<img src=\"https://example.com/a.png\" width=1 height=1 alt=\"\">", 130),
        ("<img src=\"image:stranger\" width=1 height=1 alt=\"\">", 130),
        ("<img src=\"image:logo\" width=1 alt=\"\">", 130),
        ("<img src=\"image:logo\" width=1 height=1>", 130),
        ("<img src=\"image:logo\" width=1201 height=1 alt=\"\">", 130),
    ] {
        match template(source, "x") {
            Ok(_) => {
                assert_eq!(number, 0, "{source}");
                assert_eq!(html(source), "<a>x</a>", "{source}");
            }
            Err(refusal) => assert_eq!(refusal.reason.number(), number, "{source}"),
        }
    }
    assert_eq!(
        html("<a href=\"tel:{{phone}}\">x</a><a href=\"mailto:{{email}}\">y</a>"),
        "<a href=\"tel:+442079460000\">x</a><a href=\"mailto:ada@example.com\">y</a>"
    );
    let composed = "<a href=\"https://example.com/?who={{title}}&amp;mail={{email}}\">x</a>";
    assert_eq!(
        rendered(composed, "x", &json!({"title": "a&b=c d\"é"})).html,
        "<a href=\"https://example.com/?who=a%26b%3Dc%20d%22%C3%A9&amp;mail=ada@example.com\">x</a>"
    );
    assert_eq!(
        html("<img src=\"image:seal\" width=\"10\" height=\"10\" alt=\"Seal\">"),
        "<img src=\"https://images.example/seal\" width=\"10\" height=\"5\" alt=\"Seal\">"
    );
}

#[test]
fn styles_paint_and_load_nothing() {
    for (style, expected) in [
        ("color:red", "<p style=\"color:red\">x</p>"),
        ("color:{{color_primary}}", "<p style=\"color:#1f4fb4\">x</p>"),
        ("background-image:url(https://example.com/x)", "<p>x</p>"),
        ("background-color:url(x)", "<p>x</p>"),
        ("width:expression(alert(1))", "<p>x</p>"),
        ("position:fixed;top:0", "<p>x</p>"),
        ("-moz-binding:url(x);color:red", "<p style=\"color:red\">x</p>"),
        ("width:calc(100% - 1px)", "<p>x</p>"),
        ("c\\6flor:red", "<p style=\"color:red\">x</p>"),
        ("font-family:\"Segoe UI\",Arial", "<p style=\"font-family:'Segoe UI',Arial\">x</p>"),
        ("color:red;}p{color:blue", "<p style=\"color:red\">x</p>"),
        ("color:rgb(1,2,3)", "<p style=\"color:rgb(1,2,3)\">x</p>"),
        ("@import 'x';color:red", "<p style=\"color:red\">x</p>"),
    ] {
        let source = format!("<p style='{}'>x</p>", style.replace('\'', "&#39;"));
        let shown = html(&source).replace("&#39;", "'").replace(", ", ",");
        assert_eq!(shown, expected, "{style}");
    }
}

#[test]
fn authors_are_told_what_programs_make_of_it() {
    let codes = |source: &str| -> Vec<Code> {
        rendered(source, "x", &json!({})).warnings.into_iter().map(Warning::code).collect()
    };
    for (source, code) in [
        ("<style>p{color:red}</style><p>x</p>", Code::GmailStyleElement),
        ("<td background=\"x.png\">x</td>", Code::OutlookBackground),
        ("<p style=\"background-image:url(x)\">x</p>", Code::OutlookBackground),
        ("<p style=\"border-radius:3px\">x</p>", Code::OutlookBorderRadius),
        ("<p style=\"max-width:300px\">x</p>", Code::OutlookMaxWidth),
        ("<p style=\"font-family:Lato,Arial\">x</p>", Code::OutlookFont),
        ("<p style=\"padding:3px\">x</p>", Code::OutlookPadding),
        ("<p style=\"color:#000000\">x</p>", Code::AppleMailDarkMode),
        ("<p style=\"color:#fafafa\">x</p>", Code::AppleMailDarkMode),
        ("<img src=\"image:logo\" width=1 height=1 alt=\"\">", Code::ThunderbirdImages),
    ] {
        assert_eq!(codes(source), [code], "{source}");
    }
    assert_eq!(codes("<p style=\"color:#ffffff;background-color:#000000;font-family:Arial\">x</p>"), []);
    assert_eq!(codes("<p style=\"background:#ffffff\">x</p>"), []);
    assert_eq!(codes(&format!("<p>{}</p>", "x".repeat(11_000))), [Code::GmailLarge]);
    let told = rendered("<p style=\"border-radius:3px\">x</p>", "x", &json!({})).warnings;
    assert!(told.iter().all(|it| !it.sentence().is_empty() && it.client().as_str() == "outlook"));
}

#[test]
fn depth_and_length_are_bounded() {
    let deep = format!("{}x{}", "<div>".repeat(41), "</div>".repeat(41));
    assert_eq!(refused(&deep).0, 131);
    assert_eq!(refused(&"<b>".repeat(800)).0, 131);
    assert_eq!(refused(&"<b>".repeat(801)).0, 119);
    let open: Vec<String> = (0..400).map(|it| format!("<b dir={it}>")).collect();
    assert_eq!(refused(&format!("{}{}", open.concat(), "<p>x".repeat(400))).0, 131);
    assert_eq!(refused(&"x".repeat(MAX_SOURCE_BYTES + 1)).0, 104);
    assert_eq!(refused("a\u{202e}b").0, 112);
    assert_eq!(refused("a\u{0}b").0, 112);
    assert_eq!(html("a\u{e000}0\u{e001}b"), "a0b");
}

#[test]
fn right_to_left_names_stay_in_their_place() {
    let shown = rendered("<b>{{firstname}}</b> {{phone}}", "{{firstname}}", &json!({"firstname": "עדה"}));
    assert_eq!(shown.html, "<b><span dir=\"rtl\">עדה</span></b> +44 20 7946 0000");
    assert_eq!(shown.text, "עדה");
    let mixed = rendered("{{firstname}}", "x", &json!({"firstname": "Ada عدة"}));
    assert_eq!(mixed.html, "<span dir=\"ltr\">Ada عدة</span>");
}

#[test]
fn a_reply_is_the_normal_variant_where_there_is_no_other() {
    let alone = template("<p>n</p>", "n").unwrap();
    assert!(!alone.has_reply());
    assert_eq!(alone.part(Variant::Reply).plain.len(), 1);
    for sample in gallery::GALLERY {
        let template = sample.template().unwrap();
        assert!(template.has_reply(), "{}", sample.id);
        assert!(template.part(Variant::Reply).plain.len() < template.part(Variant::Normal).plain.len());
    }
}
