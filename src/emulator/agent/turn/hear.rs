//! What the input is taken for.

use serde_json::Value;

use super::Turn;
use crate::emulator::Counterpart;
use crate::emulator::agent::understanding::{Asked, Meaning, Question, Understood, Utterance};
use crate::emulator::agent::{AgentInput, AgentTurnError, MatchType};
use crate::emulator::package::Intent;
use crate::emulator::session::{FieldState, PlaceError, SessionError, merge};
use crate::nearest::nearest;
use crate::protocol::decode::same_name;
use crate::protocol::names::IntentName;
use crate::protocol::{IntentInfo, IntentParameterValue, Query, Struct};

/// Longer texts are an event of their own (E-08).
const LONGEST: usize = 256;

/// What the input was taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Took {
    Intent,
    Filled,
    Event(String),
    NoMatch,
    NoInput,
}

impl<C: Counterpart> Turn<'_, C> {
    /// Finds out what the user meant, and writes down what was given.
    pub(super) fn hear(&mut self, input: &AgentInput) -> Result<Took, AgentTurnError> {
        let took = match &input.query {
            Some(Query::TriggerEvent(event)) => {
                self.match_type = MatchType::Event;
                return Ok(Took::Event(event.clone()));
            }
            Some(Query::TriggerIntent(name)) => {
                self.match_type = MatchType::DirectIntent;
                let name = name.parse::<IntentName>().map_or_else(|_| name.clone(), |whole| whole.intent);
                self.told_intent(&name, input)?
            }
            Some(Query::Text(text) | Query::Transcript(text)) if !text.trim().is_empty() => {
                self.utterance(Utterance::Text(text.trim()), input)?
            }
            Some(Query::DtmfDigits(digits)) if !digits.trim().is_empty() => {
                self.utterance(Utterance::Dtmf(digits.trim()), input)?
            }
            _ if input.intent.is_some() || !input.values.is_empty() => self.told(input)?,
            _ => {
                self.match_type = MatchType::NoInput;
                Took::NoInput
            }
        };
        match took {
            Took::Intent | Took::Filled => self.state.here_mut().forget_misses(),
            Took::NoMatch => self.match_type = MatchType::NoMatch,
            Took::Event(_) | Took::NoInput => {}
        }
        Ok(took)
    }

    /// What the script says outright: an intent, or values for the form (E-09).
    fn told(&mut self, input: &AgentInput) -> Result<Took, AgentTurnError> {
        if let Some(name) = &input.intent {
            self.match_type = MatchType::Intent;
            return self.told_intent(&name.clone(), input);
        }
        self.match_type = MatchType::ParameterFilling;
        for (name, value) in &input.values {
            self.fill_told(name, value.clone())?;
        }
        Ok(Took::Filled)
    }

    fn utterance(&mut self, said: Utterance<'_>, input: &AgentInput) -> Result<Took, AgentTurnError> {
        if input.intent.is_some() || !input.values.is_empty() {
            return self.told(input);
        }
        if let Utterance::Text(text) = said
            && text.chars().count() > LONGEST
        {
            return Ok(self.too_long());
        }
        let meaning = self.understand(said, None);
        if !matches!(meaning, Meaning::Intent { .. })
            && let Some(name) = input.otherwise.as_ref().and_then(|otherwise| otherwise.intent.as_ref())
        {
            // Where an intent was recorded, filling a parameter was not meant.
            self.match_type = MatchType::Intent;
            return self.told_intent(name, input);
        }
        Ok(match (meaning, &input.otherwise) {
            (Meaning::NoMatch, Some(otherwise)) => {
                let asked = self.asked().unwrap_or_default();
                let value = otherwise.values.iter().find(|(name, _)| same_name(name, &asked));
                match value.filter(|(_, value)| !value.is_null()) {
                    Some((_, value)) => {
                        self.match_type = MatchType::ParameterFilling;
                        self.fill_told(&asked, value.clone())?;
                        Took::Filled
                    }
                    None => Took::NoMatch,
                }
            }
            (Meaning::NoMatch, None) => Took::NoMatch,
            (Meaning::Filled(values), _) => {
                self.match_type = MatchType::ParameterFilling;
                for Understood { name, value, .. } in values {
                    self.fill(&name, value);
                }
                Took::Filled
            }
            (Meaning::Intent { intent, parameters }, _) => {
                self.match_type = MatchType::Intent;
                match self.agent.package.intent(&intent) {
                    Some(found) => {
                        self.matched(found, parameters);
                        Took::Intent
                    }
                    None => Took::NoMatch,
                }
            }
        })
    }

    /// A text that is too long to be understood: its event, where somebody handles it.
    fn too_long(&mut self) -> Took {
        const EVENT: &str = "sys.long-utterance";
        let here = self.here();
        if self.handler_of(&[EVENT]).is_none() {
            self.step(
                "E-08",
                &here,
                format!("the text has more than {LONGEST} characters, so nothing matches"),
            );
            return Took::NoMatch;
        }
        self.step("E-08", &here, format!("the text has more than {LONGEST} characters"));
        self.match_type = MatchType::Event;
        Took::Event(EVENT.to_owned())
    }

    fn understand(&mut self, said: Utterance<'_>, known: Option<&str>) -> Meaning {
        let page = self.page();
        let fields = &self.state.frame().here.form.fields;
        let asked = self.state.frame().here.form.asked_for().map(|field| field.name.clone());
        let open =
            |name: &str| fields.iter().any(|field| field.name == name && field.state != FieldState::Filled);
        let known_parameters = page.parameters.iter().map(|plan| Asked {
            name: &plan.name,
            entity_type: &plan.entity_type,
            is_list: plan.is_list,
            dtmf: &plan.dtmf,
        });
        let (prompted, others): (Vec<_>, Vec<_>) =
            known_parameters.filter(|one| open(one.name)).partition(|one| Some(one.name) == asked.as_deref());
        let languages: Vec<&str> = self.languages.iter().map(String::as_str).collect();
        let now = crate::flexible::function::World::now(&self.world).to_zoned(self.world.time_zone.clone());
        let heard = self.agent.understanding.hear(&Question {
            said,
            languages: &languages,
            intents: &page.intents_in_scope(),
            known,
            prompted: prompted.first().copied(),
            others: &others,
            prefer_intents: self.agent.options.prefer_intents,
            expand: self.agent.options.expand,
            now: &now,
        });
        for finding in heard.findings {
            self.note(finding.code, &finding.place, finding.message);
        }
        heard.meaning
    }

    /// An intent that is named. Out of scope it is as if nothing matched (E-04).
    fn told_intent(&mut self, name: &str, input: &AgentInput) -> Result<Took, AgentTurnError> {
        let package = &self.agent.package;
        let found = package.intents.iter().find(|intent| intent.display_name == name || intent.name == name);
        let Some(intent) = found else {
            let known = package.intents.iter().map(|intent| intent.display_name.as_str());
            let nearest = nearest(name, known).map(str::to_owned);
            return Err(
                SessionError::from(PlaceError::UnknownIntent { name: name.to_owned(), nearest }).into()
            );
        };
        if !self.page().intents_in_scope().contains(&intent.display_name.as_str()) {
            let here = self.here();
            let message = format!("no route in scope asks for the intent {:?}", intent.display_name);
            self.note("intent_not_in_scope", &here, message.clone());
            self.step("E-04", &here, message);
            return Ok(Took::NoMatch);
        }
        let said = match &input.query {
            Some(Query::Text(text) | Query::Transcript(text)) if !text.trim().is_empty() => Some(text.trim()),
            _ => None,
        };
        let heard = said.map(|text| self.understand(Utterance::Text(text), Some(&intent.display_name)));
        let mut parameters = match heard {
            Some(Meaning::Intent { parameters, .. }) => parameters,
            _ => Vec::new(),
        };
        let mut of_form = Vec::new();
        for (name, value) in &input.values {
            match intent.parameters.iter().find(|parameter| same_name(&parameter.id, name)) {
                Some(parameter) => {
                    parameters.retain(|known| !same_name(&known.name, name));
                    let original = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    let value = listed(value.clone(), parameter.is_list);
                    parameters.push(Understood { name: parameter.id.clone(), original, value });
                }
                None => of_form.push((name, value)),
            }
        }
        if let Some(recorded) = input.otherwise.as_ref().filter(|_| input.intent.is_none()) {
            self.recorded(intent, &recorded.values, &mut parameters);
        }
        self.matched(intent, parameters);
        for (name, value) in of_form {
            self.fill_told(name, value.clone())?;
        }
        Ok(Took::Intent)
    }

    /// Parameters of an intent that was recorded: those whose values the turn has changed.
    fn recorded(&self, intent: &Intent, values: &Struct, parameters: &mut Vec<Understood>) {
        for parameter in &intent.parameters {
            let of = |known: &Struct| {
                let found = known.iter().find(|(name, _)| same_name(name, &parameter.id));
                found.map(|(_, value)| value.clone()).filter(|value| !value.is_null())
            };
            let Some(value) = of(values).filter(|value| of(&self.state.parameters).as_ref() != Some(value))
            else {
                continue;
            };
            if !parameters.iter().any(|known| same_name(&known.name, &parameter.id)) {
                let original = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                parameters.push(Understood { name: parameter.id.clone(), original, value });
            }
        }
    }

    /// An intent has matched: its parameters are those of the session and of the form, too (E-73).
    fn matched(&mut self, intent: &Intent, parameters: Vec<Understood>) {
        let id = if intent.name.is_empty() { &intent.display_name } else { &intent.name };
        let name = IntentName { agent: self.session.agent_name.clone(), intent: id.clone() };
        let values = parameters.iter().map(|Understood { name, original, value }| {
            let value = IntentParameterValue {
                original_value: original.clone(),
                resolved_value: Some(value.clone()),
                ..IntentParameterValue::default()
            };
            (name.clone(), value)
        });
        let info = IntentInfo {
            last_matched_intent: name.to_string(),
            display_name: intent.display_name.clone(),
            parameters: values.collect(),
            confidence: 1.0,
            ..IntentInfo::default()
        };
        for Understood { name, value, .. } in parameters {
            self.fill(&name, value);
        }
        self.live = Some(intent.display_name.clone());
        self.matched = Some(info.clone());
        self.state.intent = Some(info);
        self.step("E-02", &self.here(), format!("the intent {} matches", intent.display_name));
    }

    /// Fills a parameter of the form that a script names.
    fn fill_told(&mut self, name: &str, value: Value) -> Result<(), AgentTurnError> {
        let page = self.page();
        let Some(plan) = page.parameters.iter().find(|plan| same_name(&plan.name, name)) else {
            let known = page.parameters.iter().map(|plan| plan.name.clone()).collect();
            let (name, page) = (name.to_owned(), page.name.clone());
            return Err(SessionError::NotInForm { name, page, known }.into());
        };
        self.fill(&plan.name, listed(value, plan.is_list));
        Ok(())
    }

    /// A value of form and session (E-29).
    fn fill(&mut self, name: &str, value: Value) {
        let form = &mut self.state.here_mut().form;
        if form.find(name).is_some() && form.collect(name, &value).is_ok() {
            self.step("E-29", &self.here(), format!("{name} is filled"));
            self.filled.push((name.to_owned(), value.clone()));
        }
        merge(&mut self.state.parameters, name, value);
    }
}

/// A value of a parameter that is a list is a list, even one of one (E-37).
fn listed(value: Value, is_list: bool) -> Value {
    if is_list && !value.is_array() && !value.is_null() { Value::Array(vec![value]) } else { value }
}
