//! What an event says has changed.

use serde_json::{Map, Value};

use super::member::{Member as _, Text, members};

/// A change, told apart by its members. What is missing or null is none.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// Nothing is told besides the type: created, deleted, and the like.
    None,
    /// A field has another value; a list or an object is its JSON.
    Field {
        /// The value from now on.
        current: Option<Text>,
        /// The value before.
        previous: Option<Text>,
    },
    /// A comment was added, or changed.
    Comment(Box<Comment>),
    /// A group was joined or left.
    Group {
        /// The group.
        id: Option<Text>,
    },
    /// Tags came and went.
    Tags {
        /// Those that are new.
        added: Vec<Text>,
        /// Those that are gone.
        removed: Vec<Text>,
    },
    /// A message was written.
    Message(Box<Message>),
    /// An agent is in another state.
    State {
        /// The state from now on.
        current: Option<Text>,
        /// The state before.
        previous: Option<Text>,
        /// The channel that it is about.
        channel: Option<Text>,
    },
    /// What is not known here: as it came.
    Other(Map<String, Value>),
}

impl Change {
    pub(super) fn of(members: &Map<String, Value>) -> Self {
        let has = |name: &str| members.contains_key(name);
        let object = |name: &str| members.get(name).is_some_and(Value::is_object);
        let text = |name: &str| Option::<Text>::read(members.get(name));
        if members.keys().all(|name| name == "meta") {
            return Self::None;
        }
        if object("comment") {
            let comment = Comment::read(members.get("comment")).unwrap_or_default();
            return Self::Comment(Box::new(comment));
        }
        if object("message") {
            return Self::Message(Box::new(Message::of_event(members)));
        }
        if let Some(Value::Object(group)) = members.get("group") {
            return Self::Group { id: Option::read(group.get("id")) };
        }
        if has("tags_added") || has("tags_removed") {
            let tags = |name: &str| Vec::<Text>::read(members.get(name));
            return Self::Tags { added: tags("tags_added"), removed: tags("tags_removed") };
        }
        if has("new_state") || has("previous_state") {
            let (current, previous) = (text("new_state"), text("previous_state"));
            return Self::State { current, previous, channel: text("channel") };
        }
        if has("current") || has("previous") {
            return Self::Field { current: text("current"), previous: text("previous") };
        }
        Self::Other(members.clone())
    }
}

members! {
    /// A comment.
    Comment {
        id: Option<Text>,
        body: Option<Text>,
        html_body: Option<Text>,
        is_public: Option<bool>,
        author: Option<Author>,
        /// As its JSON.
        attachment: Option<Text>,
    }
}

members! {
    /// Who wrote a comment.
    Author { id: Option<Text>, is_staff: Option<bool>, name: Option<Text>, }
}

members! {
    /// Who did something; `kind` is `end_user`, `agent`, `trigger` or `system` where it is told.
    Actor { id: Option<Text>, name: Option<Text>, kind = "type": Option<Text>, }
}

members! {
    /// A message of a conversation.
    Message {
        id: Option<Text>,
        body: Option<Text>,
        /// `conversation_id` of the change; older events have none.
        conversation_id: Option<Text>,
        /// `actor` of the change.
        actor: Option<Actor>,
    }
}

impl Message {
    fn of_event(members: &Map<String, Value>) -> Self {
        let message = Self::read(members.get("message")).unwrap_or_default();
        let conversation_id = Option::read(members.get("conversation_id"));
        Self { conversation_id, actor: Actor::read(members.get("actor")), ..message }
    }
}

members! {
    /// Events of one action have one `id`; `position` is their order.
    Sequence { id: Option<Text>, position: Option<Text>, }
}
