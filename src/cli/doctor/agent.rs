//! Who the agent is to us: the audience of its tokens, and the account that it calls with.

use super::place::{Place, principal};
use super::report::Section;
use super::settings::{Tree, texts};
use crate::config::Config;

/// The kinds of checks that look at tokens of the service agent.
const TOKEN_KINDS: [&str; 2] = ["service_agent", "cloud_run_iam"];

pub(super) fn audiences(config: &Config, tree: &Tree) -> Section {
    let mut section = Section::new("Audience of ID tokens");
    let server = &config.server;
    let checks: Vec<_> = TOKEN_KINDS.iter().flat_map(|kind| tree.checks_of(kind)).collect();
    for audience in checks.iter().flat_map(|check| texts(check, "audience")) {
        section.ok(format!("{audience} is accepted (audience)"));
    }
    if server.public_url.is_empty() {
        if checks.iter().any(|check| texts(check, "audience").is_empty()) {
            section.fail(
                "a check expects ID tokens, but neither its audience nor server.public_url is set",
                "set server.public_url to the https:// address in the agent's webhook, without the path",
            );
        } else if checks.is_empty() {
            section.note(
                "no check looks at ID tokens; with server.public_url set, their audience would be told here",
            );
        }
        return section;
    }
    for path in &server.webhook_paths {
        section.note(format!(
            "{}{path} is what Dialogflow sends for a webhook with this URI (its query is left out)",
            server.public_url
        ));
    }
    let flexible = &config.flexible.path;
    if !flexible.is_empty() {
        section.note(format!("{}{flexible}/TAG is what it sends for a flexible webhook", server.public_url));
    }
    section
}

fn principal_lines(section: &mut Section, number: &str, place: &Place) {
    let account = principal(number);
    section
        .note(format!("{account} is the account that agents of project {number} call with; on Cloud Run it needs the role of an invoker"))
        .command(format!(
            "gcloud run services add-iam-policy-binding {} --member=serviceAccount:{account} --role=roles/run.invoker",
            place.of_service()
        ));
}

pub(super) fn account(tree: &Tree, place: &Place) -> Section {
    let mut section = Section::new("Service agent");
    let expects = TOKEN_KINDS.iter().any(|kind| !tree.checks_of(kind).is_empty());
    for number in &place.numbers {
        principal_lines(&mut section, number, place);
    }
    if place.numbers.is_empty() {
        let project = place.agent_project.as_deref().unwrap_or("AGENT_PROJECT");
        let text = "the number of the agent's project is not known from the settings";
        let line =
            if expects { section.fail(text, "set project_number in the check") } else { section.note(text) };
        line.command(format!("gcloud projects describe {project} --format='value(projectNumber)'"));
        principal_lines(&mut section, "PROJECT_NUMBER", place);
    }
    let number = place.numbers.first().map_or("PROJECT_NUMBER", String::as_str);
    section
        .note("where this service runs in another project than the agent, the same role is granted in the service's project")
        .command(format!(
            "gcloud run services add-iam-policy-binding {} --project=SERVICE_PROJECT --member=serviceAccount:{} --role=roles/run.invoker",
            place.of_service(),
            principal(number)
        ));
    section.note("where gcloud says that the account does not exist (old agents), create it once").command(
        format!(
            "gcloud beta services identity create --service=dialogflow.googleapis.com --project={}",
            place.agent_project.as_deref().unwrap_or(number)
        ),
    );
    section
}
