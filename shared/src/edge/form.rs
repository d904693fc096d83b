//! Forms of pages without scripts: the same calls that scripts make, in the encoding of forms.
//!
//! A form's call is turned into the JSON call beside it (`/sign/form/otp` into `/sign/otp`), so that each function
//! keeps one policy, and its answer into a way to the next page.
//!
//! **Invariant:** no form acts without the word that only pages of its own session hold.

use domain::Timestamp;
use domain::value::Language;
use serde_json::{Map, Value};

use super::http::{HttpRequest, Reply};
use super::problem::Problem;
use super::session::{SCRIPT_HEADER, SessionKey, is_word};

/// A call that comes from a form, and what its answer carries along.
#[derive(Debug)]
pub struct Form {
    /// The language that was chosen for the pages.
    language: Option<Language>,
    /// Whether it shows a link, for a session.
    opens: bool,
}

impl Form {
    /// None for a call of another kind.
    #[must_use]
    pub fn of(http: &HttpRequest) -> Option<Self> {
        let route = http.route().strip_prefix(FORMS)?;
        Some(Self { language: chosen_language(http), opens: route == "session" })
    }

    /// Leads to the next page, whatever became of the call.
    #[must_use]
    pub fn next_page(&self, outcome: Result<Reply, Problem>, request_id: &str) -> Reply {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if let Some(language) = self.language {
            query.append_pair("language", language.as_str());
        }
        match outcome {
            Ok(reply) => {
                if self.opens {
                    // A browser that keeps no cookie comes there as a stranger: the page can say why.
                    query.append_pair("opened", "yes");
                }
                reply.moved(next(&query.finish()))
            }
            Err(problem) => {
                query.append_pair("problem", problem.code());
                if let Some(left) = problem.attempts_left() {
                    query.append_pair("left", &left.to_string());
                }
                if let Some(field) = problem.errors().first().and_then(|it| it.pointer.split('/').nth(1)) {
                    query.append_pair("field", field);
                }
                problem.into_reply(request_id).moved(next(&query.finish()))
            }
        }
    }
}

/// The language that was chosen on a page, and not by its browser: links and forms carry it along.
#[must_use]
pub fn chosen_language(http: &HttpRequest) -> Option<Language> {
    http.query("language").and_then(Language::parse)
}

fn next(query: &str) -> String {
    if query.is_empty() { NEXT.to_owned() } else { format!("{NEXT}?{query}") }
}

/// The JSON call that a form stands for. `ticked` are the boxes that must be ticked.
///
/// Members are named by dots (`mark.name`), members of arrays end in brackets (`answers[]`), and what begins with
/// a low line is for this function alone.
///
/// # Errors
///
/// [`Problem`] 403 for the form of another page or session, 413, 415, 422 for a box that was not ticked.
pub fn as_json(
    http: HttpRequest,
    key: &SessionKey,
    now: Timestamp,
    ticked: &[&str],
) -> Result<HttpRequest, Problem> {
    if http.body_len() > MAX_BYTES {
        return Err(Problem::new(413, "too_large", "The form is too long."));
    }
    if http.essence() != "application/x-www-form-urlencoded" {
        return Err(Problem::unsupported_media_type(&["application/x-www-form-urlencoded"]));
    }
    let fields: Vec<(String, String)> =
        url::form_urlencoded::parse(http.body()).into_owned().take(MAX_FIELDS).collect();
    let field = |name: &str| fields.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str());
    if http.header("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return Err(foreign());
    }
    let route = http.route().replacen(FORMS, "/sign/", 1);
    // Before there is a session there is no word: who opens a link shows the link.
    if route != SESSION && !field(WORD).is_some_and(|word| is_word(word, &http, key, now)) {
        return Err(foreign());
    }
    if let Some(missing) = ticked.iter().find(|name| field(name).is_none()) {
        return Err(Problem::invalid(format!("/{missing}"), "The box must be ticked."));
    }
    let body = Value::Object(members(&fields));
    let json = http.into_call(&route, body.to_string().into_bytes());
    Ok(json
        .with_header("content-type", "application/json")
        .with_header(SCRIPT_HEADER, "form")
        .without_null_origin())
}

/// Fields as JSON: at most one level of members below the first.
fn members(fields: &[(String, String)]) -> Map<String, Value> {
    let mut body = Map::new();
    for (name, value) in fields.iter().filter(|(name, _)| !name.starts_with('_')) {
        let value = Value::String(value.replace("\r\n", "\n"));
        if let Some(list) = name.strip_suffix("[]") {
            let list = body.entry(list).or_insert_with(|| Value::Array(Vec::new()));
            if let Some(list) = list.as_array_mut() {
                list.push(value);
            }
        } else if let Some((outer, inner)) = name.split_once('.') {
            let outer = body.entry(outer).or_insert_with(|| Value::Object(Map::new()));
            if let Some(outer) = outer.as_object_mut() {
                outer.insert(inner.to_owned(), value);
            }
        } else {
            body.insert(name.clone(), value);
        }
    }
    body
}

fn foreign() -> Problem {
    Problem::new(403, "cross_origin", "The form must come from the signing page.")
}

/// The hidden field that holds the word of the session.
pub const WORD: &str = "_word";
const FORMS: &str = "/sign/form/";
const SESSION: &str = "/sign/session";
const NEXT: &str = "../step";
const MAX_BYTES: usize = 64 * 1024;
const MAX_FIELDS: usize = 40;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use domain::{LinkKey, LinkToken, RequestId, SignatoryId};
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;
    use serde_json::json;

    use super::super::session::{cookie_for, word_of};
    use super::*;

    const NOON: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);

    fn sent(route: &str, headers: &Value, body: &str) -> HttpRequest {
        HttpRequest::from_event(json!({
            "resource": route, "path": route, "httpMethod": "POST", "headers": headers,
            "multiValueHeaders": {}, "queryStringParameters": {}, "multiValueQueryStringParameters": {},
            "pathParameters": {}, "stageVariables": {}, "requestContext": { "httpMethod": "POST", "identity": {} },
            "body": body, "isBase64Encoded": false,
        }))
        .unwrap()
    }

    fn session() -> (SessionKey, String, String) {
        let mut rng = StdRng::seed_from_u64(1);
        let (request, signatory) = (RequestId::new(&mut rng), SignatoryId::new(&mut rng));
        let link = LinkToken::derive(&LinkKey::new(b"k"), &request, &signatory, 0);
        let key = SessionKey::new(b"material", std::iter::empty());
        let cookie = cookie_for(&link, &key, NOON).split(';').next().unwrap().to_owned();
        let word = word_of(&sent("/sign/step", &json!({ "cookie": cookie }), ""), &key, NOON).unwrap();
        (key, cookie, word)
    }

    #[test]
    fn a_form_becomes_the_json_call_beside_it() {
        let (key, cookie, word) = session();
        let headers = json!({
            "cookie": cookie, "content-type": "application/x-www-form-urlencoded", "origin": "null",
            "sec-fetch-site": "same-origin",
        });
        let body = format!(
            "_word={word}&_confirm=yes&codes.email=123456&codes.sms=1&mark.mode=typed&mark.name=Ada+L%C3%B8v&answers[]=a&answers[]=b"
        );
        let http = as_json(sent("/sign/form/signature", &headers, &body), &key, NOON, &["_confirm"]).unwrap();
        assert_eq!(http.route(), "/sign/signature");
        assert_eq!(http.header("origin"), None);
        assert_eq!(
            http.json::<Value>().unwrap(),
            json!({ "codes": { "email": "123456", "sms": "1" }, "mark": { "mode": "typed", "name": "Ada Løv" }, "answers": ["a", "b"] })
        );
    }

    #[test]
    fn a_form_of_another_page_or_session_is_refused() {
        let (key, cookie, word) = session();
        let form = |change: Value, body: &str| {
            let mut headers =
                json!({ "cookie": cookie, "content-type": "application/x-www-form-urlencoded" });
            headers.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            as_json(sent("/sign/form/decline", &headers, body), &key, NOON, &[])
                .map(|_| ())
                .map_err(|it| it.code())
        };
        assert_eq!(form(json!({}), &format!("_word={word}")), Ok(()));
        assert_eq!(form(json!({}), ""), Err("cross_origin"));
        assert_eq!(form(json!({}), "_word=x"), Err("cross_origin"));
        assert_eq!(form(json!({ "cookie": "" }), &format!("_word={word}")), Err("cross_origin"));
        assert_eq!(
            form(json!({ "sec-fetch-site": "cross-site" }), &format!("_word={word}")),
            Err("cross_origin")
        );
        assert_eq!(
            form(json!({ "content-type": "text/plain" }), &format!("_word={word}")),
            Err("unsupported_media_type")
        );
        let headers = json!({ "cookie": cookie, "content-type": "application/x-www-form-urlencoded" });
        let unticked =
            as_json(sent("/sign/form/otp", &headers, &format!("_word={word}")), &key, NOON, &["_agree"]);
        assert_eq!(unticked.map(|_| ()).map_err(|it| it.code()), Err("invalid"));
    }
}
