//! HTTP over a watched stream, and what of it counts for its connection.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpMessage as _, HttpService, KeepAlive, Request};
use actix_service::{IntoServiceFactory, Service as _, ServiceFactory, apply_fn_factory, map_config};
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{AppConfig, ServiceResponse};
use actix_web::http::Version;
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};

use super::accept::Accepted;
use super::stream::Stream;
use super::{Busy, COARSE, Connection, Connections};

/// How long a client may take to close a connection once everything is said.
const DISCONNECT: Duration = Duration::from_secs(1);

/// HTTP over such a stream.
pub(super) fn http<T, A, S>(
    app: A,
    connections: &Connections,
) -> impl ServiceFactory<Accepted<T>, Config = (), Response = (), Error = DispatchError, InitError = ()>
+ use<T, A, S>
where
    T: AsyncRead + AsyncWrite + Unpin + 'static,
    A: IntoServiceFactory<S, Request>,
    S: ServiceFactory<
            Request,
            Config = AppConfig,
            Response = ServiceResponse<BoxBody>,
            Error = actix_web::Error,
            InitError = (),
        > + 'static,
{
    let counted = apply_fn_factory(app, |request: Request, app: &S::Service| {
        let busy = request.conn_data::<Arc<Connection>>().map(Connection::busy);
        let busy = busy.map(|(busy, overfull)| {
            overfull.map(|overfull| request.extensions_mut().insert(overfull));
            busy
        });
        let http2 = request.head().version == Version::HTTP_2;
        let answering = app.call(request);
        async move {
            let response = answering.await?;
            Ok(match busy {
                // Its answers wait for the client, any number of them at once.
                Some(busy) if http2 => response.map_body(|_, body| BoxBody::new(Answering::new(body, busy))),
                _ => response,
            })
        }
    });
    let rules = connections.0.rules;
    HttpService::build()
        .keep_alive(KeepAlive::Timeout(rules.keep_alive))
        .client_request_timeout(rules.client_timeout + COARSE)
        .client_disconnect_timeout(DISCONNECT)
        .on_connect_ext(|stream: &Stream<T>, data| {
            data.insert(Arc::clone(&stream.listed.0));
            if let Some(certificate) = &stream.certificate {
                data.insert(certificate.clone());
            }
        })
        // The application's own settings are those of a server it does not run in.
        .finish::<_, BoxBody>(map_config(counted, |()| AppConfig::default()))
}

/// An answer that is handed over piece by piece as the client takes it.
#[derive(Debug)]
struct Answering {
    body: BoxBody,
    busy: Busy,
}

impl Answering {
    fn new(body: BoxBody, busy: Busy) -> Self {
        busy.0.answers();
        Self { body, busy }
    }
}

impl MessageBody for Answering {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.busy.0.progresses();
        Pin::new(&mut self.body).poll_next(context)
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.busy.0.answered();
    }
}
