//! Which project, service and region commands are about, as far as the settings tell.

use toml::Value;
use url::Url;

use super::settings::{Tree, texts};
use crate::config::Config;

/// Names for commands; a word in capitals where one is not known.
pub(super) struct Place {
    pub(super) service: String,
    pub(super) region: String,
    /// The numbers of the agents' projects.
    pub(super) numbers: Vec<String>,
    /// The agent's project as `agent.name` has it, an id or a number.
    pub(super) agent_project: Option<String>,
}

impl Place {
    pub(super) fn of(config: &Config, tree: &Tree) -> Self {
        let (service, region) = cloud_run(&config.server.public_url).unwrap_or_default();
        let or = |text: String, word: &str| if text.is_empty() { word.to_owned() } else { text };
        let agent_project = config.agent.name.split('/').nth(1).map(str::to_owned);
        let mut numbers: Vec<String> = tree
            .checks()
            .into_iter()
            .flat_map(|check| {
                let number = check.get("project_number").and_then(Value::as_integer).map(|n| n.to_string());
                number
                    .into_iter()
                    .chain(texts(check, "project_number"))
                    .chain(texts(check, "project_numbers"))
            })
            .chain(agent_project.clone().filter(|project| is_number(project)))
            .collect();
        numbers.sort();
        numbers.dedup();
        let service = std::env::var("K_SERVICE").unwrap_or(service);
        Self { service: or(service, "SERVICE"), region: or(region, "REGION"), numbers, agent_project }
    }

    /// `--region=R SERVICE`, for `gcloud run services`.
    pub(super) fn of_service(&self) -> String {
        format!("{} --region={}", self.service, self.region)
    }

    /// The service agents of the agents' projects.
    pub(super) fn principals(&self) -> Vec<String> {
        let numbers =
            if self.numbers.is_empty() { vec!["PROJECT_NUMBER".to_owned()] } else { self.numbers.clone() };
        numbers.iter().map(|number| principal(number)).collect()
    }
}

/// The account that Dialogflow calls with, for agents of this project.
pub(super) fn principal(number: &str) -> String {
    format!("service-{number}@gcp-sa-dialogflow.iam.gserviceaccount.com")
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Service and region of a deterministic address, `https://SERVICE-NUMBER.REGION.run.app`.
fn cloud_run(public_url: &str) -> Option<(String, String)> {
    let url = Url::parse(public_url).ok()?;
    let (label, region) = url.host_str()?.strip_suffix(".run.app")?.split_once('.')?;
    let (service, number) = label.rsplit_once('-')?;
    is_number(number).then(|| (service.to_owned(), region.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deterministic_address_tells_service_and_region() {
        let found = |service: &str, region: &str| Some((service.to_owned(), region.to_owned()));
        for (url, expected) in [
            ("https://my-door-123456.europe-west1.run.app", found("my-door", "europe-west1")),
            ("https://my-door-abcdef-ew.a.run.app", None),
            ("https://example.com", None),
            ("", None),
        ] {
            assert_eq!(cloud_run(url), expected, "{url}");
        }
    }
}
