//! The client's certificates, on their way from the handshake to the caller checks.

use std::any::Any;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::HttpRequest;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;

use crate::auth::PeerCertificate;

/// Keeps a connection's client certificates for the check `mtls`.
///
/// For an actix server of your own that a [`Service`](super::super::Service) is mounted in; give it to
/// [`HttpServer::on_connect`](actix_web::HttpServer::on_connect) **before** binding, or it is not called.
pub fn remember_client_certificates(connection: &dyn Any, data: &mut Extensions) {
    if let Some(stream) = connection.downcast_ref::<TlsStream<TcpStream>>()
        && let Some(sent) = stream.get_ref().1.peer_certificates()
        && let Some(peer) = PeerCertificate::from_der(sent.iter().map(|one| one.to_vec()))
    {
        data.insert(peer);
    }
}

/// The certificate of the client that makes this request, if it was asked for one and had it.
pub(crate) fn client_certificate(request: &HttpRequest) -> Option<&PeerCertificate> {
    request.conn_data::<PeerCertificate>()
}
