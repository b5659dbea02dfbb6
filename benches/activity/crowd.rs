//! A million calls that come in a crowd, so that the server packs them.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::load::is_complete;

const CONNECTIONS: i64 = 16;

/// Makes so many calls: ten to a session, of a hundred one that fails, and one in 50,000 with a tag of its own.
pub(crate) fn come(address: SocketAddr, calls: i64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let each = calls / CONNECTIONS;
        let connections = (0..CONNECTIONS).map(|number| connection(address, number * each, each));
        futures_util::future::join_all(connections).await;
    });
}

async fn connection(address: SocketAddr, first: i64, calls: i64) {
    let mut stream = TcpStream::connect(address).await.expect("a server");
    stream.set_nodelay(true).expect("a socket");
    let mut answer = vec![0; 64 * 1024];
    for number in first..first + calls {
        stream.write_all(request(number).as_bytes()).await.expect("a request");
        let mut length = 0;
        while !is_complete(&answer[..length]) {
            let read = stream.read(&mut answer[length..]).await.expect("an answer");
            assert!(read > 0, "the server closed the connection");
            length += read;
        }
    }
}

fn request(number: i64) -> String {
    // The demo has no other tags: these calls fail.
    let tag = match number {
        _ if number % 50_000 == 7 => "rare-in-packs",
        _ if number % 100 == 0 => "no-such-handler",
        _ => "order-status",
    };
    let session = number / 10;
    let body = format!(
        r#"{{"detectIntentResponseId":"crowd-{number}","pageInfo":{{"displayName":"Order"}},"fulfillmentInfo":{{"tag":"{tag}"}},"sessionInfo":{{"session":"projects/p/locations/l/agents/a/sessions/crowd-{session}","parameters":{{"customer_name":"Ada","order_id":"{number}","city":"Oslo"}}}}}}"#
    );
    let length = body.len();
    format!(
        "POST /webhook HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         User-Agent: Google-Dialogflow\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}
