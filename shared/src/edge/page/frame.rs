//! What stands around every page: head, bar and footer.

use domain::value::Language;
use maud::{DOCTYPE, Markup, html};

use super::{Texts, icon};

/// What a page is, for its frame.
#[derive(Debug)]
pub struct Frame<'a> {
    /// Leads from the page to the root of the API, as in `../`.
    pub root: &'a str,
    /// The name of the text that is its title.
    pub title: &'a str,
    /// The class of its body.
    pub class: &'a str,
    /// Its style sheet, from the root.
    pub style: &'a str,
    /// Its script, from the root.
    pub script: Option<&'a str>,
    /// What a sender chose for it, where no script sets it.
    pub look: Option<Look<'a>>,
    /// The host that the address bar must show; the script fills it in where there is one.
    pub host: Option<&'a str>,
    /// How long the document and its evidence are kept; the script fills it in where there is one.
    pub stored: Option<&'a str>,
    /// Whether someone acts on it, who may want another device.
    pub tools: bool,
}

/// A sender's own look of a page.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// A style sheet of colours, from the root.
    pub style: &'a str,
    /// Their logo, from the root.
    pub logo: Option<&'a str>,
}

/// The page with its frame.
#[must_use]
pub fn frame(texts: &Texts, page: &Frame<'_>, body: &Markup) -> Markup {
    let t = |name: &str| texts.say(name);
    let from_root = |path: &str| format!("{}{path}", page.root);
    html! {
        (DOCTYPE)
        html lang=(texts.language().as_str()) dir="ltr" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                meta name="referrer" content="no-referrer";
                meta name="format-detection" content="telephone=no, date=no, address=no, email=no";
                title { (t(page.title)) }
                link rel="icon" type="image/svg+xml" href=(from_root("sign/assets/icon.svg"));
                link rel="stylesheet" href=(from_root(page.style));
                @if let Some(look) = page.look {
                    link rel="stylesheet" href=(from_root(look.style));
                }
                @if let Some(script) = page.script {
                    script type="module" src=(from_root(script)) {}
                }
            }
            body class=(page.class) data-root=(page.root) {
                a.skip href="#main" { (t("room-skip")) }
                header.bar {
                    (brand(page))
                    p.host {
                        @if page.tools || page.host.is_some() {
                            (icon::lock()) span.hidden-text { (t("room-secure")) " " } bdi #host { (page.host.unwrap_or_default()) }
                        }
                    }
                    div.tools {
                        @if page.tools {
                            button.icon #open-device type="button" hidden aria-label=(t("room-phone")) title=(t("room-phone")) { (icon::phone()) }
                            button.icon #open-hand type="button" hidden aria-label=(t("room-hand")) title=(t("room-hand")) { (icon::hand()) }
                        }
                        (languages(texts))
                    }
                }
                main #main tabindex="-1" {
                    @if page.tools {
                        p.offline #offline role="status" data-words=(t("room-offline")) {}
                    }
                    (body)
                }
                footer.foot {
                    @if page.tools || page.host.is_some() {
                        p { (t("room-footer-kept")) " " span #stored-line { (page.stored.unwrap_or_default()) } }
                    }
                    p { a href=(from_root("check")) { (t("room-footer-check")) } }
                    p #request-line {}
                }
            }
        }
    }
}

fn brand(page: &Frame<'_>) -> Markup {
    html! {
        p.brand #brand {
            @if let Some(logo) = page.look.and_then(|it| it.logo) {
                img src=(format!("{}{logo}", page.root)) alt="";
            } @else {
                (icon::mark()) span { "Paraphe" }
            }
        }
    }
}

fn languages(texts: &Texts) -> Markup {
    html! {
        details.languages #languages {
            summary { (icon::globe()) span.hidden-text { (texts.say("room-language")) ": " } span { (name_of(texts.language())) } }
            ul {
                @for language in Language::ALL {
                    li {
                        a href=(format!("?language={}", language.as_str())) lang=(language.as_str()) hreflang=(language.as_str())
                            aria-current=[(language == texts.language()).then_some("true")] { (name_of(language)) }
                    }
                }
            }
        }
    }
}

/// A language as its speakers call it.
const fn name_of(language: Language) -> &'static str {
    match language {
        Language::De => "Deutsch",
        Language::En => "English",
        Language::Es => "Español",
        Language::Fr => "Français",
        Language::It => "Italiano",
        Language::Nl => "Nederlands",
        Language::Pl => "Polski",
        Language::Pt => "Português",
    }
}
