use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::runtime::Handle;

use super::*;
use crate::auth::Caller;
use crate::fulfillment::Outcome;
use crate::server::duplicate::Duplicates;
use crate::server::duplicate::tests::{self, answer, call, call_by, first, key};
use crate::store::Synced;
use crate::store::testing::{TestStore, each, each_durable};
use crate::{Error, store};

/// One of several processes.
struct Instance {
    duplicates: Arc<Duplicates>,
    shared: Arc<Shared>,
}

impl Instance {
    fn of(store: Store, clock: &Clock, settings: config::Duplicates) -> Self {
        let metrics = Metrics::default();
        let shared =
            Arc::new(Shared::new(store, settings.clone(), metrics, Handle::current(), clock.clone()));
        let duplicates = Duplicates::new(settings, None, Some(Arc::clone(&shared)));
        Self { duplicates: Arc::new(duplicates), shared }
    }

    /// A call that this instance sees for the first time, and what others know of it.
    async fn ask(&self, body: &str, caller: Caller, patience: Duration) -> (Claim, Elsewhere) {
        let key = key("1").shared_for_tests();
        let claim = first(self.duplicates.claim(&key, &call_by(caller, body), Instant::now()));
        let elsewhere = self.shared.ask(&claim, Instant::now() + patience).await;
        (claim, elsewhere)
    }

    /// The same, which is to run its handler here.
    async fn runs(&self, text: &str) -> Claim {
        let (claim, elsewhere) = self.ask(&body(text), Caller::Unverified, PATIENCE).await;
        assert!(matches!(elsewhere, Elsewhere::Unknown), "{elsewhere:?}");
        claim
    }

    /// The same, which is to be answered as another instance says.
    async fn again(&self, text: &str) -> (Arc<Answer>, bool) {
        let (_claim, elsewhere) = self.ask(&body(text), Caller::Unverified, PATIENCE).await;
        match elsewhere {
            Elsewhere::Answered { answer, joined } => (answer, joined),
            other => panic!("expected a repetition: {other:?}"),
        }
    }

    /// Waits until it has found so many calls to be another instance's.
    async fn waits(&self, calls: u64) {
        while self.counted("elsewhere") < calls {
            tokio::time::sleep(FIRST_PAUSE).await;
        }
    }

    fn counted(&self, what: &str) -> u64 {
        let line = format!("rejoinder_shared_duplicates_total{{what=\"{what}\"}} ");
        let text = self.shared.metrics.text(0);
        let count = text.lines().find_map(|text| text.strip_prefix(&line));
        count.and_then(|count| count.parse().ok()).expect("it is told")
    }
}

const PATIENCE: Duration = Duration::from_secs(30);

/// What a call has that is to wait in vain: a claim is made in it on a busy machine, too.
const LONG_ENOUGH: Duration = Duration::from_secs(1);

fn body(text: &str) -> String {
    format!(r#"{{"text":"{text}"}}"#)
}

/// Two processes on one store, whose clock the test has. In memory they share the store itself.
fn two(tested: &TestStore, settings: &config::Duplicates) -> (Instance, Instance, Clock) {
    let clock = Clock::manual();
    let one = Instance::of(tested.store.clone(), &clock, settings.clone());
    let other = if tested.name == "memory" { tested.store.clone() } else { tested.again() };
    (one, Instance::of(other, &clock, settings.clone()), clock)
}

/// A busy machine makes claims late that are not meant to be.
fn settings() -> config::Duplicates {
    config::Duplicates { claim_timeout: PATIENCE, ..tests::settings() }
}

#[test]
fn an_answer_is_given_by_every_instance_until_the_window_ends() {
    each("shared answers", async |tested| {
        let (one, other, clock) = two(tested, &settings());
        one.runs("hi").await.finish(&answer(Outcome::Replied));
        one.shared.finish().await;
        let (told, joined) = other.again("hi").await;
        assert_eq!((told.outcome, joined), (Outcome::Replied, false), "{}", tested.name);
        assert_eq!(told.body.as_ref().expect("a reply"), &Bytes::from_static(b"{}"));
        // In other words, and by somebody else.
        let (claim, same) =
            other.ask(r#"{ "languageCode": "", "text": "hi" }"#, Caller::Unverified, PATIENCE).await;
        drop(claim);
        assert!(matches!(same, Elsewhere::Answered { .. }), "{same:?}");
        let ada = Caller::Basic { username: "ada".to_owned() };
        let (claim, another) = other.ask(&body("hi"), ada, PATIENCE).await;
        drop(claim);
        assert!(matches!(another, Elsewhere::Unknown), "{another:?}");
        drop(other.runs("ho").await);
        clock.advance(Duration::from_secs(60));
        drop(other.runs("hi").await);
        assert_eq!((one.counted("claimed"), other.counted("elsewhere")), (1, 2));
    });
}

#[test]
fn a_repetition_waits_for_the_instance_that_answers_or_takes_its_place() {
    each("shared flights", async |tested| {
        let (one, other, _) = two(tested, &settings());
        let claim = one.runs("hi").await;
        let (told, ()) = tokio::join!(other.again("hi"), async {
            other.waits(1).await;
            claim.finish(&answer(Outcome::Replied));
        });
        assert!(told.1, "{}: it was still running", tested.name);

        // A handler that is ended without an answer.
        let claim = one.runs("ended").await;
        let (taken, ()) = tokio::join!(other.runs("ended"), async {
            other.waits(2).await;
            drop(claim);
        });
        drop(taken);

        // One that is late.
        let claim = one.runs("late").await;
        let (_late, elsewhere) = other.ask(&body("late"), Caller::Unverified, LONG_ENOUGH).await;
        assert!(matches!(elsewhere, Elsewhere::Running), "{elsewhere:?}");
        drop(claim);
    });
}

#[test]
fn an_instance_that_dies_blocks_nobody_for_longer_than_its_call_has() {
    each_durable("dying instances", async |tested| {
        let (one, other, clock) = two(tested, &settings());
        // As one that is killed leaves it: claimed, and nobody there who holds the claim.
        let digest = {
            let claim = one.runs("hi").await;
            let digest = digest(claim.flight());
            drop(claim);
            one.shared.finish().await;
            digest
        };
        let now = micros(&clock);
        let left = table::claim(&one.shared.store, digest, 7, now, after(now, Duration::from_secs(4))).await;
        assert!(left.expect("stored").is_none(), "{}", tested.name);
        clock.advance(Duration::from_millis(3_999));
        let (waiting, elsewhere) = other.ask(&body("hi"), Caller::Unverified, LONG_ENOUGH).await;
        assert!(matches!(elsewhere, Elsewhere::Running), "{elsewhere:?}");
        drop(waiting);
        clock.advance(Duration::from_millis(1));
        drop(other.runs("hi").await);
    });
}

#[test]
fn a_failure_is_told_to_those_who_wait_and_then_forgotten_unless_asked() {
    let failed = || Arc::new(Answer::failed(Error::unavailable("The shop is closed.").with_code("closed")));
    each("shared failures", async |tested| {
        let (one, other, _) = two(tested, &settings());
        let claim = one.runs("hi").await;
        let ((told, _), ()) = tokio::join!(other.again("hi"), async {
            other.waits(1).await;
            claim.finish(&failed());
        });
        let error = told.body.as_ref().expect_err("a failure");
        assert_eq!(
            (error.code(), error.public_message()),
            ("closed", "The shop is closed."),
            "{}",
            tested.name
        );
        one.shared.finish().await;
        drop(other.runs("hi").await);

        let mut settings = settings();
        settings.remember_failures = true;
        let (one, other, _) = two(tested, &settings);
        one.runs("ho").await.finish(&failed());
        one.shared.finish().await;
        assert_eq!(other.again("ho").await.0.outcome, Outcome::Failed);
    });
}

#[test]
fn a_claim_is_held_while_its_handler_runs() {
    each("leases", async |tested| {
        let (one, other, clock) = two(tested, &settings());
        let key = key("1").shared_for_tests();
        let claim = first(one.duplicates.claim(&key, &call("hi"), Instant::now()));
        // Its lease is renewed before it ends.
        let elsewhere = one.shared.ask(&claim, Instant::now() + Duration::from_secs(1)).await;
        assert!(matches!(elsewhere, Elsewhere::Unknown), "{elsewhere:?}");
        let digest = digest(claim.flight());
        let held =
            || async { table::look(&one.shared.store, digest).await.expect("read").expect("held").until };
        let before = held().await;
        clock.advance(Duration::from_secs(1));
        let end = Instant::now() + PATIENCE;
        while held().await == before {
            assert!(Instant::now() < end, "{}: it is not renewed", tested.name);
            tokio::time::sleep(FIRST_PAUSE).await;
        }
        claim.finish(&answer(Outcome::Replied));
        one.shared.finish().await;
        assert!(!other.again("hi").await.1);
    });
}

#[test]
fn an_answer_of_another_version_is_left_to_it() {
    each_durable("answers of other versions", async |tested| {
        let (one, other, _) = two(tested, &settings());
        one.runs("hi").await.finish(&answer(Outcome::Replied));
        one.shared.finish().await;
        let query = store::Query::new("UPDATE duplicates SET outcome = 'sung'");
        assert_eq!(one.shared.store.execute(Synced::Lazy, query).await.expect("written"), 1);
        drop(other.runs("hi").await);
        assert_eq!(other.counted("failed"), 1, "{}", tested.name);
    });
}

#[test]
fn what_is_over_is_removed_step_by_step() {
    each("sweeping", async |tested| {
        let (one, other, clock) = two(tested, &settings());
        let now = micros(&clock);
        let mut transaction = tested.store.begin(Synced::Lazy).await.expect("begun");
        for number in 0..1200_i64 {
            let until = if number < 1100 { now } else { now + 1 };
            let query = store::Query::new(
                "INSERT INTO duplicates (call, claim, until, passing, outcome, body) VALUES ($1, $2, $3, $4, $5, $6)",
            );
            let call = number.to_be_bytes();
            let query = query.bind(&call[..]).bind(number).bind(until).bind(false).bind("replied");
            transaction.execute(query.bind(&b"{}"[..])).await.expect("written");
        }
        transaction.commit().await.expect("committed");
        assert_eq!(one.shared.sweep().await.expect("swept"), 1100, "{}", tested.name);
        assert_eq!(other.shared.sweep().await.expect("swept"), 0);
        clock.advance(Duration::from_millis(1));
        assert_eq!(other.shared.sweep().await.expect("swept"), 100);
    });
}

#[test]
fn a_store_that_is_held_leaves_calls_to_this_process_and_is_told_of_them_later() {
    each_durable("slow claims", async |tested| {
        let (one, other, _) = two(tested, &tests::settings());
        one.shared.store.open().await.expect("opened");
        let mut lock = other.shared.store.begin(Synced::Full).await.expect("begun");
        if tested.name == "postgres" {
            lock.execute(store::Query::new("LOCK TABLE duplicates IN ACCESS EXCLUSIVE MODE"))
                .await
                .expect("locked");
        }
        let claim = one.runs("hi").await;
        assert_eq!((one.counted("late"), one.counted("claimed")), (1, 0), "{}", tested.name);
        lock.commit().await.expect("freed");
        // It was a claim after all.
        claim.finish(&answer(Outcome::Replied));
        one.shared.finish().await;
        let other = Instance::of(other.shared.store.clone(), &one.shared.clock, settings());
        assert_eq!(other.again("hi").await.0.outcome, Outcome::Replied, "{}", tested.name);
    });
}

#[test]
fn as_many_claims_as_a_store_holds_are_all_that_wait_for_it() {
    each_durable("many slow claims", async |tested| {
        let (one, other, _) = two(tested, &tests::settings());
        let all = Arc::clone(&one.shared.places).acquire_many_owned(64).await.expect("open");
        let claim = one.runs("hi").await;
        assert_eq!(one.counted("late"), 1, "{}", tested.name);
        drop(all);
        claim.finish(&answer(Outcome::Replied));
        one.shared.finish().await;
        // Nobody was told of it.
        let other = Instance::of(other.shared.store.clone(), &one.shared.clock, settings());
        drop(other.runs("hi").await);
    });
}
