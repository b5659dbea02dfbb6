//! `[auth]`: the checks of which one must accept the caller, as they are written.
//!
//! Every kind has a file of its own that reads its table; here is the list of them.

mod address;
mod allow;
mod basic;
mod cloud_run_iam;
mod header;
mod introspection;
mod jwt;
pub(crate) mod keys_file;
mod mtls;
mod service_agent;

use super::reader::Reader;
use super::settings::Server;

pub use allow::Allow;
pub use basic::Basic;
pub use cloud_run_iam::CloudRunIam;
pub use header::Header;
pub use introspection::Introspection;
pub use jwt::Jwt;
pub use mtls::Mtls;
pub use service_agent::ServiceAgent;

/// `[auth]`
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Auth {
    /// The checks; none of them lets everybody in.
    pub any_of: Vec<Check>,
    /// Whose sessions are answered.
    pub allow: Allow,
}

/// One way to be accepted, told apart by its `kind`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Check {
    /// User and password (RFC 7617).
    Basic(Basic),
    /// A header with a secret value.
    Header(Header),
    /// A client certificate.
    Mtls(Mtls),
    /// An ID token of Dialogflow's own account.
    ServiceAgent(ServiceAgent),
    /// An ID token that Cloud Run has verified.
    CloudRunIam(CloudRunIam),
    /// A bearer token that an issuer signed.
    Jwt(Jwt),
    /// A bearer token that an issuer is asked about.
    Introspection(Introspection),
    /// All of several checks at once.
    AllOf(Vec<Self>),
}

/// The words of `kind` inside `all_of`. [`samples`] has a table of each, in this order.
const KINDS: &[&str] = &["basic", "header", "mtls", "service_agent", "cloud_run_iam", "jwt", "introspection"];

/// The words of `kind` in `any_of`: the same, and `all_of`, which holds no other of its kind.
const OUTER_KINDS: &[&str] =
    &["basic", "header", "mtls", "service_agent", "cloud_run_iam", "jwt", "introspection", "all_of"];

/// One table of every kind as TOML text, with all its keys.
const SAMPLES: &str = r#"{ kind = "basic", username = "u", password = "p" },
{ kind = "header", name = "n", values = ["v"], matches = "m" },
{ kind = "mtls", preset = "dialogflow", subjects = ["CN=c"], sans = ["s"], roots = "" },
{ kind = "service_agent", project_number = "1", audience = ["a"], jwks_url = "https://j", jwks_file = "" },
{ kind = "cloud_run_iam", project_number = "1", audience = ["a"], dangerous_assume_iam = false },
{ kind = "jwt", issuer = "https://i", jwks_url = "https://j", audience = ["a"], scopes = [], claims = {}, algorithms = ["RS256"] },
{ kind = "introspection", endpoint = "https://i", client_id = "c", client_secret = "s", client_authentication = "basic",
  issuer = "i", audience = [], scopes = [], claims = {}, max_age = "60s" },
"#;

/// Reads one table of this kind. A table that is faulty gives none; the reader holds the faults.
fn read_kind(kind: &str, reader: &Reader<'_, '_>) -> Option<Check> {
    Some(match kind {
        "basic" => Check::Basic(Basic::read(reader)),
        "header" => Check::Header(Header::read(reader)?),
        "mtls" => Check::Mtls(Mtls::read(reader)),
        "service_agent" => Check::ServiceAgent(ServiceAgent::read(reader)),
        "cloud_run_iam" => Check::CloudRunIam(CloudRunIam::read(reader)),
        "jwt" => Check::Jwt(Jwt::read(reader)),
        "introspection" => Check::Introspection(Introspection::read(reader)?),
        "all_of" => Check::AllOf(read_list(reader, "checks", KINDS)),
        _ => return None,
    })
}

fn read_list(reader: &Reader<'_, '_>, key: &'static str, kinds: &'static [&'static str]) -> Vec<Check> {
    let checks = reader.tables(key, |check| {
        let words: Vec<Option<&str>> = kinds.iter().copied().map(Some).collect();
        let Some(kind) = check.choice("kind", kinds, &words) else {
            check.ignore_rest();
            return None;
        };
        let read = read_kind(kind, check);
        if matches!(&read, Some(Check::AllOf(parts)) if parts.is_empty()) {
            check.refuse("checks", "expected at least one check; without any, everybody would be let in");
        }
        read
    });
    checks.into_iter().flatten().collect()
}

/// A list with one table of every kind as TOML text, which the schema is made from.
pub(super) fn samples() -> String {
    format!("[{SAMPLES}{{ kind = \"all_of\", checks = [{SAMPLES}] }}]")
}

impl Auth {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        Self { any_of: read_list(reader, "any_of", OUTER_KINDS), allow: Allow::read(reader) }
    }

    /// Fills in what checks take from `[server]`, and tells what is missing there.
    pub(super) fn complete(&mut self, server: &Server) -> Result<(), &'static str> {
        complete(&mut self.any_of, server)
    }

    /// What is allowed and should be known.
    #[must_use]
    pub fn notes(&self) -> Vec<&'static str> {
        let anybody_of = |check: &Check| matches!(check, Check::Mtls(check) if check.is_dialogflow);
        let mut notes = Vec::new();
        if self.any_of.iter().any(anybody_of) {
            notes.push(
                "auth: Dialogflow's client certificate proves that Dialogflow calls, for anybody's agent. Combine the \
                 check mtls with one that knows yours: { kind = \"all_of\", checks = [{ kind = \"mtls\", … }, \
                 { kind = \"service_agent\", … }] }",
            );
        }
        if self.any_of.iter().any(|check| matches!(check, Check::Header(check) if check.matches.is_some())) {
            notes.push(
                "auth: a header that `matches` a pattern is no secret: whoever knows the pattern can make such a value. \
                 Combine it with another check: { kind = \"all_of\", checks = [{ kind = \"header\", … }, { kind = \
                 \"service_agent\", … }] }",
            );
        }
        notes
    }
}

fn complete(checks: &mut [Check], server: &Server) -> Result<(), &'static str> {
    checks.iter_mut().try_for_each(|check| match check {
        Check::Mtls(check) => check.complete(&server.tls),
        Check::ServiceAgent(check) => check.complete(server),
        Check::CloudRunIam(check) => check.complete(server),
        Check::AllOf(checks) => complete(checks, server),
        Check::Basic(_) | Check::Header(_) | Check::Jwt(_) | Check::Introspection(_) => Ok(()),
    })
}
