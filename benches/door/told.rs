//! What a subscription adds to a call: the server with one beside the server without.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::{Kind, load, rounds, start_one};

const CONNECTIONS: usize = 16;

/// What is subscribed to, how many calls a round has, whether each is told, and whether this server sends.
const ROWS: [(&str, usize, bool, bool); 5] = [
    ("conversation.handoff", 20_000, false, true),
    ("conversation.ended", 20_000, false, true),
    ("conversation.started", 20_000, false, true),
    // delivery.send = false: what it has to tell is written, and sent by others.
    ("conversation.turn", 2_000, true, false),
    ("conversation.turn", 2_000, true, true),
];

pub(crate) fn compare() {
    println!(
        "\nwith one subscription ({CONNECTIONS} connections): `path` is the share of the threads that answer, `with` has all \
         that it causes\n"
    );
    println!(
        "{:>22} {:>8} {:>12} {:>12} {:>12} {:>8} {:>12} {:>8}",
        "subscribed to", "sends", "store", "without", "with", "ratio", "path", "ratio"
    );
    let body = std::fs::read_to_string("fixtures/requests/typical-3kb.json").expect("a fixture");
    let folder = tempfile::tempdir().expect("a folder");
    let sqlite = format!("sqlite://{}", folder.path().join("rejoinder.db").display());
    let postgres = std::env::var("REJOINDER_TEST_POSTGRES").ok();
    for (event_type, requests, told, sends) in ROWS {
        for (store, url) in [("SQLite", Some(&*sqlite)), ("PostgreSQL", postgres.as_deref())] {
            let Some(url) = url else {
                println!("{event_type:>22} {store:>12} skipped, REJOINDER_TEST_POSTGRES is not set");
                continue;
            };
            let ((without, _), (with, _)) =
                (start_one(Kind::Rejoinder), start_one(Kind::Told { url, sends }));
            let receiver = Receiver::start();
            let subscription = receiver.subscribe(with.address, url, event_type);
            let plain = || load::run(without.address, &body, requests, CONNECTIONS);
            let telling = || {
                let before = receiver.count();
                load::run(with.address, &body, requests, CONNECTIONS);
                // What is still on its way is a part of what it costs.
                let more = if told && sends { requests as u64 } else { 0 };
                receiver.wait_for(before + more);
                std::thread::sleep(Duration::from_millis(1_300));
            };
            let [[base, path], [cost, share]] =
                rounds::alternate_parts([&plain, &telling], [&without, &with], requests);
            let micros = |time: Duration| time.as_nanos() as f64 / 1000.0;
            println!(
                "{event_type:>22} {sends:>8} {store:>12} {:>9.1} µs {:>9.1} µs {:>8.2} {:>9.1} µs {:>8.2}",
                micros(base),
                micros(cost),
                cost.as_secs_f64() / base.as_secs_f64(),
                micros(share),
                share.as_secs_f64() / path.as_secs_f64(),
            );
            subscription.end(with.address);
        }
    }
}

/// Answers everything with 200, and counts it.
struct Receiver {
    address: SocketAddr,
    count: Arc<AtomicU64>,
}

impl Receiver {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound");
        let count = Arc::new(AtomicU64::new(0));
        let counting = Arc::clone(&count);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let count = Arc::clone(&counting);
                std::thread::spawn(move || answer(stream, &count));
            }
        });
        Self { address, count }
    }

    fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    fn wait_for(&self, count: u64) {
        let begun = Instant::now();
        while self.count() < count {
            assert!(begun.elapsed() < Duration::from_secs(120), "{} of {count} came", self.count());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn subscribe(&self, server: SocketAddr, url: &str, event_type: &str) -> Subscription {
        let made = Command::new(env!("CARGO_BIN_EXE_rejoinder"))
            .args(["token", "create", "--role", "editor"])
            .env("REJOINDER_STORE__URL", url)
            .output()
            .expect("the command");
        let token = String::from_utf8(made.stdout).expect("text").trim_end().to_owned();
        let webhook = serde_json::json!({ "webhook": {
            "name": "bench", "status": "active", "endpoint": format!("http://{}/", self.address),
            "http_method": "POST", "request_format": "json",
            "subscriptions": [format!("rejoinder:event-type:{event_type}")],
        }});
        let answer = ask(server, "POST", "/api/v2/webhooks", &token, &webhook.to_string());
        let made: serde_json::Value =
            serde_json::from_str(answer.split_once("\r\n\r\n").expect("a head").1).expect("JSON");
        let id = made["webhook"]["id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
        Subscription { id, token }
    }
}

struct Subscription {
    id: String,
    token: String,
}

impl Subscription {
    /// So that the next server on this store tells nobody of it.
    fn end(self, server: SocketAddr) {
        ask(server, "DELETE", &format!("/api/v2/webhooks/{}", self.id), &self.token, "");
    }
}

fn ask(server: SocketAddr, method: &str, path: &str, token: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(server).expect("a server");
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

fn answer(stream: TcpStream, count: &AtomicU64) {
    let Ok(mut client) = stream.try_clone() else { return };
    let mut stream = BufReader::new(stream);
    loop {
        let (mut line, mut length) = (String::new(), 0);
        loop {
            line.clear();
            match stream.read_line(&mut line) {
                Ok(1..) => {}
                _ => return,
            }
            let lower = line.to_ascii_lowercase();
            if let Some(text) = lower.strip_prefix("content-length:") {
                length = text.trim().parse().unwrap_or(0);
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        if stream.read_exact(&mut body).is_err() {
            return;
        }
        count.fetch_add(1, Ordering::Relaxed);
        if client.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").is_err() {
            return;
        }
    }
}
