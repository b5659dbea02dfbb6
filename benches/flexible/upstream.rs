//! An upstream that does as little as it can: it reads a request and sends the same answer.

use std::net::SocketAddr;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// An order of 3 KB.
pub(crate) fn answer() -> String {
    let item = |number: usize| {
        json!({
            "sku": format!("A-{number:04}"), "title": format!("Desk lamp no. {number}"), "quantity": number, "price": 39.9,
            "tags": ["light", "desk"], "stock": { "berlin": 4, "paris": 0 }, "returnable": true,
        })
    };
    let items: Vec<_> = (1..=17).map(item).collect();
    let order = json!({ "order": {
        "id": "42", "status": "shipped", "total": 678.3, "items": items,
        "shipment": { "eta": "2026-03-09", "carrier": { "name": "Example Express", "code": "EX" }, "parcels": 2 },
    } });
    order.to_string()
}

/// Starts it on a thread of its own, which ends with the process.
pub(crate) fn start() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("a socket");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).expect("a socket");
            let answer = answer();
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
            let answer: &'static str =
                format!("{head}Content-Length: {}\r\n\r\n{answer}", answer.len()).leak();
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, answer.as_bytes()));
            }
        });
    });
    address
}

async fn converse(mut stream: TcpStream, answer: &'static [u8]) {
    let _ = stream.set_nodelay(true);
    let mut request = Vec::with_capacity(8192);
    loop {
        request.clear();
        while !is_complete(&request) {
            match stream.read_buf(&mut request).await {
                Ok(1..) => {}
                _ => return,
            }
        }
        if stream.write_all(answer).await.is_err() {
            return;
        }
    }
}

fn is_complete(request: &[u8]) -> bool {
    let Some(head) = request.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let headers = String::from_utf8_lossy(&request[..head]).to_ascii_lowercase();
    let length = headers.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
    request.len() >= head + 4 + length
}
