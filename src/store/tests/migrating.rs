//! The schema: forward from every release, and never from a newer one.

use super::migrations::{MIGRATIONS, Migration};
use super::*;

const FIRST: Migration = Migration::of(1, "one", "CREATE TABLE one (a BIGINT); INSERT INTO one VALUES (1);");
const SECOND: Migration =
    Migration::of(2, "two", "ALTER TABLE one ADD COLUMN b BIGINT; UPDATE one SET b = a + 1;");

#[test]
fn every_release_is_brought_up_to_this_one() {
    for steps in 0..=MIGRATIONS.len() {
        each_durable("migrations", async |tested| {
            tested.store.try_open(&MIGRATIONS[..steps]).await.expect("an older one");
            tested.again().open().await.expect("this one");
            tested.again().open().await.expect("once more");
        });
    }
    let versions = MIGRATIONS.iter().map(|migration| migration.version);
    assert!(versions.eq(1..=i64::try_from(MIGRATIONS.len()).expect("few")), "they are numbered without gaps");
}

#[test]
fn what_was_stored_before_a_step_is_there_after_it() {
    each_durable("migrations with data", async |tested| {
        drop(tested.store.try_open(&[FIRST]).await.expect("the first"));
        let opened = tested.again();
        drop(opened.try_open(&[FIRST, SECOND]).await.expect("the second"));
        // Any store that knows the schema; this one looks only.
        let error = tested.again().open().await.expect_err("it is not ours");
        assert!(matches!(error, StoreError::Newer { .. } | StoreError::Changed { .. }), "{error}");
    });
}

#[test]
fn a_newer_schema_is_refused_with_what_helps() {
    each_durable("newer schemas", async |tested| {
        tested.store.open().await.expect("opened");
        let newer = "INSERT INTO rejoinder_schema (version, name, checksum, rejoinder, applied_at) \
                     VALUES (99, 'later', 'x', '9.0.0', 0)";
        tested.store.execute(Synced::Full, Query::new(newer)).await.expect("a newer one");
        let error = tested.again().open().await.expect_err("newer");
        assert_eq!((error.code(), error.is_passing()), ("store_newer", false));
        let text = error.to_string();
        assert!(text.contains("schema 99") && text.contains("Run that version"), "{text}");
    });
}

#[test]
fn a_step_that_is_not_ours_is_refused() {
    each_durable("changed schemas", async |tested| {
        tested.store.open().await.expect("opened");
        let change = Query::new("UPDATE rejoinder_schema SET checksum = 'other' WHERE version = 1");
        tested.store.execute(Synced::Full, change).await.expect("changed");
        let error = tested.again().open().await.expect_err("changed");
        assert_eq!((error.code(), error.is_passing()), ("store_changed", false));
    });
}

#[test]
fn a_step_that_fails_leaves_nothing_behind() {
    const BROKEN: Migration =
        Migration::of(2, "two", "CREATE TABLE two (a BIGINT); INSERT INTO nowhere VALUES (1);");
    each_durable("broken migrations", async |tested| {
        let error = tested.store.try_open(&[FIRST, BROKEN]).await.expect_err("broken");
        assert_eq!(error.code(), "store_query");
        // Neither is there: the same steps can be made again.
        tested.again().try_open(&[FIRST, SECOND]).await.expect("mended");
    });
}

#[test]
fn instances_that_start_together_migrate_once() {
    each_durable("migrating at once", async |tested| {
        let starting: Vec<_> = (0..8)
            .map(|_| {
                let store = tested.again();
                tokio::spawn(async move { store.open().await })
            })
            .collect();
        for started in starting {
            started.await.expect("no panic").expect("opened");
        }
        let applied =
            tested.store.one(Query::new("SELECT COUNT(*) AS n FROM rejoinder_schema")).await.expect("n");
        assert_eq!(applied.get::<i64>("n").expect("n"), i64::try_from(MIGRATIONS.len()).expect("few"));
    });
}
