//! Many turns of a conversation, for tests.

use std::path::Path;
use std::sync::Arc;

use super::Webhook;
use super::side::{Other, Side};
use crate::config::{Config, ConfigError, Sources};
use crate::emulator::agent::{Agent, AgentError, AgentOptions, AgentSession, AgentTurnError};
use crate::emulator::package::{AgentPackage, PackageError};
use crate::emulator::session::{Input, Pages, Reaction, Session, SessionError, Start};
use crate::emulator::transcript::{PlayError, Report, Transcript, TranscriptError, play, take_turn};
use crate::emulator::{Caller, CallerError, Options};
use crate::fulfillment::Router;
use crate::outbound::Url;
use crate::protocol::Struct;

/// A conversation of many turns with a router in this process, or with a server at a URL.
///
/// It carries what the platform carries from call to call: session parameters, the page and its form,
/// waiting flows, the last intent. `docs/emulate.md` lists the rules. Nothing here understands language: a
/// test says which tag is called, what was filled, and from which page.
///
/// ```
/// use rejoinder::emulator::Input;
/// use rejoinder::testing::Conversation;
/// use rejoinder::{Param, Reply, Router};
///
/// rejoinder::param!(Size: Option<String> = "size");
///
/// async fn order(size: Param<Size>) -> Reply {
///     match size.as_deref() {
///         Some(size) => Reply::text(format!("One {size}, coming up.")).clear("size"),
///         None => Reply::text("Which size?"),
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let mut talk = Conversation::new(Router::new().tag("order", order))?;
/// let asked = talk.turn(Input::text("A pizza, please").tag("order")).await?;
/// assert_eq!(asked.texts(), ["Which size?"]);
/// let done = talk.turn(Input::text("A large one").tag("order").parameter("size", "large")).await?;
/// assert_eq!(done.texts(), ["One large, coming up."]);
/// assert_eq!(talk.parameters().len(), 0);
/// # Ok::<(), rejoinder::testing::ConversationError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Conversation {
    counterpart: Side,
    config: Config,
    start: Start,
    pages: Arc<Pages>,
    session: Session,
}

/// A conversation that cannot begin or go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConversationError {
    /// The router has faults.
    #[error("{0}")]
    Router(crate::Error),
    /// The settings have faults.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The address cannot be called.
    #[error(transparent)]
    Caller(#[from] CallerError),
    /// It is no address.
    #[error("{url:?} is no URL: {reason}")]
    Url {
        /// What was given.
        url: String,
        /// What is wrong.
        reason: String,
    },
    /// The start or the input names what is not there.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The turn could not be played.
    #[error(transparent)]
    Play(#[from] PlayError),
    /// The transcript cannot be used.
    #[error(transparent)]
    Transcript(#[from] TranscriptError),
    /// The export cannot be read.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// The agent cannot be executed.
    #[error(transparent)]
    Agent(#[from] AgentError),
    /// The agent's turn could not be played.
    #[error(transparent)]
    AgentTurn(#[from] AgentTurnError),
}

impl From<crate::Error> for ConversationError {
    fn from(error: crate::Error) -> Self {
        Self::Router(error)
    }
}

pub(super) type Result<T, E = ConversationError> = std::result::Result<T, E>;

impl Conversation {
    /// With a router in this process, without a socket: a [`Router`], or a [`Rejoinder`](crate::Rejoinder)
    /// before it runs, whose settings have no part in it.
    ///
    /// # Errors
    ///
    /// The router's faults.
    pub fn new(router: impl Into<Router>) -> Result<Self> {
        let webhook = Box::new(Webhook::new(router.into())?);
        Self::with(Side::Here(webhook), Config::load(&Sources::default())?)
    }

    /// With the standard webhook at this URL, called as the platform calls it, with nothing presented.
    ///
    /// # Errors
    ///
    /// A text that is no URL.
    pub fn at(url: &str) -> Result<Self> {
        let config = Config::load(&Sources::default())?;
        let caller = caller(url, &config)?;
        Self::with(Side::There(Box::new(caller)), config)
    }

    /// With a webhook that was made ready to be called, such as one of a resource with its credentials.
    ///
    /// # Errors
    ///
    /// Faults of the built-in settings.
    pub fn with_caller(caller: Caller) -> Result<Self> {
        Self::with(Side::There(Box::new(caller)), Config::load(&Sources::default())?)
    }

    fn with(counterpart: Side, config: Config) -> Result<Self> {
        let (start, pages) = (Start::default(), Arc::new(Pages::default()));
        let session = Session::new(&config, start.clone(), Arc::clone(&pages))?;
        Ok(Self { counterpart, config, start, pages, session })
    }

    /// Begins anew, like this.
    ///
    /// # Errors
    ///
    /// A start that leads nowhere.
    pub fn begin(mut self, start: Start) -> Result<Self> {
        self.start = start;
        self.session = Session::new(&self.config, self.start.clone(), Arc::clone(&self.pages))?;
        Ok(self)
    }

    /// Knows these pages, with their forms, from now on, and begins anew.
    ///
    /// # Errors
    ///
    /// If what it begins with is not among them.
    pub fn pages(mut self, pages: Pages) -> Result<Self> {
        self.pages = Arc::new(pages);
        let start = self.start.clone();
        self.begin(start)
    }

    /// Knows the pages, forms and intents of this export, and begins anew. Its webhooks are not called.
    ///
    /// # Errors
    ///
    /// An export that cannot be read.
    pub fn agent(self, export: impl AsRef<Path>) -> Result<Self> {
        let package = AgentPackage::read(export.as_ref())?;
        let language = match self.start.language.as_str() {
            "" => package.agent.default_language_code.clone(),
            language => language.to_owned(),
        };
        let pages = Pages::of_package(&package, &language);
        let start = Start { language, ..self.start.clone() };
        self.begin(start)?.pages(pages)
    }

    /// Plays a turn.
    ///
    /// # Errors
    ///
    /// An input that the session cannot take, a call that was not made. A call that fails is none: the
    /// reaction has its event.
    pub async fn turn(&mut self, input: Input) -> Result<Reaction> {
        let other = Other::new(&self.counterpart, self.start.seed, None);
        Ok(Box::pin(take_turn(&mut self.session, &other, &input, false)).await?)
    }

    /// The session parameters now.
    #[must_use]
    pub fn parameters(&self) -> &Struct {
        self.session.parameters()
    }

    /// The session now.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Plays a transcript in a session of its own; its `webhook` is not called, but this conversation's
    /// other side. If it names an agent and no tag, the agent is executed.
    ///
    /// ```
    /// # use rejoinder::testing::Conversation;
    /// # use rejoinder::{Reply, Router};
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// let dir = std::env::temp_dir().join("rejoinder-conversation-example.yaml");
    /// std::fs::write(&dir, "turns:\n  - text: Hi\n    tag: hello\n    expect: { messages: [Hello!] }\n")?;
    /// let router = Router::new().tag("hello", async || Reply::text("Hello!"));
    /// Conversation::new(router)?.run_transcript(&dir).await?.assert_passed();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A file that is no transcript, or names what is not there. What its turns come to is in the report.
    pub async fn run_transcript(&self, file: impl AsRef<Path>) -> Result<Report> {
        let transcript = Transcript::read(file)?;
        let mut start = transcript.start.clone();
        if let Some(export) = transcript.agent.as_ref().filter(|_| !transcript.says_calls()) {
            let package = AgentPackage::read(transcript.beside(export))?;
            let other = Other::new(&self.counterpart, start.seed, Some(&package));
            let agent = Agent::new(package.clone(), AgentOptions::default())?;
            let mut session = AgentSession::new(Arc::new(agent), start)?;
            return Ok(Box::pin(play(&transcript, &mut session, &other, |_| {})).await);
        }
        let mut pages = match &transcript.agent {
            Some(export) => {
                let package = AgentPackage::read(transcript.beside(export))?;
                if start.language.is_empty() {
                    start.language.clone_from(&package.agent.default_language_code);
                }
                Pages::of_package(&package, &start.language)
            }
            None => (*self.pages).clone(),
        };
        pages.pages.extend(transcript.pages.pages.iter().cloned());
        let other = Other::new(&self.counterpart, start.seed, None);
        let mut session = Session::new(&self.config, start, Arc::new(pages))?;
        Ok(Box::pin(play(&transcript, &mut session, &other, |_| {})).await)
    }
}

/// A caller of the standard webhook at this URL.
pub(super) fn caller(url: &str, config: &Config) -> Result<Caller> {
    let parsed = Url::parse(url)
        .map_err(|error| ConversationError::Url { url: url.to_owned(), reason: error.to_string() })?;
    Ok(Caller::to_url(&parsed, config, Options::default())?)
}
