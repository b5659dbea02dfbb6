//! Every file of a project, and the sources beside its handlers.

use std::fmt::Write as _;

use super::super::file_name;
use super::plan::Plan;
use super::source::{comment, literal};
use super::surroundings::{Origin, dockerfile, manifest, readme, settings};
use super::{flexible, handler};

/// Every file with its place in the project.
pub(super) fn all(plan: &mut Plan, name: &str, origin: &Origin<'_>) -> Vec<(String, String)> {
    let webhooks: Vec<String> =
        plan.routes.iter().map(|route| format!("{}.json", file_name(&route.webhook.display_name))).collect();
    let mut files = vec![
        ("Cargo.toml".to_owned(), manifest(plan, name, origin)),
        (".gitignore".to_owned(), "/target\n/local-issuer\n".to_owned()),
        (".dockerignore".to_owned(), "target\nlocal-issuer\n.git\n".to_owned()),
        ("Dockerfile".to_owned(), dockerfile(name, plan)),
        ("rejoinder.toml".to_owned(), settings(plan)),
        ("src/main.rs".to_owned(), main(name)),
        ("src/lib.rs".to_owned(), lib(plan)),
        ("src/handlers/mod.rs".to_owned(), modules(plan)),
        ("tests/serves.rs".to_owned(), serves(name)),
    ];
    if !plan.enumerations.is_empty() {
        let definitions: Vec<String> = plan.enumerations.iter().map(|one| one.written()).collect();
        let text = format!("//! The agent's entity types with few values.\n\n{}", definitions.join("\n"));
        files.push(("src/entities.rs".to_owned(), text));
    }
    for stub in &plan.handlers {
        files.push((format!("src/handlers/{}.rs", stub.module), handler::file(stub)));
    }
    if !plan.routes.is_empty() {
        let mut notes = Vec::new();
        let tests = flexible::file(&plan.routes, &webhooks, &mut notes);
        plan.notes.extend(notes);
        files.push(("tests/flexible.rs".to_owned(), tests));
    }
    for (route, file) in plan.routes.iter().zip(&webhooks) {
        let path = format!("webhooks/{file}");
        let text = serde_json::to_string_pretty(&route.webhook).unwrap_or_default();
        if !files.iter().any(|(known, _)| *known == path) {
            files.push((path, format!("{text}\n")));
        }
    }
    files.push(("README.md".to_owned(), readme(plan, name)));
    files
}

fn crate_name(name: &str) -> String {
    name.replace('-', "_")
}

fn main(name: &str) -> String {
    format!(
        "//! Serves the webhook. Settings come from `rejoinder.toml` of the working folder.\n\nuse rejoinder::{{Rejoinder, Result}};\n\n\
         #[tokio::main]\nasync fn main() -> Result<()> {{\n    Rejoinder::from({}::router()).run().await\n}}\n",
        crate_name(name)
    )
}

fn lib(plan: &Plan) -> String {
    let mut text = match plan.agent.as_str() {
        "" => "//! The fulfillment of an agent.\n".to_owned(),
        agent => format!("//! The fulfillment of the agent `{}`.\n", comment(agent)),
    };
    if !plan.routes.is_empty() {
        text.push_str("//!\n//! Tags that flexible webhooks answer are in `rejoinder.toml`.\n");
    }
    text.push('\n');
    if !plan.enumerations.is_empty() {
        text.push_str("pub mod entities;\n");
    }
    text.push_str("pub mod handlers;\n\n");
    let has_flexible = plan.handlers.iter().any(|stub| !stub.sets.is_empty());
    text.push_str(if has_flexible {
        "use rejoinder::{Route, Router};\n"
    } else {
        "use rejoinder::Router;\n"
    });
    text.push_str("\n/// Every tag with its handler.\npub fn router() -> Router {\n    Router::new()\n");
    for stub in &plan.handlers {
        let (tag, module) = (literal(&stub.tag), &stub.module);
        if stub.sets.is_empty() {
            let _ = writeln!(text, "        .tag({tag}, handlers::{module}::answer)");
        } else {
            let sets: Vec<String> = stub.sets.iter().map(|name| literal(name)).collect();
            let _ = writeln!(
                text,
                "        .route(Route::new({tag}, handlers::{module}::answer).sets([{}]))",
                sets.join(", ")
            );
        }
    }
    text.push_str("}\n");
    text
}

fn modules(plan: &Plan) -> String {
    let mut text = "//! A file for each tag.\n".to_owned();
    if !plan.handlers.is_empty() {
        text.push('\n');
    }
    let mut modules: Vec<&str> = plan.handlers.iter().map(|stub| stub.module.as_str()).collect();
    modules.sort_unstable();
    for module in modules {
        let _ = writeln!(text, "pub mod {module};");
    }
    text
}

fn serves(name: &str) -> String {
    format!(
        "//! The settings, resources and handlers together make a server.\n\nuse rejoinder::Rejoinder;\n\
         use rejoinder::config::{{Config, Sources}};\n\n#[tokio::test]\nasync fn the_project_can_be_served() {{\n    \
         let file = concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/rejoinder.toml\");\n    \
         let sources = Sources {{ file: Some(file.into()), bind: Some(\"127.0.0.1:0\".to_owned()), ..Sources::default() }};\n    \
         let config = Config::load(&sources).unwrap_or_else(|error| panic!(\"{{error}}\"));\n    \
         let server = Rejoinder::from({}::router()).bind(config);\n    \
         server.map(drop).unwrap_or_else(|error| panic!(\"{{error}}\"));\n}}\n",
        crate_name(name)
    )
}
