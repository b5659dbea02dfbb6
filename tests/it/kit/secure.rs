//! Connections over TLS, with a client's certificate or without.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;

use rejoinder::testing::{Certificates, Identity};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion};

use super::{Connection, PATIENCE, Request};

/// Both ends of a byte stream, encrypted or not.
#[derive(Debug)]
pub(crate) enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Stream {
    pub(super) fn shutdown(&self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.shutdown(Shutdown::Write),
            Self::Tls(stream) => stream.sock.shutdown(Shutdown::Write),
        }
    }

    /// The server's certificate (DER).
    pub(super) fn server_certificate(&self) -> Vec<u8> {
        match self {
            Self::Plain(_) => Vec::new(),
            Self::Tls(stream) => stream
                .conn
                .peer_certificates()
                .and_then(|chain| chain.first())
                .map_or_else(Vec::new, |leaf| leaf.to_vec()),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

/// A client that trusts one authority.
#[derive(Debug, Clone)]
pub(crate) struct SecureClient {
    root: Vec<u8>,
    identity: Option<Identity>,
    versions: Vec<&'static SupportedProtocolVersion>,
}

impl SecureClient {
    pub(crate) fn trusting(authority: &Certificates) -> Self {
        let versions = vec![&rustls::version::TLS13, &rustls::version::TLS12];
        Self { root: authority.der(), identity: None, versions }
    }

    /// The same client with a certificate of its own.
    pub(crate) fn presenting(&self, identity: &Identity) -> Self {
        Self { identity: Some(identity.clone()), ..self.clone() }
    }

    pub(crate) fn only(&self, version: &'static SupportedProtocolVersion) -> Self {
        Self { versions: vec![version], ..self.clone() }
    }

    pub(crate) fn config(&self) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(self.root.clone())).expect("a certificate");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&self.versions)
            .expect("versions")
            .with_root_certificates(roots);
        let Some(identity) = &self.identity else {
            return builder.with_no_client_auth();
        };
        let chain = identity.chain_der().iter().cloned().map(CertificateDer::from).collect();
        let key = PrivateKeyDer::try_from(identity.key_der().to_vec()).expect("a key");
        builder.with_client_auth_cert(chain, key).expect("an identity")
    }

    /// Connects and shakes hands.
    pub(crate) fn try_connect(&self, address: SocketAddr) -> io::Result<Connection> {
        let name = "localhost".try_into().expect("a name");
        let connection = ClientConnection::new(Arc::new(self.config()), name).map_err(io::Error::other)?;
        let socket = TcpStream::connect(address)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_write_timeout(Some(PATIENCE))?;
        let mut stream = StreamOwned::new(connection, socket);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        Ok(Connection::over(Stream::Tls(Box::new(stream))))
    }

    pub(crate) fn connect(&self, address: SocketAddr) -> Connection {
        self.try_connect(address).expect("a handshake")
    }

    /// Whether the server ends the connection before it answers: since TLS 1.3 the client learns of
    /// a refused certificate when it reads.
    pub(crate) fn is_refused(&self, address: SocketAddr) -> bool {
        match self.try_connect(address) {
            Err(error) => error.kind() != io::ErrorKind::WouldBlock,
            Ok(mut connection) => connection.is_closed_after(&Request::get("/healthz")),
        }
    }
}
