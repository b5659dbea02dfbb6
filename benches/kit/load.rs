//! A closed loop of keep-alive connections, every request with a response id of its own.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// The header that all callers send; `door` has it checked.
pub(crate) const KEY: (&str, &str) = ("X-Webhook-Key", "a-key-of-the-benchmark-alone");

const ID: &str = "\"detectIntentResponseId\":";

pub(crate) fn run(address: SocketAddr, body: &str, requests: usize, connections: usize) {
    run_with(address, body, requests, connections, &[]);
}

/// The same, each request with the next of these tokens, and the first again after the last.
pub(crate) fn run_with(
    address: SocketAddr,
    body: &str,
    requests: usize,
    connections: usize,
    tokens: &[String],
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let each = requests / connections;
        let tasks = (0..connections).map(|_| connection(address, body, each, tokens));
        futures_util::future::join_all(tasks).await;
    });
}

async fn connection(address: SocketAddr, body: &str, requests: usize, tokens: &[String]) {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let name_end = body.find(ID).expect("a response id") + ID.len();
    let id_at = name_end + body[name_end..].find('"').expect("its value") + 1;
    let mut message = request(body, tokens.first().map(String::as_str)).into_bytes();
    let id_at = message.len() - body.len() + id_at;
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("a server");
    stream.set_nodelay(true).expect("a socket");
    let mut answer = vec![0; 64 * 1024];
    for _ in 0..requests {
        let id = format!("{:08x}", NEXT.fetch_add(1, Ordering::Relaxed));
        message[id_at..id_at + id.len()].copy_from_slice(id.as_bytes());
        if tokens.len() > 1 {
            let token = &tokens[NEXT_TOKEN.fetch_add(1, Ordering::Relaxed) % tokens.len()];
            message[TOKEN_AT..TOKEN_AT + token.len()].copy_from_slice(token.as_bytes());
        }
        stream.write_all(&message).await.expect("a request");
        let mut length = 0;
        while !is_complete(&answer[..length]) {
            let read = stream.read(&mut answer[length..]).await.expect("an answer");
            assert!(read > 0, "the server closed the connection");
            length += read;
        }
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer[..length]));
    }
}

/// Whether the server answers 200, or that it wants to know who calls.
pub(crate) fn answers(address: SocketAddr, body: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    if stream.write_all(request(body, None).as_bytes()).is_err() {
        return false;
    }
    let mut status = [0; 12];
    stream.read_exact(&mut status).is_ok() && [b"HTTP/1.1 200", b"HTTP/1.1 401"].contains(&&status)
}

const START: &str = "POST /webhook HTTP/1.1\r\n";
const BEARER: &str = "Authorization: Bearer ";
const TOKEN_AT: usize = START.len() + BEARER.len();
static NEXT_TOKEN: AtomicUsize = AtomicUsize::new(0);

fn request(body: &str, token: Option<&str>) -> String {
    let authorization = token.map(|token| format!("{BEARER}{token}\r\n")).unwrap_or_default();
    format!(
        "{START}{authorization}Host: localhost\r\nContent-Type: application/json\r\nUser-Agent: Google-Dialogflow\r\n\
         Accept: */*\r\nAccept-Encoding: gzip, deflate, br\r\n{}: {}\r\nContent-Length: {}\r\n\r\n{body}",
        KEY.0,
        KEY.1,
        body.len()
    )
}

/// Whether an answer has come whole: its head, and as much as that says.
pub(crate) fn is_complete(answer: &[u8]) -> bool {
    let Some(head) = answer.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let headers = String::from_utf8_lossy(&answer[..head]).to_ascii_lowercase();
    let length = headers.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.and_then(|length| length.trim().parse().ok()).expect("a length");
    answer.len() >= head + 4 + length
}
