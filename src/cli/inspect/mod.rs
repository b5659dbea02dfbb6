//! `rejoinder inspect`: what is in a message, in words or as canonical JSON.

use std::io::{Read as _, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use serde::Serialize;
use serde_json::Value;

use crate::protocol::inspect::{self, Finding, Inspected};
use crate::protocol::{
    MergeBehavior, Message, PageInfo, ResponseMessage, SessionInfo, Struct, Transition, WebhookRequest,
    WebhookResponse,
};

#[derive(Debug, clap::Args)]
pub(super) struct Inspect {
    /// What it should be.
    kind: Kind,
    /// The file, or - for standard input.
    file: PathBuf,
    /// Print it as canonical ProtoJSON; findings go to standard error.
    #[arg(long)]
    json: bool,
    /// Exit with 1 if there are findings.
    #[arg(long)]
    strict: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Kind {
    /// A `WebhookRequest`, what the agent sends.
    Request,
    /// A `WebhookResponse`, what a webhook answers.
    Response,
}

impl Inspect {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let body = self.read()?;
        let place = if self.file.as_os_str() == "-" {
            "standard input".to_owned()
        } else {
            self.file.display().to_string()
        };
        let mut out = std::io::stdout().lock();
        let findings = match self.kind {
            Kind::Request => {
                let Inspected { message, findings } =
                    inspect::request(&body).with_context(|| format!("{place} is no WebhookRequest"))?;
                self.print(&mut out, &message, || describe_request(&message, body.len()))?;
                findings
            }
            Kind::Response => {
                let Inspected { message, findings } =
                    inspect::response(&body).with_context(|| format!("{place} is no WebhookResponse"))?;
                self.print(&mut out, &message, || describe_response(&message, body.len()))?;
                findings
            }
        };
        if self.json {
            report(&mut std::io::stderr().lock(), &findings)?;
        } else {
            report(&mut out, &findings)?;
        }
        let failed = self.strict && !findings.is_empty();
        Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    fn read(&self) -> anyhow::Result<Vec<u8>> {
        if self.file.as_os_str() != "-" {
            return std::fs::read(&self.file).with_context(|| format!("cannot read {}", self.file.display()));
        }
        let mut body = Vec::new();
        std::io::stdin().lock().read_to_end(&mut body).context("cannot read standard input")?;
        Ok(body)
    }

    fn print(
        &self,
        out: &mut impl Write,
        message: &impl Serialize,
        describe: impl FnOnce() -> Vec<(&'static str, String)>,
    ) -> anyhow::Result<()> {
        if self.json {
            writeln!(out, "{}", serde_json::to_string_pretty(message)?)?;
            return Ok(());
        }
        for (name, text) in describe() {
            for (index, line) in text.lines().enumerate() {
                let name = if index == 0 { name } else { "" };
                writeln!(out, "{name:<14} {line}")?;
            }
        }
        Ok(())
    }
}

fn report(out: &mut impl Write, findings: &[Finding]) -> std::io::Result<()> {
    for Finding { code, place, message } in findings {
        let place = if place.is_empty() { "the message" } else { place };
        writeln!(out, "finding        {place}: {message} [{code}]")?;
    }
    Ok(())
}

type Lines = Vec<(&'static str, String)>;

/// Adds a line, unless there is nothing to say.
fn add(lines: &mut Lines, name: &'static str, text: impl Into<String>) {
    let text = text.into();
    if !text.is_empty() {
        lines.push((name, text));
    }
}

fn describe_request(request: &WebhookRequest, size: usize) -> Lines {
    let mut lines = vec![("WebhookRequest", format!("{size} bytes"))];
    add(&mut lines, "tag", request.tag());
    if let Some(query) = &request.query {
        use crate::protocol::Query::{DtmfDigits, Text, Transcript, TriggerEvent, TriggerIntent};
        let (Text(text) | TriggerIntent(text) | Transcript(text) | TriggerEvent(text) | DtmfDigits(text)) =
            query;
        add(&mut lines, "query", format!("{} {text:?}", query.name()));
    }
    add(&mut lines, "language", request.language_code.as_str());
    if let Some(intent) = &request.intent_info {
        add(&mut lines, "intent", format!("{} (confidence {})", intent.display_name, intent.confidence));
        let words = intent
            .parameters
            .iter()
            .map(|(name, parameter)| format!("{name} from {:?}", parameter.original_value));
        add(&mut lines, "heard", words.collect::<Vec<_>>().join("\n"));
    }
    if let Some(page) = &request.page_info {
        describe_page(page, &mut lines);
    }
    if let Some(session) = &request.session_info {
        describe_session(session, &mut lines);
    }
    add(&mut lines, "queued", messages(&request.messages));
    add(&mut lines, "payload", request.payload.as_ref().map(values).unwrap_or_default());
    add(&mut lines, "response id", request.detect_intent_response_id.as_str());
    lines
}

fn describe_response(response: &WebhookResponse, size: usize) -> Lines {
    let mut lines = vec![("WebhookResponse", format!("{size} bytes"))];
    if let Some(fulfillment) = &response.fulfillment_response {
        let name = if fulfillment.merge_behavior == MergeBehavior::Replace { "says instead" } else { "says" };
        add(&mut lines, name, messages(&fulfillment.messages));
    }
    if let Some(session) = &response.session_info {
        describe_session(session, &mut lines);
    }
    if let Some(page) = &response.page_info {
        describe_page(page, &mut lines);
    }
    match &response.transition {
        Some(Transition::TargetPage(page)) => add(&mut lines, "goes to page", page.as_str()),
        Some(Transition::TargetFlow(flow)) => add(&mut lines, "goes to flow", flow.as_str()),
        None => {}
    }
    add(&mut lines, "payload", response.payload.as_ref().map(values).unwrap_or_default());
    if lines.len() == 1 {
        add(&mut lines, "changes", "nothing");
    }
    lines
}

fn describe_page(page: &PageInfo, lines: &mut Lines) {
    add(lines, "page", format!("{} {}", page.display_name, page.current_page).trim());
    let form = page.form_info.iter().flat_map(|form| &form.parameter_info).map(|parameter| {
        let required = if parameter.required { "required" } else { "optional" };
        let state = inspect::state_name(&parameter.state);
        let value = parameter.value.as_ref().map(|value| format!(" = {}", short(value))).unwrap_or_default();
        format!("{}{value} ({required}, {state})", parameter.display_name)
    });
    add(lines, "form", form.collect::<Vec<_>>().join("\n"));
}

fn describe_session(session: &SessionInfo, lines: &mut Lines) {
    add(lines, "session", session.session.as_str());
    add(lines, "parameters", values(&session.parameters));
}

fn values(object: &Struct) -> String {
    let lines = object.iter().map(|(name, value)| format!("{name} = {}", short(value)));
    lines.collect::<Vec<_>>().join("\n")
}

/// A value on one line, cut where it gets long.
fn short(value: &Value) -> String {
    const MOST: usize = 100;
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((cut, _)) => format!("{}… ({} bytes)", &text[..cut], text.len()),
        None => text,
    }
}

fn messages(messages: &[ResponseMessage]) -> String {
    let lines = messages.iter().map(|sent| match &sent.message {
        None => "(a kind that this version does not know)".to_owned(),
        Some(Message::Text(text)) => format!("text {}", text.text.join(" | ")),
        Some(message) => {
            let whole = serde_json::to_value(sent).unwrap_or_default();
            format!("{} {}", message.name(), whole.get(message.name()).map(short).unwrap_or_default())
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}
