//! The settings in force as a tree, to look for what no section of its own tells.
//!
//! It is the text that `rejoinder check` prints: secrets are masked in it.

use toml::{Table, Value};

use crate::config::Config;

/// The tree of all settings.
pub(super) struct Tree(Table);

/// A secret as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reference {
    /// The text itself.
    Text,
    Env(String),
    File(String),
    Manager(String),
}

impl Tree {
    pub(super) fn of(config: &Config) -> Self {
        // What we print as TOML can be read as such; a test shows it for every kind of setting.
        Self(config.effective.parse().unwrap_or_default())
    }

    /// The tables of `auth.any_of`, those inside of others included.
    pub(super) fn checks(&self) -> Vec<&Table> {
        let mut checks = Vec::new();
        if let Some(auth) = self.0.get("auth") {
            walk(auth, "", &mut |_, value| {
                if let Value::Table(table) = value
                    && table.contains_key("kind")
                {
                    checks.push(table);
                }
            });
        }
        checks
    }

    /// The checks of this kind.
    pub(super) fn checks_of<'t>(&'t self, kind: &str) -> Vec<&'t Table> {
        let is_kind = |check: &&Table| check.get("kind").and_then(Value::as_str) == Some(kind);
        self.checks().into_iter().filter(is_kind).collect()
    }

    /// The switches that are on and whose names say that they are dangerous.
    pub(super) fn dangers(&self) -> Vec<String> {
        let mut dangers = Vec::new();
        for (name, value) in &self.0 {
            walk(value, name, &mut |path, value| {
                let key = path.rsplit('.').next().unwrap_or_default();
                if key.starts_with("dangerous_") && *value != Value::Boolean(false) {
                    dangers.push(path.to_owned());
                }
            });
        }
        dangers
    }

    /// The secrets, with where they stand.
    pub(super) fn secrets(&self) -> Vec<(String, Reference)> {
        let mut secrets = Vec::new();
        for (name, value) in &self.0 {
            walk(value, name, &mut |path, value| {
                if let Some(reference) = reference(value) {
                    secrets.push((path.to_owned(), reference));
                }
            });
        }
        secrets
    }
}

fn reference(value: &Value) -> Option<Reference> {
    match value {
        Value::String(text) if text == "***" => Some(Reference::Text),
        Value::Table(table) if table.len() == 1 => {
            let (key, value) = table.iter().next()?;
            let place = value.as_str()?.to_owned();
            match key.as_str() {
                "env" => Some(Reference::Env(place)),
                "file" => Some(Reference::File(place)),
                "secret" => Some(Reference::Manager(place)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Visits a value and everything in it, each with its path.
fn walk<'v>(value: &'v Value, path: &str, visit: &mut dyn FnMut(&str, &'v Value)) {
    visit(path, value);
    match value {
        Value::Table(table) => {
            for (key, value) in table {
                walk(value, &format!("{path}.{key}"), visit);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                walk(value, &format!("{path}[{index}]"), visit);
            }
        }
        _ => {}
    }
}

/// The texts of a member that is a text or a list of them.
pub(super) fn texts(table: &Table, key: &str) -> Vec<String> {
    match table.get(key) {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(items)) => {
            items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Tree {
        Tree(text.parse().expect("TOML"))
    }

    #[test]
    fn secrets_checks_and_dangers_are_found_wherever_they_stand() {
        let tree = tree(
            r#"
            [server]
            dangerous_allow_unauthenticated = true
            [outbound]
            dangerous_allow_http = false
            [auth]
            any_of = [
              { kind = "basic", username = "u", password = "***" },
              { kind = "all_of", checks = [{ kind = "header", name = "n", values = [{ env = "A" }, { file = "b" }] }] },
            ]
            [later]
            token = { secret = "projects/p/secrets/s/versions/1" }
            "#,
        );
        assert_eq!(tree.dangers(), ["server.dangerous_allow_unauthenticated"]);
        assert_eq!(tree.checks().len(), 3);
        assert_eq!(texts(tree.checks_of("header")[0], "name"), ["n"]);
        let secrets = tree.secrets();
        let kinds: Vec<_> = secrets.iter().map(|(_, reference)| reference.clone()).collect();
        let manager = Reference::Manager("projects/p/secrets/s/versions/1".to_owned());
        assert_eq!(
            kinds,
            [Reference::Text, Reference::Env("A".to_owned()), Reference::File("b".to_owned()), manager]
        );
        assert_eq!(secrets[1].0, "auth.any_of[1].checks[0].values[0]");
    }

    #[test]
    fn what_check_prints_can_be_read() {
        let config = Config::load(&crate::config::Sources::default()).expect("the defaults are valid");
        assert!(Tree::of(&config).0.contains_key("server"));
    }
}
