//! The real process is killed while events come, and sends them on: what it acknowledged is told once.

use std::collections::{HashMap, HashSet};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::Duration;

use super::*;
use crate::kit::stores::durable;
use crate::kit::{Program, Reply, Upstream, until};
use crate::routes::folder;

const ROUNDS: usize = 3;
const EACH: usize = 400;

fn start(store: &TestStore) -> Program {
    let settings = format!(
        "[receive.zendesk.support]\nsecrets = [{SECRET:?}]\nfan_out = true\n[delivery]\ntimeout = \"1s\"\nlease = \"6s\"\n\
         [log]\nlevel = \"warn\"\n"
    );
    Program::serve_in(folder(&settings, &[], &[]), &["--bind", "127.0.0.1:0"], &[store.setting()])
}

fn id(round: usize, number: usize) -> String {
    format!("e-{round}-{number}")
}

/// Sends until the server is gone; tells what was acknowledged.
fn send(address: std::net::SocketAddr, round: usize, from: usize, acknowledged: &Mutex<HashSet<String>>) {
    let Ok(mut stream) = TcpStream::connect(address) else { return };
    let mut buffer = [0; 4 << 10];
    for number in (from..EACH).step_by(4) {
        let id = id(round, number);
        let text = sent(&event(&id, COMMENT_ADDED))
            .header("X-Zendesk-Webhook-Invocation-Id", format!("i-{id}"))
            .text();
        if stream.write_all(&text).is_err() {
            return;
        }
        match stream.read(&mut buffer) {
            Ok(read @ 1..) if buffer[..read].starts_with(b"HTTP/1.1 200") => {
                acknowledged.lock().expect("unharmed").insert(id);
            }
            _ => return,
        }
    }
}

#[test]
fn what_was_acknowledged_survives_and_what_is_sent_again_is_told_once() {
    for store in durable("receive_killed") {
        // The deliveries that brought each event.
        let came: Arc<Mutex<HashMap<String, HashSet<String>>>> = Arc::default();
        let noted = Arc::clone(&came);
        let upstream = Upstream::start(move |request| {
            let delivery = request.header("X-Zendesk-Webhook-Invocation-Id").expect("an id").to_owned();
            let id = request.json()["id"].as_str().expect("an id").to_owned();
            noted.lock().expect("unharmed").entry(id).or_default().insert(delivery);
            Reply::new(200)
        });
        let token = store.token("admin");
        let program = start(&store);
        let webhook = json!({ "webhook": {
            "name": "neighbour", "status": "active", "endpoint": upstream.url("/hook"), "http_method": "POST",
            "request_format": "json", "subscriptions": ["zen:event-type:ticket.*"],
        } });
        let create = Request::new("POST", "/api/v2/webhooks").header("Content-Type", "application/json");
        let create = create.header("Authorization", format!("Bearer {token}")).body(webhook.to_string());
        assert_eq!(program.connect().ask(&create).status, 201);
        drop(program);
        let acknowledged = Arc::new(Mutex::new(HashSet::new()));
        for round in 0..ROUNDS {
            let program = start(&store);
            let senders: Vec<_> = (0..4)
                .map(|from| {
                    let (address, acknowledged) = (program.address, Arc::clone(&acknowledged));
                    std::thread::spawn(move || send(address, round, from, &acknowledged))
                })
                .collect();
            sleep(Duration::from_millis(40 + 70 * round as u64));
            program.signal("KILL");
            drop(program);
            senders.into_iter().for_each(|sender| sender.join().expect("ended"));
        }
        let before = acknowledged.lock().expect("unharmed").len();
        assert!(before > 0, "{}: nothing was acknowledged", store.name);
        // The sender sends again whatever it is not sure of, and something that it is sure of.
        let program = start(&store);
        for round in 0..ROUNDS {
            for from in 0..4 {
                send(program.address, round, from, &acknowledged);
            }
        }
        let all = ROUNDS * EACH;
        assert_eq!(acknowledged.lock().expect("unharmed").len(), all);
        until("everything is told", || came.lock().expect("unharmed").len() == all);
        let came = came.lock().expect("unharmed");
        for (id, deliveries) in came.iter() {
            assert_eq!(deliveries.len(), 1, "{}: {id} was told by {deliveries:?}", store.name);
        }
        eprintln!(
            "{}: {before} of {all} acknowledged before the process was killed for the last time",
            store.name
        );
    }
}
