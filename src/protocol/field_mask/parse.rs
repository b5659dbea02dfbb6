//! From a mask's text to fields of a message.

use super::{FieldMask, MaskError, Step};
use crate::nearest::nearest;
use crate::protocol::field::MessageType;
use crate::protocol::schema::{Kind, Message};

/// More than a resource has fields, by far.
const MOST_PATHS: usize = 1_000;

impl FieldMask {
    /// Reads paths that are joined by commas; `*` is every field.
    ///
    /// # Errors
    ///
    /// The first path that names no field, and what may have been meant.
    pub(crate) fn parse<M: MessageType>(text: &str) -> Result<Self, MaskError> {
        let mut paths = Vec::new();
        for path in split(text, ',') {
            let path = path.trim();
            match path {
                "" => continue,
                "*" => return Ok(Self::ALL),
                _ if paths.len() == MOST_PATHS => {
                    return Err(refused(
                        path,
                        format!("a mask may have {MOST_PATHS} paths; send * for every field"),
                    ));
                }
                _ => paths.push(steps(path, crate::protocol::schema_of::<M>())?),
            }
        }
        Ok(Self { paths: Some(paths) })
    }

    /// Whether it has no path at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.paths.as_ref().is_some_and(Vec::is_empty)
    }
}

/// The parts of a text between separators that do not stand in backticks.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |character| {
        quoted ^= character == '`';
        !quoted && character == separator
    })
}

fn steps(path: &str, mut message: &'static Message) -> Result<Vec<Step>, MaskError> {
    let mut steps = Vec::new();
    let mut parts = split(path, '.').peekable();
    while let Some(name) = parts.next() {
        let Some((_, field, grouped)) = message.field(name) else {
            return Err(unknown(path, name, message));
        };
        steps.push(Step::Field { of: message, field, grouped });
        let below = parts.peek().is_some();
        match field.kind {
            Kind::Message(inner) => message = inner,
            Kind::Map(values) => {
                let Some(key) = parts.next() else { break };
                steps.push(Step::Key(
                    key.strip_prefix('`').and_then(|key| key.strip_suffix('`')).unwrap_or(key).to_owned(),
                ));
                match values {
                    Kind::Message(inner) => message = inner,
                    _ if parts.peek().is_some() => {
                        let reason =
                            format!("{name} maps keys to single values; put a key with dots into backticks");
                        return Err(refused(path, reason));
                    }
                    _ => {}
                }
            }
            Kind::Repeated(_) if below => {
                return Err(refused(
                    path,
                    format!("{name} is a list, which is changed whole; end the path there"),
                ));
            }
            _ if below => return Err(refused(path, format!("{name} has no fields; end the path there"))),
            _ => {}
        }
    }
    Ok(steps)
}

fn unknown(path: &str, name: &str, message: &'static Message) -> MaskError {
    let known = || message.fields.iter().chain(message.oneof).map(|field| field.json);
    let hint = match nearest(name, known()) {
        Some(meant) => format!("did you mean {meant:?}?"),
        None => format!("there are {}", known().collect::<Vec<_>>().join(", ")),
    };
    refused(path, format!("there is no field {name:?} here; {hint}"))
}

fn refused(path: &str, reason: String) -> MaskError {
    MaskError { path: crate::excerpt::excerpt(path, 200).into_owned(), reason }
}
