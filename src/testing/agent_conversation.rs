//! Conversations with an exported agent, for tests.

use std::path::Path;
use std::sync::Arc;

use super::Webhook;
use super::conversation::{Result, caller};
use super::side::{Other, Side};
use crate::config::{Config, Sources};
use crate::emulator::agent::{Agent, AgentInput, AgentOptions, AgentReaction, AgentSession};
use crate::emulator::package::AgentPackage;
use crate::emulator::session::Start;
use crate::emulator::test_case::{self, CaseReport};
use crate::fulfillment::Router;

/// A conversation with an exported agent, which is executed here: pages, forms, routes, conditions, events.
///
/// Its webhooks are the handlers of a router in this process, or a server at a URL. A test says what the user says, and looks at
/// what the agent says and where it goes. Language is not understood: `docs/emulator-understanding.md` has
/// the rules for what a text means, and an [`AgentInput`] can say it outright.
///
/// A flexible webhook is called with its query and body as parameters, by the tag of the fulfillment, and
/// its mapping takes what the handler sets; a router stands for the APIs of others, too.
///
/// ```
/// use rejoinder::testing::AgentConversation;
/// use rejoinder::{Param, Reply, Router};
///
/// rejoinder::param!(OrderId: String = "order_id");
///
/// async fn status(Param(order_id): Param<OrderId>) -> Reply {
///     Reply::unchanged().set("order_status", if order_id == "A-1042" { "shipped" } else { "lost" })
/// }
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let router = Router::new().tag("order-status", status);
/// let mut talk = AgentConversation::new("fixtures/agents/order-status", router)?;
/// let asked = talk.says("Where is my order?").await?;
/// assert_eq!(asked.texts(), ["Let me look that up.", "What is your order number?"]);
/// talk.says("A-1042").await?;
/// let told = talk.says("Ada").await?;
/// assert_eq!(told.texts(), ["Order A-1042 is on its way."]);
/// assert_eq!(told.place.page, "Show status");
/// # Ok::<(), rejoinder::testing::ConversationError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct AgentConversation {
    side: Side,
    agent: Arc<Agent>,
    start: Start,
    session: AgentSession,
}

impl AgentConversation {
    /// With the agent of this export, a ZIP file or a folder, and a router in this process for its webhooks: a
    /// [`Router`], or a [`Rejoinder`](crate::Rejoinder) before it runs, whose settings have no part in it.
    ///
    /// # Errors
    ///
    /// An export that cannot be read or executed, the router's faults.
    pub fn new(export: impl AsRef<Path>, router: impl Into<Router>) -> Result<Self> {
        Self::with(export.as_ref(), Side::Here(Box::new(Webhook::new(router.into())?)))
    }

    /// With the standard webhook at this URL, which all calls go to, with nothing presented.
    ///
    /// # Errors
    ///
    /// An export that cannot be read or executed, a text that is no URL.
    pub fn at(export: impl AsRef<Path>, url: &str) -> Result<Self> {
        let caller = caller(url, &Config::load(&Sources::default())?)?;
        Self::with(export.as_ref(), Side::There(Box::new(caller)))
    }

    fn with(export: &Path, side: Side) -> Result<Self> {
        let agent = Arc::new(Agent::new(AgentPackage::read(export)?, AgentOptions::default())?);
        let session = AgentSession::new(Arc::clone(&agent), Start::default())?;
        Ok(Self { side, agent, start: Start::default(), session })
    }

    /// Begins anew, with these choices, such as a time that stands still.
    ///
    /// # Errors
    ///
    /// None that the agent has not had before.
    pub fn options(mut self, options: AgentOptions) -> Result<Self> {
        self.agent = Arc::new(Agent::new(self.agent.package().clone(), options)?);
        let start = self.start.clone();
        self.begin(start)
    }

    /// Begins anew, like this: in another language, on another page, with parameters.
    ///
    /// # Errors
    ///
    /// A start that leads nowhere.
    pub fn begin(mut self, start: Start) -> Result<Self> {
        self.session = AgentSession::new(Arc::clone(&self.agent), start.clone())?;
        self.start = start;
        Ok(self)
    }

    /// The user says this.
    ///
    /// # Errors
    ///
    /// Those of [`turn`](Self::turn).
    pub async fn says(&mut self, text: impl Into<String>) -> Result<AgentReaction> {
        Box::pin(self.turn(AgentInput::text(text))).await
    }

    /// Plays a turn.
    ///
    /// # Errors
    ///
    /// An input that the session cannot take, a call that was not made, a turn without end. A call that
    /// fails is none: its event is raised.
    pub async fn turn(&mut self, input: AgentInput) -> Result<AgentReaction> {
        let other = Other::new(&self.side, self.start.seed, Some(self.agent.package()));
        Ok(Box::pin(self.session.play(&input, &other)).await?)
    }

    /// The session now.
    #[must_use]
    pub fn session(&self) -> &AgentSession {
        &self.session
    }

    /// Plays the test cases that the export has recorded, each in a session of its own.
    ///
    /// ```
    /// # use rejoinder::testing::AgentConversation;
    /// # use rejoinder::{Reply, Router};
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// # let status = async || Reply::unchanged().set("order_status", "shipped");
    /// # let counter = async || Reply::unchanged().set("count", 1);
    /// let router = Router::new().tag("order-status", status).tag("counter", counter);
    /// let talk = AgentConversation::new("fixtures/agents/order-status", router)?;
    /// for report in talk.run_test_cases().await {
    ///     assert!(report.passed(), "{report}");
    /// }
    /// # Ok::<(), rejoinder::testing::ConversationError>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub async fn run_test_cases(&self) -> Vec<CaseReport> {
        let other = Other::new(&self.side, self.start.seed, Some(self.agent.package()));
        let mut reports = Vec::new();
        for case in &self.agent.package().test_cases {
            reports.push(Box::pin(test_case::play(&self.agent, case, &self.start, &other)).await);
        }
        reports
    }
}
