//! A session goes out of the packs that have it: they are written again without it.

use std::collections::HashMap;

use super::write::{facets_of, keys, write_facets};
use super::{Key, Opened, Packed, encode};
use crate::activity::InvocationId;
use crate::activity::sql::{count, hour};
use crate::store::{Query, Store, StoreError, Synced, Transaction};

/// Removes the calls of a session from all packs, one pack after the other; tells how many.
pub(in crate::activity) async fn erase(store: &Store, session: &str) -> Result<u64, StoreError> {
    let query = Query::new(store.dialect().await?.pick(
        "SELECT first FROM activity_packs WHERE instr(keys, $1) > 0 ORDER BY first",
        "SELECT first FROM activity_packs WHERE position($1 IN keys) > 0 ORDER BY first",
    ));
    let packs = store.all(query.bind(&Key::Session(session).hash()[..])).await?;
    let mut erased = 0;
    for pack in packs {
        let mut transaction = store.begin(Synced::Full).await?;
        transaction.overwrite_deleted().await?;
        erased += erase_from(&mut transaction, pack.get("first")?, session).await?;
        transaction.commit().await?;
    }
    Ok(erased)
}

async fn erase_from(transaction: &mut Transaction, pack: i64, session: &str) -> Result<u64, StoreError> {
    let query = Query::new(transaction.dialect().pick(
        "SELECT data FROM activity_packs WHERE first = $1",
        "SELECT data FROM activity_packs WHERE first = $1 FOR UPDATE",
    ));
    let Some(row) = transaction.optional(query.bind(pack)).await? else { return Ok(0) };
    let opened = Opened::of(&row.get::<Vec<u8>>("data")?);
    let (erased, left): (Vec<Packed<'_>>, Vec<Packed<'_>>) =
        opened.calls().partition(|call| call.session == session);
    // One that cannot be read may have it: it goes as a whole.
    if erased.is_empty() && !left.is_empty() {
        return Ok(0);
    }
    transaction.execute(Query::new("DELETE FROM activity_pack_facets WHERE pack = $1").bind(pack)).await?;
    if left.is_empty() {
        transaction.execute(Query::new("DELETE FROM activity_packs WHERE first = $1").bind(pack)).await?;
    } else {
        // Its first and last id stay: they are the bounds of what it may have.
        let query = Query::new("UPDATE activity_packs SET calls = $2, keys = $3, data = $4 WHERE first = $1");
        let query = query.bind(pack).bind(left.len() as i64).bind(keys(&left));
        transaction.execute(query.bind(encode(&left))).await?;
        let mut facets = Vec::new();
        facets_of(pack, &left, &mut facets);
        write_facets(transaction, &facets).await?;
    }
    let mut counts: HashMap<(i64, i64), i64> = HashMap::new();
    for call in &erased {
        *counts.entry((hour(InvocationId::of_number(call.id).micros()), call.facet)).or_default() -= 1;
    }
    count(transaction, counts).await?;
    Ok(erased.len() as u64)
}
