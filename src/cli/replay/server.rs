//! The API of a running server.

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::PATIENCE;
use crate::activity::InvocationId;
use crate::config::Config;
use crate::outbound::{Method, Outbound, Request, Response, Target, Url};

/// The largest answer of the API that is read: a page, or an invocation with bodies as long as can be kept.
const LARGEST: usize = 64 << 20;

#[derive(Debug)]
pub(super) struct Server {
    base: Url,
    target: Target,
    token: Option<String>,
}

impl Server {
    /// The one at this address, else that of the settings.
    pub(super) fn new(config: &Config, url: Option<&Url>, token: Option<&str>) -> anyhow::Result<Self> {
        let base = match url {
            Some(url) => url.clone(),
            None => of(config)?,
        };
        let target = Outbound::new(&config.outbound).api("the server", &base, PATIENCE)?;
        Ok(Self { base, target: target.with_response_limit(LARGEST), token: token.map(str::to_owned) })
    }

    /// A page of what failed.
    pub(super) async fn failed(&self, start: &str, end: &str, after: Option<&str>) -> anyhow::Result<Value> {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs([
            ("status", "failed"),
            ("start", start),
            ("end", end),
            ("order", "oldest"),
            ("page_size", "200"),
        ]);
        if let Some(after) = after {
            query.append_pair("after", after);
        }
        let path = format!("/api/invocations?{}", query.finish());
        self.ask(Method::GET, &path).await?.map_err(anyhow::Error::msg)
    }

    /// One invocation, or why it is not told.
    pub(super) async fn invocation(&self, id: InvocationId) -> anyhow::Result<Result<Value, String>> {
        let found = self.ask(Method::GET, &format!("/api/invocations/{id}")).await?;
        Ok(found.map(|mut found| found["invocation"].take()))
    }

    /// Has a call made again; the new invocation, or why there is none.
    pub(super) async fn replay(&self, id: InvocationId) -> anyhow::Result<Result<Value, String>> {
        let made = self.ask(Method::POST, &format!("/api/invocations/{id}/replay")).await?;
        Ok(made.map(|mut made| made["invocation"].take()))
    }

    /// What is answered, or what is said about this one request.
    async fn ask(&self, method: Method, path: &str) -> anyhow::Result<Result<Value, String>> {
        let url = self.base.join(path).context("the server's address")?;
        let mut request = Request::new(method, url);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}").as_bytes())?;
        }
        let place = self.base.origin().ascii_serialization();
        let Response { status, body, .. } =
            self.target.send(request, None).await.with_context(|| format!("asking {place}"))?;
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        let message =
            answer["error"]["message"].as_str().unwrap_or("the answer is none of Rejoinder's").to_owned();
        match status {
            200 => Ok(Ok(answer)),
            401 | 403 => bail!(
                "{place} answers {status}: {message} Give a token that may manage it with --token or REJOINDER_TOKEN"
            ),
            404 | 409 if answer["error"]["code"] != "activity_off" && answer["error"].is_object() => {
                Ok(Err(message))
            }
            _ => bail!("{place} answers {status}: {message}"),
        }
    }
}

/// Where the server of these settings is for this machine.
fn of(config: &Config) -> anyhow::Result<Url> {
    let confined = config.server.admin_bind.as_ref().filter(|_| config.access.admin_only);
    let (key, bind) = match confined {
        Some(admin) => ("server.admin_bind", admin),
        None => ("server.bind", &config.server.bind),
    };
    let plain = confined.is_some() || config.server.tls.certificate.as_os_str().is_empty();
    let scheme = if plain { "http" } else { "https" };
    let host = match bind.host.as_str() {
        "0.0.0.0" | "::" => "127.0.0.1".to_owned(),
        host if host.contains(':') => format!("[{host}]"),
        host => host.to_owned(),
    };
    let url = format!("{scheme}://{host}:{}/", bind.port).parse();
    url.with_context(|| format!("{key}; give the address with --server"))
}
