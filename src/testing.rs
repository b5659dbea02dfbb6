//! Calls a router without a socket, for tests of handlers.
//!
//! ```
//! use rejoinder::testing::WebhookCall;
//! use rejoinder::{Params, Reply, Router};
//!
//! #[derive(serde::Deserialize)]
//! struct Order { order_id: String }
//!
//! async fn order_status(Params(order): Params<Order>) -> Reply {
//!     Reply::text(format!("Order {} has shipped.", order.order_id)).set("order_status", "shipped")
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let router = Router::new().tag("order-status", order_status);
//! let response = WebhookCall::tag("order-status").parameter("order_id", "42").send(router).await?;
//! assert_eq!(response.texts(), ["Order 42 has shipped."]);
//! assert_eq!(response.parameter("order_status"), Some(&"shipped".into()));
//! # Ok::<(), rejoinder::Error>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A [`Conversation`] is many turns: it remembers what the platform remembers, and plays transcripts. An
//! [`AgentConversation`] executes an exported agent: a test says what the user says, and nothing else.
//!
//! [`TokenEndpoint`], [`MetadataServer`] and [`SecretManager`] are small real servers on loopback, which
//! take the place of what credentials come from; [`Issuer`] signs tokens for calls to a server with caller checks.

#[cfg(feature = "testing")]
mod agent_conversation;
mod certificates;
#[cfg(feature = "testing")]
mod conversation;
mod http;
mod issuer;
mod metadata_server;
mod secret_manager;
#[cfg(feature = "testing")]
mod side;
mod token_endpoint;

use serde::Serialize;
use serde_json::Value;

use crate::auth::Caller;
use crate::error::Result;
use crate::fulfillment::{AnswerForm, Call, Deadline, Fulfillment, OnError, Router};
use crate::protocol::{
    Envelope, FormInfo, FulfillmentInfo, Message, PageInfo, ParameterInfo, ParameterState, Query,
    SessionInfo, Transition, WebhookRequest, WebhookResponse,
};

#[cfg(feature = "testing")]
pub use agent_conversation::AgentConversation;
pub use certificates::{Certificates, Identity, IdentityFiles, Order};
#[cfg(feature = "testing")]
pub use conversation::{Conversation, ConversationError};
pub use issuer::{Issuer, TokenOrder};
pub use metadata_server::MetadataServer;
pub use secret_manager::SecretManager;
pub use token_endpoint::{TokenEndpoint, TokenRequest};

/// A call as the agent would make it, built member by member.
#[derive(Debug, Clone, Default)]
#[must_use = "a call does nothing until it is sent"]
pub struct WebhookCall {
    request: WebhookRequest,
}

impl From<WebhookRequest> for WebhookCall {
    fn from(request: WebhookRequest) -> Self {
        Self { request }
    }
}

impl WebhookCall {
    /// A call of this tag, in a session of an example agent, on its start page.
    pub fn tag(tag: impl Into<String>) -> Self {
        const AGENT: &str = "projects/example-project/locations/global/agents/example-agent";
        const FLOW: &str = "flows/00000000-0000-0000-0000-000000000000";
        let request = WebhookRequest {
            detect_intent_response_id: "example-response".to_owned(),
            language_code: "en".to_owned(),
            fulfillment_info: Some(FulfillmentInfo { tag: tag.into(), ..Default::default() }),
            page_info: Some(PageInfo {
                current_page: format!("{AGENT}/{FLOW}/pages/START_PAGE"),
                display_name: "Start Page".to_owned(),
                ..Default::default()
            }),
            session_info: Some(SessionInfo {
                session: format!("{AGENT}/sessions/example-session"),
                ..Default::default()
            }),
            ..Default::default()
        };
        Self { request }
    }

    /// Sets a session parameter.
    ///
    /// # Panics
    ///
    /// If the value does not become JSON.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        let session = self.request.session_info.get_or_insert_default();
        session.parameters.insert(name.into(), json(value));
        self
    }

    /// Adds a required form parameter that the user has just filled.
    ///
    /// # Panics
    ///
    /// If the value does not become JSON.
    pub fn form_parameter(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        let page = self.request.page_info.get_or_insert_default();
        let form: &mut FormInfo = page.form_info.get_or_insert_default();
        form.parameter_info.push(ParameterInfo {
            display_name: name.into(),
            required: true,
            state: ParameterState::Filled,
            value: Some(json(value)),
            just_collected: true,
            ..Default::default()
        });
        self
    }

    /// Lets the user have written this text.
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.request.query = Some(Query::Text(text.into()));
        self
    }

    /// Changes anything else of the request.
    pub fn with(mut self, change: impl FnOnce(&mut WebhookRequest)) -> Self {
        change(&mut self.request);
        self
    }

    /// The request as it would be sent.
    #[must_use]
    pub fn request(&self) -> &WebhookRequest {
        &self.request
    }

    /// Lets `router` answer it.
    ///
    /// # Errors
    ///
    /// What the caller would be told: faults of the router, an unknown tag, the handler's error.
    pub async fn send(&self, router: Router) -> Result<Response> {
        self.send_to(&Webhook::new(router)?).await
    }

    /// Lets `router` answer it as a flexible webhook call of the same parameters: what it sets, as
    /// one object, and what it says under `messages`.
    ///
    /// ```
    /// use rejoinder::testing::WebhookCall;
    /// use rejoinder::{Reply, Router};
    ///
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// let router = Router::new().tag("status", async || Reply::text("On its way.").set("status", "shipped"));
    /// let answer = WebhookCall::tag("status").send_flexible(router).await?;
    /// assert_eq!(answer["status"], "shipped");
    /// assert_eq!(answer["messages"][0], "On its way.");
    /// # Ok::<(), rejoinder::Error>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What the caller would be told, also that a flexible call cannot carry what the handler needs
    /// or answers.
    pub async fn send_flexible(&self, router: Router) -> Result<Value> {
        let Webhook(fulfillment) = Webhook::new(router)?;
        let parameters = self.request.session_info.as_ref().map(|session| &session.parameters);
        let request = serde_json::json!({
            "fulfillmentInfo": { "tag": self.request.tag() }, "sessionInfo": { "parameters": parameters },
        });
        let envelope = Envelope::parse(&request.to_string().into())?;
        let call = call(&fulfillment, envelope);
        let form = AnswerForm::Parameters { messages_key: "messages".into() };
        let body = fulfillment.answer_as(call, &form).await.body?;
        Ok(serde_json::from_slice(&body)?)
    }

    /// Lets `webhook` answer it, which keeps its state from call to call.
    ///
    /// # Errors
    ///
    /// What the caller would be told: an unknown tag, the handler's error.
    pub async fn send_to(&self, webhook: &Webhook) -> Result<Response> {
        let fulfillment = &webhook.0;
        let envelope = Envelope::parse(&serde_json::to_vec(&self.request)?.into())?;
        let call = call(fulfillment, envelope);
        let body = fulfillment.answer_as(call, &AnswerForm::Response).await.body?;
        Ok(Response(WebhookResponse::parse(&body)?))
    }
}

/// A router that answers calls until it is dropped.
#[derive(Debug)]
pub struct Webhook(Fulfillment);

impl Webhook {
    /// Checks the router.
    ///
    /// # Errors
    ///
    /// Its faults, all of them.
    pub fn new(router: Router) -> Result<Self> {
        Ok(Self(Fulfillment::build(router, &OnError::Raise, None)?))
    }
}

/// The call, with the time that it would have by default.
fn call(fulfillment: &Fulfillment, envelope: Envelope) -> Call {
    let route = fulfillment.route(&envelope.tag()).map(|route| &**route);
    let times = fulfillment.times(route, std::time::Instant::now(), Deadline::USUAL);
    Call::new(envelope, Caller::Unverified, fulfillment.states(), times)
}

fn json(value: impl Serialize) -> Value {
    match serde_json::to_value(value) {
        Ok(value) => value,
        Err(error) => panic!("a test's value does not become JSON: {error}"),
    }
}

/// What the agent would get.
#[derive(Debug, Clone, PartialEq)]
pub struct Response(pub WebhookResponse);

impl Response {
    /// The texts said, in order; of variants, the first.
    #[must_use]
    pub fn texts(&self) -> Vec<&str> {
        let messages = self.0.fulfillment_response.iter().flat_map(|response| &response.messages);
        messages
            .filter_map(|sent| match &sent.message {
                Some(Message::Text(text)) => text.text.first().map(String::as_str),
                _ => None,
            })
            .collect()
    }

    /// What is changed in a form parameter.
    #[must_use]
    pub fn form_parameter(&self, name: &str) -> Option<&ParameterInfo> {
        let form = self.0.page_info.as_ref()?.form_info.as_ref()?;
        form.parameter_info.iter().find(|parameter| parameter.display_name == name)
    }

    /// The full name of the page or flow that the conversation goes to.
    #[must_use]
    pub fn target(&self) -> Option<&str> {
        match self.0.transition.as_ref()? {
            Transition::TargetPage(name) | Transition::TargetFlow(name) => Some(name),
        }
    }

    /// The value a session parameter is set to; null if it is cleared.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&Value> {
        self.0.session_info.as_ref()?.parameters.get(name)
    }
}
