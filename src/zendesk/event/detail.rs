//! The resource that an event is about, by its domain.

use serde_json::{Map, Value};

use super::member::{Member as _, Text, members};

/// A resource as an event tells of it. What is missing or null is none.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Detail {
    /// Of `user.…`.
    User(User),
    /// Of `organization.…`.
    Organization(Organization),
    /// Of `ticket.…`.
    Ticket(Box<Ticket>),
    /// Of `messaging_ticket.…`.
    MessagingTicket(MessagingTicket),
    /// Of `article.…`.
    Article(Article),
    /// Of `community_post.…`.
    CommunityPost(CommunityPost),
    /// Of `agent.…`.
    Agent(Agent),
    /// Of `omnichannel_config.…`.
    OmnichannelConfig(OmnichannelConfig),
    /// Of `messaging_live_metrics.…`.
    LiveMetrics(LiveMetrics),
    /// Of a domain that is not known here: as it came.
    Other(Map<String, Value>),
}

impl Detail {
    pub(super) fn of(domain: &str, members: &Map<String, Value>) -> Self {
        match domain {
            User::DOMAIN => Self::User(User::of(members)),
            Organization::DOMAIN => Self::Organization(Organization::of(members)),
            Ticket::DOMAIN => Self::Ticket(Box::new(Ticket::of_event(members))),
            MessagingTicket::DOMAIN => Self::MessagingTicket(MessagingTicket::of(members)),
            Article::DOMAIN => Self::Article(Article::of(members)),
            CommunityPost::DOMAIN => Self::CommunityPost(CommunityPost::of(members)),
            Agent::DOMAIN => Self::Agent(Agent::of(members)),
            OmnichannelConfig::DOMAIN => Self::OmnichannelConfig(OmnichannelConfig::of(members)),
            LiveMetrics::DOMAIN => Self::LiveMetrics(LiveMetrics::of(members)),
            _ => Self::Other(members.clone()),
        }
    }
}

/// A resource that only events of one domain are about.
pub(crate) trait OfDomain: Sized {
    const DOMAIN: &'static str;

    /// Reads the member `detail`.
    fn of_event(members: &Map<String, Value>) -> Self;
}

macro_rules! of_domain {
    ($($name:ident $domain:literal,)+) => {$(
        impl OfDomain for $name {
            const DOMAIN: &'static str = $domain;

            fn of_event(members: &Map<String, Value>) -> Self {
                Self::of(members)
            }
        }
    )+};
}

of_domain! {
    User "user",
    Organization "organization",
    MessagingTicket "messaging_ticket",
    Article "article",
    CommunityPost "community_post",
    Agent "agent",
    OmnichannelConfig "omnichannel_config",
    LiveMetrics "messaging_live_metrics",
}

impl OfDomain for Ticket {
    const DOMAIN: &'static str = "ticket";

    fn of_event(members: &Map<String, Value>) -> Self {
        let channel = members.get("via").and_then(|via| via.get("channel"));
        Self { via_channel: Option::read(channel), ..Self::of(members) }
    }
}

members! {
    /// A person.
    User {
        id: Option<Text>,
        email: Option<Text>,
        external_id: Option<Text>,
        default_group_id: Option<Text>,
        organization_id: Option<Text>,
        role: Option<Text>,
        created_at: Option<Text>,
        updated_at: Option<Text>,
    }
}

members! {
    /// An organization.
    Organization {
        id: Option<Text>,
        name: Option<Text>,
        external_id: Option<Text>,
        group_id: Option<Text>,
        shared_comments: Option<bool>,
        shared_tickets: Option<bool>,
        created_at: Option<Text>,
        updated_at: Option<Text>,
    }
}

members! {
    /// A ticket. Its words, such as the status, are in capitals for the most part: compare with
    /// [`Text::is`].
    Ticket {
        id: Option<Text>,
        subject: Option<Text>,
        description: Option<Text>,
        status: Option<Text>,
        custom_status: Option<Text>,
        priority: Option<Text>,
        kind = "type": Option<Text>,
        tags: Vec<Text>,
        is_public: Option<bool>,
        requester_id: Option<Text>,
        submitter_id: Option<Text>,
        assignee_id: Option<Text>,
        actor_id: Option<Text>,
        group_id: Option<Text>,
        organization_id: Option<Text>,
        brand_id: Option<Text>,
        form_id: Option<Text>,
        external_id: Option<Text>,
        /// `via.channel`
        via_channel: Option<Text>,
        created_at: Option<Text>,
        updated_at: Option<Text>,
    }
}

members! {
    /// The ticket that a conversation by messages belongs to.
    MessagingTicket { id: Option<Text>, }
}

members! {
    /// An article.
    Article { id: Option<Text>, brand_id: Option<Text>, user_id: Option<Text>, }
}

members! {
    /// A post of a community.
    CommunityPost { id: Option<Text>, post_id: Option<Text>, brand_id: Option<Text>, topic_id: Option<Text>, }
}

members! {
    /// An agent's availability.
    Agent { agent_id: Option<Text>, account_id: Option<Text>, version: Option<Text>, }
}

members! {
    /// How work is routed to agents.
    OmnichannelConfig { account_id: Option<Text>, }
}

members! {
    /// A measure of messaging.
    LiveMetrics { account_id: Option<Text>, metric: Option<Text>, }
}
