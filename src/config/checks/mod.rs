//! `[auth]`: the checks of which one must accept the caller, as they are written.
//!
//! Every kind has a file of its own that reads its table; here is the list of them.

mod basic;
mod header;

use super::reader::Reader;

pub use basic::Basic;
pub use header::Header;

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
    /// All of several checks at once.
    AllOf(Vec<Check>),
}

/// The words of `kind` inside `all_of`. [`samples`] has a table of each, in this order.
const KINDS: &[&str] = &["basic", "header"];

/// The words of `kind` in `any_of`: the same, and `all_of`, which holds no other of its kind.
const OUTER_KINDS: &[&str] = &["basic", "header", "all_of"];

/// One table of every kind as TOML text, with all its keys.
const SAMPLES: &str = r#"{ kind = "basic", username = "u", password = "p" },
{ kind = "header", name = "n", values = ["v"] },
"#;

/// Reads one table of this kind. A table that is faulty gives none; the reader holds the faults.
fn read_kind(kind: &str, reader: &Reader<'_, '_>) -> Option<Check> {
    Some(match kind {
        "basic" => Check::Basic(Basic::read(reader)),
        "header" => Check::Header(Header::read(reader)?),
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
}
