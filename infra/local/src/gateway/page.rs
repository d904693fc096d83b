//! The outbox as a page and as JSON. These two routes exist on one machine only.

use std::fmt::Write as _;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response};

use crate::outbox::Sent;
use crate::service::Services;

/// The answer, when the request is for the outbox.
pub(super) fn answer(request: &Request<Bytes>, services: &Services) -> Option<Response<Bytes>> {
    if request.method() != Method::GET || !is_for_this_machine(request) {
        return None;
    }
    let (kind, body) = match request.uri().path() {
        "/_local/outbox.json" => {
            ("application/json", serde_json::to_string_pretty(&services.outbox.all()).unwrap_or_default())
        }
        "/_local/outbox" => ("text/html; charset=utf-8", html(&services.outbox.all())),
        _ => return None,
    };
    let mut response = Response::new(Bytes::from(body));
    let headers = response.headers_mut();
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(http::header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(http::header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    Some(response)
}

/// Whether the request names this machine. A page of another site that points its own name here, or a tunnel
/// to the outside, must not read other people's mails.
pub(super) fn is_for_this_machine(request: &Request<Bytes>) -> bool {
    let host = request.headers().get(http::header::HOST).and_then(|value| value.to_str().ok());
    let name = host.map(|host| host.rsplit_once(':').map_or(host, |(name, _)| name));
    matches!(name, None | Some("127.0.0.1" | "localhost" | "[::1]"))
}

fn html(sent: &[Sent]) -> String {
    let mut page = String::from(HEAD);
    if sent.is_empty() {
        page.push_str("<p>No message has been sent yet.</p>");
    }
    for mail in sent.iter().rev() {
        let subject = if mail.subject.is_empty() { "Text message".to_owned() } else { escape(&mail.subject) };
        // Writing to a text cannot fail.
        let _written = write!(
            page,
            "<article class=\"card\"><h2>{subject}</h2><p class=\"quiet\">{} · to {} · <time>{}</time></p><pre>{}</pre></article>",
            escape(&mail.channel),
            escape(&mail.to),
            escape(&mail.at),
            linked(if mail.text.is_empty() { &mail.html } else { &mail.text }),
        );
    }
    page.push_str("</main></body></html>");
    page
}

/// The text, with addresses that can be clicked.
fn linked(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some(at) = rest.find("http://").into_iter().chain(rest.find("https://")).min() {
        let (before, from) = rest.split_at(at);
        let end = from
            .find(|it: char| it.is_whitespace() || matches!(it, '"' | '<' | '>' | '\'' | ')'))
            .unwrap_or(from.len());
        let (address, after) = from.split_at(end);
        let address = address.trim_end_matches(['.', ',', ';']);
        let kept = escape(address);
        out.push_str(&escape(before));
        // Writing to a text cannot fail.
        let _written = write!(out, "<a href=\"{kept}\" rel=\"noreferrer\">{kept}</a>");
        rest = from.get(address.len()..).unwrap_or(after);
    }
    out.push_str(&escape(rest));
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'";
const HEAD: &str = concat!(
    r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Outbox</title>
<link rel="icon" type="image/svg+xml" href="/sign/assets/icon.svg"><style>"#,
    include_str!("../../../../shared/templates/web/base.css"),
    r#"main{max-width:46rem;margin:0 auto;padding:clamp(1rem,5vh,3rem) 1rem}
article{margin-block:1.25rem}pre{margin:.75rem 0 0;font:inherit;white-space:pre-wrap;overflow-wrap:anywhere}
</style></head><body><main><h1>Outbox</h1>
<p class="quiet">Mails and text messages of this Paraphe, newest first. Nothing here has left the machine.
<a href="/_local/outbox">Look again</a></p>
"#
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outbox_is_for_this_machine_only() {
        let request = |host: &str| {
            let mut request = Request::new(Bytes::new());
            request.headers_mut().extend(HeaderValue::from_str(host).map(|host| (http::header::HOST, host)));
            request
        };
        assert!(
            is_for_this_machine(&request("127.0.0.1:3000")) && is_for_this_machine(&request("localhost"))
        );
        assert!(!is_for_this_machine(&request("evil.example:3000")));
        assert!(!is_for_this_machine(&request("127.0.0.1.evil.example")));
    }

    #[test]
    fn addresses_are_links_and_nothing_else_is_markup() {
        assert_eq!(
            linked("Open http://127.0.0.1:3000/sign#a&b. <b>"),
            "Open <a href=\"http://127.0.0.1:3000/sign#a&amp;b\" rel=\"noreferrer\">\
             http://127.0.0.1:3000/sign#a&amp;b</a>. &lt;b&gt;"
        );
        let sent = Sent {
            at: "2026-01-01T00:00:00.000Z".to_owned(),
            channel: "email".to_owned(),
            to: "ada@example.com".to_owned(),
            subject: "<script>".to_owned(),
            text: "hello".to_owned(),
            ..Sent::default()
        };
        let page = html(&[sent]);
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"));
    }
}
