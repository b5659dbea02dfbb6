//! How many deliveries there were, by webhook, by day and by rule.

use std::collections::HashMap;

use super::About;
use crate::activity::InvocationId;
use crate::delivery::job::Source;
use crate::delivery::webhook::WebhookId;
use crate::store::{Query, Row, Store, StoreError};

/// The days that are counted one by one.
pub(crate) const DAYS: usize = 7;
/// In microseconds.
const DAY: i64 = 86_400 * 1_000_000;
/// So many deliveries are looked at to find out which rules fired.
const MOST_LOOKED_AT: usize = 4_000;

/// How many deliveries each webhook had since a moment.
pub(in crate::delivery) async fn counts(
    store: &Store,
    since: i64,
) -> Result<HashMap<WebhookId, u64>, StoreError> {
    let query = Query::new(
        "SELECT webhook, COUNT(*) AS calls FROM deliveries WHERE latest_at >= $1 GROUP BY webhook",
    );
    let rows = store.all(query.bind(since)).await?;
    let count = |row: &Row| {
        let calls: i64 = row.get("calls")?;
        Ok((row.parsed("webhook")?, u64::try_from(calls).unwrap_or_default()))
    };
    rows.iter().map(count).collect()
}

/// How many deliveries a webhook had on each day up to now: an index has all that is asked for.
pub(in crate::delivery) async fn days(
    store: &Store,
    webhook: WebhookId,
    now: i64,
) -> Result<[i64; DAYS], StoreError> {
    let since = now.saturating_sub(DAY * DAYS as i64);
    let query = Query::new(
        "SELECT (latest_at - $2) / 86400000000 AS day, COUNT(*) AS calls FROM deliveries \
         WHERE webhook = $1 AND latest_at > $2 GROUP BY 1",
    );
    let mut days = [0; DAYS];
    for row in store.all(query.bind(webhook.as_str()).bind(since)).await? {
        let day = usize::try_from(row.get::<i64>("day")?).unwrap_or_default();
        days[day.min(DAYS - 1)] += row.get::<i64>("calls")?;
    }
    Ok(days)
}

/// What rules have notified, by their ids.
#[derive(Debug, Default, Clone)]
pub(crate) struct Firings {
    /// When each fired last, in microseconds since 1970, and how many deliveries it caused.
    pub(crate) of: HashMap<String, (i64, u64)>,
    /// Whether there were more deliveries than were looked at.
    pub(crate) more: bool,
}

/// What rules have sent these webhooks in the last days, as far as the newest deliveries say.
pub(in crate::delivery) async fn firings(
    store: &Store,
    webhooks: &[WebhookId],
    now: i64,
) -> Result<Firings, StoreError> {
    let mut firings = Firings::default();
    let each = MOST_LOOKED_AT / webhooks.len().max(1) + 1;
    for webhook in webhooks {
        let query = Query::new(
            "SELECT id, about FROM deliveries WHERE webhook = $1 AND latest_at >= $2 \
             ORDER BY latest_at DESC, id DESC LIMIT $3",
        );
        let since = now.saturating_sub(DAY * DAYS as i64);
        let query = query.bind(webhook.as_str()).bind(since).bind(i64::try_from(each).unwrap_or(i64::MAX));
        let rows = store.all(query).await?;
        firings.more |= rows.len() == each;
        for row in rows {
            let about = About::read(&row)?;
            // What somebody made again, no rule did.
            if about.origin.is_some() {
                continue;
            }
            if let Source::Trigger(rule) | Source::Automation(rule) = about.source() {
                let at = InvocationId::of_number(row.get("id")?).micros();
                let (last, count) = firings.of.entry(rule).or_default();
                (*last, *count) = (at.max(*last), *count + 1);
            }
        }
    }
    Ok(firings)
}
