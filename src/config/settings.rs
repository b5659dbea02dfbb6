//! The sections, as they are used.

use std::time::Duration;

use tracing_subscriber::filter::{LevelFilter, Targets};

use super::limits::Limits;
use super::reader::Reader;
use super::tls::Tls;
use super::turn::Turn;
use super::value::Bind;

/// `[server]`; each key's sentence stands in `config.default.toml`.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the default file documents every key")]
#[non_exhaustive]
pub struct Server {
    pub bind: Bind,
    pub admin_bind: Option<Bind>,
    pub public_url: String,
    pub webhook_paths: Vec<String>,
    pub request_limit: usize,
    pub expanded_limit: usize,
    pub body_timeout: Duration,
    pub keep_alive: Duration,
    pub shutdown_timeout: Duration,
    pub handler_threads: usize,
    pub limits: Limits,
    pub dangerous_allow_unauthenticated: bool,
    /// `deadline`, `on_deadline`, `max_detached`, `detached_timeout`.
    pub turn: Turn,
    pub tls: Tls,
}

/// `[fulfillment]`
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Fulfillment {
    /// What is said when a handler fails, unless its route or router says so; `None` answers an
    /// error status.
    pub apology: Option<String>,
    /// What is said in place of a reply over 64 KiB; `None` answers 500.
    pub oversize_reply: Option<String>,
}

/// `[log]`
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Log {
    /// How events are written.
    pub format: LogFormat,
    /// Which events are written.
    pub level: String,
    /// The Google Cloud project that traces belong to; empty if none is known.
    pub project: String,
    /// The session parameters that the event of a call shows.
    pub parameters: Vec<String>,
    /// The session parameters of which it shows only that they are there.
    pub mask_parameters: Vec<String>,
}

/// How log events are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    #[default]
    Auto,
    /// Lines for people.
    Text,
    /// JSON as Cloud Logging reads it.
    Json,
}

impl Server {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        const SECOND: Duration = Duration::from_secs(1);
        let webhook_paths = reader.texts("webhook_paths");
        if webhook_paths.is_empty() {
            reader.refuse("webhook_paths", "expected at least one path, such as \"/webhook\"");
        }
        for path in &webhook_paths {
            let plain = path.starts_with('/') && !path.contains(['{', '}', '?', '#', ' ']);
            if !plain {
                let message = format!(
                    "expected a path such as \"/webhook\", without ? # {{ }} or blanks, found {path:?}"
                );
                reader.refuse("webhook_paths", message);
            }
            if is_ours(path) {
                reader.refuse("webhook_paths", format!("{path} is taken by the server itself"));
            }
        }
        let public_url = reader.text("public_url");
        let is_base =
            |url: &url::Url| url.scheme() == "https" && url.query().is_none() && url.fragment().is_none();
        if !public_url.is_empty() && !public_url.parse().is_ok_and(|url| is_base(&url)) {
            let message = format!(
                "expected the https:// address under which agents reach this server, without ? and #, found {public_url:?}"
            );
            reader.refuse("public_url", message);
        }
        Self {
            bind: reader.bind("bind"),
            admin_bind: reader.optional_bind("admin_bind"),
            public_url: public_url.trim_end_matches('/').to_owned(),
            webhook_paths,
            request_limit: reader.size("request_limit", 1024..=1 << 30),
            expanded_limit: reader.size("expanded_limit", 1024..=1 << 30),
            body_timeout: reader.duration("body_timeout", SECOND / 1000..=60 * SECOND),
            keep_alive: reader.duration("keep_alive", SECOND..=3600 * SECOND),
            shutdown_timeout: reader.duration("shutdown_timeout", SECOND / 10..=3600 * SECOND),
            handler_threads: reader.integer("handler_threads", 0..=1024),
            limits: Limits::read(reader),
            dangerous_allow_unauthenticated: reader.flag("dangerous_allow_unauthenticated"),
            turn: Turn::read(reader),
            tls: reader.section("tls", Tls::read),
        }
    }
}

/// Whether the server itself answers this path.
pub(super) fn is_ours(path: &str) -> bool {
    const ALONE: &[&str] = &["/healthz", "/readyz", "/metrics"];
    const WITH_ALL_BELOW: &[&str] = &[
        "/api/audit",
        "/api/docs",
        "/api/handlers",
        "/api/invocations",
        "/api/me",
        "/api/openapi.json",
        "/api/received",
        "/api/tokens",
        "/api/v2",
        "/console",
        "/receive",
        "/v3",
        "/v3beta1",
    ];
    let below =
        |own: &&str| path.strip_prefix(*own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    ALONE.contains(&path) || WITH_ALL_BELOW.iter().any(below)
}

impl Fulfillment {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        let apologise = reader.choice("on_error", &["raise", "apologise"], &[false, true]);
        let apology = reader.text("apology");
        if apologise && apology.is_empty() {
            reader.refuse("apology", "expected a text, because `on_error` is \"apologise\"");
        }
        let oversize = reader.text("oversize_reply");
        Self {
            apology: apologise.then_some(apology),
            oversize_reply: (!oversize.is_empty()).then_some(oversize),
        }
    }
}

impl Log {
    /// A line stays a line.
    const MOST_PARAMETERS: usize = 32;

    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        let format = reader.choice(
            "format",
            &["auto", "text", "json"],
            &[LogFormat::Auto, LogFormat::Text, LogFormat::Json],
        );
        let level = reader.text("level");
        // A misspelt level would pass for a target, and silence everything else.
        let is_level = |part: &str| part.contains('=') || part.parse::<LevelFilter>().is_ok();
        if level.parse::<Targets>().is_err() || !level.split(',').all(is_level) {
            let message =
                format!("expected a level such as \"info\" or \"info,rejoinder=debug\", found {level:?}");
            reader.refuse("level", message);
        }
        let project = reader.text("project");
        let project = match reader.variable("GOOGLE_CLOUD_PROJECT") {
            Some(variable) if project.is_empty() => variable.to_owned(),
            _ => project,
        };
        let names = |key| {
            let names = reader.texts(key);
            if names.len() > Self::MOST_PARAMETERS {
                reader.refuse(
                    key,
                    format!("expected at most {} names, found {}", Self::MOST_PARAMETERS, names.len()),
                );
            }
            names
        };
        let (parameters, mask_parameters) = (names("parameters"), names("mask_parameters"));
        Self { format, level, project, parameters, mask_parameters }
    }
}
