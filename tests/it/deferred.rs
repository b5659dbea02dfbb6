//! Answers that take longer than the agent waits, over real sockets.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rejoinder::config::{Config, Sources};
use rejoinder::{
    Deadline, Error, Intent, OnError, Param, Params, Rejoinder, Reply, Result, Route, Utterance, param,
};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::kit::{Answer, Request, Served, Upstream, call, until};
use crate::routes::{flexible, folder, write};

param!(City: String = "city");

const SOON: Duration = Duration::from_millis(40);

/// A forecast that is made when it is let go.
#[derive(Clone, Default)]
struct Forecast {
    runs: Arc<AtomicUsize>,
    go: Arc<Notify>,
}

impl Forecast {
    fn route(&self) -> Route {
        let this = self.clone();
        let handler = move |city: Param<City>| {
            let this = this.clone();
            async move {
                this.runs.fetch_add(1, Ordering::SeqCst);
                this.go.notified().await;
                Reply::text(format!("Rain in {}.", &**city)).set("forecast", "rain")
            }
        };
        Route::new("forecast", handler).defer_after(SOON, Reply::text("One moment."))
    }

    fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }
}

/// The session's parameters after an answer.
fn after(parameters: &Value, answer: &Answer) -> Value {
    let mut parameters = parameters.clone();
    let reply = answer.reply();
    for (name, value) in reply["sessionInfo"]["parameters"].as_object().into_iter().flatten() {
        parameters[name] = value.clone();
    }
    parameters.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    parameters
}

fn forecast(parameters: &Value) -> Vec<u8> {
    call("forecast", parameters)
}

#[test]
fn the_agent_gets_the_interim_reply_and_then_the_finished_one() {
    for inline in [false, true] {
        let it = Forecast::default();
        let route = if inline { it.route().inline() } else { it.route() };
        let served = Served::start(|| Rejoinder::new().route(route), &[]);
        let asked = json!({ "city": "Oslo" });
        let interim = served.call(forecast(&asked));
        assert_eq!(interim.said(), "One moment.");
        let waiting = after(&asked, &interim);
        assert_eq!(waiting["rejoinder_pending"], true);
        let token = waiting["rejoinder_token"].as_str().expect("a token");
        assert!(token.len() >= 22, "{token}");
        // Still not: the same token goes on.
        let again = served.call(forecast(&waiting));
        assert_eq!((again.said().as_str(), after(&asked, &again)), ("One moment.", waiting.clone()));
        it.go.notify_one();
        let finished = served.call(forecast(&waiting));
        assert_eq!(finished.said(), "Rain in Oslo.");
        assert_eq!(after(&waiting, &finished), json!({ "city": "Oslo", "forecast": "rain" }));
        assert_eq!(it.runs(), 1, "inline: {inline}");
    }
}

#[test]
fn asking_again_within_a_turn_is_no_repetition() {
    let it = Forecast::default();
    let route = it.route().defer_after(SOON, Reply::unchanged());
    let served = Served::start(|| Rejoinder::new().route(route), &[]);
    let asked = json!({ "city": "Oslo" });
    let waiting = after(&asked, &served.call(forecast(&asked)));
    // Nothing is said meanwhile, so the calls of one turn are the same to the byte.
    let body = forecast(&waiting);
    for _ in 0..2 {
        let answer = served.call(body.clone());
        assert_eq!(answer.header("X-Rejoinder-Duplicate"), None);
        assert_eq!(after(&waiting, &answer), waiting);
    }
    it.go.notify_one();
    assert_eq!(served.call(body.clone()).said(), "Rain in Oslo.");
    assert_eq!(served.call(body).header("X-Rejoinder-Duplicate"), Some("1"));
    assert_eq!(it.runs(), 1);
}

#[test]
fn another_question_starts_afresh_and_clears_what_was_pending() {
    let it = Forecast::default();
    let route = it.route();
    let served = Served::start(|| Rejoinder::new().route(route), &[]);
    let asked = json!({ "city": "Oslo" });
    let waiting = after(&asked, &served.call(forecast(&asked)));
    it.go.notify_one();
    assert_eq!(served.call(forecast(&waiting)).said(), "Rain in Oslo.");
    let mut other = waiting.clone();
    other["city"] = json!("Bergen");
    it.go.notify_one();
    let fresh = served.call(forecast(&other));
    assert_eq!(fresh.said(), "Rain in Bergen.");
    assert_eq!(after(&other, &fresh), json!({ "city": "Bergen", "forecast": "rain" }));
    // A token that another session has got hold of collects nothing.
    let mut stolen: Value = serde_json::from_slice(&forecast(&waiting)).expect("JSON");
    stolen["sessionInfo"]["session"] = json!("projects/p/locations/l/agents/a/sessions/thief");
    assert_eq!(served.call(stolen.to_string()).said(), "One moment.");
    it.go.notify_one();
    assert_eq!(it.runs(), 3);
}

#[test]
fn a_repetition_of_the_first_call_gets_the_same_token() {
    let it = Forecast::default();
    let route = it.route();
    let served = Served::start(|| Rejoinder::new().route(route), &[]);
    let body = forecast(&json!({ "city": "Oslo" }));
    let (mut one, mut other) = (served.connect(), served.connect());
    for connection in [&mut one, &mut other] {
        connection.send(&Request::call(body.clone()).text());
    }
    let (first, second, third) = (one.answer(), other.answer(), served.call(body));
    assert_eq!(first.reply()["sessionInfo"]["parameters"]["rejoinder_pending"], true);
    assert_eq!(first.reply(), second.reply());
    assert_eq!(first.reply(), third.reply());
    assert_eq!(it.runs(), 1);
    it.go.notify_one();
}

#[test]
fn the_handler_has_its_own_limit_and_its_failure_follows_the_policy() {
    async fn slow(deadline: Deadline) -> Result<Reply> {
        assert!(deadline.left() > 8 * SOON, "more than the call has");
        std::future::pending().await
    }
    async fn fails() -> Result<Reply> {
        tokio::time::sleep(2 * SOON).await;
        Err(Error::unavailable("The bank is closed."))
    }
    async fn panics() -> Reply {
        tokio::time::sleep(2 * SOON).await;
        panic!("in the background")
    }
    let interim = || Reply::text("One moment.");
    let rejoinder = move || {
        let apology = || OnError::apologise("Sorry.");
        Rejoinder::new()
            .route(
                Route::new("slow", slow)
                    .defer_after(SOON, interim())
                    .deadline(7 * SOON)
                    .deferred_timeout(15 * SOON),
            )
            .route(Route::new("fails", fails).defer_after(SOON, interim()))
            .route(Route::new("panics", panics).defer_after(SOON, interim()))
            .route(Route::new("sorry", fails).defer_after(SOON, interim()).on_error(apology()))
    };
    let served = Served::start(rejoinder, &[]);
    // Asks until it is no interim reply any more.
    let end = |tag: &str| {
        let mut parameters = json!({});
        loop {
            let answer = served.call(call(tag, &parameters));
            if answer.status != 200 || answer.said() != "One moment." {
                return (parameters, answer);
            }
            parameters = after(&parameters, &answer);
        }
    };
    end("slow").1.refused(504, "deferred_timeout");
    end("fails").1.refused(503, "unavailable");
    end("panics").1.refused(500, "panic");
    let (waiting, sorry) = end("sorry");
    assert!(waiting["rejoinder_token"].is_string());
    assert_eq!((sorry.said().as_str(), after(&waiting, &sorry)), ("Sorry.", json!({})));
}

#[test]
fn as_many_are_deferred_as_the_settings_say() {
    let it = Forecast::default();
    let route = it.route();
    let settings = [("REJOINDER_DEFERRED__MAX_RUNNING", "1"), ("REJOINDER_SERVER__DEADLINE", "200ms")];
    let served = Served::start(|| Rejoinder::new().route(route), &settings);
    assert_eq!(served.call(forecast(&json!({ "city": "Oslo" }))).said(), "One moment.");
    served.call(forecast(&json!({ "city": "Bergen" }))).refused(504, "deadline_exceeded");
    // Both handlers end, and there is a place again.
    it.go.notify_one();
    it.go.notify_one();
    until("there is a place again", || {
        let answer = served.call(forecast(&json!({ "city": "Tromsø" })));
        it.go.notify_one();
        answer.status == 200
    });
}

#[test]
fn shutdown_waits_for_a_handler_whose_answer_is_deferred() {
    static FINISHED: AtomicUsize = AtomicUsize::new(0);
    static GO: Notify = Notify::const_new();
    async fn books() -> Reply {
        GO.notified().await;
        FINISHED.fetch_add(1, Ordering::SeqCst);
        Reply::text("Booked.")
    }
    let route = || Route::new("book", books).defer_after(SOON, Reply::text("One moment."));
    let mut served = Served::start(move || Rejoinder::new().route(route()), &[]);
    assert_eq!(served.call(call("book", &json!({}))).said(), "One moment.");
    let mut watching = served.connect();
    assert_eq!(watching.ask(&Request::get("/readyz")).status, 200);
    served.stop();
    until("not ready", || watching.ask(&Request::get("/readyz")).status == 503);
    GO.notify_one();
    drop((watching, served));
    assert_eq!(FINISHED.load(Ordering::SeqCst), 1);
}

#[test]
fn what_passes_with_the_turn_cannot_be_asked_for() {
    let interim = || Reply::text("One moment.");
    let takes_utterance = Route::new("utterance", async |_: Utterance| "x").defer_after(SOON, interim());
    let takes_intent = Route::new("intent", async |_: Intent| "x").defer_after(SOON, interim());
    let rejoinder = Rejoinder::new().route(takes_utterance).route(takes_intent);
    let error = rejoinder.bind(crate::kit::config(&[])).expect_err("refused").to_string();
    for (tag, input) in [("utterance", "an utterance"), ("intent", "a matched intent")] {
        let expected = format!("the answer of `{tag}` cannot be deferred: its handler takes {input}");
        assert!(error.contains(&expected), "{error}");
    }
}

#[test]
fn a_flexible_call_may_be_deferred_too() {
    #[derive(serde::Deserialize)]
    struct Order {
        id: String,
    }
    async fn order(Params(order): Params<Order>) -> Reply {
        tokio::time::sleep(2 * SOON).await;
        Reply::unchanged().set("said", format!("{} is on its way", order.id))
    }
    let route = || Route::new("order", order).defer_after(SOON, Reply::text("One moment."));
    let served = Served::start(move || Rejoinder::new().route(route()), &[]);
    let ask = |query: &str| served.ask(&Request::get(format!("/flexible/order?id=a1{query}"))).reply();
    let interim = ask("");
    assert_eq!(
        (&interim["rejoinder_pending"], &interim["messages"]),
        (&json!(true), &json!(["One moment."]))
    );
    let token = interim["rejoinder_token"].as_str().expect("a token");
    let carried = format!("&rejoinder_pending=true&rejoinder_token={token}");
    let mut finished = interim.clone();
    until("it is finished", || {
        finished = ask(&carried);
        finished["rejoinder_pending"].is_null()
    });
    let expected = json!({ "said": "a1 is on its way", "rejoinder_pending": null, "rejoinder_token": null });
    assert_eq!(finished, expected);
}

#[test]
fn a_route_of_the_settings_defers() {
    let upstream = Upstream::start(|_| {
        std::thread::sleep(Duration::from_millis(300));
        crate::kit::Reply::json(200, json!({ "sky": "rain" }))
    });
    let uri = upstream.url("/$session.params.city");
    let webhook = flexible("Sky API", &uri, &json!({ "parameterMapping": { "sky": "$.sky" } }));
    let settings = "[routes.sky]\nwebhook = \"Sky API\"\nreply = \"There is $session.params.sky.\"\n\
         deadline = \"200ms\"\ndefer_after = \"40ms\"\ndeferred_timeout = \"2s\"\n\
         interim = { fulfillmentResponse = { messages = [{ text = { text = [\"One moment.\"] } }] } }\n";
    let folder = folder(settings, &[webhook], &[]);
    let file = folder.path().join("rejoinder.toml");
    let environment = vec![("REJOINDER_SERVER__BIND".to_owned(), "127.0.0.1:0".to_owned())];
    let sources = Sources { file: Some(file.clone()), environment, ..Sources::default() };
    let load = || Config::load(&sources).unwrap_or_else(|error| panic!("{error}"));
    let served = Served::start_config(Rejoinder::new, load());
    let asked = json!({ "city": "Oslo" });
    let interim = served.call(call("sky", &asked));
    assert_eq!(interim.said(), "One moment.");
    let waiting = after(&asked, &interim);
    let mut finished = interim;
    until("it is finished", || {
        finished = served.call(call("sky", &waiting));
        finished.said() != "One moment."
    });
    assert_eq!(finished.said(), "There is rain.");
    assert_eq!(after(&waiting, &finished), json!({ "city": "Oslo", "sky": "rain" }));
    assert_eq!(upstream.requests().len(), 1);
    // An interim reply that is none is a fault of the route.
    let faulty = std::fs::read_to_string(&file)
        .expect("text")
        .replace("messages = [{ text = { text = [\"One moment.\"] } }]", "messages = 3");
    write(folder.path(), "rejoinder.toml", &faulty);
    let checked = crate::kit::run(folder.path(), &["check"], &[]);
    assert_eq!(checked.code, Some(1), "{}", checked.errors);
    assert!(
        checked.errors.contains("routes.\"sky\": interim: the reply document is no"),
        "{}",
        checked.errors
    );
}
