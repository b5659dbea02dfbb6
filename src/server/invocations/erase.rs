//! Forgetting a conversation.

use serde_json::json;

use super::By;
use crate::activity::Activity;
use crate::server::door::Door;
use crate::store::StoreError;

/// Forgets everything that is known of a session, by its id or its name; tells how many calls it were.
pub(in crate::server) async fn erase(
    door: &Door,
    activity: &Activity,
    by: By<'_>,
    session: &str,
) -> Result<u64, StoreError> {
    if let Some(told) = door.told.get() {
        told.erase(session).await?;
    }
    let erased = activity.erase(session).await?;
    // The session's name may be personal itself.
    by.record(door, "erase", "activity/sessions", Some(&json!({ "erased": erased }))).await?;
    tracing::info!(
        target: "rejoinder::activity",
        who = &*by.who.name, erased, "a session was erased from the activity log"
    );
    Ok(erased)
}
