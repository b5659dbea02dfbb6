//! `rejoinder export webhook`: the flexible webhook that calls one tag.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use super::server::ServerArgs;
use super::{note, package};
use crate::fulfillment::{Export as Resource, flexible_webhook};
use crate::protocol::webhook::terraform;

#[derive(Debug, clap::Args)]
pub(super) struct Tag {
    /// The tag.
    tag: String,
    /// A `Webhook` for the platform's API, one for an agent's package, or a Terraform resource.
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
    /// The webhook's display name; by default the tag.
    #[arg(long, value_name = "NAME")]
    display_name: Option<String>,
    /// A parameter that the handler reads beside those that are known.
    #[arg(long = "read", value_name = "PARAMETER")]
    reads: Vec<String>,
    /// A parameter that the handler sets beside those that are known.
    #[arg(long = "set", value_name = "PARAMETER")]
    sets: Vec<String>,
    #[command(flatten)]
    server: ServerArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// As the platform's REST API has it.
    Json,
    /// As an agent's package has it: `webhooks/*.json`.
    Package,
    /// Resources of Google's Terraform provider.
    Terraform,
}

impl Tag {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let server = self.server.load()?;
        let config = &server.config;
        if config.flexible.path.is_empty() {
            bail!("flexible calls are turned off; set flexible.path to \"/flexible\"");
        }
        let export = Resource {
            tag: &self.tag,
            display_name: self.display_name.as_deref().unwrap_or(&self.tag),
            address: &format!("{}{}", server.public_url, config.flexible.path),
            reads: &self.reads,
            sets: &self.sets,
            messages: self.server.messages(config),
            timeout: self.server.timeout,
            authentication: server.authentication.clone(),
        };
        let resource = flexible_webhook(&server.fulfillment, &export)
            .with_context(|| format!("the tag {:?} cannot be exported", self.tag))?;
        let text = match self.format {
            Format::Json => serde_json::to_string_pretty(&resource)?,
            Format::Package => serde_json::to_string_pretty(&package::webhook(&resource, None)?)?,
            Format::Terraform => terraform::webhooks([&resource], &config.agent.name),
        };
        writeln!(std::io::stdout(), "{}", text.trim_end())?;
        if resource.generic_web_service().is_some_and(|service| service.parameter_mapping.is_empty()) {
            note(
                "nothing says what this tag sets, so the agent takes over nothing; name parameters with --set, or in code with Route::sets",
            );
        }
        self.server.tell(&server);
        Ok(ExitCode::SUCCESS)
    }
}
