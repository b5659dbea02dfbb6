//! The options that say what the agent knows when it calls.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::Value;

use super::resource::read_file;
use crate::emulator::Turn;
use crate::protocol::{IntentParameterValue, Query, Struct};

#[derive(Debug, clap::Args)]
pub(super) struct TurnArgs {
    /// The fulfillment's tag.
    #[arg(long)]
    tag: String,
    /// A session parameter whose value is text.
    #[arg(long = "param", value_name = "NAME=TEXT", value_parser = text)]
    texts: Vec<(String, Value)>,
    /// A session parameter whose value is JSON.
    #[arg(long = "param-json", value_name = "NAME=JSON", value_parser = json)]
    values: Vec<(String, Value)>,
    /// A file with session parameters, one JSON object; the other options win over it.
    #[arg(long, value_name = "FILE")]
    params: Option<PathBuf>,
    /// A parameter of the page's form, filled with text.
    #[arg(long = "form", value_name = "NAME=TEXT", value_parser = text)]
    form_texts: Vec<(String, Value)>,
    /// A parameter of the page's form, filled with JSON; null is one that is not filled yet.
    #[arg(long = "form-json", value_name = "NAME=JSON", value_parser = json)]
    form_values: Vec<(String, Value)>,
    /// The page's display name or whole name; by default the start page.
    #[arg(long, value_name = "NAME")]
    page: Option<String>,
    /// The flow's id or whole name; by default the default start flow.
    #[arg(long, value_name = "NAME")]
    flow: Option<String>,
    /// The display name or whole name of the intent matched last.
    #[arg(long, value_name = "NAME")]
    intent: Option<String>,
    /// A parameter of that intent, in the user's own words; also what the agent made of them, unless
    /// --intent-param-json says so.
    #[arg(long = "intent-param", value_name = "NAME=TEXT", value_parser = text, requires = "intent")]
    intent_texts: Vec<(String, Value)>,
    /// What the agent made of a parameter of that intent, as JSON.
    #[arg(long = "intent-param-json", value_name = "NAME=JSON", value_parser = json, requires = "intent")]
    intent_values: Vec<(String, Value)>,
    /// The user wrote this.
    #[arg(long, group = "query")]
    text: Option<String>,
    /// The user pressed these keys of a phone.
    #[arg(long, value_name = "DIGITS", group = "query")]
    dtmf: Option<String>,
    /// This event was raised.
    #[arg(long, value_name = "NAME", group = "query")]
    event: Option<String>,
    /// A file with what the integration passes along, one JSON object.
    #[arg(long, value_name = "FILE")]
    payload: Option<PathBuf>,
    /// The session's id or whole name; by default a new one.
    #[arg(long, value_name = "NAME")]
    session: Option<String>,
    /// The environment's id or display name: the session is in it, and its overrides of the webhook apply.
    #[arg(long, value_name = "NAME")]
    pub(super) environment: Option<String>,
    /// The language of the turn.
    #[arg(long, value_name = "CODE", default_value = "en")]
    language: String,
}

impl TurnArgs {
    /// The turn, but for its agent and environment.
    pub(super) fn turn(&self) -> anyhow::Result<Turn> {
        let mut turn = Turn::new(self.tag.as_str());
        turn.session = self.session.clone().unwrap_or_default();
        turn.page = self.page.clone().unwrap_or_default();
        turn.flow = self.flow.clone().unwrap_or_default();
        turn.intent.clone_from(&self.intent);
        turn.intent_parameters = self.intent_parameters();
        turn.query = self
            .text
            .clone()
            .map(Query::Text)
            .or_else(|| self.dtmf.clone().map(Query::DtmfDigits))
            .or_else(|| self.event.clone().map(Query::TriggerEvent));
        turn.parameters = self.params.as_deref().map(object).transpose()?.unwrap_or_default();
        turn.parameters.extend(self.texts.iter().chain(&self.values).cloned());
        turn.form = self.form_texts.iter().chain(&self.form_values).cloned().collect();
        turn.payload = self.payload.as_deref().map(object).transpose()?;
        turn.language.clone_from(&self.language);
        Ok(turn)
    }

    /// The words of each parameter, and what was made of them: each is the other's where only one is given.
    fn intent_parameters(&self) -> BTreeMap<String, IntentParameterValue> {
        let mut parameters: BTreeMap<String, IntentParameterValue> = BTreeMap::new();
        for (name, value) in self.intent_texts.iter().chain(&self.intent_values) {
            let parameter = parameters.entry(name.clone()).or_default();
            parameter.resolved_value = Some(value.clone());
            if parameter.original_value.is_empty() {
                parameter.original_value = match value {
                    Value::String(words) => words.clone(),
                    other => other.to_string(),
                };
            }
        }
        parameters
    }
}

fn object(file: &Path) -> anyhow::Result<Struct> {
    let text = read_file(file)?;
    let object = serde_json::from_slice(&text);
    object.with_context(|| format!("{} is no JSON object", file.display()))
}

fn text(argument: &str) -> Result<(String, Value), String> {
    let (name, value) = named(argument)?;
    Ok((name, value.into()))
}

fn json(argument: &str) -> Result<(String, Value), String> {
    let (name, value) = named(argument)?;
    let value =
        serde_json::from_str(value).map_err(|error| format!("what follows the = is no JSON: {error}"))?;
    Ok((name, value))
}

fn named(argument: &str) -> Result<(String, &str), String> {
    let parts = argument.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, value) = parts.ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value))
}
