//! Which webhook of an agent a call goes to.

use super::PlayError;
use super::package::AgentPackage;
use super::session::{Input, meant};
use crate::nearest::nearest;
use crate::protocol::{Webhook, WebhookRequest};

/// The webhook that a fulfillment of the agent calls with the tag: one on the page where the
/// conversation is, if there is one there.
pub(crate) fn which<'p>(
    package: &'p AgentPackage,
    request: &WebhookRequest,
    input: &Input,
) -> Result<&'p Webhook, PlayError> {
    let tag = request.tag();
    let page = request.page_info.as_ref().map_or("", |page| page.display_name.as_str());
    let mut calls: Vec<_> = package.calls().filter(|call| call.tag == tag).collect();
    if calls.is_empty() {
        let tags: Vec<&str> = package.calls().map(|call| call.tag).collect();
        let near = meant(nearest(tag, tags));
        return Err(PlayError::Webhook(format!("no fulfillment of the agent has the tag {tag:?}{near}")));
    }
    if let Some(named) = &input.webhook {
        calls.retain(|call| call.webhook == named);
        if calls.is_empty() {
            return Err(PlayError::Webhook(format!(
                "no fulfillment with the tag {tag:?} calls the webhook {named:?}"
            )));
        }
    }
    if calls.iter().any(|call| call.place.page == Some(page)) {
        calls.retain(|call| call.place.page == Some(page));
    }
    let mut names: Vec<&str> = calls.iter().map(|call| call.webhook).collect();
    names.sort_unstable();
    names.dedup();
    match names.as_slice() {
        [name] => package.webhook(name).ok_or_else(|| {
            PlayError::Webhook(format!(
                "the tag {tag:?} goes to the webhook {name:?}, which the export lacks"
            ))
        }),
        _ => Err(PlayError::Webhook(format!(
            "the tag {tag:?} goes to several webhooks: {}; say which with `webhook`",
            names.join(", ")
        ))),
    }
}
