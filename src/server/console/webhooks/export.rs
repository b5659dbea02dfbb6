//! Webhooks as JSON, as the platform's API has it, or for Terraform.

use serde_json::json;

use super::super::routes::Routes;
use super::target::{Target, agent};
use super::{Asked, Problem, Shown};
use crate::access::Action;
use crate::protocol::names::AgentName;
use crate::protocol::webhook::{HIDDEN, Service, Webhook, terraform};

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/console/webhooks/export", Action::View, all);
    routes.get("/console/webhooks/dialogflow/{id}/export", Action::View, one);
}

async fn all(asked: Asked) -> Result<Shown, Problem> {
    let agent = agent(&asked)?;
    let found = asked.console().resources.survey::<Webhook>().await?;
    let webhooks: Vec<Webhook> =
        found.into_iter().filter(|one| one.agent == agent).map(|one| without_hidden(one.resource)).collect();
    written(&asked, "webhooks", &agent, &webhooks, &json!({ "webhooks": webhooks }))
}

async fn one(asked: Asked) -> Result<Shown, Problem> {
    let target = Target::webhook(&asked)?;
    let found = asked.console().resources.surveyed::<Webhook>(&target.agent, &target.id).await?;
    let webhook = without_hidden(found.resource);
    let document = json!(webhook);
    written(&asked, &webhook.display_name, &target.agent, std::slice::from_ref(&webhook), &document)
}

fn written(
    asked: &Asked,
    name: &str,
    agent: &AgentName,
    webhooks: &[Webhook],
    document: &serde_json::Value,
) -> Result<Shown, Problem> {
    match asked.query.get("format") {
        "json" | "" => {
            let text = serde_json::to_string_pretty(document).map_err(|_| Problem::Failed)?;
            Ok(Shown::download(&format!("{name}.json"), "application/json", format!("{text}\n")))
        }
        "terraform" => {
            // Nobody has an agent that is an example.
            let agent = if *agent == AgentName::example() { String::new() } else { agent.to_string() };
            let text = terraform::webhooks(webhooks, &agent);
            Ok(Shown::download(&format!("{name}.tf"), "text/plain; charset=utf-8", text))
        }
        other => {
            let found = crate::excerpt::excerpt(other, 50);
            Err(Problem::Invalid(format!("format: expected json or terraform, found {found:?}.")))
        }
    }
}

/// Without the headers whose values are not shown: whoever reads the file would take the marks for them.
fn without_hidden(mut webhook: Webhook) -> Webhook {
    let service = match &mut webhook.service {
        Some(Service::GenericWebService(service)) => Some(service),
        Some(Service::ServiceDirectory(directory)) => directory.generic_web_service.as_mut(),
        None => None,
    };
    if let Some(service) = service {
        service.request_headers.retain(|_, value| value != HIDDEN);
    }
    webhook
}
