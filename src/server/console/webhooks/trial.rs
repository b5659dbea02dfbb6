//! The test panel: one call of a webhook, as the agent makes it, and what the agent would do then.
//!
//! What is sent is what the emulator sends, by this server's settings: the same guard against private
//! addresses, the same secrets, the same limits of time and size.

use serde_json::Value;

use super::record::{self, Masking};
use super::refused::tell;
use super::turn::turn;
use super::{Asked, Problem, Shown};
use crate::access::Action;
use crate::config::Config;
use crate::console::form::Faults;
use crate::console::webhooks::edit::EditPage;
use crate::console::webhooks::trial::{Answer, Called, TrialForm, Tried, TriedPart};
use crate::emulator::{self, CallError, Caller, Options, Turn, curl};
use crate::flexible::Exchange;
use crate::protocol::names::AgentName;
use crate::protocol::webhook::{Environment, Webhook};
use crate::resources::ResourceError;

/// What a page shows of a test: the form, and what came of it.
pub(super) struct Panel {
    pub(super) form: TrialForm,
    pub(super) tried: Option<Tried>,
}

impl Panel {
    /// Before anything is typed: with the parameters that the webhook reads.
    pub(super) async fn new(
        asked: &Asked,
        agent: &AgentName,
        webhook: Option<&Webhook>,
    ) -> Result<Self, Problem> {
        let semantics = asked.console().settings().flexible.semantics;
        let exchange = webhook.filter(|webhook| webhook.is_flexible());
        let exchange = exchange.and_then(|webhook| Exchange::parse(webhook, semantics).ok());
        let reads = exchange.as_ref().map(Exchange::reads).unwrap_or_default();
        let form = TrialForm::new(&reads);
        let flexible = webhook.is_none_or(Webhook::is_flexible);
        Self { form, tried: None }.known(asked, Some(agent), flexible).await
    }

    /// With what was typed, or a sample in its place.
    pub(super) async fn typed(
        asked: &Asked,
        agent: Option<&AgentName>,
        flexible: bool,
    ) -> Result<Self, Problem> {
        let mut form = TrialForm::read(&asked.form);
        if asked.form.has("fill")
            && let Some(sample) = TrialForm::sample(asked.form.get("sample"))
        {
            form = TrialForm { environment: form.environment, ..sample };
        }
        Self { form, tried: None }.known(asked, agent, flexible).await
    }

    async fn known(
        mut self,
        asked: &Asked,
        agent: Option<&AgentName>,
        flexible: bool,
    ) -> Result<Self, Problem> {
        self.form.may_send = asked.may(Action::Manage);
        self.form.flexible = flexible;
        self.form.environments = vec![(String::new(), "None".to_owned())];
        for one in asked.console().resources.survey::<Environment>().await? {
            if agent.is_some_and(|agent| *agent == one.agent) {
                self.form.environments.push((one.id, one.resource.display_name));
            }
        }
        Ok(self)
    }

    /// Whether the button was the one that sends.
    pub(super) fn is_to_send(&self, asked: &Asked) -> bool {
        !asked.form.has("fill")
    }

    /// The id of the environment that is chosen.
    pub(super) fn environment(&self) -> Option<String> {
        Some(self.form.environment.clone()).filter(|id| !id.is_empty())
    }

    /// Calls this webhook, unless it or the turn has faults; those of the webhook are told in `faults`,
    /// too, for the form that it comes from.
    pub(super) async fn send(
        &mut self,
        asked: &Asked,
        agent: &AgentName,
        webhook: Result<Webhook, ResourceError>,
        faults: &mut Faults,
    ) -> Result<(), Problem> {
        let turn = turn(&mut self.form, agent);
        let webhook = match webhook {
            Ok(webhook) if faults.is_empty() => webhook,
            Ok(_) => {
                self.tried = Some(Tried::Refused(refused(faults)));
                return Ok(());
            }
            Err(error) => {
                tell(error, faults)?;
                self.tried = Some(Tried::Refused(refused(faults)));
                return Ok(());
            }
        };
        let Some(turn) = turn else { return Ok(()) };
        self.tried = Some(Box::pin(call(asked, webhook, &turn)).await);
        Ok(())
    }
}

fn refused(faults: &Faults) -> String {
    let told: Vec<_> = faults.all().iter().take(5).map(|(_, message)| &**message).collect();
    format!("The webhook itself has faults. {}", told.join(" "))
}

/// The form with what came of it; for a script, that alone.
pub(super) fn shown(
    asked: &Asked,
    panel: Panel,
    page: impl FnOnce(Panel) -> EditPage,
) -> Result<Shown, Problem> {
    if asked.is_fetch && !asked.form.has("fill") {
        return part(panel);
    }
    Shown::page(&page(panel))
}

/// What came of it, for a script that puts it into the page.
pub(super) fn part(panel: Panel) -> Result<Shown, Problem> {
    Shown::page(&TriedPart { tried: panel.tried, trial: panel.form })
}

async fn call(asked: &Asked, mut webhook: Webhook, turn: &Turn) -> Tried {
    let console = asked.console();
    let Ok(_place) = console.trials.try_acquire() else {
        let message = "As many tests as may be are under way; try again when one of them has ended.";
        return Tried::Refused(message.to_owned());
    };
    let settings = console.settings();
    let was_disabled = std::mem::take(&mut webhook.disabled);
    let request = match turn.request() {
        Ok(request) => request,
        Err(error) => return Tried::Refused(format!("No request can be made of this turn: {error}.")),
    };
    let caller = match Caller::new(&webhook, &settings, Options::default()) {
        Ok(caller) => caller,
        Err(error) => return Tried::Refused(format!("{error}.")),
    };
    tracing::info!(
        target: "rejoinder::management", by = %asked.who().map(|who| who.id.clone()).unwrap_or_default(),
        webhook = webhook.display_name, request_id = %asked.request_id, "a webhook is tried"
    );
    let mut called = match Box::pin(caller.call(&request)).await {
        Ok(called) => called,
        // What the error's own text proposes are options of the command.
        Err(CallError::Credentials { reason }) => return Tried::Refused(format!("{reason}.")),
        Err(error) => return Tried::Refused(format!("{error}.")),
    };
    if was_disabled {
        called.notes.insert(0, "it is disabled, so the agent would not call it".to_owned());
    }
    let masking = Masking::of(&settings, &called);
    let invocation = console.services.activity.as_ref().map(|activity| {
        let id = activity.next_id();
        activity.note(record::of(id, &called, &webhook, turn, &request, activity, &masking));
        format!("/console/activity/{id}")
    });
    let mut view = view(&called, &masking, &settings);
    (view.curl, view.variables) = {
        let (command, variables) = curl(&called.sent, caller.presented(), caller.timeout().as_secs_f64());
        (command, variables.join(", "))
    };
    view.invocation = invocation.unwrap_or_default();
    Tried::Called(Box::new(view))
}

/// What people are shown of a call.
fn view(called: &emulator::Called, masking: &Masking, settings: &Config) -> Called {
    let micros = |time: std::time::Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    let time = |time| crate::console::format::duration(micros(time));
    let sent = &called.sent;
    let verdict = &called.verdict;
    let changes = masking.changes(&verdict.changes);
    let times = &called.times;
    let phases = [
        ("credentials", times.credentials),
        ("connecting", times.connect),
        ("waiting", times.answer),
        ("reading", times.body),
    ];
    let failure = verdict.failure.as_ref();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let target = [&changes["targetPage"], &changes["targetFlow"]].map(text).concat();
    let mut set = changes["set"].as_object().cloned().unwrap_or_default();
    if let Some(messages) = set.remove(&settings.flexible.messages_key) {
        set.insert(settings.flexible.messages_key.clone(), messages);
    }
    Called {
        method: sent.method().to_owned(),
        url: sent.url(),
        headers: sent.headers().into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        body: sent
            .body()
            .map(|body| crate::console::format::pretty(&String::from_utf8_lossy(body)))
            .unwrap_or_default(),
        answer: called.outcome.as_ref().ok().map(|answer| Answer {
            status: answer.status,
            headers: masking.headers(called),
            body: crate::console::format::pretty(&masking.body(&answer.body)),
            size: crate::console::format::bytes(answer.body.len() as u64),
        }),
        error: called.outcome.as_ref().err().map(ToString::to_string).unwrap_or_default(),
        event: failure.map_or("", |failure| failure.event),
        reason: failure.map(|failure| masking.text(&failure.reason)).unwrap_or_default(),
        hint: failure.map(|failure| failure.hint.clone()).unwrap_or_default(),
        status: failure
            .map(|failure| serde_json::to_string(&failure.status).unwrap_or_default())
            .unwrap_or_default(),
        messages: list(&changes["messages"]).iter().map(said).collect(),
        replaces: verdict.changes.replaces_queued,
        set: set.into_iter().map(|(name, value)| (name, compact(&value))).collect(),
        cleared: verdict.changes.cleared.clone(),
        form: list(&changes["form"]).iter().map(form_change).collect(),
        target,
        payload: match &changes["payload"] {
            Value::Null => String::new(),
            payload => serde_json::to_string_pretty(payload).unwrap_or_default(),
        },
        findings: verdict
            .findings
            .iter()
            .map(|finding| (finding.place.clone(), masking.text(&finding.message)))
            .collect(),
        notes: called.notes.clone(),
        total: time(times.total),
        phases: phases.into_iter().filter_map(|(name, took)| Some((name, time(took?)))).collect(),
        ..Called::default()
    }
}

fn said(message: &Value) -> (String, String) {
    let text = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
    let mut words = match message["said"].as_str() {
        Some(said) => said.to_owned(),
        None => compact(&message["content"]),
    };
    if let Some(variants @ 2..) = message["variants"].as_u64() {
        words.push_str(&format!(" (one of {variants} variants)"));
    }
    if !text("channel").is_empty() {
        words.push_str(&format!(" (for {})", text("channel")));
    }
    (text("kind"), words)
}

fn form_change(change: &Value) -> String {
    let text = |name: &str| change[name].as_str().unwrap_or_default().to_owned();
    let value = match &change["value"] {
        Value::Null => String::new(),
        value => format!(" = {}", compact(value)),
    };
    let required = if change["required"] == true { "required" } else { "optional" };
    let state = change["state"].as_str().unwrap_or("as it was");
    let again = if change["askedAgain"] == true { "; asked again, with sys.invalid-parameter" } else { "" };
    format!("{}{value} ({required}, {state}){again}", text("name"))
}

/// JSON in one line.
fn compact(value: &Value) -> String {
    crate::excerpt::excerpt(&value.to_string(), 4_000).into_owned()
}
