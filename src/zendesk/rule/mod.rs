//! Triggers and automations as data: what may be set, read as a whole and checked as a whole.
//!
//! Conditions are about [fields](Field) whose values somebody else knows ([`Facts`]); actions notify
//! webhooks. Whether a webhook is there, and whether a template fits it, is not known here.

mod action;
mod condition;
mod field;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

pub(crate) use action::{Content, Notification};
pub(crate) use condition::{Condition, Facts, number};
pub(crate) use field::{FAILURE, Field, HANDOFF, LAST_CALL, Operator, PARAMS, Type, fields};

use super::words::words;
use super::{Violation, members};

/// Which rule it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// About what happens in a turn.
    Trigger,
    /// About how long ago something happened.
    Automation,
}

words! {
    /// How often an automation is about a conversation.
    Once {
        /// Once, however the conversation goes on.
        PerSession = "session",
        /// Anew when there was another call.
        PerCall = "call",
    }
}

/// Everything of a rule that somebody sets.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rule {
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) active: bool,
    /// Its place among those of its kind; none for the last.
    pub(crate) position: Option<i64>,
    /// All of these must hold.
    pub(crate) all: Vec<Condition>,
    /// And any of these, if there are some.
    pub(crate) any: Vec<Condition>,
    pub(crate) actions: Vec<Notification>,
    pub(crate) once_per: Once,
}

const LONGEST_TITLE: usize = 256;
const LONGEST_DESCRIPTION: usize = 10_000;
/// The most conditions of a rule.
pub(crate) const MOST_CONDITIONS: usize = 50;
/// The most actions of a rule.
pub(crate) const MOST_ACTIONS: usize = 10;
/// The last position.
const LAST_POSITION: i64 = 1_000_000_000;

impl Kind {
    /// Its name in bodies.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Trigger => "trigger",
            Self::Automation => "automation",
        }
    }

    /// The name of a list of them.
    pub(crate) fn plural(self) -> &'static str {
        match self {
            Self::Trigger => "triggers",
            Self::Automation => "automations",
        }
    }

    /// One of them, in messages.
    pub(crate) fn one(self) -> &'static str {
        match self {
            Self::Trigger => "a trigger",
            Self::Automation => "an automation",
        }
    }

    pub(crate) fn of_word(word: &str) -> Option<Self> {
        [Self::Trigger, Self::Automation].into_iter().find(|kind| kind.as_str() == word)
    }
}

impl Rule {
    /// Reads a rule. What is not sent is as it was in `before`.
    pub(crate) fn read(
        kind: Kind,
        sent: &Map<String, Value>,
        before: Option<&Self>,
    ) -> Result<Self, Vec<Violation>> {
        let mut violations = unknown(sent);
        let object = &laid_out(sent, before.map(|before| before.shown(kind)).unwrap_or_default());
        let mut note = |violation| violations.push(violation);
        let title = members::text(object, "title", "title", LONGEST_TITLE).map_err(&mut note).ok();
        let description = members::optional_text(object, "description", "description", LONGEST_DESCRIPTION);
        let description = description.map_err(&mut note).ok().flatten();
        let active = active(object.get("active")).map_err(&mut note).unwrap_or(true);
        let position = position(object.get("position")).map_err(&mut note).ok().flatten();
        let once_per = match object.get("once_per").filter(|value| !value.is_null()) {
            Some(value) if kind == Kind::Automation => {
                let read = super::words::read("once_per", value, Once::WORDS, Once::of_word);
                read.map_err(&mut note).unwrap_or(Once::PerSession)
            }
            _ => Once::PerSession,
        };
        let all = conditions(kind, object, "all", &mut violations);
        let any = conditions(kind, object, "any", &mut violations);
        let actions = actions(object.get("actions"), &mut violations);
        let this = Self {
            title: title.unwrap_or_default(),
            description,
            active,
            position,
            all,
            any,
            actions,
            once_per,
        };
        if violations.is_empty() {
            this.fit(kind, &mut violations);
        }
        if violations.is_empty() { Ok(this) } else { Err(violations) }
    }

    /// Whether what its conditions say is so.
    pub(crate) fn holds(&self, facts: &dyn Facts) -> bool {
        self.all.iter().all(|condition| condition.holds(facts))
            && (self.any.is_empty() || self.any.iter().any(|condition| condition.holds(facts)))
    }

    /// As answers have it, and as it is kept.
    pub(crate) fn shown(&self, kind: Kind) -> Map<String, Value> {
        let list =
            |conditions: &[Condition]| -> Value { conditions.iter().map(Condition::written).collect() };
        let mut object = Map::new();
        let mut set = |name: &str, value: Value| object.insert(name.to_owned(), value);
        set("title", self.title.as_str().into());
        set("active", self.active.into());
        set("conditions", json!({ "all": list(&self.all), "any": list(&self.any) }));
        set("actions", self.actions.iter().map(Notification::written).collect());
        set("description", self.description.as_deref().into());
        set("position", self.position.into());
        if kind == Kind::Automation {
            set("once_per", self.once_per.as_str().into());
        }
        object
    }

    /// What does not go together.
    fn fit(&self, kind: Kind, violations: &mut Vec<Violation>) {
        let mut refuse =
            |field: &str, description: String| violations.push(Violation::new(field, description));
        let count = self.all.len() + self.any.len();
        if count == 0 {
            refuse("conditions", "expected at least one, in `all` or `any`".to_owned());
        } else if count > MOST_CONDITIONS {
            refuse("conditions", format!("{count} of them; expected at most {MOST_CONDITIONS}"));
        } else if kind == Kind::Automation && !self.all.iter().any(Condition::waits) {
            refuse(
                "conditions.all",
                format!(
                    "expected at least one that waits: {LAST_CALL}, {HANDOFF} or {FAILURE} with greater_than"
                ),
            );
        }
        match self.actions.len() {
            0 => refuse("actions", "expected at least one".to_owned()),
            count if count > MOST_ACTIONS => {
                refuse("actions", format!("{count} of them; expected at most {MOST_ACTIONS}"));
            }
            _ => {}
        }
    }
}

impl Condition {
    /// Whether it begins to hold some time after something happened.
    fn waits(&self) -> bool {
        self.operator == Operator::GreaterThan && self.field.of_type() == Type::Minutes
    }
}

/// The members that somebody sets, with those that conditions may be sent in.
const SETTABLE: [&str; 9] =
    ["title", "description", "active", "position", "conditions", "all", "any", "actions", "once_per"];
/// The members that only the server sets; sent back, they are ignored.
const READ_ONLY: [&str; 8] =
    ["id", "url", "raw_title", "default", "created_at", "updated_at", "category_id", "faults"];

/// Members that are nearly known. What is not, Zendesk's clients may know; a slip of the pen would go unseen.
fn unknown(sent: &Map<String, Value>) -> Vec<Violation> {
    /// From here on, a name is taken for a misspelt one.
    const ALIKE: f64 = 0.8;
    let known = || SETTABLE.into_iter().chain(READ_ONLY);
    let mut violations = Vec::new();
    for name in sent.keys().filter(|name| name.len() < 64 && !known().any(|known| known == **name)) {
        let meant = known().find(|known| strsim::normalized_damerau_levenshtein(name, known) >= ALIKE);
        if let Some(meant) = meant {
            let description = format!("there is no such member; did you mean {meant}?");
            violations.push(Violation::new(name.as_str(), description));
        }
    }
    violations
}

/// What was sent over what there was. Conditions may be sent without what is around them, as Zendesk's clients
/// do when they create a rule.
fn laid_out(sent: &Map<String, Value>, mut object: Map<String, Value>) -> Map<String, Value> {
    for (name, value) in sent {
        object.insert(name.clone(), value.clone());
    }
    let lists = ["all", "any"].map(|name| object.remove(name));
    if !sent.contains_key("conditions") && lists.iter().any(Option::is_some) {
        let [all, any] = lists.map(Option::unwrap_or_default);
        object.insert("conditions".to_owned(), json!({ "all": all, "any": any }));
    }
    object
}

fn active(value: Option<&Value>) -> Result<bool, Violation> {
    match value {
        None | Some(Value::Null) => Ok(true),
        Some(Value::Bool(active)) => Ok(*active),
        Some(other) => {
            Err(Violation::new("active", format!("expected true or false, found {}", members::kind(other))))
        }
    }
}

fn position(value: Option<&Value>) -> Result<Option<i64>, Violation> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let position = value.as_i64().filter(|position| (0..=LAST_POSITION).contains(position));
            let wrong = || {
                let found = match value {
                    Value::Number(number) => number.to_string(),
                    other => members::kind(other).to_owned(),
                };
                let description = format!("expected a number from 0 to {LAST_POSITION}, found {found}");
                Violation::new("position", description)
            };
            position.map(Some).ok_or_else(wrong)
        }
    }
}

fn conditions(
    kind: Kind,
    object: &Map<String, Value>,
    list: &str,
    violations: &mut Vec<Violation>,
) -> Vec<Condition> {
    let place = format!("conditions.{list}");
    let found = match object.get("conditions") {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::Object(conditions)) => conditions.get(list).unwrap_or(&Value::Null),
        Some(other) => {
            if list == "all" {
                let description = format!("expected {{\"all\", \"any\"}}, found {}", members::kind(other));
                violations.push(Violation::new("conditions", description));
            }
            return Vec::new();
        }
    };
    let read = |one: &Value, place: &str| Condition::read(kind, one, place);
    each(found, &place, MOST_CONDITIONS, read, violations)
}

fn actions(value: Option<&Value>, violations: &mut Vec<Violation>) -> Vec<Notification> {
    each(value.unwrap_or(&Value::Null), "actions", MOST_ACTIONS, Notification::read, violations)
}

/// Reads a list; more than `most` are not looked at one by one.
fn each<T>(
    value: &Value,
    place: &str,
    most: usize,
    read: impl Fn(&Value, &str) -> Result<T, Violation>,
    violations: &mut Vec<Violation>,
) -> Vec<T> {
    let list = match value {
        Value::Null => return Vec::new(),
        Value::Array(list) => list,
        other => {
            violations
                .push(Violation::new(place, format!("expected a list, found {}", members::kind(other))));
            return Vec::new();
        }
    };
    if list.len() > most {
        let description = format!("{} of them; expected at most {most}", list.len());
        violations.push(Violation::new(place, description));
        return Vec::new();
    }
    let mut all = Vec::new();
    for (index, one) in list.iter().enumerate() {
        match read(one, &format!("{place}[{index}]")) {
            Ok(one) => all.push(one),
            Err(violation) => violations.push(violation),
        }
    }
    all
}
