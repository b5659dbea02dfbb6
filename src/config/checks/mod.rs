//! `[auth]`: the checks of which one must accept the caller, as they are written.
//!
//! Every kind has a file of its own that reads its table; here is the list of them.

mod basic;
mod header;
mod mtls;

use super::reader::Reader;
use super::tls::Tls;

pub use basic::Basic;
pub use header::Header;
pub use mtls::Mtls;

/// `[auth]`
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Auth {
    /// The checks; none of them lets everybody in.
    pub any_of: Vec<Check>,
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
    /// All of several checks at once.
    AllOf(Vec<Self>),
}

/// The words of `kind` inside `all_of`. [`samples`] has a table of each, in this order.
const KINDS: &[&str] = &["basic", "header", "mtls"];

/// The words of `kind` in `any_of`: the same, and `all_of`, which holds no other of its kind.
const OUTER_KINDS: &[&str] = &["basic", "header", "mtls", "all_of"];

/// One table of every kind as TOML text, with all its keys.
const SAMPLES: &str = r#"{ kind = "basic", username = "u", password = "p" },
{ kind = "header", name = "n", values = ["v"] },
{ kind = "mtls", preset = "dialogflow", subjects = ["CN=c"], sans = ["s"], roots = "" },
"#;

/// Reads one table of this kind. A table that is faulty gives none; the reader holds the faults.
fn read_kind(kind: &str, reader: &Reader<'_, '_>) -> Option<Check> {
    Some(match kind {
        "basic" => Check::Basic(Basic::read(reader)),
        "header" => Check::Header(Header::read(reader)?),
        "mtls" => Check::Mtls(Mtls::read(reader)),
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
        Self { any_of: read_list(reader, "any_of", OUTER_KINDS) }
    }

    /// Fills in what checks take from `[server.tls]`, and tells what is missing there.
    pub(super) fn complete(&mut self, tls: &Tls) -> Result<(), &'static str> {
        complete(&mut self.any_of, tls)
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
        notes
    }
}

fn complete(checks: &mut [Check], tls: &Tls) -> Result<(), &'static str> {
    checks.iter_mut().try_for_each(|check| match check {
        Check::Mtls(check) => check.complete(tls),
        Check::AllOf(checks) => complete(checks, tls),
        Check::Basic(_) | Check::Header(_) => Ok(()),
    })
}
