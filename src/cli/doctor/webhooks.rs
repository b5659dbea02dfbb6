//! What the webhook resources need of the agent's project before Dialogflow can call them.

use super::place::Place;
use super::report::Section;
use super::secrets::accessor;
use crate::clock::Clock;
use crate::fulfillment::upstream::resources::Resources;
use crate::protocol::webhook::check::certificates_at;
use crate::protocol::webhook::{GenericWebService, Service, Webhook};

pub(super) fn examine(resources: &Resources, place: &Place) -> Section {
    let mut section = Section::new("Webhook resources");
    for fault in &resources.faults {
        section.fail(fault.to_string(), "mend the file");
    }
    for (_, webhook) in &resources.webhooks {
        let name = webhook.display_name.as_str();
        if let Some(Service::ServiceDirectory(directory)) = &webhook.service {
            service_directory(&mut section, name, &directory.service, place);
        }
        if let Some(generic) = webhook.generic_web_service() {
            credentials(&mut section, name, generic, place);
        }
        certificates(&mut section, name, webhook);
    }
    section
}

fn service_directory(section: &mut Section, name: &str, service: &str, place: &Place) {
    let project = service.split('/').nth(1).unwrap_or("PROJECT");
    for account in place.principals() {
        let line = section.note(format!(
            "{name}: it is reached through Service Directory; {account} must be able to look it up and to enter the network"
        ));
        for role in ["roles/servicedirectory.viewer", "roles/servicedirectory.pscAuthorizedService"] {
            line.command(format!(
                "gcloud projects add-iam-policy-binding {project} --member=serviceAccount:{account} --role={role}"
            ));
        }
    }
}

fn credentials(section: &mut Section, name: &str, generic: &GenericWebService, place: &Place) {
    let oauth = generic.oauth_config.iter().map(|oauth| &oauth.secret_version_for_client_secret);
    let headers = generic.secret_versions_for_request_headers.values().map(|header| &header.secret_version);
    let versions = [&generic.secret_version_for_username_password].into_iter().chain(headers).chain(oauth);
    for version in versions.filter(|version| !version.is_empty()) {
        for account in place.principals() {
            section
                .note(format!("{name}: {version} was not checked; {account} must be able to read it"))
                .command(accessor(version, &account));
        }
    }
    if let Some(config) = &generic.service_account_auth_config {
        let target = &config.service_account;
        let line = section.note(format!(
            "{name}: it is called with a token of {target}; the service agent must be able to make one, and who edits the agent must be a user of the account"
        ));
        for account in place.principals() {
            line.command(format!("gcloud iam service-accounts add-iam-policy-binding {target} --member=serviceAccount:{account} --role=roles/iam.serviceAccountTokenCreator"));
        }
        line.command(format!("gcloud iam service-accounts add-iam-policy-binding {target} --member=user:EDITOR --role=roles/iam.serviceAccountUser"));
    }
}

fn certificates(section: &mut Section, name: &str, webhook: &Webhook) {
    let own = webhook.generic_web_service().map_or(0, |generic| generic.allowed_ca_certs.len());
    let findings = certificates_at(webhook, Clock::system().unix_seconds());
    if own > 0 && findings.is_empty() {
        section.ok(format!("{name}: it trusts {own} certificates of its own (allowedCaCerts) and no others"));
    }
    for finding in findings {
        section.fail(format!("{name}: {}: {}", finding.place, finding.message), "replace it in the resource");
    }
}
