//! `parameterMapping`: which parts of an answer become which parameters.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::path::{PathError, ResponsePath, TooComplex};
use crate::config::{FlowParameters, MissingPath, NullValue, Semantics};
use crate::protocol::Struct;

/// The mapping of a resource, its paths parsed once.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mapping {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq)]
struct Entry {
    parameter: String,
    path: ResponsePath,
}

/// An entry of a mapping that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MappingError {
    /// A key that names no parameter.
    #[error("{key:?} names no parameter; expected `name`, `$session.params.name` or `$flow.name`")]
    Key {
        /// The key.
        key: String,
    },
    /// Two keys for one parameter.
    #[error("`{key}` and `{other}` set one parameter, {parameter}; remove one of them")]
    Doubled {
        /// One key.
        key: String,
        /// The other.
        other: String,
        /// What both set.
        parameter: String,
    },
    /// A path that is none.
    #[error(transparent)]
    Path(#[from] PathError),
}

/// What an answer gave.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Mapped {
    /// The session parameters to set; null clears one.
    pub parameters: Struct,
    /// The parameters whose paths led to nothing, each with its path.
    pub missing: Vec<(String, String)>,
}

impl Mapping {
    /// Reads every entry; tells what is wrong with which key.
    pub(super) fn parse(
        entries: &BTreeMap<String, String>,
        semantics: &Semantics,
        mut wrong: impl FnMut(&str, MappingError),
    ) -> Self {
        let mut known: Vec<Entry> = Vec::new();
        // The keys by what they set, in lower case: a hostile resource may hold very many.
        let mut keys: HashMap<String, &str> = HashMap::new();
        for (key, path) in entries {
            let Some(parameter) = target(key, semantics) else {
                wrong(key, MappingError::Key { key: key.clone() });
                continue;
            };
            if let Some(other) = keys.get(&parameter.to_lowercase()) {
                wrong(key, MappingError::Doubled { key: key.clone(), other: (*other).to_owned(), parameter });
                continue;
            }
            match ResponsePath::parse(path) {
                Ok(path) => {
                    keys.insert(parameter.to_lowercase(), key);
                    known.push(Entry { parameter, path });
                }
                Err(error) => wrong(key, error.into()),
            }
        }
        Self { entries: known }
    }

    /// The session parameters it sets.
    pub(super) fn parameters(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.parameter.as_str())
    }

    /// Takes the parameters out of an answer; without one, every path leads to nothing.
    pub(super) fn apply(&self, answer: Option<&Value>, semantics: &Semantics) -> Result<Mapped, TooComplex> {
        let mut mapped = Mapped::default();
        for Entry { parameter, path } in &self.entries {
            let found = match answer {
                Some(answer) => path.find(answer)?,
                None => None,
            };
            match found.filter(|value| !(value.is_null() && semantics.null_value == NullValue::Missing)) {
                Some(value) => {
                    mapped.parameters.insert(parameter.clone(), value.into_owned());
                }
                None => {
                    mapped.missing.push((parameter.clone(), path.text().to_owned()));
                    if semantics.missing_path == MissingPath::Clear {
                        mapped.parameters.insert(parameter.clone(), Value::Null);
                    }
                }
            }
        }
        Ok(mapped)
    }
}

/// The session parameter that a key sets.
fn target(key: &str, semantics: &Semantics) -> Option<String> {
    let after = |prefix: &str| {
        key.get(..prefix.len())
            .filter(|start| start.eq_ignore_ascii_case(prefix))
            .map(|_| &key[prefix.len()..])
    };
    let flow = after("$flow.");
    let name = after("$session.params.").or(flow).unwrap_or(key);
    let plain = !name.is_empty()
        && !name.starts_with(['.', '$'])
        && !name.ends_with('.')
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    let literal = flow.is_some() && semantics.flow_parameters == FlowParameters::Literal;
    plain.then(|| if literal { key.to_owned() } else { name.to_owned() })
}
