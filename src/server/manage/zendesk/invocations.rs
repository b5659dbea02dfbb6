//! What was sent to a webhook: invocations, and the attempts of one.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::answer::Answered;
use super::page::{Address, Beside, invocation_cursor, invocation_of};
use super::problem::{Code, Problem};
use super::query::Query;
use super::shown::{Precision, time};
use crate::activity::InvocationId;
use crate::activity::query::Wanted;
use crate::delivery::shown::{Invocation, ShownAttempt};
use crate::delivery::webhooks::Webhooks;
use crate::delivery::{Delivery, InvocationFilter, State};
use crate::excerpt::excerpt;

/// How far back invocations are told: seven days, in microseconds.
const TOLD: i64 = 7 * 86_400 * 1_000_000;

/// A page of a webhook's invocations, the newest first unless asked otherwise.
pub(super) async fn list(
    webhooks: &Webhooks,
    delivery: &Delivery,
    id: &str,
    query: &Query,
    address: &Address,
) -> Result<Answered, Problem> {
    let webhook = webhooks.get(id).await?;
    let oldest = webhooks.now().saturating_sub(TOLD);
    let from = query.from_ts.as_deref().map(|text| moment("filter[from_ts]", text)).transpose()?;
    let filter = InvocationFilter {
        states: query.status.as_deref().map(states).transpose()?.unwrap_or_default(),
        from: Some(from.unwrap_or(oldest).max(oldest)),
        to: query.to_ts.as_deref().map(|text| moment("filter[to_ts]", text)).transpose()?,
    };
    let cursor = |parameter, cursor: &Option<String>| match cursor {
        Some(cursor) => place(parameter, cursor).map(Some),
        None => Ok(None),
    };
    let wanted = Wanted {
        size: query.unnumbered()?.page_size(),
        after: cursor("page[after]", &query.after)?,
        before: cursor("page[before]", &query.before)?,
        oldest_first: is_oldest_first(query.sort.as_deref())?,
    };
    let page = delivery.invocations(&webhook.id, &filter, &wanted).await?;
    let written = |id: Option<InvocationId>| id.map(|id| invocation_cursor(&id.to_string()));
    let beside = Beside { after: written(page.after), before: written(page.before) };
    let invocations = page.invocations.iter().map(invocation).collect();
    Ok(Answered::page("invocations", invocations, address, query, &beside))
}

/// The attempts of an invocation, in their order.
pub(super) async fn attempts(
    webhooks: &Webhooks,
    delivery: &Delivery,
    webhook: &str,
    invocation: &str,
) -> Result<Answered, Problem> {
    let webhook = webhooks.get(webhook).await?;
    let nothing = || {
        let shown = excerpt(invocation, 100);
        Problem::new(
            Code::RecordNotFound,
            format!("This webhook has no invocation {shown:?}; it may be older than activity.retention."),
        )
    };
    let id: InvocationId = invocation.parse().map_err(|_| nothing())?;
    let attempts = delivery.attempts(&webhook.id, id).await?.ok_or_else(nothing)?;
    let attempts: Vec<Value> = attempts.iter().map(|one| attempt(id, one)).collect();
    Ok(Answered::ok(json!({ "attempts": attempts })))
}

fn invocation(one: &Invocation) -> Value {
    let mut shown = json!({
        "id": one.id,
        "status": one.state.as_str(),
        "latest_completed_at": time(one.latest_completed_at, Precision::Seconds),
    });
    if let Some(code) = one.status_code {
        shown["status_code"] = code.into();
    }
    shown
}

fn attempt(invocation: InvocationId, one: &ShownAttempt) -> Value {
    let mut shown = json!({
        "id": one.id,
        "invocation_id": invocation,
        "status": one.state.as_str(),
        "completed_at": time(one.completed_at, Precision::Seconds),
    });
    let headers = |headers: &[(String, String)]| -> Vec<Value> {
        headers.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect()
    };
    if let Some(code) = one.status_code {
        shown["status_code"] = code.into();
    }
    if let Some(request) = &one.request {
        shown["request"] = json!({ "headers": headers(&request.headers), "payload": request.payload });
    }
    if let Some(response) = &one.response {
        shown["response"] = json!({ "headers": headers(&response.headers), "payload": response.payload });
    }
    shown
}

/// `failed` stands for every way to have failed.
fn states(word: &str) -> Result<Vec<State>, Problem> {
    let known = || State::ALL.iter().copied();
    match State::of_word(word) {
        Some(State::Failed) => Ok(known().filter(|state| state.is_failure()).collect()),
        Some(state) => Ok(vec![state]),
        None => {
            let known: Vec<&str> = known().map(State::as_str).collect();
            let (known, found) = (known.join(", "), excerpt(word, 100));
            Err(Problem::invalid("filter[status]", format!("expected one of {known}, found {found:?}")))
        }
    }
}

fn moment(parameter: &str, text: &str) -> Result<i64, Problem> {
    text.parse::<Timestamp>().map(Timestamp::as_microsecond).map_err(|_| {
        let found = excerpt(text, 100);
        Problem::invalid(parameter, format!("expected a time such as 2026-01-02T03:04:05Z, found {found:?}"))
    })
}

fn place(parameter: &str, cursor: &str) -> Result<InvocationId, Problem> {
    invocation_of(parameter, cursor)?.parse().map_err(|_| {
        Problem::invalid(
            parameter,
            "it is no cursor of this list; send meta.after_cursor or meta.before_cursor of a page, as it is",
        )
    })
}

fn is_oldest_first(sort: Option<&str>) -> Result<bool, Problem> {
    match sort {
        None | Some("-latest_completed_at") => Ok(false),
        Some("latest_completed_at") => Ok(true),
        Some(other) => Err(Problem::invalid(
            "sort",
            format!("expected latest_completed_at or -latest_completed_at, found {:?}", excerpt(other, 100)),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_say_what_they_take() {
        assert_eq!(states("circuit broken").expect("a state"), [State::CircuitBroken]);
        let failures = states("failed").expect("states");
        assert!(failures.contains(&State::Timeout) && !failures.contains(&State::Success));
        assert!(states("ok").expect_err("none").description().contains("client error, server error"));
        assert_eq!(moment("filter[from_ts]", "1970-01-01T00:00:01Z").expect("a time"), 1_000_000);
        assert_eq!(moment("filter[from_ts]", "1970-01-01T01:00:01.5+01:00").expect("a time"), 1_500_000);
        for wrong in ["yesterday", "1970-01-01", "0"] {
            assert!(moment("filter[to_ts]", wrong).is_err(), "{wrong}");
        }
        assert!(
            is_oldest_first(Some("latest_completed_at")).expect("an order")
                && is_oldest_first(Some("id")).is_err()
        );
        assert!(place("page[after]", "eA==").is_err());
    }

    #[test]
    fn what_was_not_sent_has_neither_request_nor_response() {
        let id = InvocationId::at(1_627_207_200_000_000);
        let throttled = ShownAttempt {
            number: 1,
            id,
            state: State::Throttled,
            status_code: None,
            error: None,
            started_at: 1_627_207_200_000_000,
            completed_at: 1_627_207_200_000_000,
            request: None,
            response: None,
        };
        assert_eq!(
            attempt(id, &throttled),
            json!({ "id": id, "invocation_id": id, "status": "throttled", "completed_at": "2021-07-25T10:00:00Z" })
        );
    }
}
