//! What references can see: one call of the agent and what an exchange has set since, or an agent itself.

use std::borrow::Cow;
use std::cell::OnceCell;

use serde_json::Value;

use super::function::World;
use super::reference::{Reference, Root, Step};
use crate::config::{DottedNames, FlowParameters, Semantics, Unresolved};
use crate::protocol::decode::same_name;
use crate::protocol::{
    Envelope, IntentInfo, ParameterInfo, ParameterState, Query, SentimentAnalysisResult, Struct,
};

/// What an agent knows, for the references in its own texts and conditions.
pub trait Memory {
    /// The parameter of that name, letter case aside: a session parameter, or `$flow.NAME`.
    fn parameter(&self, name: &str) -> Option<&Value>;
    /// The intent that matched in this turn.
    fn intent(&self) -> Option<IntentInfo>;
    /// The form of the page; a page without one has no parameters.
    fn form(&self) -> Vec<ParameterInfo>;
    /// What the user did.
    fn query(&self) -> Option<&Query>;
    /// What the integration passed along.
    fn payload(&self) -> Option<&Struct>;
    /// The status of the last webhook call of the turn.
    fn webhook_status_code(&self) -> Option<u16>;
}

/// Where values are.
enum Source<'c> {
    Call(&'c Envelope),
    Agent(&'c dyn Memory),
}

/// The values of one call, or of an agent, by reference.
///
/// A value that is null counts as not set, as on the platform: a reference to it leads to nothing.
pub struct Scope<'c> {
    source: Source<'c>,
    semantics: Semantics,
    world: &'c (dyn World + Sync),
    set: Option<&'c Struct>,
    webhook_status_code: Option<u16>,
    intent: OnceCell<Option<IntentInfo>>,
    form: OnceCell<Vec<ParameterInfo>>,
    sentiment: OnceCell<Option<SentimentAnalysisResult>>,
}

impl<'c> Scope<'c> {
    /// What `envelope` knows.
    #[must_use]
    pub fn new(envelope: &'c Envelope, semantics: Semantics, world: &'c (dyn World + Sync)) -> Self {
        Self::of(Source::Call(envelope), semantics, world)
    }

    /// What an agent knows. In its texts dates and times stand as it says them: `2026-03-05`.
    #[must_use]
    pub fn of_agent(memory: &'c dyn Memory, semantics: Semantics, world: &'c (dyn World + Sync)) -> Self {
        let status = memory.webhook_status_code();
        Self { webhook_status_code: status, ..Self::of(Source::Agent(memory), semantics, world) }
    }

    fn of(source: Source<'c>, semantics: Semantics, world: &'c (dyn World + Sync)) -> Self {
        Self {
            source,
            semantics,
            world,
            set: None,
            webhook_status_code: None,
            intent: OnceCell::new(),
            form: OnceCell::new(),
            sentiment: OnceCell::new(),
        }
    }

    /// The same, seen after an exchange: the parameters it set, and the status it was answered with.
    #[must_use]
    pub fn after(mut self, set: &'c Struct, webhook_status_code: u16) -> Self {
        self.set = Some(set);
        self.webhook_status_code = Some(webhook_status_code);
        self
    }

    pub(super) fn world(&self) -> &dyn World {
        self.world
    }

    pub(super) fn semantics(&self) -> &Semantics {
        &self.semantics
    }

    /// Whether texts are the agent's own.
    pub(super) fn is_spoken(&self) -> bool {
        matches!(self.source, Source::Agent(_))
    }

    pub(super) fn unresolved_is_empty(&self) -> bool {
        self.semantics.unresolved == Unresolved::Empty
    }

    /// The value that a reference leads to, if it leads anywhere.
    pub(super) fn resolve<'s>(&'s self, reference: &Reference) -> Option<Cow<'s, Value>> {
        let steps = reference.steps.as_slice();
        let found = match reference.root {
            Root::Session => self.by_name("", steps),
            Root::Flow => self.by_name("$flow.", steps).or_else(|| {
                let shared = self.semantics.flow_parameters == FlowParameters::Session;
                shared.then(|| self.by_name("", steps)).flatten()
            }),
            Root::Intent => self.intent_parameter(steps),
            Root::Page => self.form_parameter(steps),
            Root::Request => self.request(steps).or_else(|| self.by_name("$request.", steps)),
            Root::Custom => {
                let scope = &reference.text()[..reference.text().find(".params.")? + ".params.".len()];
                self.by_name(scope, steps).or_else(|| self.by_name(scope.strip_prefix('$')?, steps))
            }
        };
        found.filter(|value| !value.is_null())
    }

    /// A session parameter, or something in it. Its name begins with `prefix` and may hold dots.
    fn by_name(&self, prefix: &str, steps: &[Step]) -> Option<Cow<'_, Value>> {
        let look_up = |name: &str| -> Option<Cow<'_, Value>> {
            if prefix.is_empty() { self.parameter(name) } else { self.parameter(&format!("{prefix}{name}")) }
        };
        self.split(steps, &look_up).or_else(|| match steps {
            // The user's own words are known to the intent alone.
            [name @ .., Step::Name(last)] if !name.is_empty() && prefix.is_empty() => {
                if last.eq_ignore_ascii_case("resolved") {
                    return self.split(name, &look_up);
                }
                last.eq_ignore_ascii_case("original").then(|| self.intent_parameter(steps)).flatten()
            }
            _ => None,
        })
    }

    /// Finds where the name ends and member access begins.
    fn split<'s>(
        &'s self,
        steps: &[Step],
        look_up: &dyn Fn(&str) -> Option<Cow<'s, Value>>,
    ) -> Option<Cow<'s, Value>> {
        let names = steps.iter().take_while(|step| matches!(step, Step::Name(_))).count();
        let find = |count: usize| -> Option<Cow<'s, Value>> {
            let value = match &steps[..count] {
                [Step::Name(name)] => look_up(name)?,
                several => look_up(&joined(several))?,
            };
            member(value, &steps[count..])
        };
        match self.semantics.dotted_names {
            DottedNames::Longest => (1..=names).rev().find_map(find),
            DottedNames::Shortest => (1..=names).find_map(find),
        }
    }

    fn parameter(&self, name: &str) -> Option<Cow<'_, Value>> {
        if let Some(set) = self.set {
            let exact = set.get(name);
            let found = exact.or_else(|| Some(set.iter().find(|(known, _)| same_name(known, name))?.1));
            if let Some(found) = found {
                return Some(Cow::Borrowed(found));
            }
        }
        match self.source {
            // A parameter that is doubled or does not read leads nowhere, like one that is not there.
            Source::Call(envelope) => envelope.parameter(name).ok()??.to_value().ok().map(Cow::Owned),
            Source::Agent(memory) => memory.parameter(name).map(Cow::Borrowed),
        }
    }

    fn query(&self) -> Option<Query> {
        match self.source {
            Source::Call(envelope) => envelope.query(),
            Source::Agent(memory) => memory.query().cloned(),
        }
    }

    fn payload(&self) -> Option<Value> {
        match self.source {
            Source::Call(envelope) => envelope.payload()?.to_value().ok(),
            Source::Agent(memory) => memory.payload().cloned().map(Value::Object),
        }
    }

    /// `NAME.original`, or something in `NAME.resolved`; for an agent `NAME` alone is that, too.
    fn intent_parameter(&self, steps: &[Step]) -> Option<Cow<'_, Value>> {
        let intent = self.intent.get_or_init(|| match self.source {
            Source::Call(envelope) => envelope.intent_info().ok().flatten(),
            Source::Agent(memory) => memory.intent(),
        });
        let intent = intent.as_ref()?;
        let names = steps.iter().take_while(|step| matches!(step, Step::Name(_))).count();
        let find = |count: usize| {
            let wanted = joined(&steps[..count]);
            let (_, parameter) = intent.parameters.iter().find(|(name, _)| same_name(name, &wanted))?;
            let Some((which, rest)) = steps[count..].split_first() else {
                // Conditions of agents ask so whether the intent has it.
                return parameter.resolved_value.as_ref().filter(|_| self.is_spoken()).map(Cow::Borrowed);
            };
            let Step::Name(which) = which else { return None };
            if which.eq_ignore_ascii_case("original") && rest.is_empty() {
                return Some(Cow::Owned(Value::String(parameter.original_value.clone())));
            }
            let resolved =
                parameter.resolved_value.as_ref().filter(|_| which.eq_ignore_ascii_case("resolved"))?;
            member(Cow::Borrowed(resolved), rest)
        };
        (1..=names).rev().find_map(find)
    }

    fn form_parameter(&self, steps: &[Step]) -> Option<Cow<'_, Value>> {
        let form = self.form.get_or_init(|| match self.source {
            Source::Call(envelope) => envelope.form_parameters().ok().flatten().unwrap_or_default(),
            Source::Agent(memory) => memory.form(),
        });
        let known = |name: &str| form.iter().find(|parameter| same_name(&parameter.display_name, name));
        let value = |name: &str| known(name)?.value.as_ref().map(Cow::Borrowed);
        self.split(steps, &value).or_else(|| {
            let [name @ .., Step::Name(last)] = steps else { return None };
            // A call without a form does not say that its page has none.
            let unknown = form.is_empty() && matches!(self.source, Source::Call(_));
            if !last.eq_ignore_ascii_case("status") || unknown {
                return None;
            }
            let status = if name.is_empty() {
                let open = |parameter: &ParameterInfo| {
                    parameter.required && parameter.state != ParameterState::Filled
                };
                (!form.iter().any(open)).then(|| "FINAL".to_owned())
            } else {
                let parameter = known(&joined(name))?;
                let updated = parameter.just_collected && parameter.state == ParameterState::Filled;
                Some(if updated {
                    "UPDATED".to_owned()
                } else {
                    crate::protocol::inspect::state_name(&parameter.state)
                })
            };
            status.map(|status| Cow::Owned(Value::String(status)))
        })
    }

    fn request(&self, steps: &[Step]) -> Option<Cow<'_, Value>> {
        let (Step::Name(first), rest) = steps.split_first()? else { return None };
        match first.to_ascii_lowercase().as_str() {
            "user-utterance" if rest.is_empty() => match self.query()? {
                Query::Text(words) | Query::Transcript(words) | Query::DtmfDigits(words) => {
                    Some(Cow::Owned(Value::String(words)))
                }
                Query::TriggerEvent(_) | Query::TriggerIntent(_) => None,
            },
            "webhook_status_code" if rest.is_empty() => {
                self.webhook_status_code.map(|status| Cow::Owned(status.into()))
            }
            "payload" => member(Cow::Owned(self.payload()?), rest),
            "sentiment" => {
                let sentiment = self.sentiment.get_or_init(|| match self.source {
                    Source::Call(envelope) => envelope.sentiment().ok().flatten(),
                    Source::Agent(_) => None,
                });
                let [Step::Name(which)] = rest else { return None };
                // Through its shortest text, so that 0.9 does not become 0.8999999761581421.
                let number = |value: f32| {
                    value.to_string().parse::<f64>().ok().map(|number| Cow::Owned(number.into()))
                };
                match which.to_ascii_lowercase().as_str() {
                    "score" => number(sentiment.as_ref()?.score),
                    "magnitude" => number(sentiment.as_ref()?.magnitude),
                    "succeeded" => Some(Cow::Owned(sentiment.is_some().into())),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

impl std::fmt::Debug for Scope<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The values are personal data.
        f.debug_struct("Scope").field("semantics", &self.semantics).finish_non_exhaustive()
    }
}

/// A name that holds dots. Indices do not stand before the end of a name.
fn joined(steps: &[Step]) -> String {
    let mut name = String::new();
    for step in steps {
        if !name.is_empty() {
            name.push('.');
        }
        match step {
            Step::Name(part) => name.push_str(part),
            Step::Index(index) => name.push_str(&index.to_string()),
        }
    }
    name
}

/// What the steps lead to in a value; members too may have dots in their names.
fn member<'v>(value: Cow<'v, Value>, steps: &[Step]) -> Option<Cow<'v, Value>> {
    if steps.is_empty() {
        return Some(value);
    }
    match value {
        Cow::Borrowed(value) => walk(value, steps).map(Cow::Borrowed),
        Cow::Owned(value) => walk(&value, steps).cloned().map(Cow::Owned),
    }
}

fn walk<'v>(value: &'v Value, steps: &[Step]) -> Option<&'v Value> {
    let Some(first) = steps.first() else { return Some(value) };
    match (first, value) {
        (Step::Index(index), Value::Array(items)) => walk(items.get(*index)?, &steps[1..]),
        (Step::Name(_), Value::Object(members)) => {
            let names = steps.iter().take_while(|step| matches!(step, Step::Name(_))).count();
            (1..=names).rev().find_map(|count| {
                let name = joined(&steps[..count]);
                let found = members
                    .get(&name)
                    .or_else(|| Some(members.iter().find(|(known, _)| same_name(known, &name))?.1))?;
                walk(found, &steps[count..])
            })
        }
        _ => None,
    }
}
