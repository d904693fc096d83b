//! `/themes`: saved looks of the signing page, which requests name; and `GET /result-keys`: the keys by which
//! an integrator checks how a signatory came back.
//!
//! **Invariant:** a theme is kept whole and checked, or not at all; a request keeps its own copy.

mod wire;

use domain::TenantId;
use domain::value::ThemeName;
use serde_json::{Value, json};
use shared::edge::result::ResultKeys;
use shared::edge::{
    Aws, ConfigError, Env, Handler, HttpRequest, Invocation, Problem, Reply, Supply, appearance, view,
};
use shared::store::{Rounds, Theme, Themes};

use wire::ThemeBody;

/// What this function may touch.
#[derive(Debug)]
pub struct Deps {
    themes: Themes,
    result_keys: ResultKeys,
}

/// This function, ready to be invoked.
///
/// # Errors
///
/// [`ConfigError`] when its environment is incomplete or the secret cannot be read.
pub async fn function(env: &Env, aws: &Aws) -> Result<Handler, ConfigError> {
    let supply = Supply::new(env, aws);
    let deps = Deps { themes: supply.themes()?, result_keys: supply.result_keys().await? };
    let handler = Handler::of_http(deps, |deps, event, cx| Box::pin(handle(deps, event, cx)));
    Ok(handler.behind(supply.admission().await?))
}

/// Lists, shows, saves and deletes themes, and shows the keys of results.
///
/// # Errors
///
/// [`Problem`] 404 for an unknown theme, 422 with a pointer for what cannot be had, 409 for one too many.
pub async fn handle(deps: &Deps, http: HttpRequest, cx: &Invocation) -> Result<Reply, Problem> {
    let tenant = http.tenant()?;
    match http.route() {
        "/result-keys" => {
            let keys = json!({ "algorithm": "HMAC-SHA256", "keys": deps.result_keys.of_tenant(&tenant) });
            Ok(Reply::json(200, &view::envelope("", &keys)))
        }
        "/themes" => {
            let themes: Vec<Value> = deps.themes.list(&tenant).await?.iter().map(wire::theme).collect();
            Ok(Reply::json(200, &view::envelope("", &json!(themes))))
        }
        _ => one(deps, &http, &tenant, cx).await,
    }
}

async fn one(deps: &Deps, http: &HttpRequest, tenant: &TenantId, cx: &Invocation) -> Result<Reply, Problem> {
    let name = ThemeName::parse(http.path_parameter("name")?);
    if http.method() == "PUT" {
        let name = name.map_err(|_| {
            let detail = "A theme is named by 1 to 40 lower-case letters, digits, hyphens and underscores.";
            Problem::invalid("/name", detail).numbered(SHAPE)
        })?;
        return save(deps, http, tenant, name, cx).await;
    }
    let name = name.map_err(|_| Problem::not_found())?;
    if http.method() == "DELETE" {
        return delete(deps, http, tenant, &name).await;
    }
    let theme = deps.themes.get(tenant, &name).await?.ok_or_else(Problem::not_found)?;
    Ok(tagged("", &wire::theme(&theme)))
}

/// An answer about a theme, with its version.
fn tagged(message: &str, shown: &Value) -> Reply {
    Reply::json(200, &view::envelope(message, shown)).header("etag", view::etag_of(shown))
}

async fn delete(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    name: &ThemeName,
) -> Result<Reply, Problem> {
    let mut rounds = Rounds::default();
    loop {
        let theme = deps.themes.get(tenant, name).await?.ok_or_else(Problem::not_found)?;
        http.check_if_match(Some(&view::etag_of(&wire::theme(&theme))))?;
        if deps.themes.delete(tenant, &theme).await? {
            let gone = json!({ "name": name.as_str() });
            return Ok(Reply::json(200, &view::envelope("Deleted", &gone)));
        }
        again(&mut rounds).await?;
    }
}

async fn save(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    name: ThemeName,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let body: ThemeBody = http.json()?;
    let mut theme =
        Theme { name, appearance: appearance::parse(&body.ui, "/ui")?, updated_at: cx.now, version: 0 };
    let mut rounds = Rounds::default();
    loop {
        let all = deps.themes.list(tenant).await?;
        let before = all.iter().find(|it| it.name == theme.name);
        http.check_if_match(before.map(|it| view::etag_of(&wire::theme(it))).as_deref())?;
        if all.len() - usize::from(before.is_some()) >= MAX_THEMES {
            let detail = format!("There are {MAX_THEMES} themes already: delete one that is not used.");
            return Err(Problem::new(409, "too_many_themes", detail));
        }
        theme.version = before.map_or(0, |it| it.version);
        if deps.themes.put(tenant, &theme).await? {
            return Ok(tagged("Saved", &wire::theme(&theme)));
        }
        again(&mut rounds).await?;
    }
}

/// Someone else changed the theme since it was loaded: it is looked at again, unless that happened too often.
async fn again(rounds: &mut Rounds) -> Result<(), Problem> {
    if rounds.again().await { Ok(()) } else { Err(Problem::unavailable("a theme is being changed")) }
}

/// A tenant's themes are listed in one answer.
const MAX_THEMES: usize = 100;
/// The number of a body of another shape.
const SHAPE: u16 = 625;
