//! A door on a free loopback port, in this process.

use std::net::SocketAddr;
use std::thread::JoinHandle;

use rejoinder::config::{Config, Sources};
use rejoinder::server::Keys;
use rejoinder::{Rejoinder, ServerError};
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use super::stores::TestStore;
use super::{Answer, Connection, Request};

/// Settings as environment variables, over the defaults and port 0.
pub(crate) fn config(settings: &[(&str, &str)]) -> Config {
    let defaults = [
        ("REJOINDER_SERVER__BIND", "127.0.0.1:0"),
        ("REJOINDER_SERVER__HANDLER_THREADS", "4"),
        // Calls that a test holds are late on a busy machine; those that are to be late say so.
        ("REJOINDER_SERVER__DEADLINE", "30s"),
    ];
    let settings = defaults.iter().chain(settings);
    let environment = settings.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let sources = Sources { environment, ..Sources::default() };
    Config::load(&sources).unwrap_or_else(|error| panic!("{error}"))
}

/// A server that answers until it is dropped.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    /// That of `server.admin_bind`.
    pub(crate) admin: Option<SocketAddr>,
    /// What opens the management API, once somebody has asked for it.
    token: Option<String>,
    keys: Keys,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), ServerError>>>,
}

impl Served {
    /// Serves the demo.
    pub(crate) fn demo() -> Self {
        Self::demo_with(&[])
    }

    /// Serves the demo with these settings.
    pub(crate) fn demo_with(settings: &[(&str, &str)]) -> Self {
        let mut settings = settings.to_vec();
        settings.push(("REJOINDER_DEMO__ENABLED", "true"));
        Self::start(Rejoinder::new, &settings)
    }

    /// Serves handlers, which run on the same runtime as the server.
    pub(crate) fn start(
        make: impl FnOnce() -> Rejoinder + Send + 'static,
        settings: &[(&str, &str)],
    ) -> Self {
        let mut runtime = Builder::new_multi_thread();
        runtime.worker_threads(4);
        Self::start_on(runtime, make, settings)
    }

    /// Serves handlers with settings that have been read already.
    pub(crate) fn start_config(make: impl FnOnce() -> Rejoinder + Send + 'static, config: Config) -> Self {
        let mut runtime = Builder::new_multi_thread();
        runtime.worker_threads(4);
        Self::run(runtime, make, config)
    }

    /// Serves handlers from a program with a runtime of its own choice.
    pub(crate) fn start_on(
        runtime: Builder,
        make: impl FnOnce() -> Rejoinder + Send + 'static,
        settings: &[(&str, &str)],
    ) -> Self {
        Self::run(runtime, make, config(settings))
    }

    fn run(mut runtime: Builder, make: impl FnOnce() -> Rejoinder + Send + 'static, config: Config) -> Self {
        let (tell, told) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = runtime.enable_all().build()?;
            runtime.block_on(async {
                let server = make().bind(config)?;
                let keys = server.keys();
                tell.send((server.addresses()[0], server.admin_address(), keys))
                    .expect("the test waits for it");
                server.run(ended(stopped)).await
            })
        });
        match told.recv() {
            Ok((address, admin, keys)) => {
                Self { address, admin, token: None, keys, stop: Some(stop), thread: Some(thread) }
            }
            Err(_) => panic!("the server does not start: {:?}", thread.join()),
        }
    }

    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.address)
    }

    /// The same, managed with an admin's token of this store.
    pub(crate) fn managed(mut self, store: &TestStore) -> Self {
        self.token = if store.url.is_empty() { self.keys.make() } else { Some(store.token("admin")) };
        self
    }

    /// The token that opens the management API.
    pub(crate) fn token(&self) -> &str {
        self.token.as_deref().expect("managed")
    }

    /// Asks as somebody who may manage.
    pub(crate) fn manage(&self, request: Request) -> Answer {
        self.ask(&request.header("Authorization", format!("Bearer {}", self.token())))
    }

    /// Asks on a connection of its own.
    pub(crate) fn ask(&self, request: &Request) -> Answer {
        self.connect().ask(request)
    }

    /// Makes a webhook call on a connection of its own.
    pub(crate) fn call(&self, body: impl Into<Vec<u8>>) -> Answer {
        self.ask(&Request::call(body))
    }

    /// Starts shutdown; the server ends in its own time.
    pub(crate) fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // An error means that it has ended already, which `drop` looks into.
            let _ = stop.send(());
        }
    }
}

async fn ended(stopped: oneshot::Receiver<()>) {
    let _ = stopped.await;
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop();
        let ended = self.thread.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            assert!(matches!(ended, Some(Ok(Ok(())))), "the server ends well: {ended:?}");
        }
    }
}
