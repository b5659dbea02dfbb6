//! A network between a store and PostgreSQL, which can be cut, or swallow what is sent.
//!
//! The integration tests have this file in their kit, too.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

use url::Url;

pub(crate) const OPEN: u8 = 0;
pub(crate) const CUT: u8 = 1;
pub(crate) const SILENT: u8 = 2;

/// It is there until it is dropped.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) address: SocketAddr,
    state: Arc<AtomicU8>,
    stop: Arc<AtomicBool>,
    streams: Arc<Mutex<Vec<(TcpStream, UnixStream)>>>,
}

impl Wire {
    /// To the server of this database, which listens on a socket.
    pub(crate) fn to(database: &Url) -> Self {
        let folder = database.query_pairs().find(|(key, _)| key == "host").expect("a socket").1.into_owned();
        let socket = format!("{folder}/.s.PGSQL.{}", database.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (state, stop) = (Arc::new(AtomicU8::new(OPEN)), Arc::new(AtomicBool::new(false)));
        let streams = Arc::<Mutex<Vec<_>>>::default();
        let wire = Self { address, state: state.clone(), stop: stop.clone(), streams: streams.clone() };
        std::thread::spawn(move || {
            for client in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let client = client.expect("a client");
                if state.load(Ordering::SeqCst) == CUT {
                    continue;
                }
                let server = UnixStream::connect(&socket).expect("PostgreSQL's socket");
                let both =
                    |c: &TcpStream, s: &UnixStream| (c.try_clone().expect("c"), s.try_clone().expect("s"));
                streams.lock().expect("streams").push(both(&client, &server));
                let (client_two, server_two) = both(&client, &server);
                let (up, down) = (state.clone(), state.clone());
                std::thread::spawn(move || pass(client, server, &up));
                std::thread::spawn(move || pass(server_two, client_two, &down));
            }
        });
        wire
    }

    /// The database's address on the other end.
    pub(crate) fn url(&self, database: &Url) -> String {
        format!("postgres://{}@{}{}", database.username(), self.address, database.path())
    }

    pub(crate) fn set(&self, state: u8) {
        self.state.store(state, Ordering::SeqCst);
        if state == CUT {
            for (client, server) in self.streams.lock().expect("streams").drain(..) {
                let _ = (client.shutdown(Shutdown::Both), server.shutdown(Shutdown::Both));
            }
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.set(CUT);
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

/// Passes bytes on until an end is gone; when the wire is silent they are lost.
fn pass(mut from: impl Read, mut to: impl Write, state: &AtomicU8) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        if state.load(Ordering::SeqCst) != SILENT && to.write_all(&buffer[..read]).is_err() {
            return;
        }
    }
}
