//! How the requests of a webhook authenticate themselves.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::{Violation, headers, members};
use crate::config::Secret;
use crate::nearest::nearest;

/// The credentials of a webhook.
#[derive(Clone)]
pub(crate) enum Authentication {
    ApiKey { name: String, value: Secret },
    Basic { username: String, password: Secret },
    Bearer { token: Secret },
}

/// What a request says of it, before it is known what is kept.
#[derive(Debug, Clone)]
pub(crate) enum Sent {
    /// Whole.
    New(Authentication),
    /// A kind without its secret: what is kept stays, if it is of that kind (and of that name).
    Kept { kind: &'static str, name: Option<String> },
}

const FIELD: &str = "authentication";
const KINDS: [&str; 3] = ["api_key", "basic_auth", "bearer_token"];
/// The longest password, token or value, in characters.
const LONGEST: usize = 4_096;

impl fmt::Debug for Authentication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        f.debug_tuple("Authentication").field(&self.kind()).field(&name).field(&format_args!("***")).finish()
    }
}

impl PartialEq for Authentication {
    fn eq(&self, other: &Self) -> bool {
        self.kind() == other.kind()
            && self.name() == other.name()
            && *self.secret().expose() == *other.secret().expose()
    }
}

impl Authentication {
    /// Its `type`.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::ApiKey { .. } => KINDS[0],
            Self::Basic { .. } => KINDS[1],
            Self::Bearer { .. } => KINDS[2],
        }
    }

    /// What of it is no secret: the header's name, or the user's.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::ApiKey { name, .. } => Some(name),
            Self::Basic { username, .. } => Some(username),
            Self::Bearer { .. } => None,
        }
    }

    pub(crate) fn secret(&self) -> &Secret {
        match self {
            Self::ApiKey { value, .. } => value,
            Self::Basic { password, .. } => password,
            Self::Bearer { token } => token,
        }
    }

    /// The header that it adds to a request.
    pub(crate) fn header(&self) -> (String, String) {
        let authorization = "Authorization".to_owned();
        match self {
            Self::ApiKey { name, value } => (name.clone(), (*value.expose()).to_owned()),
            Self::Basic { username, password } => {
                let both = format!("{username}:{}", &*password.expose());
                (authorization, format!("Basic {}", STANDARD.encode(both)))
            }
            Self::Bearer { token } => (authorization, format!("Bearer {}", &*token.expose())),
        }
    }

    /// As answers have it: without what is secret.
    pub(crate) fn shown(&self) -> Value {
        let mut shown = json!({ "type": self.kind(), "add_position": "header" });
        match self {
            Self::ApiKey { name, .. } => shown["data"] = json!({ "name": name }),
            Self::Basic { username, .. } => shown["data"] = json!({ "username": username }),
            Self::Bearer { .. } => {}
        }
        shown
    }

    /// As it is kept.
    pub(crate) fn whole(&self) -> Value {
        let data = match self {
            Self::ApiKey { name, value } => json!({ "name": name, "value": &*value.expose() }),
            Self::Basic { username, password } => {
                json!({ "username": username, "password": &*password.expose() })
            }
            Self::Bearer { token } => json!({ "token": &*token.expose() }),
        };
        json!({ "type": self.kind(), "add_position": "header", "data": data })
    }
}

impl Sent {
    /// Reads `authentication`; null and nothing are none.
    pub(crate) fn read(value: Option<&Value>) -> Result<Option<Self>, Vec<Violation>> {
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
        let kind = super::words::read(
            "authentication.type",
            object.get("type").unwrap_or(&Value::Null),
            &KINDS,
            |word| KINDS.into_iter().find(|kind| *kind == word),
        )
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
    pub(crate) fn complete(self, kept: Option<&Authentication>) -> Result<Authentication, Violation> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &Value) -> Result<Option<Sent>, Vec<String>> {
        Sent::read(Some(value)).map_err(|violations| {
            violations.into_iter().map(|one| format!("{}: {}", one.field, one.description)).collect()
        })
    }

    fn whole(value: &Value) -> Authentication {
        match read(value) {
            Ok(Some(Sent::New(authentication))) => authentication,
            other => panic!("{value}: {other:?}"),
        }
    }

    #[test]
    fn each_kind_has_its_header_and_shows_no_secret() {
        for (data, kind, header, shown) in [
            (
                json!({ "name": "X-Key", "value": "s3cret" }),
                "api_key",
                ("X-Key", "s3cret"),
                json!({ "type": "api_key", "add_position": "header", "data": { "name": "X-Key" } }),
            ),
            (
                json!({ "username": "u", "password": "s3cret" }),
                "basic_auth",
                ("Authorization", "Basic dTpzM2NyZXQ="),
                json!({ "type": "basic_auth", "add_position": "header", "data": { "username": "u" } }),
            ),
            (
                json!({ "token": "s3cret" }),
                "bearer_token",
                ("Authorization", "Bearer s3cret"),
                json!({ "type": "bearer_token", "add_position": "header" }),
            ),
        ] {
            let sent = json!({ "type": kind, "data": data, "add_position": "header" });
            let authentication = whole(&sent);
            let (name, value) = authentication.header();
            assert_eq!((&*name, &*value), header);
            assert_eq!(authentication.shown(), shown);
            assert_eq!(authentication.whole(), sent);
            assert!(!format!("{authentication:?}").contains("s3cret"));
            // What is shown can be sent back, and means what is kept.
            let Ok(Some(back)) = read(&shown) else { panic!("{shown}") };
            assert!(back.clone().complete(Some(&authentication)).expect("kept") == authentication);
            assert!(back.complete(None).is_err());
        }
    }

    #[test]
    fn what_is_kept_belongs_to_its_kind_and_name() {
        let kept = whole(&json!({ "type": "basic_auth", "data": { "username": "u", "password": "p" } }));
        for other in
            [json!({ "type": "bearer_token" }), json!({ "type": "basic_auth", "data": { "username": "v" } })]
        {
            let Ok(Some(sent)) = read(&other) else { panic!("{other}") };
            assert!(sent.complete(Some(&kept)).is_err(), "{other}");
        }
    }

    #[test]
    fn faults_name_their_member_and_never_the_secret() {
        for (value, expected) in [
            (json!("bearer"), "authentication: expected an object"),
            (json!({}), "authentication.type: expected one of api_key, basic_auth, bearer_token, found null"),
            (json!({ "type": "bearer" }), "did you mean bearer_token?"),
            (
                json!({ "type": "api_key", "add_position": "query" }),
                "authentication.add_position: expected \"header\"",
            ),
            (json!({ "type": "api_key", "data": [] }), "authentication.data: expected an object"),
            (
                json!({ "type": "api_key", "data": { "value": "s3cret" } }),
                "authentication.data.name: it is required",
            ),
            (
                json!({ "type": "api_key", "data": { "name": "Host", "value": "s3cret" } }),
                "authentication.data.name:",
            ),
            (
                json!({ "type": "api_key", "data": { "name": "X", "value": "s3cret\u{e9}" } }),
                "authentication.data.value:",
            ),
            (
                json!({ "type": "bearer_token", "data": { "token": "s3cret\n" } }),
                "authentication.data.token:",
            ),
            (
                json!({ "type": "bearer_token", "data": { "token": 5 } }),
                "authentication.data.token: expected a text",
            ),
            (
                json!({ "type": "bearer_token", "data": { "value": "s3cret" } }),
                "bearer_token has token alone",
            ),
            (json!({ "type": "basic_auth", "data": { "username": "a:b", "password": "s3cret" } }), "a colon"),
        ] {
            let faults = read(&value).expect_err("refused").join("; ");
            assert!(faults.contains(expected) && !faults.contains("s3cret"), "{value}: {faults}");
        }
        assert!(matches!(read(&Value::Null), Ok(None)));
    }
}
