//! The three kinds of store, for tests that must hold on all of them.

#[path = "../../../src/store/testing/database.rs"]
mod database;
#[path = "../../../src/store/testing/wire.rs"]
pub(crate) mod wire;

use super::hold::Hold;
use database::Database;
use wire::Wire;

/// A place to store things in; gone when it is dropped.
#[derive(Debug)]
pub(crate) struct TestStore {
    /// `memory`, `sqlite` or `postgres`.
    pub(crate) name: &'static str,
    /// `store.url`; empty in memory.
    pub(crate) url: String,
    _folder: Option<tempfile::TempDir>,
    _database: Option<Database>,
}

impl TestStore {
    /// In memory.
    pub(crate) fn memory() -> Self {
        Self { name: "memory", url: String::new(), _folder: None, _database: None }
    }

    /// In an SQLite file.
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("rejoinder.db").display());
        Self { name: "sqlite", url, _folder: Some(folder), _database: None }
    }

    /// In PostgreSQL, if there is one for the tests; what is skipped is said.
    pub(crate) fn postgres(test: &str) -> Option<Self> {
        let database = Database::new(test)?;
        let url = database.url.to_string();
        Some(Self { name: "postgres", url, _folder: None, _database: Some(database) })
    }

    /// A token of this role, made by the command.
    pub(crate) fn token(&self, role: &str) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let made = super::run(folder.path(), &["token", "create", "--role", role], &[self.setting()]);
        assert_eq!(made.code, Some(0), "{}", made.errors);
        made.out.trim_end().to_owned()
    }

    /// The variable that makes a server use it.
    pub(crate) fn setting(&self) -> (&str, &str) {
        ("REJOINDER_STORE__URL", &self.url)
    }

    /// A network to it, which can be cut, and its address there.
    pub(crate) fn wire(&self) -> (Wire, String) {
        let database = self.url.parse().expect("it is PostgreSQL");
        let wire = Wire::to(&database);
        let url = wire.url(&database);
        (wire, url)
    }

    /// Begins a transaction in PostgreSQL with this statement, which lasts until what this gives is dropped.
    pub(crate) fn hold(&self, sql: &'static str) -> Hold {
        Hold::of(&self.url.parse().expect("it is PostgreSQL"), sql)
    }

    /// Runs a statement in PostgreSQL, as somebody else would.
    pub(crate) fn run(&self, sql: &str) {
        database::run(&self.url.parse().expect("it is PostgreSQL"), sql.to_owned());
    }
}

/// All that there are: `for store in stores("what is tested")`.
pub(crate) fn stores(test: &str) -> Vec<TestStore> {
    [TestStore::memory()].into_iter().chain(durable(test)).collect()
}

/// Those that outlive the process.
pub(crate) fn durable(test: &str) -> Vec<TestStore> {
    [TestStore::sqlite()].into_iter().chain(TestStore::postgres(test)).collect()
}
