//! The tokens of those who manage.

use crate::access::{Action, CreateError, Known, New, Role, end_of};
use crate::console::Section;
use crate::console::form::Faults;
use crate::console::format::Moment;
use crate::console::settings::{MadePage, NewPage, RevokePage, Tab, TokenRow, TokensPage};
use crate::server::console::asked::Asked;
use crate::server::console::problem::Problem;
use crate::server::console::routes::Routes;
use crate::server::console::shown::Shown;
use crate::server::lasting;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/console/settings/tokens", Action::Administer, list)
        .get("/console/settings/tokens/new", Action::Administer, ask)
        .post("/console/settings/tokens/new", Action::Administer, create)
        .get("/console/settings/tokens/{id}/revoke", Action::Administer, confirm)
        .post("/console/settings/tokens/{id}/revoke", Action::Administer, revoke);
}

/// How many a page has.
const PAGE: usize = 50;

async fn list(asked: Asked) -> Result<Shown, Problem> {
    let wanted = asked.query.some("q").unwrap_or_default().to_owned();
    let state = asked.query.some("state").unwrap_or("active").to_owned();
    let page: usize = asked.query.some("page").and_then(|page| page.parse().ok()).unwrap_or(1).max(1);
    let own = asked.who()?.id.clone();
    let has = |known: &Known| {
        let text = wanted.to_lowercase();
        let names = [&known.id, &known.name, &known.role, &known.created_by];
        (state == "all" || known.state == state)
            && names.iter().any(|name| name.to_lowercase().contains(&text))
    };
    let all = asked.console().door.access.list().await?;
    let found: Vec<TokenRow> = all.iter().filter(|known| has(known)).map(|known| row(known, &own)).collect();
    let count = found.len();
    let rows: Vec<_> = found.into_iter().skip((page - 1) * PAGE).take(PAGE).collect();
    Shown::page(&TokensPage {
        chrome: asked.chrome("Tokens", Section::Settings),
        tabs: Tab::Tokens.among(true),
        is_lasting: asked.console().door.store.is_configured(),
        wanted,
        state,
        count,
        page,
        has_more: page * PAGE < count,
        rows,
    })
}

fn row(known: &Known, own: &str) -> TokenRow {
    TokenRow {
        is_own: known.id == own,
        id: known.id.clone(),
        name: known.name.clone(),
        role: known.role.clone(),
        state: known.state,
        created_at: Moment(known.created_at),
        created_by: known.created_by.clone(),
        expires_at: known.expires_at.map(Moment),
        revoked_at: known.revoked_at.map(Moment),
        last_used_at: known.last_used_at.map(Moment),
    }
}

fn form(asked: &Asked, faults: Faults) -> NewPage {
    let given = |field: &str, usual: &str| {
        if asked.form.has(field) { asked.form.get(field) } else { usual }.to_owned()
    };
    NewPage {
        chrome: asked.chrome("New token", Section::Settings),
        roles: Role::ALL.map(|role| (role.as_str(), role_text(role))),
        name: given("name", ""),
        role: given("role", "viewer"),
        expires: given("expires", "90d"),
        faults,
    }
}

fn role_text(role: Role) -> &'static str {
    match role {
        Role::Admin => "admin: everything, tokens and the audit trail included",
        Role::Editor => "editor: look, create, change, delete, replay, erase",
        Role::Creator => "creator: create webhooks, and see nothing",
        Role::Viewer => "viewer: look",
    }
}

async fn ask(asked: Asked) -> Result<Shown, Problem> {
    Shown::page(&form(&asked, Faults::default()))
}

async fn create(asked: Asked) -> Result<Shown, Problem> {
    let access = &asked.console().door.access;
    let mut faults = Faults::default();
    let role: Result<Role, String> = asked.form.get("role").parse();
    let role = role.map_err(|error| faults.add("role", format!("Role: {error}."))).ok();
    let name = New::checked_name(asked.form.get("name"), role.unwrap_or(Role::Viewer));
    let name = name.map_err(|error| faults.add("name", error)).ok();
    // What is left empty has no end.
    let time = asked.form.some("expires").map(lasting).transpose();
    let time = time.map_err(|error| faults.add("expires", error.replace("expires_in", "Expires in"))).ok();
    let (Some(role), Some(name), Some(time)) = (role, name, time) else {
        return Shown::refused(&form(&asked, faults));
    };
    let new = New { role, name, expires_at: time.and_then(|time| end_of(access, time)) };
    match access.create(&new, asked.who()?, Some(&asked.request_id)).await {
        Ok((token, known)) => Shown::page(&MadePage {
            chrome: asked.chrome("New token", Section::Settings),
            token: token.expose(),
            name: known.name,
            role: known.role,
            expires_at: known.expires_at.map(Moment),
        }),
        Err(CreateError::TooMany) => {
            faults.add("", "There are as many tokens as there may be; revoke some.");
            Shown::refused(&form(&asked, faults))
        }
        Err(CreateError::Store(error)) => Err(error.into()),
        Err(CreateError::Chance(_)) => Err(Problem::Failed),
    }
}

async fn confirm(asked: Asked) -> Result<Shown, Problem> {
    let id = asked.part("id").parse().map_err(|_| NOTHING)?;
    let known = asked.console().door.access.get(&id).await?.ok_or(NOTHING)?;
    let row = row(&known, &asked.who()?.id);
    Shown::page(&RevokePage { chrome: asked.chrome("Revoke a token", Section::Settings), row })
}

async fn revoke(asked: Asked) -> Result<Shown, Problem> {
    let id = asked.part("id").parse().map_err(|_| NOTHING)?;
    let revoked = asked.console().door.access.revoke(&id, asked.who()?, Some(&asked.request_id)).await?;
    revoked.ok_or(NOTHING)?;
    Ok(Shown::done("/console/settings/tokens", "revoked"))
}

const NOTHING: Problem = Problem::NotFound("token of this id");
