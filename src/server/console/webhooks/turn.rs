//! The turn that is typed into the test panel.

use serde_json::Value;

use crate::console::webhooks::trial::TrialForm;
use crate::emulator::Turn;
use crate::protocol::names::AgentName;
use crate::protocol::{IntentParameterValue, Query, Struct};

/// The turn, unless something in the form cannot be read, which is told there.
pub(super) fn turn(form: &mut TrialForm, agent: &AgentName) -> Option<Turn> {
    let mut faults = std::mem::take(&mut form.faults);
    let mut object = |field: &str, text: &str| -> Struct {
        if text.trim().is_empty() {
            return Struct::new();
        }
        match serde_json::from_str(text) {
            Ok(Value::Object(object)) => object,
            Ok(_) => {
                faults.add(field, "Expected a JSON object, { … }.");
                Struct::new()
            }
            Err(error) => {
                faults.add(field, format!("This is no JSON: {error}."));
                Struct::new()
            }
        }
    };
    let mut turn = Turn::new(form.tag.as_str());
    turn.parameters = object("turn_parameters", &form.parameters);
    turn.form = object("turn_form", &form.form).into_iter().collect();
    let parameters = object("turn_intent_parameters", &form.intent_parameters);
    turn.intent_parameters =
        parameters.into_iter().map(|(name, value)| (name, intent_parameter(value))).collect();
    turn.payload = Some(object("turn_payload", &form.payload)).filter(|payload| !payload.is_empty());
    turn.agent = agent.to_string();
    turn.environment = Some(form.environment.clone()).filter(|id| !id.is_empty());
    turn.session.clone_from(&form.session);
    turn.page.clone_from(&form.page);
    turn.flow.clone_from(&form.flow);
    turn.intent = Some(form.intent.clone()).filter(|intent| !intent.is_empty());
    if !form.language.is_empty() {
        turn.language.clone_from(&form.language);
    }
    let words = form.query.clone();
    turn.query = match form.query_kind.as_str() {
        _ if words.is_empty() => None,
        "text" => Some(Query::Text(words)),
        "transcript" => Some(Query::Transcript(words)),
        "dtmf" => Some(Query::DtmfDigits(words)),
        "event" => Some(Query::TriggerEvent(words)),
        "intent" => Some(Query::TriggerIntent(words)),
        _ => None,
    };
    let field = match form.query_kind.as_str() {
        "text" | "transcript" | "dtmf" | "event" | "intent" | "" => None,
        _ => Some("turn_query_kind"),
    };
    if let Some(field) = field {
        faults.add(field, "Expected text, transcript, dtmf, event or intent.");
    }
    if turn.intent.is_none() && !turn.intent_parameters.is_empty() {
        faults.add("turn_intent", "Its parameters are given: name the intent, too.");
    }
    if let Err(error) = turn.request() {
        let field = match error.kind {
            kind if kind.contains("page") => "turn_page",
            kind if kind.contains("flow") => "turn_flow",
            kind if kind.contains("intent") => "turn_intent",
            _ => "turn_session",
        };
        faults.add(field, format!("{error}."));
    }
    let good = faults.is_empty();
    form.faults = faults;
    good.then_some(turn)
}

/// The words are those of the value.
fn intent_parameter(value: Value) -> IntentParameterValue {
    let original_value = match &value {
        Value::String(words) => words.clone(),
        other => other.to_string(),
    };
    IntentParameterValue { original_value, resolved_value: Some(value), ..IntentParameterValue::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_is_a_turn() {
        for (id, _) in TrialForm::default().samples() {
            let mut form = TrialForm::sample(id).expect(id);
            let turn = turn(&mut form, &AgentName::example());
            let request = turn.unwrap_or_else(|| panic!("{id}: {:?}", form.faults)).request().expect(id);
            assert!(request.query.is_some(), "{id}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_beside_its_field() {
        let text = |text: &str| text.to_owned();
        let mut form = TrialForm {
            parameters: text("["),
            form: text("[1]"),
            payload: text("{\"a\":1}"),
            intent_parameters: text("{\"a\":1}"),
            page: text("projects/p"),
            query_kind: text("shout"),
            ..TrialForm::default()
        };
        assert!(turn(&mut form, &AgentName::example()).is_none());
        for field in ["turn_parameters", "turn_form", "turn_intent", "turn_page", "turn_query_kind"] {
            assert!(!form.faults.of(field).is_empty(), "{field}: {:?}", form.faults);
        }
        assert_eq!(form.faults.of("turn_payload"), "");
    }
}
