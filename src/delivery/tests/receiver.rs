//! A real HTTP server on loopback that answers deliveries as a test tells it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(super) struct Got {
    pub(super) method: String,
    /// With its query.
    pub(super) path: String,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Got {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub(super) fn invocation(&self) -> &str {
        self.header("x-zendesk-webhook-invocation-id")
    }
}

/// What is answered.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    status: u16,
    headers: String,
    body: String,
    after: Duration,
}

impl Answer {
    pub(super) fn new(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers += &format!("{name}: {value}\r\n");
        self
    }

    pub(super) fn body(self, body: impl Into<String>) -> Self {
        Self { body: body.into(), ..self }
    }

    pub(super) fn after(self, after: Duration) -> Self {
        Self { after, ..self }
    }
}

/// The server; it ends when it is dropped.
#[derive(Debug)]
pub(super) struct Receiver {
    pub(super) address: SocketAddr,
    got: Arc<Mutex<Vec<Got>>>,
    listening: AbortHandle,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Receiver {
    /// Answers each request by what it is, and the so-manieth it is from 0.
    pub(super) async fn start(answer: impl Fn(&Got, usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (got, answer) = (Arc::<Mutex<Vec<Got>>>::default(), Arc::new(answer));
        let seen = Arc::clone(&got);
        let listening = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                let (answer, seen) = (Arc::clone(&answer), Arc::clone(&seen));
                // What goes wrong is the client's going away.
                tokio::spawn(async move {
                    let _ = converse(stream, &*answer, &seen).await;
                });
            }
        });
        Self { address, got, listening: listening.abort_handle() }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What has come, in its order.
    pub(super) fn got(&self) -> Vec<Got> {
        self.got.lock().expect("unharmed").clone()
    }

    pub(super) fn count(&self) -> usize {
        self.got.lock().expect("unharmed").len()
    }
}

async fn converse(
    stream: TcpStream,
    answer: &(dyn Fn(&Got, usize) -> Answer + Send + Sync),
    seen: &Mutex<Vec<Got>>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let mut parts = line.split(' ').map(str::to_owned);
        let (method, path) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let mut got = Got { method, path, headers: Vec::new(), body: Vec::new() };
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            got.headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        got.body = vec![0; got.header("content-length").parse().unwrap_or_default()];
        stream.read_exact(&mut got.body).await?;
        let count = {
            let mut seen = seen.lock().expect("unharmed");
            seen.push(got.clone());
            seen.len() - 1
        };
        let Answer { status, headers, body, after } = answer(&got, count);
        if !after.is_zero() {
            tokio::time::sleep(after).await;
        }
        let head = format!("HTTP/1.1 {status} Status\r\n{headers}content-length: {}\r\n\r\n", body.len());
        stream.write_all((head + &body).as_bytes()).await?;
    }
}
