//! A real HTTP or HTTPS server on loopback that does what it is told, wrong things too.
//!
//! ```ignore
//! let upstream = Upstream::start(|request| Answer::json(200, json!({ "path": request.path })));
//! call(upstream.url("/today"));
//! assert_eq!(upstream.requests()[0].method, "GET");
//! ```

use std::io::{self, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use rustls::{ServerConnection, StreamOwned};
use serde_json::Value;

use super::PATIENCE;
use super::certificates::Identity;

/// A request as it arrived.
#[derive(Debug, Clone, Default)]
pub(crate) struct Received {
    pub(crate) method: String,
    /// With its query.
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Which connection it came over, from 1.
    pub(crate) connection: usize,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// What is done about a request.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    /// All of it that is sent as it stands.
    bytes: Vec<u8>,
    then: Then,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    KeepOpen,
    Close,
    /// Nothing more, until the client goes.
    Wait,
    /// This again and again, until the client goes.
    Repeat(&'static [u8]),
}

impl Reply {
    pub(crate) fn new(status: u16) -> Self {
        Self::bytes(status, "", b"")
    }

    pub(crate) fn json(status: u16, value: impl Into<Value>) -> Self {
        Self::bytes(status, "Content-Type: application/json\r\n", value.into().to_string().as_bytes())
    }

    pub(crate) fn text(status: u16, text: impl AsRef<[u8]>) -> Self {
        Self::bytes(status, "Content-Type: text/plain\r\n", text.as_ref())
    }

    fn bytes(status: u16, headers: &str, body: &[u8]) -> Self {
        let head = format!("HTTP/1.1 {status} Status\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
        Self::raw([head.as_bytes(), body].concat()).then(Then::KeepOpen)
    }

    /// These bytes, whatever they mean; the connection is closed then.
    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: bytes.into(), then: Then::Close }
    }

    /// A body in chunks of these sizes.
    pub(crate) fn chunked(chunks: &[usize]) -> Self {
        let mut bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
        for size in chunks.iter().chain(&[0]) {
            bytes.extend(format!("{size:x}\r\n").bytes());
            bytes.extend(std::iter::repeat_n(b'x', *size));
            bytes.extend(b"\r\n");
        }
        Self::raw(bytes).then(Then::KeepOpen)
    }

    /// A body in chunks that never ends.
    pub(crate) fn endless() -> Self {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        Self::raw(head).then(Then::Repeat(b"20\r\n0123456789abcdef0123456789abcdef\r\n"))
    }

    /// A body that ends before the length that was announced.
    pub(crate) fn truncated(announced: usize, body: &str) -> Self {
        Self::raw(format!("HTTP/1.1 200 OK\r\nContent-Length: {announced}\r\n\r\n{body}"))
    }

    /// The head of an answer and the beginning of its body, and then nothing.
    pub(crate) fn stalled() -> Self {
        Self::raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345").then(Then::Wait)
    }

    /// No byte at all, until the client goes.
    pub(crate) fn silence() -> Self {
        Self::raw("").then(Then::Wait)
    }

    /// Closes the connection without a byte.
    pub(crate) fn hang_up() -> Self {
        Self::raw("")
    }

    pub(crate) fn redirect(status: u16, location: &str) -> Self {
        Self::new(status).header("Location", location)
    }

    /// Adds a header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        let line = self.bytes.windows(2).position(|pair| pair == b"\r\n").expect("a status line") + 2;
        self.bytes.splice(line..line, format!("{name}: {value}\r\n").into_bytes());
        self
    }

    /// Closes the connection after the answer without having said so.
    pub(crate) fn close(self) -> Self {
        self.then(Then::Close)
    }

    fn then(mut self, then: Then) -> Self {
        self.then = then;
        self
    }
}

type Answering = dyn Fn(&Received) -> Reply + Send + Sync;

/// The server. It ends with the test.
pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    scheme: &'static str,
    /// The name in its URLs.
    host: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    requests: Mutex<Vec<Received>>,
    connections: AtomicUsize,
    open: Mutex<usize>,
    closed: Condvar,
    ended: AtomicBool,
    streams: Mutex<Vec<(usize, TcpStream)>>,
}

impl Upstream {
    /// Answers over HTTP; its URLs have the address 127.0.0.1.
    pub(crate) fn start(answer: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        Self::serve("127.0.0.1", None, Arc::new(answer))
    }

    /// Answers over HTTPS as `host`, which the caller's resolver must know.
    pub(crate) fn secure(
        host: &str,
        identity: &Identity,
        answer: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::serve(host, Some(identity.server()), Arc::new(answer))
    }

    /// Accepts connections, and resets each as soon as its first byte is there.
    pub(crate) fn resetting() -> Self {
        Self::accepting("127.0.0.1", "http", |_, _, stream| {
            // A connection that is closed with bytes unread is reset.
            let _ = stream.peek(&mut [0]);
        })
    }

    fn serve(host: &str, tls: Option<Arc<rustls::ServerConfig>>, answer: Arc<Answering>) -> Self {
        let scheme = if tls.is_some() { "https" } else { "http" };
        Self::accepting(host, scheme, move |shared, number, stream| {
            // Everything that goes wrong here is the client's going away.
            let _ = match &tls {
                None => converse(stream, number, shared, &*answer),
                Some(tls) => ServerConnection::new(tls.clone())
                    .map_err(io::Error::other)
                    .and_then(|tls| converse(StreamOwned::new(tls, stream), number, shared, &*answer)),
            };
        })
    }

    fn accepting(
        host: &str,
        scheme: &'static str,
        each: impl Fn(&Shared, usize, TcpStream) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared::default());
        let (accepting, each) = (shared.clone(), Arc::new(each));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if accepting.ended.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let (shared, each) = (accepting.clone(), each.clone());
                let number = shared.connections.fetch_add(1, Ordering::SeqCst) + 1;
                let handle = stream.try_clone().expect("a handle");
                shared.streams.lock().expect("whole").push((number, handle));
                *shared.open.lock().expect("whole") += 1;
                thread::spawn(move || {
                    each(&shared, number, stream);
                    // The other handle of the stream: only now it is closed.
                    shared.streams.lock().expect("whole").retain(|(known, _)| *known != number);
                    *shared.open.lock().expect("whole") -= 1;
                    shared.closed.notify_all();
                });
            }
        });
        Self { address, scheme, host: host.to_owned(), shared }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}://{}:{}{path}", self.scheme, self.host, self.address.port())
    }

    /// The requests so far.
    pub(crate) fn requests(&self) -> Vec<Received> {
        self.shared.requests.lock().expect("whole").clone()
    }

    /// How many connections were accepted so far.
    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Closes all connections, idle or not, and waits until they are.
    pub(crate) fn close_connections(&self) {
        for (_, stream) in self.shared.streams.lock().expect("whole").drain(..) {
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
        let open = self.shared.open.lock().expect("whole");
        let waited = self.shared.closed.wait_timeout_while(open, PATIENCE, |open| *open > 0);
        assert_eq!(*waited.expect("whole").0, 0, "connections are still open");
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        for (_, stream) in self.shared.streams.lock().expect("whole").drain(..) {
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
    }
}

fn converse<S: Read + Write>(
    stream: S,
    connection: usize,
    shared: &Shared,
    answer: &Answering,
) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(mut request) = receive(&mut stream)? {
        request.connection = connection;
        shared.requests.lock().expect("whole").push(request.clone());
        let reply = answer(&request);
        let client = stream.get_mut();
        client.write_all(&reply.bytes)?;
        client.flush()?;
        match reply.then {
            Then::KeepOpen => {}
            Then::Close => return Ok(()),
            Then::Wait => {
                return client.read(&mut [0]).map(drop);
            }
            Then::Repeat(piece) => loop {
                client.write_all(piece)?;
            },
        }
    }
    Ok(())
}

/// Reads a request with its body, by `Content-Length` or in chunks; `None` if the client is done.
fn receive(stream: &mut impl io::BufRead) -> io::Result<Option<Received>> {
    let Some(line) = line(stream)? else {
        return Ok(None);
    };
    let mut words = line.split(' ');
    let mut word = || words.next().unwrap_or_default().to_owned();
    let mut request = Received { method: word(), path: word(), ..Received::default() };
    while let Some(line) = self::line(stream)?.filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').ok_or(io::ErrorKind::InvalidData)?;
        request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = request.header("content-length").map_or(0, |text| text.parse().expect("a length"));
    request.body.resize(length, 0);
    stream.read_exact(&mut request.body)?;
    Ok(Some(request))
}

fn line(stream: &mut impl io::BufRead) -> io::Result<Option<String>> {
    let mut line = String::new();
    Ok((stream.read_line(&mut line)? > 0).then(|| line.trim_end().to_owned()))
}
