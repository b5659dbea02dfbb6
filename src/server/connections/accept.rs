//! From a socket to HTTP: what actix's own server does, with every step timed and every connection
//! in the list.

use std::future::{Future, poll_fn};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{Protocol, Request};
use actix_server::ServerBuilder;
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt as _, fn_service};
use actix_web::body::BoxBody;
use actix_web::dev::{AppConfig, ServiceResponse};
use actix_web::rt::net::TcpStream;
use rustls::ServerConfig;
use tokio_rustls::TlsAcceptor;

use super::http::http;
use super::stream::Stream;
use super::{Connections, Listed};
use crate::auth::PeerCertificate;

/// What an HTTP/2 connection in clear text begins with; that much is sure to come in one piece.
const PREFACE: &[u8; 12] = b"PRI * HTTP/2";

/// Has `builder` serve `app` to whoever comes to `listener`.
pub(in crate::server) fn listen<F, A, S>(
    builder: ServerBuilder,
    listener: TcpListener,
    tls: Option<ServerConfig>,
    connections: &Connections,
    app: F,
) -> io::Result<ServerBuilder>
where
    F: Fn() -> A + Clone + Send + 'static,
    A: IntoServiceFactory<S, Request> + 'static,
    S: ServiceFactory<
            Request,
            Config = AppConfig,
            Response = ServiceResponse<BoxBody>,
            Error = actix_web::Error,
            InitError = (),
        > + 'static,
{
    let local = listener.local_addr()?;
    let connections = connections.clone();
    let name = local.to_string();
    let Some(mut tls) = tls else {
        return builder.listen(name, listener, move || {
            let accepting = connections.clone();
            fn_service(move |io| accept(io, local, accepting.clone())).and_then(http(app(), &connections))
        });
    };
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    builder.listen(name, listener, move || {
        let (accepting, acceptor) = (connections.clone(), acceptor.clone());
        fn_service(move |io| accept_tls(io, local, accepting.clone(), acceptor.clone()))
            .and_then(http(app(), &connections))
    })
}

pub(super) type Accepted<T> = (Stream<T>, Protocol, Option<SocketAddr>);

async fn accept(
    io: TcpStream,
    local: SocketAddr,
    connections: Connections,
) -> Result<Accepted<TcpStream>, DispatchError> {
    let (listed, peer) = begin(&io, local, &connections)?;
    let mut start = [0; PREFACE.len()];
    step(&listed, connections.0.rules.client_timeout, io.peek(&mut start)).await?;
    let protocol = if start == *PREFACE { Protocol::Http2 } else { Protocol::Http1 };
    Ok((Stream::new(io, listed.speaking(protocol), None), protocol, peer))
}

async fn accept_tls(
    io: TcpStream,
    local: SocketAddr,
    connections: Connections,
    acceptor: TlsAcceptor,
) -> Result<Accepted<tokio_rustls::server::TlsStream<TcpStream>>, DispatchError> {
    let (listed, peer) = begin(&io, local, &connections)?;
    // A handshake takes memory worth saving while it only waits.
    step(&listed, connections.0.rules.client_timeout, io.readable()).await?;
    let handshake = Box::pin(async {
        while !connections.0.handshakes.take() {
            tokio::time::sleep(connections.0.tick).await;
        }
        acceptor.accept(io).await
    });
    let io = step(&listed, connections.0.rules.client_timeout, handshake).await?;
    let (_, session) = io.get_ref();
    let protocol = if session.alpn_protocol() == Some(b"h2") { Protocol::Http2 } else { Protocol::Http1 };
    let certificate = session
        .peer_certificates()
        .and_then(|sent| PeerCertificate::from_der(sent.iter().map(|one| one.to_vec())));
    Ok((Stream::new(io, listed.speaking(protocol), certificate), protocol, peer))
}

fn begin(
    io: &TcpStream,
    local: SocketAddr,
    connections: &Connections,
) -> Result<(Listed, Option<SocketAddr>), DispatchError> {
    let full = || DispatchError::Io(io::Error::other("all connections are busy"));
    let listed = connections.list(local).ok_or_else(full)?;
    // Answers are small and written at once; without it the system may wait for more.
    let _ = io.set_nodelay(true);
    Ok((listed, io.peer_addr().ok()))
}

/// Waits for the client's next step, unless it takes too long or the connection has to go.
async fn step<T>(
    listed: &Listed,
    time: Duration,
    doing: impl Future<Output = io::Result<T>>,
) -> Result<T, DispatchError> {
    tokio::select! {
        biased;
        done = doing => done.map_err(DispatchError::Io),
        () = poll_fn(|context| listed.0.poll_closing(context)) => Err(DispatchError::SlowRequestTimeout),
        () = tokio::time::sleep(time) => Err(DispatchError::SlowRequestTimeout),
    }
}

impl Listed {
    fn speaking(self, protocol: Protocol) -> Self {
        let http2 = protocol == Protocol::Http2;
        self.0.http2.store(http2, std::sync::atomic::Ordering::Relaxed);
        self
    }
}
