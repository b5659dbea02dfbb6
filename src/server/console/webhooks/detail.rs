//! Everything about one webhook.

use super::super::routes::Routes;
use super::list::{counts, leads};
use super::target::{Target, environment};
use super::trial::{self, Panel};
use super::{Asked, Problem, Shown};
use crate::access::Action;
use crate::activity::query::{self, Filter, Found, Wanted};
use crate::activity::status::Status;
use crate::certificates::Facts;
use crate::console::form::Faults;
use crate::console::format::Moment;
use crate::console::webhooks::detail::{Certificate, DetailPage, Invocation, Overriding};
use crate::console::{Section, chart, format};
use crate::protocol::webhook::{Environment, GenericWebService, ServiceAgentAuth, Webhook};
use crate::resources::Surveyed;

/// How many of the last calls are shown.
const LAST: usize = 10;

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/console/webhooks/dialogflow/{id}", Action::View, show);
    routes.post("/console/webhooks/dialogflow/{id}/try", Action::Manage, attempt);
}

async fn show(asked: Asked) -> Result<Shown, Problem> {
    let target = Target::webhook(&asked)?;
    let found = asked.console().resources.surveyed::<Webhook>(&target.agent, &target.id).await?;
    let panel = Panel::new(&asked, &target.agent, Some(&found.resource)).await?;
    Shown::page(&page(&asked, &target, &found, panel).await?)
}

/// Tries it as it is.
async fn attempt(asked: Asked) -> Result<Shown, Problem> {
    let target = Target::webhook(&asked)?;
    let resources = &asked.console().resources;
    let found = resources.surveyed::<Webhook>(&target.agent, &target.id).await?;
    let mut panel = Panel::typed(&asked, Some(&target.agent), found.resource.is_flexible()).await?;
    if panel.is_to_send(&asked) {
        let environment = panel.environment();
        let tried = resources.trial(&target.agent, Some(&target.id), None, environment.as_deref()).await;
        panel.send(&asked, &target.agent, tried, &mut Faults::default()).await?;
    }
    if asked.is_fetch {
        return trial::part(panel);
    }
    Shown::page(&page(&asked, &target, &found, panel).await?)
}

async fn page(
    asked: &Asked,
    target: &Target,
    found: &Surveyed<Webhook>,
    panel: Panel,
) -> Result<DetailPage, Problem> {
    let console = asked.console();
    let webhook = &found.resource;
    let none = GenericWebService::default();
    let service = webhook.generic_web_service().unwrap_or(&none);
    let remarks = console.resources.remarks(&target.agent, &target.id).await?;
    let environments = console.resources.survey::<Environment>().await?;
    let overriding = environments.iter().filter(|one| one.agent == target.agent).filter_map(|one| {
        let overrides = one.resource.overrides_for(webhook)?;
        Some(Overriding {
            name: one.resource.display_name.clone(),
            path: environment(&console.resources, &one.agent, &one.id).here(),
            fields: super::overrides::fields(overrides).into_iter().map(|(name, _)| name).collect(),
            file: one.file.as_ref().map(|file| file.display().to_string()).unwrap_or_default(),
        })
    });
    let counts = counts(asked).await?;
    let counts = counts.get(&webhook.display_name);
    let name: String = url::form_urlencoded::byte_serialize(webhook.display_name.as_bytes()).collect();
    Ok(DetailPage {
        chrome: asked.chrome(webhook.display_name.clone(), Section::Webhooks),
        place: target.place.clone(),
        display_name: webhook.display_name.clone(),
        name: webhook.name.clone(),
        file: found.file.as_ref().map(|file| file.display().to_string()).unwrap_or_default(),
        disabled: webhook.disabled,
        refused: found.refused.clone().unwrap_or_default(),
        flexible: webhook.is_flexible(),
        method: webhook.method(),
        uri: leads(webhook).split_once(' ').map(|(_, uri)| uri.to_owned()).unwrap_or_default(),
        directory: webhook.service_directory().unwrap_or_default().to_owned(),
        timeout: timeout(webhook),
        credentials: credentials(service),
        headers: headers(service),
        certificates: certificates(service),
        body: format::pretty(&service.request_body),
        mapping: service.parameter_mapping.clone().into_iter().collect(),
        remarks: remarks.into_iter().map(|one| (one.place, one.message, one.code)).collect(),
        routes: console.resources.routes_of(&target.agent, webhook),
        overriding: overriding.collect(),
        calls: counts.map(|counts| format::number(counts.calls)).unwrap_or_default(),
        failed: counts
            .filter(|counts| counts.failed > 0)
            .map(|counts| format::number(counts.failed))
            .unwrap_or_default(),
        sparkline: counts.map(|counts| chart::sparkline(&counts.days, "calls by day")),
        invocations: invocations(asked, &webhook.display_name).await?,
        activity: match console.services.activity {
            Some(_) => format!("/console/activity?webhook={name}"),
            None => String::new(),
        },
        try_action: target.place.to("try"),
        trial: panel.form,
        tried: panel.tried,
    })
}

fn timeout(webhook: &Webhook) -> (String, String) {
    let micros = u64::try_from(webhook.timeout().as_micros()).unwrap_or(u64::MAX);
    match webhook.timeout {
        Some(said) => (format::duration(micros), said.to_string()),
        None => (format!("{}, as the platform takes it", format::duration(micros)), "not said".to_owned()),
    }
}

/// Who a webhook says is calling, in words that show no value.
fn credentials(service: &GenericWebService) -> Vec<String> {
    let mut all = Vec::new();
    let secret = &service.secret_version_for_username_password;
    if !secret.is_empty() {
        all.push(format!("user and password from {secret}"));
    } else if !service.username.is_empty() {
        all.push(format!("user {:?} with a password", service.username));
    }
    if let Some(oauth) = &service.oauth_config {
        let secret = match oauth.secret_version_for_client_secret.as_str() {
            "" => String::new(),
            version => format!(", its secret from {version}"),
        };
        all.push(format!(
            "OAuth: a token for the client {:?} from {}{secret}",
            oauth.client_id, oauth.token_endpoint
        ));
    }
    if let Some(account) = &service.service_account_auth_config {
        all.push(format!("an access token of {}", account.service_account));
    }
    match service.service_agent_auth {
        ServiceAgentAuth::IdToken => all.push("an ID token of Dialogflow's service agent".to_owned()),
        ServiceAgentAuth::AccessToken => {
            all.push("an access token of Dialogflow's service agent".to_owned());
        }
        _ => {}
    }
    all
}

fn headers(service: &GenericWebService) -> Vec<(String, String)> {
    let plain = service.request_headers.iter().map(|(name, value)| (name.clone(), value.clone()));
    let secret = service.secret_versions_for_request_headers.iter();
    plain.chain(secret.map(|(name, one)| (name.clone(), format!("from {}", one.secret_version)))).collect()
}

fn certificates(service: &GenericWebService) -> Vec<Certificate> {
    let facts = service.allowed_ca_certs.iter().map(|der| Facts::of(der));
    let shown = |facts: Result<Facts, String>| match facts {
        Ok(facts) => {
            Certificate { subject: facts.subject, until: Moment(facts.not_after.saturating_mul(1_000_000)) }
        }
        Err(fault) => Certificate { subject: fault, until: Moment(0) },
    };
    facts.map(shown).collect()
}

/// The last calls of this name.
async fn invocations(asked: &Asked, name: &str) -> Result<Vec<Invocation>, Problem> {
    let Some(activity) = &asked.console().services.activity else { return Ok(Vec::new()) };
    let filter = Filter { webhook: Some(name.to_owned()), ..Filter::default() };
    let wanted = Wanted { size: LAST, ..Wanted::default() };
    let page = query::page(activity.store(), &filter, &wanted).await?;
    Ok(page.rows.iter().map(invocation).collect())
}

fn invocation(found: &Found) -> Invocation {
    let summary: crate::activity::kept::Summary<'_> =
        serde_json::from_str(&found.summary).unwrap_or_default();
    let status = Status::of_word(&found.status);
    Invocation {
        id: found.id.to_string(),
        at: Moment(found.id.micros()),
        kind: found.kind.map_or("", |kind| kind.as_str()),
        status: found.status.replace('_', " "),
        badge: match status {
            Some(Status::Success) => "good",
            Some(status) if status.is_failure() => "bad",
            _ => "idle",
        },
        code: found.status_code.filter(|code| *code > 0).map(|code| code.to_string()).unwrap_or_default(),
        tag: summary.tag.into_owned(),
        took: format::duration(summary.took_us),
    }
}
