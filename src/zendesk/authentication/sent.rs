//! What a request says of a webhook's credentials.

use serde_json::{Map, Value};

use super::{Authentication, KINDS};
use crate::config::Secret;
use crate::nearest::nearest;
use crate::zendesk::{Violation, headers, members, words};

const FIELD: &str = "authentication";
/// The longest password, token or value, in characters.
const LONGEST: usize = 4_096;

/// What a request says of it, before it is known what is kept.
#[derive(Debug, Clone)]
pub(in crate::zendesk) enum Sent {
    /// Whole.
    New(Authentication),
    /// A kind without its secret: what is kept stays, if it is of that kind (and of that name).
    Kept { kind: &'static str, name: Option<String> },
}

impl Sent {
    /// Reads `authentication`; null and nothing are none.
    pub(in crate::zendesk) fn read(value: Option<&Value>) -> Result<Option<Self>, Vec<Violation>> {
        let one = |violation| vec![violation];
        let object = match value {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Object(object)) => object,
            Some(other) => {
                let found = members::kind(other);
                return Err(one(Violation::new(
                    FIELD,
                    format!("expected an object, or null for none, found {found}"),
                )));
            }
        };
        let kind =
            words::read("authentication.type", object.get("type").unwrap_or(&Value::Null), &KINDS, |word| {
                KINDS.into_iter().find(|kind| *kind == word)
            })
            .map_err(one)?;
        match object.get("add_position") {
            None | Some(Value::Null) => {}
            Some(Value::String(position)) if position == "header" => {}
            Some(_) => {
                let description = "expected \"header\": credentials are sent in no other place";
                return Err(one(Violation::new("authentication.add_position", description)));
            }
        }
        let nothing = Map::new();
        let data = match object.get("data") {
            None | Some(Value::Null) => &nothing,
            // As Zendesk shows a token: nothing of it.
            Some(Value::String(text)) if text.is_empty() => &nothing,
            Some(Value::Object(data)) => data,
            Some(other) => {
                let found = members::kind(other);
                return Err(one(Violation::new(
                    "authentication.data",
                    format!("expected an object, found {found}"),
                )));
            }
        };
        Self::of_kind(kind, data).map(Some)
    }

    fn of_kind(kind: &'static str, data: &Map<String, Value>) -> Result<Self, Vec<Violation>> {
        let (name, secret) = match kind {
            "api_key" => (Some("name"), "value"),
            "basic_auth" => (Some("username"), "password"),
            _ => (None, "token"),
        };
        let mut violations = Vec::new();
        let known: Vec<&str> = name.into_iter().chain([secret]).collect();
        for member in data.keys().filter(|member| !known.contains(&member.as_str())) {
            let hint = nearest(member, known.iter().copied());
            let hint = hint.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
            let field = format!("authentication.data.{}", crate::excerpt::excerpt(member, 100));
            violations.push(Violation::new(field, format!("{kind} has {} alone{hint}", known.join(" and "))));
        }
        let at = |member: &str| format!("authentication.data.{member}");
        let mut text = |member: &str, most| match members::optional_text(data, member, &at(member), most) {
            Ok(text) => text.filter(|text| !text.is_empty()),
            Err(violation) => {
                violations.push(violation);
                None
            }
        };
        let told = name.and_then(|name| text(name, 256));
        let hidden = text(secret, LONGEST);
        if let (Some(hidden), true) = (&hidden, kind != "basic_auth")
            && !hidden.bytes().all(|byte| matches!(byte, 0x20..=0x7e))
        {
            violations.push(Violation::new(
                at(secret),
                "expected printable ASCII characters: it stands in a header",
            ));
        }
        if kind == "api_key" {
            if let Some(Err(description)) = told.as_deref().map(headers::name_is_allowed) {
                violations.push(Violation::new(at("name"), description));
            }
            if let Some(Err(description)) = hidden.as_deref().map(headers::value_is_allowed) {
                violations.push(Violation::new(at(secret), description));
            }
        }
        if kind == "basic_auth" && told.as_deref().is_some_and(|username| username.contains(':')) {
            violations.push(Violation::new(at("username"), "a user name cannot have a colon (RFC 7617)"));
        }
        if hidden.is_some()
            && told.is_none()
            && let Some(name) = name
            && !violations.iter().any(|violation| violation.field == at(name))
        {
            violations.push(Violation::new(at(name), "it is required"));
        }
        if !violations.is_empty() {
            return Err(violations);
        }
        let Some(hidden) = hidden.map(Secret::from) else {
            return Ok(Self::Kept { kind, name: told });
        };
        let name = told.unwrap_or_default();
        Ok(Self::New(match kind {
            "api_key" => Authentication::ApiKey { name, value: hidden },
            "basic_auth" => Authentication::Basic { username: name, password: hidden },
            _ => Authentication::Bearer { token: hidden },
        }))
    }

    /// The whole of it, with what is kept where nothing new was sent.
    pub(in crate::zendesk) fn complete(
        self,
        kept: Option<&Authentication>,
    ) -> Result<Authentication, Violation> {
        let (kind, name) = match self {
            Self::New(authentication) => return Ok(authentication),
            Self::Kept { kind, name } => (kind, name),
        };
        let fits = |kept: &&Authentication| {
            kept.kind() == kind && (name.is_none() || name.as_deref() == kept.name())
        };
        kept.filter(fits).cloned().ok_or_else(|| {
            let secret = match kind {
                "api_key" => "value",
                "basic_auth" => "password",
                _ => "token",
            };
            let field = format!("authentication.data.{secret}");
            Violation::new(field, "it is required: none is kept for this type, name and endpoint")
        })
    }
}
