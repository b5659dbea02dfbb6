use std::sync::Arc;
use std::time::{Duration, Instant};

use super::*;
use crate::auth::Caller;
use crate::clock::Clock;
use crate::config;
use crate::fulfillment::deadline::Times;
use crate::fulfillment::extract::FromCall as _;
use crate::protocol::Envelope;

const AFTER: Duration = Duration::from_millis(20);

crate::param!(City: String = "city");

fn route() -> Route {
    Route::new("t", async |_: crate::Param<City>| ()).defer_after(AFTER, Reply::text("One moment."))
}

fn call_in(session: &str, caller: Caller, parameters: &Value) -> Call {
    let body = serde_json::json!({
        "fulfillmentInfo": { "tag": "t" }, "sessionInfo": { "session": session, "parameters": parameters },
    });
    let envelope = Envelope::parse(&body.to_string().into()).expect("a request");
    let second = Duration::from_secs(1);
    Call::new(envelope, caller, Arc::default(), Times::of(Some(&route()), Instant::now(), second, 9 * second))
}

fn call(parameters: &Value) -> Call {
    call_in("s", Caller::Unverified, parameters)
}

fn deferrals(change: impl FnOnce(&mut config::Deferred)) -> (Arc<Deferrals>, Clock) {
    let mut settings = config::Deferred::default();
    change(&mut settings);
    let clock = Clock::manual();
    let mut deferrals = Deferrals::new(&settings, None, None);
    deferrals.clock = clock.clone();
    (Arc::new(deferrals), clock)
}

async fn ask(deferrals: &Arc<Deferrals>, call: &Call, run: impl FnOnce() -> Work) -> Result<Reply> {
    let route = route();
    let deferral = route.deferral().expect("it defers").clone();
    deferrals.answer(&route, &deferral, call, run).await.map(|(reply, _)| reply)
}

fn quick(text: &'static str) -> impl FnOnce() -> Work {
    move || Box::pin(async move { Ok(Reply::text(text)) })
}

fn after(go: &Arc<tokio::sync::Notify>, reply: Result<Reply>) -> impl FnOnce() -> Work {
    let go = Arc::clone(go);
    move || {
        Box::pin(async move {
            go.notified().await;
            reply
        })
    }
}

fn never() -> Work {
    panic!("the handler must not run again")
}

/// The token that an interim reply sets.
#[track_caller]
fn token_of(reply: &Reply) -> String {
    let sealed = crate::fulfillment::reply::seal(reply.clone(), oslo().envelope()).expect("a reply");
    let sealed: Value = serde_json::from_slice(&sealed).expect("JSON");
    let token = sealed["sessionInfo"]["parameters"][TOKEN].as_str().expect("a token").to_owned();
    assert_eq!(token.len(), 32);
    assert_eq!(*reply, Reply::text("One moment.").set(PENDING, true).set(TOKEN, &token));
    token
}

fn with(token: &str) -> Call {
    call(&serde_json::json!({ "city": "Oslo", "rejoinder_pending": true, "rejoinder_token": token }))
}

fn oslo() -> Call {
    call(&serde_json::json!({ "city": "Oslo" }))
}

#[tokio::test]
async fn the_token_collects_the_answer_or_the_interim_reply_again() {
    let (deferrals, _) = deferrals(|_| ());
    let go = Arc::default();
    let interim = ask(&deferrals, &oslo(), after(&go, Ok(Reply::text("Rain.")))).await.expect("a reply");
    let token = token_of(&interim);
    assert_eq!(ask(&deferrals, &with(&token), never).await.expect("a reply"), interim);
    go.notify_one();
    // Until it is forgotten it is the same for everybody who may ask: a repetition gets it too.
    for _ in 0..2 {
        assert_eq!(ask(&deferrals, &with(&token), never).await.expect("a reply"), Reply::text("Rain."));
    }
}

#[tokio::test]
async fn a_quick_answer_is_not_deferred() {
    let (deferrals, _) = deferrals(|_| ());
    assert_eq!(ask(&deferrals, &oslo(), quick("Sun.")).await.expect("a reply"), Reply::text("Sun."));
}

#[tokio::test]
async fn nobody_gets_the_answer_to_another_question() {
    let (deferrals, _) = deferrals(|_| ());
    let go = Arc::default();
    let interim = ask(&deferrals, &oslo(), after(&go, Ok(Reply::text("Rain.")))).await.expect("a reply");
    let token = token_of(&interim);
    go.notify_one();
    let parameters = |city: &str| serde_json::json!({ "city": city, "rejoinder_token": token });
    let basic = Caller::Basic { username: "ada".to_owned() };
    for (what, call) in [
        ("another session", call_in("other", Caller::Unverified, &parameters("Oslo"))),
        ("another caller", call_in("s", basic, &parameters("Oslo"))),
        ("another city", call(&parameters("Bergen"))),
        ("no city", call(&serde_json::json!({ "rejoinder_token": token }))),
        ("no token", oslo()),
        ("a token cut short", with(&token[1..])),
        ("a token that is none", call(&serde_json::json!({ "city": "Oslo", "rejoinder_token": 7 }))),
    ] {
        let reply = ask(&deferrals, &call, quick("Afresh.")).await.expect("a reply");
        assert_eq!(reply, Reply::text("Afresh."), "{what}");
    }
    // What the handler does not read makes no difference.
    let more = serde_json::json!({ "CITY": "Oslo", "mood": "good", "gone": null, "rejoinder_token": token });
    assert_eq!(ask(&deferrals, &call(&more), never).await.expect("a reply"), Reply::text("Rain."));
}

#[tokio::test]
async fn a_result_expires_and_the_oldest_make_room() {
    let (deferrals, clock) = deferrals(|settings| settings.max_kept = 2);
    let mut tokens = Vec::new();
    for _ in 0..3 {
        let go = Arc::default();
        let interim = ask(&deferrals, &oslo(), after(&go, Ok(Reply::text("Rain.")))).await.expect("a reply");
        go.notify_one();
        let token = token_of(&interim);
        assert_eq!(ask(&deferrals, &with(&token), never).await.expect("a reply"), Reply::text("Rain."));
        tokens.push(token);
    }
    // The task that kept the last answer may still be about to forget the first one.
    tokio::task::yield_now().await;
    let reply = ask(&deferrals, &with(&tokens[0]), quick("Afresh.")).await.expect("a reply");
    assert_eq!(reply, Reply::text("Afresh."));
    clock.advance(Duration::from_secs(299));
    assert_eq!(ask(&deferrals, &with(&tokens[2]), never).await.expect("a reply"), Reply::text("Rain."));
    clock.advance(Duration::from_secs(1));
    let reply = ask(&deferrals, &with(&tokens[2]), quick("Afresh.")).await.expect("a reply");
    assert_eq!(reply, Reply::text("Afresh."));
}

#[tokio::test]
async fn as_many_run_as_the_settings_say_and_one_more_is_waited_for() {
    let (deferrals, _) = deferrals(|settings| settings.max_running = 1);
    let go = Arc::default();
    let interim = ask(&deferrals, &oslo(), after(&go, Ok(Reply::text("Rain.")))).await.expect("a reply");
    token_of(&interim);
    let slow = || -> Work {
        Box::pin(async {
            tokio::time::sleep(3 * AFTER).await;
            Ok(Reply::text("Waited for."))
        })
    };
    assert_eq!(ask(&deferrals, &oslo(), slow).await.expect("a reply"), Reply::text("Waited for."));
}

#[tokio::test]
async fn a_failure_is_told_once_and_then_asked_anew() {
    let (deferrals, _) = deferrals(|_| ());
    let go = Arc::default();
    let failure = Error::unavailable("The bank is closed.").with_cause("refused");
    let interim = ask(&deferrals, &oslo(), after(&go, Err(failure))).await.expect("a reply");
    let token = token_of(&interim);
    go.notify_one();
    let told = ask(&deferrals, &with(&token), never).await.expect_err("failed");
    assert_eq!(told.to_string(), "The bank is closed. (refused)");
    let reply = ask(&deferrals, &with(&token), quick("Afresh.")).await.expect("a reply");
    assert_eq!(reply, Reply::text("Afresh."));
}

#[tokio::test]
async fn a_handler_that_outlasts_its_own_limit_is_ended() {
    let (deferrals, _) = deferrals(|_| ());
    let question = Question::of(&route(), &oslo());
    let limit = Instant::now() + AFTER;
    let token = deferrals.take_over(Box::pin(std::future::pending()), question, limit);
    let Ok(token) = token else { panic!("there is room") };
    // It may take a little longer than one interim reply.
    let told = loop {
        match ask(&deferrals, &with(&token), never).await {
            Ok(interim) => assert_eq!(token_of(&interim), token),
            Err(error) => break error,
        }
    };
    assert_eq!((told.kind(), told.code()), (crate::ErrorKind::TimedOut, "deferred_timeout"));
}

#[tokio::test]
async fn a_handler_whose_answer_may_be_deferred_has_all_of_its_time() {
    let deadline = crate::Deadline::from_call(&oslo()).await.expect("a deadline");
    assert!(deadline.left() > Duration::from_secs(8));
}

#[test]
fn what_the_reply_says_nothing_of_is_cleared() {
    let settled = settle(Reply::text("Rain."), &with("abc"));
    assert_eq!(settled, Reply::text("Rain.").clear(PENDING).clear(TOKEN));
    assert_eq!(settle(Reply::text("Rain."), &oslo()), Reply::text("Rain."));
    let interim = Reply::text("One moment.").set(PENDING, true).set(TOKEN, "abc");
    assert_eq!(settle(interim.clone(), &with("old")), interim);
    let cleared = serde_json::json!({ "rejoinder_pending": null, "rejoinder_token": null });
    assert_eq!(settle(Reply::unchanged(), &call(&cleared)), Reply::unchanged());
}
