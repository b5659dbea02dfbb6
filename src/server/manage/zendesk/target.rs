//! What an address and a method of the API ask for.

use percent_encoding::percent_decode_str;

use super::problem::Problem;
use super::rules::RuleTarget;
use crate::access::Action;
use crate::delivery::rules::Kind;

/// What is to be done, and with which webhook or rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// With triggers or automations.
    Rules(Kind, RuleTarget),
    List,
    Create,
    Show(String),
    /// PUT: everything.
    Replace(String),
    /// PATCH: a part.
    Patch(String),
    Delete(String),
    Test,
    Secret(String),
    ResetSecret(String),
    Invocations(String),
    Attempts {
        webhook: String,
        invocation: String,
    },
}

/// Every path.
#[cfg(test)]
pub(crate) const PATHS: [&str; 6] = [
    "/api/v2/webhooks",
    "/api/v2/webhooks/test",
    "/api/v2/webhooks/{webhook_id}",
    "/api/v2/webhooks/{webhook_id}/signing_secret",
    "/api/v2/webhooks/{webhook_id}/invocations",
    "/api/v2/webhooks/{webhook_id}/invocations/{invocation_id}/attempts",
];

/// The longest part of a path, in bytes.
const LONGEST: usize = 256;

impl Target {
    /// Reads a path, such as `/api/v2/webhooks/ID`.
    pub(super) fn read(method: &str, path: &str) -> Result<Self, Problem> {
        let rules = [("/api/v2/triggers", Kind::Trigger), ("/api/v2/automations", Kind::Automation)];
        let rules = rules.into_iter().find_map(|(prefix, kind)| Some((path.strip_prefix(prefix)?, kind)));
        let (below, kind) = match rules {
            // As Zendesk's older clients write it.
            Some((below, kind)) => (below.strip_suffix(".json").unwrap_or(below), Some(kind)),
            None => (path.strip_prefix("/api/v2/webhooks").ok_or_else(|| Problem::nowhere(path))?, None),
        };
        if !below.is_empty() && !below.starts_with('/') {
            return Err(Problem::nowhere(path));
        }
        let mut parts = Vec::new();
        for part in below.split('/').skip(1) {
            let part = percent_decode_str(part).decode_utf8().map_err(|_| Problem::nowhere(path))?;
            if part.is_empty() || part.len() > LONGEST || part.chars().any(|c| c.is_control() || c == '/') {
                return Err(Problem::nowhere(path));
            }
            parts.push(part);
        }
        let parts: Vec<&str> = parts.iter().map(|part| &**part).collect();
        if let Some(kind) = kind {
            return Ok(Self::Rules(kind, RuleTarget::read(kind, method, &parts, path)?));
        }
        let refused = |allowed| Err(Problem::method(method, allowed));
        let owned = |id: &&str| (*id).to_owned();
        match (&parts[..], method) {
            ([], "GET") => Ok(Self::List),
            ([], "POST") => Ok(Self::Create),
            ([], _) => refused("GET, POST"),
            (["test"], "POST") => Ok(Self::Test),
            (["test"], _) => refused("POST"),
            ([id], "GET") => Ok(Self::Show(owned(id))),
            ([id], "PUT") => Ok(Self::Replace(owned(id))),
            ([id], "PATCH") => Ok(Self::Patch(owned(id))),
            ([id], "DELETE") => Ok(Self::Delete(owned(id))),
            ([_], _) => refused("GET, PUT, PATCH, DELETE"),
            ([id, "signing_secret"], "GET") => Ok(Self::Secret(owned(id))),
            ([id, "signing_secret"], "POST") => Ok(Self::ResetSecret(owned(id))),
            ([_, "signing_secret"], _) => refused("GET, POST"),
            ([id, "invocations"], "GET") => Ok(Self::Invocations(owned(id))),
            ([webhook, "invocations", invocation, "attempts"], "GET") => {
                Ok(Self::Attempts { webhook: owned(webhook), invocation: owned(invocation) })
            }
            ([_, "invocations"] | [_, "invocations", _, "attempts"], _) => refused("GET"),
            _ => Err(Problem::nowhere(path)),
        }
    }

    /// What somebody needs the right to, who asks for this.
    pub(super) fn action(&self, clones: bool) -> Action {
        match self {
            Self::Rules(_, target) => target.action(),
            Self::List | Self::Show(_) | Self::Invocations(_) | Self::Attempts { .. } => Action::View,
            // A clone shows what is there already.
            Self::Create if !clones => Action::Create,
            // A test sends what is kept.
            Self::Create
            | Self::Replace(_)
            | Self::Patch(_)
            | Self::Delete(_)
            | Self::Test
            | Self::Secret(_)
            | Self::ResetSecret(_) => Action::Manage,
        }
    }

    /// Whether the audit trail and the log are told of a change.
    pub(super) fn changes(&self) -> bool {
        !matches!(self, Self::Test | Self::Secret(_) | Self::Rules(_, RuleTarget::Preview))
            && self.action(false) != Action::View
    }

    /// Its word in the metrics.
    pub(super) fn as_str(&self) -> &'static str {
        match self {
            Self::Rules(_, target) => target.as_str(),
            Self::List => "list",
            Self::Create => "create",
            Self::Show(_) => "get",
            Self::Replace(_) | Self::Patch(_) => "update",
            Self::Delete(_) => "delete",
            Self::Test => "test",
            Self::Secret(_) => "secret",
            Self::ResetSecret(_) => "reset_secret",
            Self::Invocations(_) => "invocations",
            Self::Attempts { .. } => "attempts",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::problem::Code;
    use super::*;

    #[test]
    fn addresses_and_methods_say_what_is_to_be_done() {
        let id = "01EJFTSCC78X5V07NPY2MHR00M";
        let webhook = || id.to_owned();
        for (method, below, target) in [
            ("GET", String::new(), Target::List),
            ("POST", String::new(), Target::Create),
            ("POST", "/test".to_owned(), Target::Test),
            ("GET", format!("/{id}"), Target::Show(webhook())),
            ("PUT", format!("/{id}"), Target::Replace(webhook())),
            ("PATCH", format!("/{id}"), Target::Patch(webhook())),
            ("DELETE", format!("/{id}"), Target::Delete(webhook())),
            ("GET", format!("/{id}/signing_secret"), Target::Secret(webhook())),
            ("POST", format!("/{id}/signing_secret"), Target::ResetSecret(webhook())),
            ("GET", format!("/{id}/invocations"), Target::Invocations(webhook())),
            (
                "GET",
                format!("/{id}/invocations/01/attempts"),
                Target::Attempts { webhook: webhook(), invocation: "01".to_owned() },
            ),
        ] {
            let path = format!("/api/v2/webhooks{below}");
            assert_eq!(Target::read(method, &path).expect(&path), target);
        }
        for (method, below, code) in [
            ("DELETE", "", Code::MethodNotAllowed),
            ("GET", "/test", Code::MethodNotAllowed),
            ("POST", "/01", Code::MethodNotAllowed),
            ("PUT", "/01/signing_secret", Code::MethodNotAllowed),
            ("POST", "/01/invocations", Code::MethodNotAllowed),
            ("GET", "/01/nothing", Code::InvalidEndpoint),
            ("GET", "/", Code::InvalidEndpoint),
            ("GET", "/01/", Code::InvalidEndpoint),
            ("GET", "/%ff", Code::InvalidEndpoint),
            ("GET", "/a%2Fb", Code::InvalidEndpoint),
            ("GET", "/01/invocations/01", Code::InvalidEndpoint),
        ] {
            let path = format!("/api/v2/webhooks{below}");
            assert_eq!(Target::read(method, &path).expect_err(&path).code(), code, "{method} {path}");
        }
    }

    #[test]
    fn every_path_is_read_and_takes_nothing_else() {
        for path in PATHS {
            let path = path.replace(['{', '}'], "");
            let refused = Target::read("BREW", &path).expect_err("no such method");
            assert_eq!(refused.code(), Code::MethodNotAllowed, "{path}");
        }
    }

    #[test]
    fn looking_is_for_viewers_and_secrets_are_not() {
        for (method, below, clones, action) in [
            ("GET", "", false, Action::View),
            ("GET", "/01", false, Action::View),
            ("GET", "/01/signing_secret", false, Action::Manage),
            // However it is written.
            ("GET", "/01/signing%5Fsecret", false, Action::Manage),
            ("GET", "/01/invocations", false, Action::View),
            ("POST", "", false, Action::Create),
            ("POST", "", true, Action::Manage),
            ("POST", "/test", false, Action::Manage),
            ("POST", "/01/signing_secret", false, Action::Manage),
            ("PUT", "/01", false, Action::Manage),
            ("DELETE", "/01", false, Action::Manage),
        ] {
            let path = format!("/api/v2/webhooks{below}");
            let target = Target::read(method, &path).expect(&path);
            assert_eq!(target.action(clones), action, "{method} {path}");
        }
    }
}
