//! A small real HTTP server on loopback, for the fakes of this kit.

use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;

/// The largest request that is read.
const LARGEST: usize = 1 << 20;

/// A request as it arrived.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    pub(super) method: String,
    /// Without its query.
    pub(super) path: String,
    pub(super) query: String,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Asked {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A parameter of the query.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = url::form_urlencoded::parse(self.query.as_bytes());
        pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }

    /// The token of `Authorization: Bearer TOKEN`.
    pub(super) fn bearer(&self) -> Option<&str> {
        self.header("authorization")?.strip_prefix("Bearer ")
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) cache_control: String,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::json_text(status, body.to_string())
    }

    pub(super) fn text(status: u16, body: impl Into<String>) -> Self {
        Self { content_type: "text/plain", ..Self::json_text(status, body.into()) }
    }

    pub(super) fn json_text(status: u16, body: String) -> Self {
        Self { status, content_type: "application/json", cache_control: "no-store".to_owned(), body }
    }

    /// An error as Google's APIs tell one.
    pub(super) fn google(status: u16, message: &str) -> Self {
        Self::json(status, &serde_json::json!({ "error": { "code": status, "message": message } }))
    }
}

/// The server; it ends when it is dropped.
#[derive(Debug)]
pub(super) struct Loopback {
    address: SocketAddr,
    ended: Arc<AtomicBool>,
}

impl Loopback {
    /// Answers every request on a free port, each connection on a thread of its own.
    pub(super) fn start(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let bound =
            TcpListener::bind("127.0.0.1:0").and_then(|listener| Ok((listener.local_addr()?, listener)));
        let (address, listener) = bound.unwrap_or_else(|error| panic!("loopback has no free port: {error}"));
        let ended = Arc::new(AtomicBool::new(false));
        let (over, answer) = (Arc::clone(&ended), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), answer) = (stream, Arc::clone(&answer)) else { continue };
                // What goes wrong in a conversation is the client's going away.
                std::thread::spawn(move || converse(stream, &*answer));
            }
        });
        Self { address, ended }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections.
        let _ = TcpStream::connect(self.address);
    }
}

fn converse(stream: TcpStream, answer: &dyn Fn(&Asked) -> Answer) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut stream = BufReader::new(stream);
    while let Some(asked) = receive(&mut stream)? {
        let Answer { status, content_type, cache_control, body } = answer(&asked);
        let head = format!(
            "HTTP/1.1 {status} Status\r\nContent-Type: {content_type}\r\nCache-Control: {cache_control}\r\nMetadata-Flavor: Google\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.get_mut().write_all([head.as_bytes(), body.as_bytes()].concat().as_slice())?;
    }
    Ok(())
}

fn receive(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Asked>> {
    let first = line(stream)?;
    let mut words = first.split(' ').map(str::to_owned);
    let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(None) };
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut asked = Asked { method, path: path.to_owned(), query: query.to_owned(), ..Asked::default() };
    loop {
        let line = line(stream)?;
        let Some((name, value)) = line.split_once(':') else { break };
        asked.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = asked.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    asked.body.resize(std::cmp::min(length, LARGEST), 0);
    stream.read_exact(&mut asked.body)?;
    Ok(Some(asked))
}

fn line(stream: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = String::new();
    stream.take(LARGEST as u64).read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}

/// What a panic in a test left behind is still whole: each change is one assignment.
pub(super) fn lock<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
