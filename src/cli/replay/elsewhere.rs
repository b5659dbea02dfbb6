//! `--to`: a call that was kept is sent to another place, from here.

use anyhow::Context as _;
use serde_json::{Value, json};

use super::PATIENCE;
use crate::activity::InvocationId;
use crate::activity::status::Status;
use crate::config::Config;
use crate::emulator::redirect;
use crate::outbound::{HeaderName, HeaderValue, Method, Outbound, Request, Target, Url};

#[derive(Debug)]
pub(super) struct Elsewhere {
    to: Url,
    target: Target,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Elsewhere {
    pub(super) fn new(
        config: &Config,
        to: &Url,
        headers: &[(HeaderName, HeaderValue)],
    ) -> anyhow::Result<Self> {
        let target = Outbound::new(&config.outbound).api("replay", to, PATIENCE).context("--to")?;
        Ok(Self { to: to.clone(), target, headers: headers.to_vec() })
    }

    /// Sends it, and tells what came of it as an invocation that nobody keeps.
    pub(super) async fn send(&self, origin: InvocationId, invocation: &Value) -> Result<Value, String> {
        let request = self.request(origin, invocation)?;
        let begun = std::time::Instant::now();
        let outcome = self.target.send(request, None).await;
        let ms = begun.elapsed().as_micros() as f64 / 1000.0;
        Ok(match outcome {
            Ok(response) => json!({
                "status": Status::of_code(response.status).as_str(),
                "status_code": response.status,
                "duration_ms": ms,
            }),
            Err(error) => json!({
                "status": Status::of_error(error.code()).as_str(),
                "error_type": error.code(),
                "error": error.to_string(),
                "duration_ms": ms,
            }),
        })
    }

    fn request(&self, origin: InvocationId, invocation: &Value) -> Result<Request, String> {
        if invocation["replay"]["possible"] != true {
            let reason = invocation["replay"]["reason"].as_str().unwrap_or("the server does not say why");
            return Err(reason.to_owned());
        }
        let attempts = invocation["attempts"].as_array();
        let kept = attempts.and_then(|attempts| attempts.last()).map(|attempt| &attempt["request"]);
        let kept = kept.ok_or("nothing was sent")?;
        let text = kept["body"]["text"].as_str().unwrap_or_default();
        let mut request = match invocation["kind"].as_str() {
            Some("standard") => posted(&self.to, text.to_owned()),
            // What a flexible call says is kept as the request that it stands for.
            Some("flexible") => {
                let whole: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
                posted(&self.to, whole["sessionInfo"]["parameters"].to_string())
            }
            Some("delivery") if kept["body"]["truncated"] == true || kept["body"]["masked"] == true => {
                Err("the log has not all of its body; without --to the server sends it whole".to_owned())
            }
            _ => self.of_upstream(kept, text),
        }?;
        for (name, value) in &self.headers {
            request.headers.insert(name.clone(), value.clone());
        }
        request.header("x-rejoinder-replay", origin.to_string().as_bytes()).map_err(|error| error.to_string())
    }

    fn of_upstream(&self, kept: &Value, text: &str) -> Result<Request, String> {
        let mut url: Url = kept["url"]
            .as_str()
            .unwrap_or_default()
            .parse()
            .map_err(|error| format!("its address: {error}"))?;
        redirect(&mut url, &self.to);
        let method: Method = kept["method"]
            .as_str()
            .unwrap_or_default()
            .parse()
            .map_err(|error| format!("its method: {error}"))?;
        let mut request = Request::new(method, url);
        for header in kept["headers"].as_array().into_iter().flatten() {
            let (name, value) =
                (header["name"].as_str().unwrap_or_default(), header["value"].as_str().unwrap_or_default());
            if !value.ends_with("***") {
                request = request.header(name, value.as_bytes()).map_err(|error| error.to_string())?;
            }
        }
        Ok(if text.is_empty() { request } else { request.body(text.to_owned()) })
    }
}

fn posted(to: &Url, body: String) -> Result<Request, String> {
    let request = Request::new(Method::POST, to.clone()).header("content-type", b"application/json");
    request.map(|request| request.body(body)).map_err(|error| error.to_string())
}
