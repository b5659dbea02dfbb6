//! `WebhookResponse`: what the webhook answers.

use super::schema::{message, oneof, open_enum};
use super::{PageInfo, ParseError, ResponseMessage, SessionInfo, Struct, parse};

message! {
    /// The answer to a standard webhook call. Empty is valid and changes nothing.
    ///
    /// Handlers make a Reply instead, which can only say what the platform
    /// accepts.
    pub struct WebhookResponse {
        /// Messages to the user; absent to add none.
        fulfillment_response: Option<FulfillmentResponse> = "fulfillmentResponse";
        /// Changes to the page's form; absent to change nothing.
        page_info: Option<PageInfo> = "pageInfo";
        /// Changes to session parameters; absent to change nothing.
        session_info: Option<SessionInfo> = "sessionInfo";
        /// Appended to `queryResult.webhookPayloads` of the detect-intent answer.
        payload: Option<Struct> = "payload";
    }
    /// Where the conversation goes; absent to stay.
    oneof transition: Transition;
}

oneof! {
    /// Where the conversation goes.
    pub enum Transition {
        /// A page of the same flow, `…/flows/F/pages/P`.
        TargetPage(String) = "targetPage" | "target_page";
        /// A flow, `…/flows/F`.
        TargetFlow(String) = "targetFlow" | "target_flow";
    }
}

message! {
    /// Messages to the user.
    pub struct FulfillmentResponse {
        /// The messages, in order.
        messages: Vec<ResponseMessage> = "messages";
        /// What becomes of the messages that the agent has queued already.
        merge_behavior: MergeBehavior = "mergeBehavior";
    }
}

open_enum! {
    /// What becomes of the messages that the agent has queued already.
    pub enum MergeBehavior {
        /// Not said: they stay, ours follow.
        Unspecified = "MERGE_BEHAVIOR_UNSPECIFIED" = 0;
        /// They stay, ours follow.
        Append = "APPEND" = 1;
        /// They are dropped, ours are said instead.
        Replace = "REPLACE" = 2;
    }
}

impl WebhookResponse {
    /// Reads a response, every corner of it.
    ///
    /// # Errors
    ///
    /// The same as [`WebhookRequest::parse`](super::WebhookRequest::parse).
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        parse(body)
    }
}
