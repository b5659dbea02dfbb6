//! `rejoinder export webhooks`: the resources for everything served.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{bail, ensure};
use serde_json::json;

use super::files::{Files, write};
use super::server::{Server, ServerArgs};
use super::tag::Format;
use super::{note, package};
use crate::fulfillment::upstream::resources::Resources;
use crate::fulfillment::{Export as Resource, flexible_webhook, standard_webhook};
use crate::protocol::webhook::{Webhook, terraform};

#[derive(Debug, clap::Args)]
pub(super) struct Everything {
    /// As the platform's API lists webhooks, as an agent's package has them, or for Terraform.
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
    /// Only the standard webhooks, or only the flexible ones.
    #[arg(long, value_enum)]
    only: Option<Kind>,
    /// The standard webhook's display name; where several paths are served, the path follows it.
    #[arg(long, value_name = "NAME", default_value = "Rejoinder")]
    display_name: String,
    /// Write files instead: one for each webhook, `webhooks/` of an unpacked package, or `webhooks.tf`.
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// Write over files that are there. A package's webhooks keep their ids.
    #[arg(long, requires = "dir")]
    force: bool,
    /// Write the environment that has these webhooks as overrides, such as one for staging with its --public-url.
    #[arg(long, value_name = "NAME", conflicts_with = "dir")]
    environment: Option<String>,
    #[command(flatten)]
    server: ServerArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    Standard,
    Flexible,
}

/// Webhooks as the platform's API lists them.
#[derive(serde::Serialize)]
struct Listed<'a, T> {
    webhooks: &'a [T],
}

impl Everything {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let server = self.server.load()?;
        let webhooks = self.webhooks(&server)?;
        match (&self.environment, &self.dir) {
            (Some(environment), _) => self.print_environment(environment, &webhooks, &server)?,
            (None, Some(folder)) => {
                let agent = &server.config.agent.name;
                for file in write(&Files { folder, force: self.force }, self.format, &webhooks, agent)? {
                    writeln!(std::io::stdout(), "wrote {}", file.display())?;
                }
            }
            (None, None) => self.print(&webhooks, &server)?,
        }
        self.server.tell(&server);
        Ok(ExitCode::SUCCESS)
    }

    /// The standard ones in the order of their paths, then the flexible ones by tag.
    fn webhooks(&self, server: &Server) -> anyhow::Result<Vec<Webhook>> {
        let routes = server.fulfillment.routes();
        ensure!(
            !routes.is_empty() || server.fulfillment.has_fallback(),
            "no tag is served, so there is nothing to call; add [routes.\"TAG\"], or set demo.enabled = true to try the demo's"
        );
        let mut webhooks = Vec::new();
        if self.only != Some(Kind::Flexible) {
            let paths = &server.config.server.webhook_paths;
            for path in paths {
                let name = match paths.as_slice() {
                    [_] => self.display_name.clone(),
                    _ => format!("{} {path}", self.display_name),
                };
                let uri = format!("{}{path}", server.public_url);
                webhooks.push(standard_webhook(&uri, &name, self.server.timeout, &server.authentication)?);
            }
            let tags: Vec<&str> = routes.iter().map(|route| route.pattern()).collect();
            note(format_args!("the standard webhook brings every tag: {}", tags.join(", ")));
        }
        if self.only != Some(Kind::Standard) {
            self.add_flexible(server, &mut webhooks)?;
        }
        let mut names = BTreeSet::new();
        for webhook in &webhooks {
            ensure!(
                names.insert(&webhook.display_name),
                "two webhooks would have the display name {:?}, which is unique in an agent; choose another one with --display-name",
                webhook.display_name
            );
        }
        Ok(webhooks)
    }

    fn add_flexible(&self, server: &Server, webhooks: &mut Vec<Webhook>) -> anyhow::Result<()> {
        let flexible = &server.config.flexible;
        if flexible.path.is_empty() {
            ensure!(self.only.is_none(), "flexible calls are turned off; set flexible.path to \"/flexible\"");
            note("no flexible webhooks: flexible.path turns such calls off");
            return Ok(());
        }
        let mut silent = Vec::new();
        for route in server.fulfillment.routes() {
            let tag = route.pattern();
            if tag.ends_with('*') {
                note(format_args!(
                    "no flexible webhook for {tag}: it stands for many tags; `rejoinder export webhook TAG` writes one for each"
                ));
                continue;
            }
            let needed = route.needs_conversation();
            if !needed.is_empty() {
                note(format_args!(
                    "no flexible webhook for {tag}: its handler needs {}, which such a call does not bring; the standard webhook does",
                    needed.join(" and ")
                ));
                continue;
            }
            let webhook = flexible_webhook(
                &server.fulfillment,
                &Resource {
                    tag,
                    display_name: tag,
                    address: &format!("{}{}", server.public_url, flexible.path),
                    reads: &[],
                    sets: &[],
                    messages: self.server.messages(&server.config),
                    timeout: self.server.timeout,
                    authentication: server.authentication.clone(),
                },
            )?;
            if webhook.generic_web_service().is_some_and(|service| service.parameter_mapping.is_empty()) {
                silent.push(tag);
            }
            webhooks.push(webhook);
        }
        if !silent.is_empty() {
            note(format_args!(
                "nothing says what these tags set, so the agent takes over nothing from their flexible webhooks: {}; see --messages, and Route::sets",
                silent.join(", ")
            ));
        }
        Ok(())
    }

    fn print(&self, webhooks: &[Webhook], server: &Server) -> anyhow::Result<()> {
        let text = match self.format {
            Format::Json => serde_json::to_string_pretty(&Listed { webhooks })?,
            Format::Terraform => terraform::webhooks(webhooks, &server.config.agent.name),
            Format::Package => {
                let all: Result<Vec<_>, _> = webhooks.iter().map(|one| package::webhook(one, None)).collect();
                serde_json::to_string_pretty(&Listed { webhooks: &all? })?
            }
        };
        Ok(writeln!(std::io::stdout(), "{}", text.trim_end())?)
    }

    /// The platform's `Environment`: its overrides exist in the REST API alone.
    fn print_environment(&self, named: &str, webhooks: &[Webhook], server: &Server) -> anyhow::Result<()> {
        if self.format != Format::Json {
            bail!(
                "--environment writes JSON: neither packages nor Terraform's environments hold overrides of webhooks"
            );
        }
        let resources = Resources::load(&server.config);
        let known = resources
            .environments
            .iter()
            .map(|(_, environment)| environment)
            .find(|environment| environment.id() == named || environment.display_name == named);
        // How long the agent waits is the webhook's own; an override is of its service.
        let overrides = webhooks.iter().map(|webhook| {
            json!({ "displayName": webhook.display_name, "genericWebService": webhook.generic_web_service() })
        });
        let overrides: Vec<_> = overrides.collect();
        let mut environment =
            json!({ "displayName": named, "webhookConfig": { "webhookOverrides": overrides } });
        if let Some(known) = known {
            environment["name"] = known.name.as_str().into();
            environment["displayName"] = known.display_name.as_str().into();
        }
        writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&environment)?)?;
        note(
            "give each override the `name` of the agent's webhook, projects/P/locations/L/agents/A/webhooks/W, and patch the environment with updateMask=webhookConfig",
        );
        Ok(())
    }
}
