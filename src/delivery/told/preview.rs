//! What a rule would send about a recent turn, which nobody is sent.

use serde_json::{Map, Value};

use super::kept::Kept;
use crate::activity::query::{self, Filter, Wanted, Whole};
use crate::activity::status::Kind as Call;
use crate::activity::{Activity, InvocationId};
use crate::delivery::Content;
use crate::delivery::rules::{self, Kind, Rule, RuleError, Rules, Sampled, Unsent};
use crate::delivery::webhook::{Method, RequestFormat};
use crate::excerpt::excerpt;
use crate::store::StoreError;

/// What would be sent.
#[derive(Debug)]
pub(crate) struct Preview {
    /// The call that it is about; none if the log has none.
    pub(crate) invocation: Option<String>,
    /// Whether the conditions hold, if enough is kept to say so.
    pub(crate) matches: Option<bool>,
    /// The placeholders for which samples stand.
    pub(crate) samples: Vec<String>,
    pub(crate) actions: Vec<Previewed>,
}

/// One action of it.
#[derive(Debug)]
pub(crate) struct Previewed {
    /// The webhook's id, as the action has it.
    pub(crate) webhook: String,
    pub(crate) outcome: Result<Rendered, Unsent>,
}

#[derive(Debug)]
pub(crate) struct Rendered {
    /// The webhook's name.
    pub(crate) name: String,
    pub(crate) method: Method,
    pub(crate) format: RequestFormat,
    pub(crate) content: Content,
}

/// Why there is no preview.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PreviewError {
    #[error(transparent)]
    Rule(#[from] RuleError),
    #[error("The activity log has no call {id:?}.")]
    NoCall { id: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Renders the rule in `sent`, over what is saved under `id` if there is one, for the call that is asked
/// for, or for the newest one.
pub(crate) async fn of(
    kind: Kind,
    rules: &Rules,
    activity: Option<&Activity>,
    (id, sent): (Option<&str>, &Map<String, Value>),
    asked: Option<&str>,
) -> Result<Preview, PreviewError> {
    let saved = match id {
        Some(id) => Some(rules.get(kind, id).await?),
        None => None,
    };
    let before = saved.as_ref().map(|saved| &saved.rule);
    let rule = Rule::read(kind, sent, before).map_err(RuleError::Invalid)?;
    let kept = match recent(activity, asked).await? {
        Some(whole) => Kept::of(&whole, rules.messages_key()),
        None => Kept::none(),
    };
    let webhooks = rules.webhooks().current().await.map_err(RuleError::from)?;
    let event = kept.envelope(&rule, saved.map(|saved| saved.id).unwrap_or_default(), rules.account_id());
    let sampled = Sampled::of(kind, &rule.actions, &webhooks, &event);
    let actions = rule.actions.iter().map(|action| Previewed {
        webhook: action.webhook.clone(),
        outcome: rules::render(kind, action, &webhooks, &sampled).map(|rendered| Rendered {
            name: rendered.webhook.name.clone(),
            method: rendered.webhook.http_method,
            format: rendered.webhook.request_format,
            content: rendered.content,
        }),
    });
    Ok(Preview {
        invocation: Some(kept.id().to_owned()).filter(|id| !id.is_empty()),
        matches: kept.holds(kind, &rule),
        samples: sampled.samples().map(str::to_owned).collect(),
        actions: actions.collect(),
    })
}

/// That call, or the newest one; none if the log has none.
async fn recent(activity: Option<&Activity>, asked: Option<&str>) -> Result<Option<Whole>, PreviewError> {
    let Some(activity) = activity else { return Ok(None) };
    activity.flush().await;
    let store = activity.store();
    let id = match asked {
        Some(asked) => {
            let none = || PreviewError::NoCall { id: excerpt(asked, 100).into_owned() };
            let id: InvocationId = asked.parse().map_err(|_| none())?;
            return query::one(store, id).await?.ok_or_else(none).map(Some);
        }
        None => {
            let filter = Filter { kinds: vec![Call::Standard, Call::Flexible], ..Filter::default() };
            let wanted = Wanted { size: 1, ..Wanted::default() };
            query::page(store, &filter, &wanted).await?.rows.first().map(|found| found.id)
        }
    };
    match id {
        Some(id) => Ok(query::one(store, id).await?),
        None => Ok(None),
    }
}
