//! What is open to the world, and which protections are switched off.

use super::place::Place;
use super::report::Section;
use super::settings::Tree;
use crate::config::Config;

/// Switches that take a protection away, and what each does.
fn meaning(switch: &str) -> &'static str {
    match switch.rsplit('.').next().unwrap_or_default() {
        "dangerous_allow_unauthenticated" => "whoever reaches the server can call every handler",
        "dangerous_allow_http" => {
            "webhooks may be called over http, where others read and change what is said"
        }
        "dangerous_assume_iam" => "tokens without a signature are believed, whatever stands in front",
        _ => "it takes a protection away",
    }
}

pub(super) fn examine(config: &Config, tree: &Tree, place: &Place) -> Section {
    let mut section = Section::new("Open to the world");
    doors(&mut section, config);
    for switch in tree.dangers() {
        section.warn(format!("{switch} is on: {}", meaning(&switch)), "take it out of the settings");
    }
    for note in config.auth.notes() {
        section.warn(note, "combine it with another check");
    }
    if !tree.checks_of("cloud_run_iam").is_empty() {
        section
            .note("cloud_run_iam relies on Cloud Run's own check: this must print nothing, or everybody may call")
            .command(format!(
                "gcloud run services get-iam-policy {} --flatten=bindings --filter='bindings.members:(allUsers allAuthenticatedUsers)' --format='value(bindings.role)'",
                place.of_service()
            ));
        section
            .note("and this must not print `true`, which switches that check off")
            .command(format!(
                "gcloud run services describe {} --format='value(metadata.annotations[\"run.googleapis.com/invoker-iam-disabled\"])'",
                place.of_service()
            ));
    }
    section
}

fn doors(section: &mut Section, config: &Config) {
    let mut doors = config.server.webhook_paths.clone();
    if !config.flexible.path.is_empty() {
        doors.push(format!("{}/*", config.flexible.path));
    }
    let doors = doors.join(", ");
    let checks = config.auth.any_of.len();
    if checks > 0 {
        section.ok(format!("{doors}: one of {checks} checks must accept the caller"));
    } else {
        let addresses = config.server.bind.addresses().unwrap_or_default();
        let here = addresses.iter().all(|address| address.ip().is_loopback());
        let fix = "configure [auth] any_of";
        if here && config.server.public_url.is_empty() {
            section.note(format!("{doors}: nobody is checked; only this machine reaches them"));
        } else if here {
            section.fail(format!("{doors}: nobody is checked, and server.public_url leads here"), fix);
        } else {
            section.fail(format!("{doors}: nobody is checked, and other machines reach them"), fix);
        }
    }
    section.note("/healthz and /readyz answer everybody, and tell nothing but that; /api/handlers answers this machine alone");
}
