//! An HTTP/2 client that can hold its streams.

use bytes::Bytes;
use h2::client::{ResponseFuture, SendRequest};
use h2::{RecvStream, SendStream};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, ToSocketAddrs};
use tokio::task::JoinHandle;

use super::PATIENCE;

/// An open HTTP/2 connection.
#[derive(Debug)]
pub(crate) struct Http2 {
    pub(crate) client: SendRequest<Bytes>,
    connection: JoinHandle<()>,
}

impl Http2 {
    /// Connects without asking whether the server speaks it.
    pub(crate) async fn open(address: impl ToSocketAddrs) -> Self {
        Self::over(TcpStream::connect(address).await.expect("the server listens")).await
    }

    pub(crate) async fn over(io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Self {
        let (client, connection) = h2::client::handshake(io).await.expect("HTTP/2");
        let connection = tokio::spawn(async move {
            // How it ends is told by the streams.
            let _ = connection.await;
        });
        Self { client: client.ready().await.expect("HTTP/2"), connection }
    }

    /// Begins a call; its body is to be sent.
    pub(crate) async fn begin(&self, headers: &[(&str, &str)]) -> (ResponseFuture, SendStream<Bytes>) {
        let mut request =
            http::Request::post("http://localhost/webhook").header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut client = self.client.clone().ready().await.expect("open");
        client.send_request(request.body(()).expect("a request"), false).expect("open")
    }

    /// Starts a call, and leaves its answer to be waited for.
    pub(crate) async fn start(&self, body: impl Into<Bytes>) -> ResponseFuture {
        let (answer, mut sender) = self.begin(&[]).await;
        sender.send_data(body.into(), true).expect("open");
        answer
    }

    pub(crate) async fn ask(&self, body: impl Into<Bytes>) -> (u16, Value) {
        read(self.start(body).await).await
    }

    /// Waits until the server has closed the connection.
    pub(crate) async fn closed(self) {
        let waited = tokio::time::timeout(PATIENCE, self.connection).await;
        waited.expect("the server closes it").expect("no panic");
    }
}

/// The status and the body of an answer.
pub(crate) async fn read(answer: ResponseFuture) -> (u16, Value) {
    let read = async {
        let (head, stream) = answer.await.expect("an answer").into_parts();
        (head.status.as_u16(), serde_json::from_slice(&whole(stream).await).expect("JSON"))
    };
    tokio::time::timeout(PATIENCE, read).await.expect("in time")
}

async fn whole(mut stream: RecvStream) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(piece) = stream.data().await {
        let piece = piece.expect("the rest of the body");
        stream.flow_control().release_capacity(piece.len()).expect("open");
        body.extend_from_slice(&piece);
    }
    body
}
