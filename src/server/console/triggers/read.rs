//! From what was typed to what the service takes, and from its refusals to the fields.

use serde_json::{Map, Value, json};

use super::super::event_webhooks::lines;
use crate::console::Form;
use crate::console::form::Faults;
use crate::console::triggers::form::{ActionRow, ConditionRow, RuleForm};
use crate::delivery::rules::{Content, Kind, Rule, Stored};
use crate::delivery::webhook::WebhookId;
use crate::delivery::webhooks::Snapshot;
use crate::violation::Violation;
use crate::zendesk::rule::{Condition, Field, Operator, PARAMS};
use crate::zendesk::template::text_of;

/// So many rows are looked at: there may be fifty conditions.
const MOST_ROWS: usize = 200;

/// What was typed, without the rows where nothing was.
pub(super) fn typed(form: &Form) -> RuleForm {
    let text = |name: &str| form.get(name).trim().to_owned();
    let actions = form.all("action_index").take(MOST_ROWS).map(|index| {
        let of = |name: &str| format!("action_{index}_{name}");
        let (keys, values) = (of("key"), of("value"));
        let pairs = form.all(&keys).zip(form.all(&values));
        ActionRow {
            webhook: text(&of("webhook")),
            body: lines(form.get(&of("body"))),
            pairs: pairs
                .filter(|(key, value)| !key.is_empty() || !value.is_empty())
                .map(|(key, value)| (key.to_owned(), lines(value)))
                .collect(),
            fault: String::new(),
        }
    });
    RuleForm {
        title: text("title"),
        description: lines(form.get("description")),
        is_active: form.has("active"),
        position: text("position"),
        once_per: text("once_per"),
        all: conditions(form, ["all_field", "all_parameter", "all_operator", "all_value"]),
        any: conditions(form, ["any_field", "any_parameter", "any_operator", "any_value"]),
        actions: actions.filter(|row| !row.webhook.is_empty()).collect(),
    }
}

fn conditions(form: &Form, [field, parameter, operator, value]: [&str; 4]) -> Vec<ConditionRow> {
    let rows = form.all(field).zip(form.all(parameter)).zip(form.all(operator).zip(form.all(value)));
    let rows = rows.take(MOST_ROWS).map(|((field, parameter), (operator, value))| ConditionRow {
        field: field.trim().to_owned(),
        parameter: parameter.trim().to_owned(),
        operator: operator.trim().to_owned(),
        value: value.trim().to_owned(),
        fault: String::new(),
    });
    rows.filter(|row| {
        [&row.field, &row.parameter, &row.operator, &row.value].iter().any(|text| !text.is_empty())
    })
    .collect()
}

/// The form of a rule that is saved.
pub(super) fn saved(rule: &Rule, position: Option<i64>) -> RuleForm {
    let actions = rule.actions.iter().map(|action| {
        let (body, pairs) = match &action.content {
            Content::Body(body) => (body.clone(), Vec::new()),
            Content::Pairs(pairs) => (String::new(), pairs.clone()),
        };
        ActionRow { webhook: action.webhook.clone(), body, pairs, fault: String::new() }
    });
    RuleForm {
        title: rule.title.clone(),
        description: rule.description.clone().unwrap_or_default(),
        is_active: rule.active,
        position: position.map(|position| position.to_string()).unwrap_or_default(),
        once_per: rule.once_per.as_str().to_owned(),
        all: rule.all.iter().map(row).collect(),
        any: rule.any.iter().map(row).collect(),
        actions: actions.collect(),
    }
}

fn row(condition: &Condition) -> ConditionRow {
    let (field, parameter) = match &condition.field {
        Field::Known(name, _) => ((*name).to_owned(), String::new()),
        Field::Parameter(name) => (PARAMS.to_owned(), name.clone()),
    };
    let value = if condition.operator.takes_value() { text_of(&condition.value) } else { Default::default() };
    let operator = condition.operator.as_str().to_owned();
    ConditionRow { field, parameter, operator, value: value.into(), fault: String::new() }
}

/// With spare rows, for who has no script to add them.
pub(super) fn with_spare_rows(mut form: RuleForm, kind: Kind) -> RuleForm {
    let spare = |rows: &mut Vec<ConditionRow>, least: usize| {
        let count = (rows.len() + 2).max(least);
        rows.resize_with(count, ConditionRow::default);
    };
    spare(&mut form.all, 3);
    spare(&mut form.any, 2);
    let body = |row: &ActionRow| row.body.is_empty() && row.pairs.is_empty();
    let first_is_new = form.actions.is_empty();
    form.actions.push(ActionRow::default());
    if let Some(first) = form.actions.first_mut().filter(|row| first_is_new && body(row)) {
        first.body = match kind {
            Kind::Trigger => "{\n  \"session\": \"{{session.id}}\",\n  \"tag\": \"{{tag}}\"\n}\n",
            Kind::Automation => {
                "{\n  \"session\": \"{{session.id}}\",\n  \"calls\": {{conversation.calls}}\n}\n"
            }
        }
        .to_owned();
    }
    for action in &mut form.actions {
        action.pairs.extend([Default::default(), Default::default()]);
    }
    form
}

/// What a form says, as requests say it. Which content an action has is its webhook's.
pub(super) fn object(form: &RuleForm, kind: Kind, webhooks: &Snapshot) -> Map<String, Value> {
    let mut object = Map::new();
    let mut set = |name: &str, value: Value| object.insert(name.to_owned(), value);
    set("title", form.title.as_str().into());
    set("description", Some(form.description.as_str()).filter(|text| !text.is_empty()).into());
    set("active", form.is_active.into());
    if !form.position.is_empty() {
        let number = form.position.parse::<i64>().map(Value::from);
        set("position", number.unwrap_or_else(|_| form.position.as_str().into()));
    }
    if kind == Kind::Automation && !form.once_per.is_empty() {
        set("once_per", form.once_per.as_str().into());
    }
    let list = |rows: &[ConditionRow]| -> Value { rows.iter().map(written).collect() };
    set("conditions", json!({ "all": list(&form.all), "any": list(&form.any) }));
    let actions = form.actions.iter().map(|row| {
        let content = if takes_parameters(&row.webhook, webhooks) {
            row.pairs.iter().map(|(key, value)| json!([key, value])).collect()
        } else {
            Value::from(row.body.as_str())
        };
        json!({ "field": "notification_webhook", "value": [row.webhook, content] })
    });
    set("actions", actions.collect());
    object
}

fn written(row: &ConditionRow) -> Value {
    let field = match row.field.as_str() {
        PARAMS => format!("{PARAMS}{}", row.parameter),
        field => field.to_owned(),
    };
    let takes_value = Operator::of_word(&row.operator).is_none_or(Operator::takes_value);
    let value = if takes_value { Value::from(row.value.as_str()) } else { Value::Null };
    json!({ "field": field, "operator": row.operator, "value": value })
}

/// Whether a webhook is sent parameters; one that is not there is taken for one that is sent a body.
pub(super) fn takes_parameters(webhook: &str, webhooks: &Snapshot) -> bool {
    let found = webhook.parse().ok().and_then(|id: WebhookId| webhooks.get(&id));
    found.is_some_and(|found| crate::delivery::sends_parameters(found.http_method, found.request_format))
}

/// What is wrong with which field, and with which row.
pub(super) fn note(violations: &[Violation], form: &mut RuleForm, faults: &mut Faults) {
    for Violation { field, description } in violations {
        let (id, label) = place(field);
        let text = format!("{label}: {description}.");
        let row = |prefix: &str| id.strip_prefix(prefix)?.parse::<usize>().ok();
        let fault = None
            .or_else(|| Some(&mut form.all.get_mut(row("all-")?)?.fault))
            .or_else(|| Some(&mut form.any.get_mut(row("any-")?)?.fault))
            .or_else(|| Some(&mut form.actions.get_mut(row("action-")?)?.fault));
        if let Some(fault) = fault {
            fault.push_str(&text);
        }
        faults.add(id, text);
    }
}

/// `conditions.all[2].value` is `all-2`.
fn place(field: &str) -> (String, String) {
    let indexed = |rest: &str| rest.strip_prefix('[')?.split(']').next()?.parse::<usize>().ok();
    for (prefix, id, label) in [
        ("conditions.all", "all", "Condition"),
        ("conditions.any", "any", "Condition"),
        ("actions", "action", "Webhook"),
    ] {
        let Some(rest) = field.strip_prefix(prefix) else { continue };
        return match indexed(rest) {
            Some(index) => (format!("{id}-{index}"), format!("{label} {}", index + 1)),
            None if id == "action" => ("actions".to_owned(), "What is sent".to_owned()),
            None => (id.to_owned(), "Conditions".to_owned()),
        };
    }
    let known = |id: &str, label: &str| (id.to_owned(), label.to_owned());
    match field {
        "title" => known("title", "Title"),
        "description" => known("description", "Description"),
        "position" => known("position", "Position"),
        "once_per" => known("once_per", "Once per"),
        "active" => known("active", "Active"),
        "conditions" => known("all", "Conditions"),
        _ => known("", "Rule"),
    }
}

/// The form of a clone, which is another rule.
pub(super) fn cloned(origin: &Stored) -> RuleForm {
    let mut form = saved(&origin.rule, None);
    form.title = format!("{} (copy)", form.title);
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> RuleForm {
        typed(&Form::parse(text.as_bytes()))
    }

    #[test]
    fn rows_without_anything_are_left_out() {
        let read = form(
            "title=T&active=true&all_field=&all_parameter=&all_operator=&all_value=\
             &all_field=params.&all_parameter=order_id&all_operator=is&all_value=A-1\
             &any_field=tag&any_parameter=&any_operator=present&any_value=x\
             &action_index=0&action_0_webhook=&action_0_body=x\
             &action_index=4&action_4_webhook=W&action_4_body=a%0D%0Ab&action_4_key=&action_4_value=",
        );
        let object = object(&read, Kind::Trigger, &Snapshot::default());
        assert_eq!(
            Value::Object(object),
            json!({
                "title": "T", "description": null, "active": true,
                "conditions": {
                    "all": [{ "field": "params.order_id", "operator": "is", "value": "A-1" }],
                    "any": [{ "field": "tag", "operator": "present", "value": null }],
                },
                "actions": [{ "field": "notification_webhook", "value": ["W", "a\nb"] }],
            })
        );
    }

    #[test]
    fn what_is_saved_is_read_as_it_was() {
        let sent = json!({
            "title": "T", "conditions": { "all": [
                { "field": "params.size", "operator": "greater_than", "value": 2 },
                { "field": "message", "operator": "includes", "value": "live_agent_handoff" },
            ] },
            "actions": [{ "field": "notification_webhook", "value": ["W", "{}"] }],
        });
        let rule = Rule::read(Kind::Trigger, sent.as_object().expect("an object"), None).expect("a rule");
        let form = saved(&rule, Some(3));
        assert_eq!(
            (&*form.all[0].field, &*form.all[0].parameter, &*form.all[0].value),
            ("params.", "size", "2")
        );
        let again = object(&form, Kind::Trigger, &Snapshot::default());
        let again = Rule::read(Kind::Trigger, &again, None).expect("a rule");
        assert_eq!((again.actions, again.position), (rule.actions, Some(3)));
    }

    #[test]
    fn faults_stand_beside_their_rows() {
        let mut read =
            form("all_field=tag&all_parameter=&all_operator=is&all_value=&action_index=0&action_0_webhook=W");
        let mut faults = Faults::default();
        let violations = [
            Violation::new("conditions.all[0].value", "wrong"),
            Violation::new("actions[0].value[1]", "wrong, too"),
            Violation::new("conditions", "few"),
            Violation::new("conditions.any[7].field", "beyond"),
            Violation::new("title", "blank"),
        ];
        note(&violations, &mut read, &mut faults);
        assert_eq!(
            (&*read.all[0].fault, &*read.actions[0].fault),
            ("Condition 1: wrong.", "Webhook 1: wrong, too.")
        );
        assert_eq!(
            (faults.of("all"), faults.of("title")),
            ("Conditions: few.".to_owned(), "Title: blank.".to_owned())
        );
        assert_eq!(faults.all().len(), 5);
    }
}
