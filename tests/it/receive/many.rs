//! Very many events at once: repeated, out of order, wrongly signed.
//!
//! `EVENTS` says how many, 1,000 unless it says otherwise (`just received` has 10,000).

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rejoinder::{Error, Received, Rejoinder, State};

use super::*;
use crate::kit::stores::stores;

/// How often each event was worked off.
type Done = Arc<Mutex<HashMap<String, usize>>>;

const SENDERS: usize = 8;
const TYPES: [&str; 4] = [
    COMMENT_ADDED,
    "zen:event-type:ticket.status_changed",
    "zen:event-type:messaging_ticket.message_added",
    "zen:event-type:starship.launched",
];

async fn work(received: Received, done: State<Done>) -> Result<(), Error> {
    let id = received.event_id();
    // Some fail at first.
    if id.ends_with("13") && received.attempt() == 1 {
        return Err(Error::unavailable("not today"));
    }
    *done.lock().expect("unharmed").entry(id.to_owned()).or_default() += 1;
    Ok(())
}

fn count() -> usize {
    std::env::var("EVENTS").ok().and_then(|count| count.parse().ok()).unwrap_or(1_000)
}

/// Requests in no order, the same from run to run; and how many of them are wrongly signed.
fn requests(count: usize) -> (Vec<Request>, usize) {
    let mut requests = Vec::new();
    let mut bad = 0;
    for number in 0..count {
        let body = event(&format!("e-{number}"), TYPES[number % TYPES.len()]);
        let first = sent(&body);
        if number % 5 == 0 {
            requests.push(first.clone());
        }
        if number % 7 == 0 {
            requests.push(sent(&body));
        }
        if number % 10 == 0 {
            bad += 1;
            let forged = event(&format!("forged-{number}"), COMMENT_ADDED).to_string();
            requests.push(signed("not-the-secret", &now(), forged.as_bytes()));
        }
        requests.push(first);
    }
    let mut chance: u64 = 0x9e37_79b9_7f4a_7c15;
    for last in (1..requests.len()).rev() {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        requests.swap(last, (chance >> 33) as usize % (last + 1));
    }
    (requests, bad)
}

#[test]
fn each_good_event_is_worked_off_exactly_once() {
    let count = count();
    for store in stores("receive_many") {
        let done = Done::default();
        let state = Arc::clone(&done);
        let make = move || {
            let router = Rejoinder::new().state(state);
            router.on_event("zen:event-type:ticket.*", work).on_event("*", work)
        };
        let more = [
            ("REJOINDER_RECEIVE__RETRY_DELAYS", "[\"10ms\"]"),
            ("REJOINDER_ACTIVITY__ENABLED", "off"),
            ("REJOINDER_LOG__LEVEL", "error"),
        ];
        let served = serve(&store, make, "", &more);
        let (requests, bad) = requests(count);
        let begun = Instant::now();
        let shares: Vec<Vec<Request>> = (0..SENDERS)
            .map(|sender| requests.iter().skip(sender).step_by(SENDERS).cloned().collect())
            .collect();
        let address = served.address;
        let senders = shares.into_iter().map(|share| {
            std::thread::spawn(move || {
                let mut connection = crate::kit::Connection::open(address);
                let mut words: HashMap<String, usize> = HashMap::new();
                let mut took = Vec::with_capacity(share.len());
                for request in share {
                    let begun = Instant::now();
                    let answer = connection.ask(&request);
                    took.push(begun.elapsed());
                    let word = match answer.status {
                        401 => "refused".to_owned(),
                        _ => outcome(&answer),
                    };
                    *words.entry(word).or_default() += 1;
                }
                (words, took)
            })
        });
        let senders: Vec<_> = senders.collect();
        let mut words: HashMap<String, usize> = HashMap::new();
        let mut took: Vec<Duration> = Vec::new();
        for sender in senders {
            let (some, times) = sender.join().expect("sent");
            some.into_iter().for_each(|(word, count)| *words.entry(word).or_default() += count);
            took.extend(times);
        }
        took.sort_unstable();
        eprintln!(
            "{}: {} requests, p50 {:?}, p99 {:?}, {:.0} a second",
            store.name,
            took.len(),
            took[took.len() / 2],
            took[took.len() * 99 / 100],
            took.len() as f64 / begun.elapsed().as_secs_f64()
        );
        assert_eq!(words.get("stored"), Some(&count), "{}: {words:?}", store.name);
        assert_eq!(words.get("refused"), Some(&bad), "{words:?}");
        assert_eq!(words.get("duplicate"), Some(&(requests.len() - count - bad)), "{words:?}");
        let end = Instant::now() + Duration::from_secs(120);
        while done.lock().expect("unharmed").len() < count {
            assert!(Instant::now() < end, "{} of {count}", done.lock().expect("unharmed").len());
            std::thread::sleep(Duration::from_millis(5));
        }
        // What was worked off twice would have been by now.
        crate::kit::until("all have ended", || listed(&served, "state=done").len() == count);
        let done = done.lock().expect("unharmed");
        assert_eq!(done.len(), count);
        assert!(done.iter().all(|(id, times)| id.starts_with("e-") && *times == 1), "{}", store.name);
    }
}
