//! Lays file, environment and flags over the defaults.

use std::path::PathBuf;

use super::source::{self, Node, Origin, Value};
use super::value::Bind;
use super::{DEFAULTS, FILE_NAME, Fault, Sources, VARIABLE_PREFIX};

/// The configuration file: the one that was named, else the one in the working folder.
pub(super) fn file(sources: &Sources) -> Option<PathBuf> {
    let working_folder_file = || {
        let file = PathBuf::from(FILE_NAME);
        (sources.working_folder && file.exists()).then_some(file)
    };
    sources.file.clone().or_else(working_folder_file)
}

pub(super) fn tree(sources: &Sources, faults: &mut Vec<Fault>) -> Node {
    let mut tree = source::parse("", DEFAULTS, faults);
    let defaults = tree.clone();
    let mut has_file = false;
    if let Some(path) = file(sources) {
        has_file = true;
        let name = path.display().to_string();
        match std::fs::read_to_string(&path) {
            Ok(text) => tree.overlay(source::parse(&name, &text, faults)),
            Err(error) => {
                let message = format!("this file cannot be read: {error}");
                faults.push(Fault {
                    origin: Origin::File { path: name, line: 1 },
                    path: String::new(),
                    message,
                });
            }
        }
    }
    if !has_file && sources.demo_without_file {
        tree.set(&["demo", "enabled"], Value::Bool(true), Origin::Default);
    }
    for (name, value) in &sources.environment {
        let Some(path) = name.strip_prefix(VARIABLE_PREFIX) else {
            continue;
        };
        let path = path.to_lowercase();
        let path: Vec<&str> = path.split("__").collect();
        let default = defaults.get(&path).map(|node| &node.value);
        // Others use the prefix too: Kubernetes sets REJOINDER_SERVICE_HOST for a service of this name.
        if path.len() < 2 && default.is_none() {
            continue;
        }
        let origin = Origin::Variable(name.clone());
        match default {
            Some(Value::Table(_)) => match table(value, &origin) {
                Ok(members) => tree.set(&path, members, origin),
                Err(message) => faults.push(Fault { origin, path: path.join("."), message }),
            },
            _ => tree.set(&path, Value::Raw(value.clone()), origin),
        }
    }
    if let Some((_, port)) = sources.environment.iter().find(|(name, _)| name == "PORT") {
        set_port(&mut tree, port, faults);
    }
    if let Some(bind) = &sources.bind {
        tree.set(&["server", "bind"], Value::Raw(bind.clone()), Origin::Flag("--bind"));
    }
    tree
}

/// A whole table from the environment; its members are laid over those of the file.
fn table(text: &str, origin: &Origin) -> Result<Value, String> {
    let expected = "expected a table as TOML text, such as { a = \"b\" }";
    match source::parse_value(text, origin).map(|node| node.value) {
        Ok(Value::Table(members)) => Ok(Value::Table(members)),
        Ok(other) => Err(format!("{expected}, found {}", other.kind())),
        Err(error) => Err(format!("{expected}: {error}")),
    }
}

/// `PORT`, as Cloud Run sets it, replaces the port and leaves the host.
fn set_port(tree: &mut Node, port: &str, faults: &mut Vec<Fault>) {
    let origin = Origin::Variable("PORT".to_owned());
    let Ok(port) = port.parse::<u16>() else {
        let message = format!("expected a port from 0 to 65535, found {port:?}");
        faults.push(Fault { origin, path: String::new(), message });
        return;
    };
    let bind = match tree.get(&["server", "bind"]).map(|node| &node.value) {
        Some(Value::Text(bind) | Value::Raw(bind)) => bind.parse::<Bind>(),
        _ => return,
    };
    // A faulty address is reported where it is read.
    if let Ok(bind) = bind {
        let bind = Bind { port, ..bind };
        tree.set(&["server", "bind"], Value::Raw(bind.to_string()), origin);
    }
}
