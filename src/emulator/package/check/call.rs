//! One call of the agent: whose it is to answer, and what answers it.

use percent_encoding::percent_decode_str;

use super::super::WebhookCall;
use super::index::Index;
use super::served::{Served, ServedTag};
use crate::protocol::Webhook;

/// A call of the agent, and what becomes of it.
pub(super) struct Called<'p> {
    pub(super) call: WebhookCall<'p>,
    /// The resource, unless the package lacks it.
    pub(super) webhook: Option<&'p Webhook>,
    /// The tag that this server is asked for; `None` if somebody else is asked.
    pub(super) asked: Option<String>,
    /// What answers it here.
    pub(super) handler: Option<&'p ServedTag>,
}

impl<'p> Called<'p> {
    pub(super) fn new(call: WebhookCall<'p>, index: &Index<'p>, served: &'p Served) -> Self {
        let webhook = index.webhooks.get(call.webhook).copied();
        let asked = match webhook {
            Some(webhook) if webhook.is_flexible() => flexible_tag(webhook, served),
            // Without a resource, too, a tag is most likely ours.
            _ => Some(call.tag.to_owned()),
        };
        let handler = asked.as_deref().and_then(|tag| served.answers(tag));
        Self { call, webhook, asked, handler }
    }

    /// Whether this server is asked.
    pub(super) fn is_ours(&self) -> bool {
        self.asked.is_some()
    }

    /// Whether this server is asked by a flexible call.
    pub(super) fn is_flexible(&self) -> bool {
        self.webhook.is_some_and(Webhook::is_flexible)
    }
}

/// The tag that a flexible webhook of this server asks for; `None` if it asks somebody else.
fn flexible_tag(webhook: &Webhook, served: &Served) -> Option<String> {
    let Served { public_url, flexible_path, .. } = served;
    if flexible_path.is_empty() {
        return None;
    }
    let uri = &webhook.generic_web_service()?.uri;
    let path = if public_url.is_empty() {
        let behind = uri.split_once("://")?.1;
        &behind[behind.find('/')?..]
    } else {
        uri.strip_prefix(public_url.as_str())?
    };
    let tag = path.strip_prefix(flexible_path.as_str())?.strip_prefix('/')?;
    let tag = &tag[..tag.find(['?', '#']).unwrap_or(tag.len())];
    // Which tag a reference stands for is known in the conversation alone.
    let plain = !tag.is_empty() && !tag.contains(['$', '/']);
    plain.then(|| percent_decode_str(tag).decode_utf8().ok().map(Into::into)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flexible_webhook_is_ours_by_its_address() {
        let served = |public_url: &str, path: &str| Served {
            public_url: public_url.to_owned(),
            flexible_path: path.to_owned(),
            ..Served::default()
        };
        let here = served("https://orders.example.com/base", "/flexible");
        let anywhere = served("", "/flexible");
        for (uri, served, expected) in [
            ("https://orders.example.com/base/flexible/count", &here, Some("count")),
            ("https://orders.example.com/base/flexible/a%2Fb?x=1", &here, Some("a/b")),
            ("https://orders.example.com/flexible/count", &here, None),
            ("https://other.example.com/base/flexible/count", &here, None),
            ("https://orders.example.com/base/flexibly/count", &here, None),
            ("https://orders.example.com/base/flexible/$session.params.tag", &here, None),
            ("https://orders.example.com/base/flexible/", &here, None),
            ("https://any.example.com/flexible/count", &anywhere, Some("count")),
            ("https://any.example.com", &anywhere, None),
            ("flexible/count", &anywhere, None),
            ("https://any.example.com/flexible/count", &served("", ""), None),
        ] {
            let text = format!(r#"{{"genericWebService": {{"uri": "{uri}", "webhookType": "FLEXIBLE"}}}}"#);
            let webhook = Webhook::parse(text.as_bytes()).expect("a webhook");
            assert_eq!(flexible_tag(&webhook, served).as_deref(), expected, "{uri}");
        }
    }
}
