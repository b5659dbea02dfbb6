//! A fulfillment, parsed.

use super::Test;
use super::findings::Findings;
use super::message::Say;
use crate::emulator::package::{self, AgentPackage, CaseContent, ConditionalCases, Fulfillment};
use crate::flexible::Document;

/// What is said and done at one place.
#[derive(Debug, Default)]
pub(in crate::emulator::agent) struct Act {
    /// The place, in the author's words.
    pub(in crate::emulator::agent) place: String,
    pub(in crate::emulator::agent) presets: Vec<Preset>,
    pub(in crate::emulator::agent) says: Vec<Say>,
    pub(in crate::emulator::agent) chains: Vec<Chain>,
    pub(in crate::emulator::agent) call: Option<CallPlan>,
    /// What of it is generative.
    pub(in crate::emulator::agent) skipped: Vec<String>,
}

/// A parameter that is set.
#[derive(Debug)]
pub(in crate::emulator::agent) struct Preset {
    pub(in crate::emulator::agent) scope: PresetScope,
    pub(in crate::emulator::agent) value: Document,
    /// Whether the value is one reference and nothing else: then the guide wants IDENTITY for objects.
    pub(in crate::emulator::agent) is_reference: bool,
}

/// Where a parameter is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emulator::agent) enum PresetScope {
    /// In the session, under this name.
    Session(String),
    /// In the active flow, under this name.
    Flow(String),
}

/// A webhook that is called.
#[derive(Debug, Clone)]
pub(in crate::emulator::agent) struct CallPlan {
    pub(in crate::emulator::agent) webhook: String,
    pub(in crate::emulator::agent) tag: String,
    /// Why it is not called, if it is not: it is missing, or switched off.
    pub(in crate::emulator::agent) withheld: Option<&'static str>,
}

/// An if/else chain.
#[derive(Debug)]
pub(in crate::emulator::agent) struct Chain {
    pub(in crate::emulator::agent) cases: Vec<(Test, Vec<Content>)>,
}

/// A part of a case.
#[derive(Debug)]
pub(in crate::emulator::agent) enum Content {
    Say(Say),
    Chain(Chain),
}

impl PresetScope {
    /// What the name of a parameter means: plain, or with its scope before it. The `$request` scope is a
    /// part of the name.
    pub(in crate::emulator::agent) fn of(name: &str) -> Self {
        let after = |prefix: &str| {
            let start = name.get(..prefix.len())?;
            start.eq_ignore_ascii_case(prefix).then(|| name[prefix.len()..].to_owned())
        };
        match (after("$flow."), after("$session.params.")) {
            (Some(name), _) => Self::Flow(name),
            (None, Some(name)) => Self::Session(name),
            (None, None) => Self::Session(name.to_owned()),
        }
    }
}

impl Act {
    pub(super) fn of(
        fulfillment: &Fulfillment,
        package: &AgentPackage,
        findings: &mut Findings<'_>,
        place: String,
    ) -> Self {
        let mut skipped = Vec::new();
        if fulfillment.enable_generative_fallback {
            skipped.push("generative fallback".to_owned());
        }
        let generators = fulfillment.generators.iter();
        skipped.extend(generators.map(|each| format!("generator {}", each.generator)));
        skipped.iter().for_each(|what| findings.skipped(what));
        let call = fulfillment.called_webhook().map(|name| {
            let withheld = match package.webhook(name) {
                None => Some("the package lacks it"),
                Some(webhook) if webhook.disabled => Some("it is disabled"),
                Some(_) => None,
            };
            if let Some(why) = withheld {
                findings.add("webhook_not_called", format!("the webhook {name:?} is not called: {why}"));
            }
            CallPlan { webhook: name.to_owned(), tag: fulfillment.tag.clone(), withheld }
        });
        Self {
            presets: fulfillment.set_parameter_actions.iter().map(|one| preset(one, findings)).collect(),
            says: fulfillment.messages.iter().filter_map(|one| Say::of(one, findings)).collect(),
            chains: fulfillment.conditional_cases.iter().map(|one| chain(one, findings)).collect(),
            call,
            skipped,
            place,
        }
    }
}

fn preset(action: &package::SetParameterAction, findings: &mut Findings<'_>) -> Preset {
    let text = action.value.as_str().unwrap_or_default();
    Preset {
        scope: PresetScope::of(&action.parameter),
        value: findings.document(&action.value),
        is_reference: text.starts_with('$') && !text.to_ascii_lowercase().starts_with("$sys.func."),
    }
}

fn chain(cases: &ConditionalCases, findings: &mut Findings<'_>) -> Chain {
    let cases = cases.cases.iter().map(|case| {
        let test = findings.condition(&case.condition);
        let content = case.case_content.iter().filter_map(|content| match content {
            CaseContent::Message(message) => Say::of(message, findings).map(Content::Say),
            CaseContent::AdditionalCases(cases) => Some(Content::Chain(chain(cases, findings))),
        });
        (test, content.collect())
    });
    Chain { cases: cases.collect() }
}
