//! Everything at once.

use super::{FromCall, Rejection};
use crate::auth::Caller;
use crate::error::Result;
use crate::fulfillment::Call;
use crate::protocol::WebhookRequest;

impl FromCall for WebhookRequest {
    async fn from_call(call: &Call) -> Result<Self> {
        Ok(call.envelope().whole().map_err(Rejection::from)?)
    }
}

impl FromCall for Call {
    async fn from_call(call: &Call) -> Result<Self> {
        Ok(call.clone())
    }
}

impl FromCall for Caller {
    async fn from_call(call: &Call) -> Result<Self> {
        Ok(call.caller().clone())
    }
}
