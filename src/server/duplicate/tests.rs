use std::sync::LazyLock;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::*;
use crate::auth::Caller;
use crate::fulfillment::deadline::Times;
use crate::fulfillment::{Answer, Outcome};
use crate::protocol::Envelope;

pub(super) fn settings() -> config::Duplicates {
    config::Config::load(&config::Sources::default()).expect("the defaults are valid").duplicates
}

fn duplicates(settings: config::Duplicates) -> (Arc<Duplicates>, Clock) {
    let clock = Clock::manual();
    let duplicates = Duplicates { clock: clock.clone(), ..Duplicates::new(settings, None, None) };
    (Arc::new(duplicates), clock)
}

pub(super) fn call_by(caller: Caller, body: &str) -> Call {
    let envelope = Envelope::parse(&Bytes::copy_from_slice(body.as_bytes())).expect("a request");
    let second = Duration::from_secs(1);
    Call::new(envelope, caller, Arc::default(), Times::of(None, Instant::now(), second, second))
}

pub(super) fn call(text: &str) -> Call {
    call_by(Caller::Unverified, &format!(r#"{{"text":"{text}"}}"#))
}

/// Of one process all hash alike.
pub(super) fn key(turn: &str) -> Key {
    static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    Key::new(&HASHER, &["standard", "/webhook"], &["session", turn, "tag", "page"])
}

pub(super) fn answer(outcome: Outcome) -> Arc<Answer> {
    Arc::new(Answer { outcome, body: Ok(Bytes::from_static(b"{}")), hidden: None })
}

impl Duplicates {
    fn claim_now(self: &Arc<Self>, key: &Key, call: &Call) -> Claimed {
        self.claim(key, call, self.clock.now())
    }
}

#[track_caller]
pub(super) fn first(claimed: Claimed) -> Claim {
    match claimed {
        Claimed::First(claim) => claim,
        other => panic!("expected a first call: {other:?}"),
    }
}

#[track_caller]
fn again(claimed: Claimed) -> Known {
    match claimed {
        Claimed::Again(known) => known,
        other => panic!("expected a repetition: {other:?}"),
    }
}

#[tokio::test]
async fn an_answer_is_given_again_until_the_window_ends() {
    let (duplicates, clock) = duplicates(settings());
    let claim = first(duplicates.claim_now(&key("1"), &call("hi")));
    let waiting = again(duplicates.claim_now(&key("1"), &call("hi")));
    let sent = answer(Outcome::Replied);
    claim.finish(&sent);
    assert!(Arc::ptr_eq(&waiting.answer().await.expect("an answer"), &sent));
    clock.advance(Duration::from_millis(59_999));
    let later = again(duplicates.claim_now(&key("1"), &call("hi"))).answer().await.expect("an answer");
    assert_eq!(
        (later.outcome, later.body.as_ref().expect("a reply")),
        (Outcome::Replied, &Bytes::from_static(b"{}"))
    );
    clock.advance(Duration::from_millis(1));
    drop(first(duplicates.claim_now(&key("1"), &call("hi"))));
    assert_eq!(duplicates.memory().held(), (0, 0));
}

#[tokio::test]
async fn an_interim_reply_that_is_asked_for_again_is_made_anew_and_a_first_one_is_kept() {
    let (duplicates, _) = duplicates(settings());
    first(duplicates.claim_now(&key("1"), &call("hi"))).finish(&answer(Outcome::Pending));
    first(duplicates.claim_now(&key("1"), &call("hi"))).finish(&answer(Outcome::Deferred));
    again(duplicates.claim_now(&key("1"), &call("hi")));
}

#[tokio::test]
async fn what_is_too_old_is_forgotten_without_another_call() {
    let mut settings = settings();
    settings.window = Duration::from_millis(5);
    let duplicates = Arc::new(Duplicates::new(settings, Some(Handle::current()), None));
    for turn in ["1", "2"] {
        first(duplicates.claim_now(&key(turn), &call("hi"))).finish(&answer(Outcome::Replied));
        assert!(duplicates.memory().held().0 > 0);
        let emptied = async {
            while duplicates.memory().held() != (0, 0) || duplicates.sweeping.load(Ordering::Acquire) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), emptied).await.expect("forgotten");
    }
}

#[test]
fn another_turn_message_or_caller_is_another_call() {
    let (duplicates, _) = duplicates(settings());
    let caller = |subject: &str| Caller::Jwt {
        issuer: "https://issuer.example".to_owned(),
        subject: subject.to_owned(),
        scopes: Vec::new(),
    };
    let long = "x".repeat(200);
    let claims = [
        first(duplicates.claim_now(&key("1"), &call("hi"))),
        first(duplicates.claim_now(&key("2"), &call("hi"))),
        first(duplicates.claim_now(&key("1"), &call("ho"))),
        first(duplicates.claim_now(&key("1"), &call_by(caller(&format!("{long}a")), r#"{"text":"hi"}"#))),
        first(duplicates.claim_now(&key("1"), &call_by(caller(&format!("{long}b")), r#"{"text":"hi"}"#))),
    ];
    let written_otherwise = call_by(Caller::Unverified, r#"{ "languageCode": "", "text": "hi" }"#);
    again(duplicates.claim_now(&key("1"), &written_otherwise));
    again(duplicates.claim_now(&key("1"), &call_by(caller(&format!("{long}b")), r#"{"text":"hi"}"#)));
    assert_eq!(duplicates.memory().held().0, claims.len());
    drop(claims);
    assert_eq!(duplicates.memory().held(), (0, 0));
}

#[test]
fn a_key_knows_where_its_parts_end() {
    let hasher = RandomState::new();
    let key = |apart: &[&str], within: &[&str]| Key::new(&hasher, apart, within);
    assert_eq!(key(&["a"], &["b", "c"]), key(&["a"], &["b", "c"]));
    assert_ne!(key(&["a", "b"], &[""]), key(&["a"], &["b", ""]));
    assert_ne!(key(&[], &["ab", "c"]), key(&[], &["a", "bc"]));
}

#[tokio::test]
async fn a_failure_is_told_to_those_who_wait_and_then_forgotten_unless_asked() {
    for outcome in [Outcome::Failed, Outcome::Apologised] {
        let (duplicates, _) = duplicates(settings());
        let claim = first(duplicates.claim_now(&key("1"), &call("hi")));
        let waiting = again(duplicates.claim_now(&key("1"), &call("hi")));
        claim.finish(&answer(outcome));
        assert_eq!(waiting.answer().await.expect("an answer").outcome, outcome);
        drop(first(duplicates.claim_now(&key("1"), &call("hi"))));
        assert_eq!(duplicates.memory().held(), (0, 0));
    }
    let mut settings = settings();
    settings.remember_failures = true;
    let (duplicates, _) = duplicates(settings);
    first(duplicates.claim_now(&key("1"), &call("hi"))).finish(&answer(Outcome::Failed));
    again(duplicates.claim_now(&key("1"), &call("hi")));
}

#[tokio::test]
async fn who_waits_for_a_handler_that_was_ended_is_told() {
    let (duplicates, _) = duplicates(settings());
    let claim = first(duplicates.claim_now(&key("1"), &call("hi")));
    let waiting = again(duplicates.claim_now(&key("1"), &call("hi")));
    drop(claim);
    assert!(waiting.answer().await.is_none());
    first(duplicates.claim_now(&key("1"), &call("hi")));
}

#[test]
fn memory_is_bounded_and_calls_in_flight_are_not_forgotten() {
    let mut settings = settings();
    settings.max_entries = 3;
    let (duplicates, _) = duplicates(settings.clone());
    let in_flight = first(duplicates.claim_now(&key("flying"), &call("hi")));
    for turn in ["1", "2", "3", "4"] {
        first(duplicates.claim_now(&key(turn), &call("hi"))).finish(&answer(Outcome::Replied));
    }
    assert_eq!(duplicates.memory().held().0, 3);
    again(duplicates.claim_now(&key("4"), &call("hi")));
    again(duplicates.claim_now(&key("3"), &call("hi")));
    again(duplicates.claim_now(&key("flying"), &call("hi")));
    let more = ["1", "2"].map(|turn| first(duplicates.claim_now(&key(turn), &call("hi"))));
    assert!(matches!(duplicates.claim_now(&key("5"), &call("hi")), Claimed::Unknown), "all are in flight");
    drop((in_flight, more));
    assert_eq!(duplicates.memory().held(), (0, 0));

    settings.max_entries = 1000;
    settings.max_bytes = 20_000;
    let (duplicates, _) = self::duplicates(settings);
    let long = "x".repeat(5000);
    for turn in 0..10 {
        first(duplicates.claim_now(&key(&turn.to_string()), &call(&long))).finish(&answer(Outcome::Replied));
        assert!(duplicates.memory().held().1 <= 20_000);
    }
    assert_eq!(duplicates.memory().held().0, 3);
    let huge = call(&"x".repeat(20_000));
    assert!(matches!(duplicates.claim_now(&key("huge"), &huge), Claimed::Unknown));
}

#[test]
fn a_turn_of_many_different_messages_is_not_compared_with_all_of_them() {
    let (duplicates, _) = duplicates(settings());
    let claims: Vec<_> = (0..MOST_ALIKE)
        .map(|number| first(duplicates.claim_now(&key("1"), &call(&number.to_string()))))
        .collect();
    assert!(matches!(duplicates.claim_now(&key("1"), &call("one more")), Claimed::Unknown));
    again(duplicates.claim_now(&key("1"), &call("0")));
    drop(claims);
}

#[tokio::test]
async fn each_of_many_calls_gets_its_own_answer_whatever_their_sizes() {
    let (duplicates, clock) = duplicates(settings());
    // More than a block of texts in all, and one that is larger than a block.
    let long = |turn: usize| "x".repeat(if turn == 50 { 100_000 } else { turn * 40 });
    let told = |turn: usize| Bytes::from(format!(r#"{{"payload":{{"turn":{turn}}}}}"#));
    for turn in 0..100 {
        let answer = Answer { outcome: Outcome::Replied, body: Ok(told(turn)), hidden: None };
        first(duplicates.claim_now(&key(&turn.to_string()), &call(&long(turn)))).finish(&Arc::new(answer));
        clock.advance(Duration::from_secs(1));
    }
    // The window is 60 seconds long.
    for turn in 41..100 {
        let known = again(duplicates.claim_now(&key(&turn.to_string()), &call(&long(turn))));
        assert_eq!(known.answer().await.expect("an answer").body.as_ref().expect("a reply"), &told(turn));
    }
    assert_eq!(duplicates.memory().held().0, 59);
    clock.advance(Duration::from_secs(60));
    drop(first(duplicates.claim_now(&key("40"), &call(&long(40)))));
    assert_eq!(duplicates.memory().held(), (0, 0));
}

#[tokio::test]
async fn a_remembered_failure_is_told_as_it_was() {
    let mut settings = settings();
    settings.remember_failures = true;
    let (duplicates, _) = duplicates(settings);
    let failed = Arc::new(Answer::failed(crate::Error::unavailable("The shop is closed.")));
    first(duplicates.claim_now(&key("1"), &call("hi"))).finish(&failed);
    let known = again(duplicates.claim_now(&key("1"), &call("hi")));
    assert!(Arc::ptr_eq(&known.answer().await.expect("an answer"), &failed));
}
