//! What may be kept, and what may go.

use domain::TenantId;
use email_signature::value::BrandId;
use email_signature::{Brand, Campaign, Refusal, Rule, Template};
use serde_json::Value;
use shared::edge::{HttpRequest, Problem};
use shared::store::{Piece, Shelf};

use crate::Deps;

/// A name for a thing.
pub(crate) fn name(text: &str) -> Result<&str, Problem> {
    match BrandId::parse(text) {
        Ok(_) => Ok(text),
        Err(reason) => Err(Refusal::at("/name", reason).into()),
    }
}

/// The name of a thing in the path: where none can have it, there is nothing, and nothing can be put.
pub(crate) fn named(http: &HttpRequest) -> Result<&str, Problem> {
    let text = http.path_parameter("name")?;
    name(text).map_err(|refused| if http.method() == "PUT" { refused } else { Problem::not_found() })
}

/// Refuses a thing that cannot be read.
pub(crate) async fn thing(
    deps: &Deps,
    tenant: &TenantId,
    piece: Piece<'_>,
    body: &Value,
) -> Result<(), Problem> {
    let images = match piece {
        Piece::Brand(_) => {
            Brand::parse(body)?.logo().map(|it| ("/logo/id", it.id.clone())).into_iter().collect()
        }
        Piece::Campaign(_) => vec![("/banner/id", Campaign::parse(body)?.banner().id.clone())],
        _ => {
            Template::parse(body, 1)?;
            Vec::new()
        }
    };
    for (pointer, id) in images {
        if deps.store.get(tenant, Piece::Image(id.as_str())).await?.is_none() {
            return Err(Problem::invalid(pointer, "There is no such picture."));
        }
    }
    Ok(())
}

/// Refuses rules that cannot be read, or name what there is not.
pub(crate) async fn rules(deps: &Deps, tenant: &TenantId, rules: &Value) -> Result<(), Problem> {
    let items = rules.as_array().ok_or_else(|| Problem::invalid("/items", "A list is expected."))?;
    if items.len() > MOST_RULES {
        return Err(Problem::invalid("/items", format!("At most {MOST_RULES} rules.")));
    }
    let (book, templates) =
        (deps.store.book(tenant).await?, deps.store.list(tenant, Shelf::Templates).await?);
    for (index, item) in items.iter().enumerate() {
        let at = |member: &str| format!("/items/{index}{member}");
        let _rule = Rule::parse(item).map_err(|it| it.under(&at("")))?;
        let name = |member: &str| item.get(member).and_then(Value::as_str).map(str::to_owned);
        let unknown = |member: &str| Problem::invalid(at(member), "There is nothing of this name.");
        if name("brand").is_some_and(|name| book.brands.iter().all(|it| it.id().as_str() != name)) {
            return Err(unknown("/brand"));
        }
        if name("template").is_some_and(|name| templates.iter().all(|it| it.name != name)) {
            return Err(unknown("/template"));
        }
        let campaigns = item.get("campaigns").and_then(Value::as_array).into_iter().flatten();
        for (place, campaign) in campaigns.enumerate() {
            if book.campaigns.iter().all(|it| campaign != it.id().as_str()) {
                return Err(unknown(&format!("/campaigns/{place}")));
            }
        }
    }
    Ok(())
}

/// Refuses one thing too many.
pub(crate) async fn room(deps: &Deps, tenant: &TenantId, piece: Piece<'_>) -> Result<(), Problem> {
    let (shelf, most) = match piece {
        Piece::Brand(_) => (Shelf::Brands, MOST_BRANDS),
        Piece::Campaign(_) => (Shelf::Campaigns, MOST_CAMPAIGNS),
        _ => (Shelf::Templates, MOST_TEMPLATES),
    };
    if deps.store.list(tenant, shelf).await?.len() >= most {
        let detail = format!("There are {most} of them already: delete one that is not used.");
        return Err(Problem::new(409, "too_many_things", detail));
    }
    Ok(())
}

/// Refuses to delete what a rule names.
pub(crate) async fn unnamed(deps: &Deps, tenant: &TenantId, piece: Piece<'_>) -> Result<(), Problem> {
    let Some(rules) = deps.store.get(tenant, Piece::Rules).await? else { return Ok(()) };
    let is_named = |rule: &Value| match piece {
        Piece::Brand(name) => rule.get("brand").is_some_and(|it| it == name),
        Piece::Campaign(name) => {
            rule.get("campaigns").and_then(Value::as_array).into_iter().flatten().any(|it| it == name)
        }
        Piece::Template(name) => rule.get("template").is_some_and(|it| it == name),
        _ => false,
    };
    match rules.body.as_array().into_iter().flatten().position(is_named) {
        None => Ok(()),
        Some(index) => {
            let detail = format!("Rule {} names it. Change the rule first.", index + 1);
            Err(Problem::new(409, "thing_in_use", detail))
        }
    }
}

/// All that decides on a signature is read at once, so that it has to stay small.
const MOST_BRANDS: usize = 50;
const MOST_CAMPAIGNS: usize = 200;
const MOST_RULES: usize = 200;
/// A tenant's templates are listed in one answer, and each may have 128 KB.
const MOST_TEMPLATES: usize = 30;
