//! `rejoinder export`: what an agent needs to call a tag served here.

mod terraform;

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use super::Settings;
use crate::config::{Check, Config, checks};
use crate::fulfillment::{Authentication, Export as Resource, flexible_webhook};

#[derive(Debug, clap::Args)]
pub(super) struct Export {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// The flexible webhook that calls a tag.
    Webhook(Webhook),
}

#[derive(Debug, clap::Args)]
struct Webhook {
    /// The tag.
    tag: String,
    /// A `Webhook` for the platform's API, or a Terraform resource.
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
    /// The address under which agents reach this server; by default `server.public_url`.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// The webhook's display name; by default the tag.
    #[arg(long, value_name = "NAME")]
    display_name: Option<String>,
    /// A parameter that the handler reads beside those that are known.
    #[arg(long = "read", value_name = "PARAMETER")]
    reads: Vec<String>,
    /// A parameter that the handler sets beside those that are known.
    #[arg(long = "set", value_name = "PARAMETER")]
    sets: Vec<String>,
    /// The parameter that takes the handler's messages, as a list.
    #[arg(long, value_name = "PARAMETER")]
    messages: Option<String>,
    /// How long the agent waits, in seconds; 30 at most.
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=30))]
    timeout: u64,
    /// The secret version that holds what the caller presents: projects/P/secrets/S/versions/V.
    #[arg(long, value_name = "NAME")]
    secret: Option<String>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    Json,
    Terraform,
}

impl Export {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let What::Webhook(webhook) = self.what;
        webhook.run()
    }
}

impl Webhook {
    fn run(self) -> anyhow::Result<ExitCode> {
        let config = self.settings.clone().load()?;
        let fulfillment = crate::server::everything(&config)?.fulfillment;
        let public_url =
            self.public_url.as_deref().unwrap_or(&config.server.public_url).trim_end_matches('/');
        if public_url.is_empty() {
            bail!(
                "nothing says under which address agents reach this server; set server.public_url or pass --public-url https://…"
            );
        }
        if config.flexible.path.is_empty() {
            bail!("flexible calls are turned off; set flexible.path to \"/flexible\"");
        }
        let (authentication, note) = authentication(&config, self.secret.as_deref())?;
        let resource = flexible_webhook(
            &fulfillment,
            &Resource {
                tag: &self.tag,
                display_name: self.display_name.as_deref().unwrap_or(&self.tag),
                address: &format!("{public_url}{}", config.flexible.path),
                reads: &self.reads,
                sets: &self.sets,
                messages: self
                    .messages
                    .as_deref()
                    .map(|parameter| (parameter, config.flexible.messages_key.as_str())),
                timeout: self.timeout,
                authentication,
            },
        )
        .with_context(|| format!("the tag {:?} cannot be exported", self.tag))?;
        let text = match self.format {
            Format::Json => serde_json::to_string_pretty(&resource)?,
            Format::Terraform => terraform::webhook(&resource, &config.agent.name),
        };
        writeln!(std::io::stdout(), "{}", text.trim_end())?;
        if resource.generic_web_service().is_some_and(|service| service.parameter_mapping.is_empty()) {
            eprintln!(
                "rejoinder: note: nothing says what this tag sets, so the agent takes over nothing; name parameters with --set, or in code with Route::sets"
            );
        }
        if let Some(note) = note {
            eprintln!("rejoinder: note: {note}");
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// What is left to do where callers need a token: only the issuer's operator knows the client.
fn oauth_note(token: &str, scopes: &[String]) -> String {
    let scopes = if scopes.is_empty() { String::new() } else { format!(" and scopes {scopes:?}") };
    format!(
        "the agent must send a token {token}: add oauthConfig to the resource, with clientId, secretVersionForClientSecret, \
         tokenEndpoint{scopes}"
    )
}

/// How the agent proves who it is, as this server wants it, and what is left to do for that.
fn authentication(config: &Config, secret: Option<&str>) -> anyhow::Result<(Authentication, Option<String>)> {
    let project = config.agent.name.split('/').nth(1).unwrap_or("PROJECT");
    let version = |id: &str| match secret {
        Some(secret) => secret.to_owned(),
        None => format!("projects/{project}/secrets/{id}/versions/latest"),
    };
    // Of several that must all agree, the first is what a resource can be told. A client certificate
    // is none of its business: whoever asks in the handshake is shown one.
    let told = |check: &&Check| !matches!(check, Check::Mtls(_));
    let first = config.auth.any_of.first().map(|check| match check {
        Check::AllOf(checks) => checks.iter().find(told).unwrap_or(check),
        check => check,
    });
    Ok(match first {
        None | Some(Check::AllOf(_) | Check::Mtls(_)) => (Authentication::None, None),
        Some(Check::Basic(checks::Basic { username, .. })) => {
            let version = version("rejoinder-basic");
            let note = format!(
                "the secret {version} must hold {username}:PASSWORD, without a line break at its end"
            );
            (Authentication::Basic { secret_version: version }, Some(note))
        }
        Some(Check::Header(checks::Header { name, .. })) => {
            let version = version(&format!("rejoinder-{name}"));
            let note = format!(
                "the secret {version} must hold one of the values of {name}, without a line break at its end"
            );
            (Authentication::Header { name: name.to_string(), secret_version: version }, Some(note))
        }
        Some(Check::ServiceAgent(_) | Check::CloudRunIam(_)) => (Authentication::IdToken, None),
        Some(Check::Jwt(checks::Jwt { issuer, scopes, .. })) => {
            (Authentication::None, Some(oauth_note(&format!("of the issuer {issuer}"), scopes)))
        }
        Some(Check::Introspection(checks::Introspection { endpoint, scopes, .. })) => {
            (Authentication::None, Some(oauth_note(&format!("that {endpoint} says is active"), scopes)))
        }
    })
}
