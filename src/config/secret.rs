//! Values that must not be seen.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};

use super::source::{Node, Value};

/// A password or token. It is wiped when dropped, and prints as `***`.
#[derive(Clone, Default)]
pub struct Secret(SecretString);

impl Secret {
    /// The secret itself, for comparing or sending it; never for a message.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Takes a secret from where the configuration says it is.
pub(super) fn resolve(node: &Node, environment: &[(String, String)]) -> Result<Secret, String> {
    let text = match &node.value {
        Value::Text(text) | Value::Raw(text) => text,
        Value::Table(members) => match members.as_slice() {
            [(key, Node { value: Value::Text(name), .. })] if key == "env" => {
                let found = environment.iter().find(|(known, _)| known == name);
                let (_, text) = found.ok_or_else(|| {
                    format!("the environment variable {name} is not set; set it to the secret")
                })?;
                if text.is_empty() {
                    return Err(format!("the environment variable {name} is empty; set it to the secret"));
                }
                text
            }
            _ => return Err("expected the secret as text, or { env = \"NAME\" }".to_owned()),
        },
        other => {
            let found = other.kind();
            return Err(format!("expected the secret as text, or {{ env = \"NAME\" }}, found {found}"));
        }
    };
    if text.is_empty() {
        return Err("the secret is empty".to_owned());
    }
    Ok(Secret::from(text.clone()))
}
