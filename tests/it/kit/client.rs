//! An HTTP/1.1 client over a plain socket: it sends exactly what it is told, wrong things too.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use serde_json::Value;

use super::PATIENCE;
use super::secure::Stream;

/// A request, written out when it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    method: &'static str,
    path: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Request {
    pub(crate) fn new(method: &'static str, path: impl Into<String>) -> Self {
        let headers = vec![("Host".to_owned(), b"localhost".to_vec())];
        Self { method, path: path.into(), headers, body: Vec::new() }
    }

    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new("GET", path)
    }

    /// A webhook call with its content type.
    pub(crate) fn call(body: impl Into<Vec<u8>>) -> Self {
        Self::new("POST", "/webhook").header("Content-Type", "application/json").body(body)
    }

    /// Replaces a header of that name.
    pub(crate) fn header(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.without(name).also(name, value)
    }

    /// Adds a header, beside one of that name.
    pub(crate) fn also(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    pub(crate) fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The request line and headers, with nothing said of a body.
    pub(crate) fn head(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path).into_bytes();
        for (name, value) in &self.headers {
            head.extend_from_slice(format!("{name}: ").as_bytes());
            head.extend_from_slice(value);
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(b"\r\n");
        head
    }

    /// The whole request, its body in one piece of known length.
    pub(crate) fn text(&self) -> Vec<u8> {
        let mut text = self.clone().header("Content-Length", self.body.len().to_string()).head();
        text.extend_from_slice(&self.body);
        text
    }

    /// The whole request, its body in chunks of `size` bytes.
    pub(crate) fn chunked(&self, size: usize) -> Vec<u8> {
        let mut text = self.clone().header("Transfer-Encoding", "chunked").head();
        for chunk in self.body.chunks(size) {
            text.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            text.extend_from_slice(chunk);
            text.extend_from_slice(b"\r\n");
        }
        text.extend_from_slice(b"0\r\n\r\n");
        text
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {:?}", String::from_utf8_lossy(&self.body)))
    }

    /// Checks that it is an error of this status and code; gives the sentence for the caller.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) -> String {
        let whole = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, status, "{whole}");
        assert_eq!(self.header("Content-Type"), Some("application/json"), "{whole}");
        let body = self.json();
        assert_eq!(body["error"]["code"], code, "{whole}");
        let message = body["error"]["message"].as_str().expect("a message");
        assert!(!message.is_empty(), "{whole}");
        let members: Vec<_> = body["error"].as_object().expect("an object").keys().collect();
        assert_eq!(
            (body.as_object().map(serde_json::Map::len), &members[..]),
            (Some(1), &["code", "message"].map(str::to_owned).each_ref()[..])
        );
        message.to_owned()
    }

    /// Checks that it is a reply; gives it.
    #[track_caller]
    pub(crate) fn reply(&self) -> Value {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        assert_eq!(self.header("Content-Type"), Some("application/json"));
        self.json()
    }

    /// Checks that it is a reply; gives its first text.
    #[track_caller]
    pub(crate) fn said(&self) -> String {
        let reply = self.reply();
        let text = &reply["fulfillmentResponse"]["messages"][0]["text"]["text"][0];
        text.as_str().unwrap_or_else(|| panic!("no text in {reply}")).to_owned()
    }
}

/// An open connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: BufReader<Stream>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_write_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_nodelay(true).expect("no delay");
        Self::over(Stream::Plain(stream))
    }

    pub(super) fn over(stream: Stream) -> Self {
        Self { stream: BufReader::new(stream) }
    }

    /// The server's certificate (DER); none where nothing is encrypted.
    pub(crate) fn server_certificate(&self) -> Vec<u8> {
        self.stream.get_ref().server_certificate()
    }

    /// Asks, and tells whether the server closes the connection without an answer.
    pub(super) fn is_closed_after(&mut self, request: &Request) -> bool {
        let sent = self.stream.get_mut().write_all(&request.text());
        sent.is_err() || !matches!(self.stream.fill_buf(), Ok(bytes) if !bytes.is_empty())
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).expect("the server reads on");
    }

    /// Says that nothing more will be sent.
    pub(crate) fn finish(&self) {
        self.stream.get_ref().shutdown().expect("still open");
    }

    pub(crate) fn ask(&mut self, request: &Request) -> Answer {
        self.send(&request.text());
        self.answer()
    }

    /// Sends as much of this as the server wants.
    pub(crate) fn try_send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// Sends all of this, and reads the answer; the server may not want all of it.
    pub(crate) fn ask_bytes(&mut self, text: &[u8]) -> Answer {
        let _ = self.try_send(text);
        self.answer()
    }

    pub(crate) fn answer(&mut self) -> Answer {
        let (status, headers) = self.answer_head();
        let mut answer = Answer { status, headers, body: Vec::new() };
        // A 204 has no body, and says nothing of its length.
        if status >= 200 && status != 204 {
            let length = answer.header("Content-Length").expect("a length").parse().expect("a number");
            answer.body.resize(length, 0);
            self.stream.read_exact(&mut answer.body).expect("the whole body");
        }
        answer
    }

    /// The status line and headers of an answer; its body is left unread.
    pub(crate) fn answer_head(&mut self) -> (u16, Vec<(String, String)>) {
        let status_line = self.line();
        let status = status_line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no status line: {status_line:?}"));
        let mut headers = Vec::new();
        loop {
            let line = self.line();
            if line.is_empty() {
                return (status, headers);
            }
            let (name, value) = line.split_once(':').expect("a header");
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).expect("a line of the answer");
        line.trim_end().to_owned()
    }

    /// Everything up to the end of the connection, which the server closes.
    pub(crate) fn rest(mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        match self.stream.read_to_end(&mut rest) {
            Ok(_) => rest,
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => rest,
            Err(error) => panic!("the server does not close: {error}"),
        }
    }
}
