//! Queries, rows and transactions.

use std::os::unix::fs::PermissionsExt as _;

use super::*;

const TABLE: &str =
    "CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT, yes BOOLEAN, part DOUBLE PRECISION)";

async fn table(store: &Store) {
    let dialect = store.dialect().await.expect("it opens");
    let mut sql = TABLE.to_owned();
    sql.insert_str(sql.len() - 1, dialect.pick(", raw BLOB", ", raw BYTEA"));
    store.execute(Synced::Full, Query::built(sql)).await.expect("a table");
}

fn insert(id: i64) -> Query {
    Query::new("INSERT INTO things (id, name) VALUES ($1, $2)").bind(id).bind(format!("thing {id}"))
}

async fn count(store: &Store) -> i64 {
    let row = store.one(Query::new("SELECT COUNT(*) AS n FROM things")).await.expect("a count");
    row.get("n").expect("a number")
}

#[test]
fn every_type_comes_back_as_it_was_stored() {
    each("types", async |tested| {
        let store = &tested.store;
        table(store).await;
        let sql = "INSERT INTO things (id, name, yes, part, raw) VALUES ($1, $2, $3, $4, $5)";
        let full = Query::new(sql).bind(i64::MIN).bind("a\0b ü").bind(true).bind(0.1).bind(vec![0_u8, 255]);
        let empty = Query::new(sql)
            .bind(2)
            .bind(None::<String>)
            .bind(None::<bool>)
            .bind(None::<f64>)
            .bind(None::<Vec<u8>>);
        assert_eq!(store.execute(Synced::Full, full).await.expect("stored"), 1);
        assert_eq!(store.execute(Synced::Lazy, empty).await.expect("stored"), 1);
        let rows = store.all(Query::new("SELECT * FROM things ORDER BY id")).await.expect("rows");
        let (full, empty) = (&rows[0], &rows[1]);
        assert_eq!(full.get::<i64>("id").expect("id"), i64::MIN);
        assert_eq!(full.get::<String>("name").expect("name"), "a\u{fffd}b ü");
        assert!(full.get::<bool>("yes").expect("yes"));
        assert_eq!(full.get::<f64>("part").expect("part"), 0.1);
        assert_eq!(full.get::<Vec<u8>>("raw").expect("raw"), [0, 255]);
        assert_eq!(empty.get::<Option<String>>("name").expect("name"), None);
        assert_eq!(empty.get::<Option<bool>>("yes").expect("yes"), None);
        assert_eq!(empty.get::<Option<Vec<u8>>>("raw").expect("raw"), None);
        assert!(empty.get::<i64>("nmae").is_err());
        let none = store.optional(Query::new("SELECT id FROM things WHERE id = $1").bind(3)).await;
        assert!(none.expect("asked").is_none());
    });
}

#[test]
fn a_transaction_counts_when_it_is_committed_and_not_when_it_is_dropped() {
    each("transactions", async |tested| {
        let store = &tested.store;
        table(store).await;
        let mut dropped = store.begin(Synced::Full).await.expect("begun");
        dropped.execute(insert(1)).await.expect("written");
        drop(dropped);
        assert_eq!(count(store).await, 0, "{}", tested.name);
        let mut kept = store.begin(Synced::Full).await.expect("begun");
        kept.execute(insert(1)).await.expect("written");
        assert_eq!(
            kept.one(Query::new("SELECT COUNT(*) AS n FROM things"))
                .await
                .expect("n")
                .get::<i64>("n")
                .expect("n"),
            1
        );
        kept.commit().await.expect("committed");
        assert_eq!(count(store).await, 1);
    });
}

#[test]
fn a_second_entry_of_one_key_is_a_conflict_and_breaks_nothing() {
    each("conflicts", async |tested| {
        let store = &tested.store;
        table(store).await;
        store.execute(Synced::Full, insert(1)).await.expect("the first");
        let error = store.execute(Synced::Full, insert(1)).await.expect_err("the second");
        assert!(error.is_conflict() && !error.is_passing(), "{error}");
        assert_eq!(store.state(), State::Working);
        store.execute(Synced::Full, insert(2)).await.expect("the next");
        let error = store.all(Query::new("SELECT nothing FROM nowhere")).await.expect_err("no such table");
        assert_eq!((error.code(), store.state()), ("store_query", State::Working));
    });
}

#[test]
fn many_writers_at_once_all_get_their_turn() {
    each("many writers", async |tested| {
        let store = tested.store.clone();
        table(&store).await;
        let others = if tested.name == "memory" { store.clone() } else { tested.again() };
        let tasks: Vec<_> = (0..60)
            .map(|id| {
                let store = if id % 2 == 0 { store.clone() } else { others.clone() };
                let synced = if id % 3 == 0 { Synced::Lazy } else { Synced::Full };
                tokio::spawn(async move {
                    let mut transaction = store.begin(synced).await.expect("a turn");
                    transaction.all(Query::new("SELECT COUNT(*) AS n FROM things")).await.expect("read");
                    transaction.execute(insert(id)).await.expect("written");
                    transaction.commit().await.expect("committed");
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("no panic");
        }
        assert_eq!(count(&store).await, 60);
    });
}

#[test]
fn promises_wait_for_the_disk_and_the_log_does_not() {
    each_durable("synced", async |tested| {
        let expected = match tested.name {
            "sqlite" => {
                [("PRAGMA synchronous", "synchronous", "2"), ("PRAGMA synchronous", "synchronous", "1")]
            }
            _ => [
                ("SHOW synchronous_commit", "synchronous_commit", "on"),
                ("SHOW synchronous_commit", "synchronous_commit", "off"),
            ],
        };
        // Twice: what one transaction set is not the next one's.
        for _ in 0..2 {
            for (synced, (sql, column, expected)) in [Synced::Full, Synced::Lazy].into_iter().zip(expected) {
                let mut transaction = tested.store.begin(synced).await.expect("begun");
                let row = transaction.one(Query::new(sql)).await.expect("asked");
                let found = match tested.name {
                    "sqlite" => row.get::<i64>(column).expect("a number").to_string(),
                    _ => row.get::<String>(column).expect("a word"),
                };
                assert_eq!(found, expected, "{synced:?}");
                transaction.commit().await.expect("committed");
            }
        }
    });
}

#[test]
fn a_file_is_for_its_owner_alone_and_gives_room_back() {
    each_durable("files", async |tested| {
        let Some(folder) = &tested.folder else { return };
        let store = &tested.store;
        table(store).await;
        for name in ["rejoinder.db", "rejoinder.db-wal", "rejoinder.db-shm"] {
            let mode = std::fs::metadata(folder.path().join(name)).expect(name).permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
        let pages = || async {
            let row = store.one(Query::new("SELECT page_count AS n FROM pragma_page_count")).await;
            row.expect("asked").get::<i64>("n").expect("a number")
        };
        let mut transaction = store.begin(Synced::Lazy).await.expect("begun");
        for id in 0..200 {
            let big =
                Query::new("INSERT INTO things (id, name) VALUES ($1, $2)").bind(id).bind("x".repeat(20_000));
            transaction.execute(big).await.expect("written");
        }
        transaction.commit().await.expect("committed");
        let before = pages().await;
        store.execute(Synced::Lazy, Query::new("DELETE FROM things")).await.expect("deleted");
        store.reclaim().await.expect("reclaimed");
        let after = pages().await;
        assert!(after < before / 10, "{before} -> {after} pages");
    });
}

#[test]
fn what_was_written_is_there_after_a_restart() {
    each_durable("restarts", async |tested| {
        table(&tested.store).await;
        tested.store.execute(Synced::Full, insert(7)).await.expect("written");
        let mut unfinished = tested.store.begin(Synced::Full).await.expect("begun");
        unfinished.execute(insert(8)).await.expect("written");
        drop(unfinished);
        assert_eq!(count(&tested.again()).await, 1, "{}", tested.name);
    });
}

#[test]
fn memory_has_a_bound() {
    testing::block_on(async {
        let mut settings = testing::settings(None);
        settings.memory_limit = 1 << 20;
        let store = testing::store(&settings);
        table(&store).await;
        let big = || {
            Query::new("INSERT INTO things (id, name) VALUES ((SELECT COUNT(*) FROM things), $1)")
                .bind("x".repeat(100_000))
        };
        let error = loop {
            if let Err(error) = store.execute(Synced::Lazy, big()).await {
                break error;
            }
        };
        assert_eq!(error.code(), "store_full");
        assert!(error.to_string().contains("store.memory_limit"), "{error}");
        assert!((5..20).contains(&count(&store).await));
        store.execute(Synced::Lazy, Query::new("DELETE FROM things")).await.expect("deleting is possible");
        store.execute(Synced::Lazy, big()).await.expect("there is room again");
        assert_eq!(store.state(), State::Working);
    });
}
