//! `/console/conversations/{session}`: one conversation as a timeline.

use actix_web::http::StatusCode;

use super::super::activity::{caused_by, log, parameters};
use super::super::asked::Asked;
use super::super::problem::Problem;
use super::super::shown::Shown;
use super::session;
use crate::activity::kept::{Messages, Parameters, Summary};
use crate::activity::query::{self, Filter, Found, Wanted};
use crate::activity::status::Kind;
use crate::activity::{Parameters as Kept, view};
use crate::config;
use crate::console::Section;
use crate::console::activity::{Difference, Row, difference, event_words, reason, status_badge, status_word};
use crate::console::conversations::{Call, ConversationPage, Turn, answered, path, said};
use crate::console::format::{self, Moment};
use crate::emulator::verdict::event_of;
use crate::server::invocations;

/// So many invocations are on a page,
const PAGE: usize = 50;
/// if they have not more text than this, in bytes;
const TEXT: usize = 256 << 10;
/// and so many of each call's parameters, changed and not.
const PARAMETERS: usize = 40;

pub(super) async fn show(asked: Asked) -> Result<Shown, Problem> {
    let session = session(&asked);
    let activity = log(&asked)?;
    let wanted = Wanted { size: PAGE, ..invocations::Asked::of_form(&asked.query).wanted(true)? };
    activity.flush().await;
    let filter = Filter { session: Some(session.clone()), ..Filter::default() };
    let page = query::page(activity.store(), &filter, &wanted).await?;
    let messages = query::messages(activity.store(), &page.rows).await?;
    let messages_key = asked.console().settings().flexible.messages_key.clone();
    let mut timeline = Timeline { turns: Vec::new(), after: None, text: 0, messages_key };
    let mut later = page.after;
    for found in &page.rows {
        timeline.add(found, messages.get(&found.id).map(String::as_str).unwrap_or_default());
        if timeline.text > TEXT && page.rows.last().is_some_and(|last| last.id != found.id) {
            later = Some(found.id);
            break;
        }
    }
    let path = path(&session);
    let cursor =
        |name: &str, id: Option<_>| id.map(|id: crate::activity::InvocationId| format!("{path}?{name}={id}"));
    let is_first = wanted.after.is_none() && wanted.before.is_none();
    let first = page.rows.first();
    let conversation = ConversationPage {
        chrome: asked.chrome(format!("Conversation {session}"), Section::Conversations),
        agent: first.map(|found| found.agent.clone()).unwrap_or_default(),
        environment: first.map(|found| found.environment.clone()).unwrap_or_default(),
        unkept: unkept(activity.settings()),
        earlier: cursor("before", page.before.filter(|_| !is_first)),
        later: cursor("after", later),
        transcript: transcribable(activity.settings(), &page.rows),
        turns: timeline.turns,
        session,
        path: path.clone(),
    };
    let is_nothing = conversation.turns.is_empty() && is_first;
    let shown = Shown::page(&conversation)?;
    Ok(if is_nothing { shown.with_status(StatusCode::NOT_FOUND) } else { shown })
}

/// What the settings of now keep from a page like this.
fn unkept(settings: &config::Activity) -> Vec<String> {
    let mut notes = Vec::new();
    if !settings.inbound_bodies {
        notes.push(
            "What was said and answered is not kept; activity.inbound_bodies = true keeps it of calls to come."
                .to_owned(),
        );
    }
    if settings.parameters.is_empty() {
        notes.push(
            "Of parameters the names are kept; values are kept of those that activity.parameters names."
                .to_owned(),
        );
    } else {
        let named = settings.parameters.join(", ");
        notes.push(format!(
            "Values are kept of the parameters that activity.parameters names: {}.",
            crate::excerpt::excerpt(&named, 300)
        ));
    }
    if !settings.outbound_bodies {
        notes.push("What was sent to APIs is not kept (activity.outbound_bodies).".to_owned());
    }
    notes
}

fn transcribable(settings: &config::Activity, rows: &[Found]) -> Result<(), &'static str> {
    if !settings.inbound_bodies {
        return Err("the bodies of calls are not kept (activity.inbound_bodies)");
    }
    if !rows.iter().any(|found| found.kind == Some(Kind::Standard)) {
        return Err("it has no standard call");
    }
    if cfg!(any(feature = "cli", feature = "testing")) {
        Ok(())
    } else {
        Err("this program is built without the emulator’s transcripts")
    }
}

/// Calls in their order, each with what was done for it.
struct Timeline {
    turns: Vec<Turn>,
    /// The parameters after the last call.
    after: Option<After>,
    /// How much text is in it, nearly.
    text: usize,
    messages_key: String,
}

/// Parameters after a call, as those before the next one would be kept.
struct After(Kept<'static>);

impl Timeline {
    fn add(&mut self, found: &Found, kept: &str) {
        match (found.kind, found.parent) {
            (Some(Kind::Standard | Kind::Flexible), None) => {
                let call = self.call(found, kept);
                self.text += weight(&call);
                self.turns.push(Turn { call: Some(call), upstream: Vec::new(), others: Vec::new() });
            }
            (_, parent) => {
                let row = Row::of(found);
                self.text += row.name.len() + row.reason.len();
                let cause = || caused_by(found, kept);
                let place = parent.or_else(cause).and_then(|parent| {
                    let is = |turn: &Turn| turn.call.as_ref().is_some_and(|call| call.id == parent);
                    self.turns.iter().position(is)
                });
                if self.turns.is_empty() {
                    self.turns.push(Turn { call: None, upstream: Vec::new(), others: Vec::new() });
                }
                // What names no call of this page is in the place of its time.
                let place = place.unwrap_or(self.turns.len() - 1);
                let turn = &mut self.turns[place];
                let list =
                    if found.kind == Some(Kind::Upstream) { &mut turn.upstream } else { &mut turn.others };
                list.push(row);
            }
        }
    }

    fn call(&mut self, found: &Found, kept: &str) -> Call {
        let summary: Summary<'_> = serde_json::from_str(&found.summary).unwrap_or_default();
        let messages = view::messages(kept);
        let changes = messages.parameters.as_ref();
        let between = match (&self.after, changes) {
            (Some(After(after)), Some(changes)) => between(after, &changes.before),
            _ => Vec::new(),
        };
        self.after = changes.map(|changes| After(after(&changes.before, changes.set.as_ref())));
        let request = messages.requests.last().and_then(|request| request.body.as_ref());
        let is_answered = found.status_code == Some(200);
        Call {
            id: found.id,
            at: Moment(found.id.micros()),
            page: summary.page.to_string(),
            tag: if summary.tag.is_empty() { found.tag.clone() } else { summary.tag.to_string() },
            status: status_word(&found.status),
            badge: status_badge(&found.status),
            status_code: found.status_code,
            took: format::duration(summary.took_us),
            took_us: summary.took_us,
            is_replay: summary.origin.is_some(),
            said: said(request),
            answered: if is_answered { self.answered(found, &messages) } else { Default::default() },
            between,
            parameters: changes.map_or_else(Default::default, |changes| parameters(changes, PARAMETERS)),
            error: reason(found, &summary),
            event: event_words(found, event_of),
        }
    }

    fn answered(&self, found: &Found, messages: &Messages<'_>) -> crate::console::conversations::Answered {
        let answer = messages.attempts.last().and_then(|attempt| attempt.response.as_ref());
        answered(found.kind, answer.and_then(|answer| answer.body.as_ref()), &self.messages_key)
    }
}

/// How much text a call has, nearly.
fn weight(call: &Call) -> usize {
    let of = |one: &Difference| {
        let values = [&one.before, &one.after];
        one.name.len() + values.iter().map(|value| value.as_ref().map_or(0, String::len)).sum::<usize>()
    };
    let shown = call.parameters.changed().into_iter().chain(call.parameters.same()).map(of).sum::<usize>();
    let choices = |all: &[String]| all.iter().map(String::len).sum::<usize>();
    let spoken =
        call.answered.messages.iter().map(|one| one.text.len() + choices(&one.choices)).sum::<usize>();
    call.between.iter().map(of).sum::<usize>() + shown + spoken + call.said.text.len() + call.error.len()
}

/// What is there after a call, of what is kept.
fn after(before: &Parameters<'_>, set: Option<&Parameters<'_>>) -> Kept<'static> {
    let mut after = Kept::default();
    for one in difference(before, set).into_iter().filter(|one| one.change != "removed") {
        if let Some(value) = one.after {
            after.values.push((one.name.clone().into(), value.into()));
        }
        after.names.push(one.name.into());
    }
    after
}

/// What the agent itself changed from after one call to before the next one; values that are not kept are
/// taken to be the same.
fn between(after: &Kept<'_>, before: &Parameters<'_>) -> Vec<Difference> {
    let mut set = Kept::default();
    for name in before.names.iter().filter(|name| !before.cleared.contains(name)) {
        let value = before.values.iter().find(|(known, _)| known == name);
        if value.is_some() || !after.names.contains(name) {
            set.names.push(name.clone().into_owned().into());
        }
        if let Some((_, value)) = value {
            set.values.push((name.clone().into_owned().into(), value.clone()));
        }
    }
    for name in after.names.iter().filter(|name| !before.names.contains(name) && before.more == 0) {
        set.names.push(name.clone().into_owned().into());
        set.cleared.push(name.clone().into_owned().into());
    }
    let changed = difference(after, Some(&set)).into_iter().filter(|one| one.change != "same");
    changed.take(PARAMETERS).collect()
}
