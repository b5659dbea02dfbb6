//! Somebody else who is in the way of PostgreSQL's statements.

use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection as _, Executor as _};
use url::Url;

/// A transaction of somebody else, which ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Hold(Option<(Sender<()>, JoinHandle<()>)>);

impl Hold {
    pub(crate) fn of(url: &Url, sql: &'static str) -> Self {
        let options: PgConnectOptions = url.as_str().parse().expect("an address of PostgreSQL");
        let (end, ended) = channel::<()>();
        let (tell, told) = channel();
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            let mut connection =
                runtime.block_on(PgConnection::connect_with(&options)).expect("PostgreSQL answers");
            runtime.block_on(connection.execute("BEGIN")).expect("begun");
            runtime.block_on(connection.execute(sql)).expect("the statement is right");
            tell.send(()).expect("the test waits");
            let _ = ended.recv();
            runtime.block_on(connection.close()).expect("closed");
        });
        told.recv().expect("it holds");
        Self(Some((end, thread)))
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some((end, thread)) = self.0.take() {
            drop(end);
            thread.join().expect("done");
        }
    }
}
