//! The row of a delivery to a webhook, masked and cut already.

use super::{Call, Row, Rules, SHORT, micros};
use crate::activity::facet::Facet;
use crate::activity::kept::Summary;
use crate::activity::record::Delivered;
use crate::activity::session::Parts;
use crate::excerpt::excerpt;

impl Rules {
    pub(super) fn delivered(&self, delivered: &Delivered, texts: &mut Vec<u8>) -> Row {
        let Delivered { place, messages, .. } = delivered;
        let (error_type, error) = delivered.error.as_ref().map_or(("", ""), |(code, text)| (code, text));
        let facet = Facet {
            kind: delivered.kind,
            status: delivered.status,
            status_code: delivered.status_code.unwrap_or(0),
            error_type,
            webhook: &delivered.webhook,
            tag: &place.tag,
            environment: &place.environment,
            agent: &place.agent,
        }
        .bounded();
        let answer = messages.attempts.last().and_then(|attempt| attempt.response.as_ref());
        let summary = Summary {
            took_us: micros(delivered.took),
            attempts: messages.attempts.len(),
            request_bytes: messages.requests.last().map_or(0, |request| request.bytes),
            response_bytes: answer.map_or(0, |answer| answer.bytes),
            outcome: delivered.outcome.into(),
            duplicate: delivered.outcome == "duplicate",
            tag: excerpt(&place.tag, SHORT),
            error: self.error(error),
            origin: delivered.origin.map(|origin| origin.number()),
            ..Summary::default()
        };
        let session = Parts::of(&place.session).key();
        let call = Call { id: delivered.id, parent: None, session: &session, facet };
        self.write_value(&call, &summary, messages, texts)
    }
}
