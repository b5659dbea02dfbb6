//! The form of a turn.

use super::read::{json, lines, object};
use crate::console::Form;
use crate::console::emulator::TurnForm;
use crate::console::form::Faults;
use crate::emulator::Input;
use crate::emulator::session::Intent;

/// The next turn, as it was written.
pub(super) fn written(form: &Form) -> TurnForm {
    let text = |name: &str| form.get(name).trim().to_owned();
    let fields = form.all("field_name").zip(form.all("field_value")).zip(form.all("field_kind"));
    let field =
        |((name, value), kind): ((&str, &str), &str)| (name.to_owned(), value.to_owned(), kind == "json");
    let mut read = TurnForm {
        kind: text("kind"),
        said: form.get("said").to_owned(),
        tag: text("tag"),
        webhook: text("webhook"),
        intent: text("intent"),
        intent_parameters: form.get("intent_parameters").to_owned(),
        parameters: form.get("parameters").to_owned(),
        fields: fields.map(field).take(200).collect(),
        fills: form.get("fills").to_owned(),
        flow: text("flow"),
        page: text("page"),
        queued: form.get("queued").to_owned(),
        payload: form.get("payload").to_owned(),
        same_turn: form.has("same_turn"),
    };
    // What the agent offered was chosen.
    if let Some(choice) = form.some("choice") {
        choice.clone_into(&mut read.said);
        "text".clone_into(&mut read.kind);
    }
    read
}

/// What it comes to where the agent is executed: signs before a text are those of the command's prompt,
/// and doing nothing is something that a user may do.
pub(super) fn executed(form: &TurnForm, faults: &mut Faults) -> Input {
    let mut form = form.clone();
    let said = form.said.trim();
    let sign = |sign: char| said.strip_prefix(sign).map(str::trim).filter(|name| !name.is_empty());
    let named = sign('#').map(|name| ("intent", name)).or_else(|| sign('!').map(|name| ("event", name)));
    if let (true, Some((kind, name))) = (form.kind.is_empty() || form.kind == "text", named) {
        (form.kind, form.said) = (kind.to_owned(), name.to_owned());
    }
    let mut all = Faults::default();
    let input = input(&form, None, &mut all);
    let silent = form.kind == "none" && input == Input::none();
    for (field, message) in all.all() {
        if !(silent && field == "said") {
            faults.add(field, message);
        }
    }
    input
}

/// What it comes to. `called` is the tag that a webhook is called with which needs none.
pub(super) fn input(form: &TurnForm, called: Option<&str>, faults: &mut Faults) -> Input {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let said = form.said.trim();
    let mut input = match (form.kind.as_str(), said) {
        (_, "") | ("none", _) => Input::none(),
        ("event", event) => Input::event(event),
        ("dtmf", digits) => Input::dtmf(digits),
        ("intent", intent) => Input::intent(intent),
        _ => Input::text(said),
    };
    if ["event", "dtmf", "intent"].contains(&form.kind.as_str()) && said.is_empty() {
        faults.add("said", "Name it, or choose something else.");
    }
    if let Some(name) = given(&form.intent) {
        if form.kind == "intent" && !said.is_empty() && name != said {
            faults.add("intent", "An intent is named above already.");
        }
        input.intent = Some(Intent { name, ..Intent::default() });
    }
    let parameters = lines(&form.intent_parameters, "intent_parameters", faults);
    match &mut input.intent {
        Some(intent) => intent.parameters = parameters.into_iter().collect(),
        None if !parameters.is_empty() => faults.add("intent", "Name the intent that has these parameters."),
        None => {}
    }
    input.parameters = lines(&form.parameters, "parameters", faults).into_iter().collect();
    for (name, written, is_json) in &form.fields {
        let written = written.trim();
        if written.is_empty() {
            continue;
        }
        let value = if *is_json { json(written, "fields", faults) } else { written.into() };
        input.fills.push((name.clone(), value));
    }
    input.fills.extend(lines(&form.fills, "fills", faults));
    input.tag = given(&form.tag).or_else(|| called.map(str::to_owned));
    input.webhook = given(&form.webhook);
    if input.webhook.is_some() && input.tag.is_none() {
        faults.add("tag", "Say which tag the webhook is called with.");
    }
    input.flow = given(&form.flow);
    input.page = given(&form.page);
    input.queued =
        form.queued.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    input.payload = object(&form.payload, "payload", faults);
    input.same_turn = form.same_turn;
    if input == Input::none() {
        faults.add("said", "Say something, or choose what is called.");
    }
    input
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(text: &str) -> (Input, Faults) {
        let mut faults = Faults::default();
        let form = written(&Form::parse(text.as_bytes()));
        (input(&form, None, &mut faults), faults)
    }

    #[test]
    fn a_form_is_a_turn() {
        let (read, faults) = read(
            "kind=text&said=Hi&tag=t&intent=order&intent_parameters=a:=1&parameters=b=x%0Ac:=null\
             &field_name=size&field_value=L&field_kind=text&field_name=n&field_value=3&field_kind=json\
             &field_name=note&field_value=&field_kind=text&queued=One%0A%0ATwo&payload={\"k\":1}&page=P&flow=F",
        );
        assert!(faults.is_empty(), "{faults:?}");
        let mut expected =
            Input::text("Hi").matching("order").tag("t").page("P").flow("F").queued("One").queued("Two");
        expected = expected.parameter("b", "x").parameter("c", Value::Null).fill("size", "L").fill("n", 3);
        expected.payload = json!({ "k": 1 }).as_object().cloned();
        expected.intent.as_mut().expect("an intent").parameters.insert("a".to_owned(), 1.into());
        assert_eq!(read, expected);
        assert_eq!(self::read("kind=dtmf&said=1&tag=t").0, Input::dtmf("1").tag("t"));
        assert_eq!(self::read("kind=text&said=&tag=t").0, Input::none().tag("t"));
        assert_eq!(self::read("kind=event&said=x&choice=Track&tag=t").0, Input::text("Track").tag("t"));
    }

    #[test]
    fn an_executed_agent_hears_signs_and_silence() {
        let read = |text: &str| {
            let mut faults = Faults::default();
            let input = executed(&written(&Form::parse(text.as_bytes())), &mut faults);
            faults.is_empty().then_some(input)
        };
        assert_eq!(read("kind=text&said=%23order.status"), Some(Input::intent("order.status")));
        assert_eq!(read("kind=text&said=!hang-up"), Some(Input::event("hang-up")));
        assert_eq!(read("kind=text&said=%23"), Some(Input::text("#")));
        assert_eq!(read("kind=none&said="), Some(Input::none()));
        assert_eq!(read("kind=text&said="), None);
    }

    #[test]
    fn what_is_wrong_is_told_at_its_field() {
        for (form, field) in [
            ("", "said"),
            ("kind=event&tag=t", "said"),
            ("said=Hi&parameters=x", "parameters"),
            ("said=Hi&fills=x:=y", "fills"),
            ("said=Hi&field_name=n&field_value=three&field_kind=json", "fields"),
            ("said=Hi&payload=[]", "payload"),
            ("said=Hi&payload=x", "payload"),
            ("said=Hi&webhook=w", "tag"),
            ("said=Hi&intent_parameters=a=1", "intent"),
            ("kind=intent&said=a&intent=b", "intent"),
        ] {
            let (_, faults) = read(form);
            assert!(!faults.of(field).is_empty(), "{form}: {faults:?}");
        }
    }
}
