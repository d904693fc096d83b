//! Templates: the gallery, versions, and what they look like.

use domain::TenantId;
use domain::value::Language;
use email_signature::render::Subject;
use email_signature::template::gallery::GALLERY;
use email_signature::value::{BrandId, TemplateId};
use email_signature::{Person, Reason, Refusal, Rendered, Template, Urls, Variant, render};
use serde_json::{Map, Value, json};
use shared::closing::{compiled, images};
use shared::edge::email_signature::{reply, shown};
use shared::edge::{HttpRequest, Invocation, Problem, Reply, view};
use shared::store::Piece;

use crate::{Deps, check, sample, thing};

/// Templates to begin with.
pub(crate) fn gallery() -> Reply {
    let samples: Vec<Value> =
        GALLERY.iter().map(email_signature::template::gallery::Sample::source).collect();
    Reply::json(200, &view::envelope("", &json!(samples)))
}

/// Puts a sample of the gallery in the place of `copyOf`; what else is said of the template stands.
pub(crate) fn copied(body: &mut Map<String, Value>) -> Result<(), Problem> {
    let Some(of) = body.remove("copyOf") else { return Ok(()) };
    let sample = GALLERY.iter().find(|it| of == it.id);
    let sample =
        sample.ok_or_else(|| Problem::invalid("/copyOf", "There is no such template in the gallery."))?;
    let Value::Object(source) = sample.source() else { return Ok(()) };
    for (name, value) in source.into_iter().filter(|(name, _)| name != "id") {
        body.entry(name).or_insert(value);
    }
    Ok(())
}

/// The versions of a template that are kept, the latest first.
pub(crate) async fn versions(deps: &Deps, http: &HttpRequest, tenant: &TenantId) -> Result<Reply, Problem> {
    let name = check::named(http)?;
    let mut versions: Vec<Value> = deps.store.versions(tenant, name).await?.iter().map(shown).collect();
    if versions.is_empty() {
        return Err(Problem::not_found());
    }
    versions.reverse();
    for version in versions.iter_mut().filter_map(Value::as_object_mut) {
        version
            .retain(|name, _| ["id", "name", "version", "updatedAt", "updatedBy"].contains(&name.as_str()));
    }
    Ok(Reply::json(200, &view::envelope("", &json!(versions))))
}

/// A version of a template.
pub(crate) async fn version(deps: &Deps, http: &HttpRequest, tenant: &TenantId) -> Result<Reply, Problem> {
    let (name, version) = (check::named(http)?, http.path_parameter("version")?);
    let version = version.parse().map_err(|_| Problem::not_found())?;
    let kept = deps.store.version(tenant, name, version).await?;
    Ok(reply("", &kept.ok_or_else(Problem::not_found)?))
}

/// What a template, as it is or as it is sent along, makes of sample persons or of one who is there.
pub(crate) async fn preview(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let body: Map<String, Value> = http.json()?;
    let known = ["template", "brand", "email", "variant", "language"];
    if let Some(name) = body.keys().find(|it| !known.contains(&it.as_str())) {
        return Err(Problem::invalid(format!("/{name}"), "There is no such member."));
    }
    let text = |name: &str| match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(Refusal::at(format!("/{name}"), Reason::Shape { expected: "a text" })),
    };
    let template = source(deps, http, tenant, body.get("template")).await?;
    let at = |pointer: &'static str| move |reason| Refusal::at(pointer, reason);
    let variant = Variant::parse(text("variant")?.unwrap_or_default()).map_err(at("/variant"))?;
    let language = match text("language")? {
        None => Language::default(),
        Some(tag) => Language::parse(tag).ok_or(Refusal::at("/language", Reason::Language))?,
    };
    let brand = text("brand")?.map(BrandId::parse).transpose().map_err(at("/brand"))?;
    let book = deps.store.book(tenant).await?;
    let (people, brand) = if let Some(email) = text("email")? {
        let email = domain::EmailAddress::parse(email).map_err(|_| Refusal::at("/email", Reason::Email))?;
        let sender = deps.closings.sender(tenant, &email, brand.as_ref(), cx.now).await?;
        (vec![sender.kept.person], sender.brand)
    } else {
        let found = match &brand {
            Some(id) => Some(book.brand(id).ok_or(Refusal::at("/brand", Reason::Unknown))?),
            None => book.brand_of(None),
        };
        (sample::people()?, found.map_or_else(sample::brand, |it| Ok(it.clone()))?)
    };
    let urls = Urls::new(&images(deps.closings.keys().base(&http.api_url()))?);
    let shown = people.iter().map(|person| {
        let group = person.group().and_then(|it| book.groups.find(it));
        let subject = Subject { brand: &brand, person, group, campaign: None };
        view_of(person, &render(&template, &subject, &urls, variant, language))
    });
    Ok(Reply::json(200, &view::envelope("", &json!(shown.collect::<Vec<_>>()))))
}

async fn source(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    sent: Option<&Value>,
) -> Result<Template, Problem> {
    let name = TemplateId::parse(http.path_parameter("name")?).map_err(|_| Problem::not_found())?;
    match sent {
        None | Some(Value::Null) => {
            Ok(compiled(&thing::found(deps, tenant, Piece::Template(name.as_str())).await?)?)
        }
        Some(Value::Object(source)) => {
            let mut source = source.clone();
            copied(&mut source)?;
            source.entry("id").or_insert_with(|| name.as_str().into());
            Ok(Template::parse(&Value::Object(source), 1).map_err(|it| it.under("/template"))?)
        }
        Some(_) => Err(Problem::invalid("/template", "An object is expected.")),
    }
}

fn view_of(person: &Person, rendered: &Rendered) -> Value {
    let warnings = rendered.warnings.iter().map(|it| {
        let code = it.code();
        json!({ "client": it.client().as_str(), "code": code.as_str(), "detail": it.sentence() })
    });
    json!({
        "email": person.email().expose(),
        "html": rendered.html,
        "text": rendered.text,
        "bytes": rendered.html.len(),
        "warnings": warnings.collect::<Vec<_>>(),
    })
}
