//! One request of the API, or one call, on a connection of its own.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use serde_json::Value;

static TOKEN: std::sync::RwLock<String> = std::sync::RwLock::new(String::new());

/// Presents this token from now on.
pub(crate) fn present(token: &str) {
    token.clone_into(&mut TOKEN.write().expect("whole"));
}

/// What the API answers.
pub(crate) fn get(address: SocketAddr, path: &str) -> Value {
    let text = page(address, path);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}: {text}"))
}

/// A page of the console.
pub(crate) fn page(address: SocketAddr, path: &str) -> String {
    let token = TOKEN.read().expect("whole");
    exchange(
        address,
        &format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        ),
    )
}

/// How many rows or turns a page shows.
pub(crate) fn rows(page: &str) -> String {
    let rows = page.matches("<tr").count().max(page.matches("<li class=\"turn\">").count());
    format!("{rows} rows")
}

/// Makes a webhook call.
pub(crate) fn call(address: SocketAddr, body: &str) {
    let length = body.len();
    exchange(
        address,
        &format!(
            "POST /webhook HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        ),
    );
}

/// How much an answer has found.
pub(crate) fn size(answer: &Value) -> String {
    let lists = ["invocations", "calls", "groups"];
    let list = lists.iter().find_map(|name| answer[name].as_array());
    match (list, answer["count"].as_u64(), answer["exact"].as_bool()) {
        (Some(list), ..) if answer["meta"]["has_more"] == true => format!("{}+", list.len()),
        (Some(list), ..) => list.len().to_string(),
        (None, Some(count), Some(false)) => format!("{count}+"),
        (None, Some(count), _) => count.to_string(),
        _ => "1".to_owned(),
    }
}

fn exchange(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("a server");
    stream.write_all(request.as_bytes()).expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    answer.split_once("\r\n\r\n").expect("a body").1.to_owned()
}
