//! What surrounds the sources of a project: manifest, settings, image and README.

use std::fmt::Write as _;
use std::path::Path;

use super::plan::Plan;
use super::source::{comment, literal};

/// Where the project's `rejoinder` comes from.
pub(super) enum Origin<'a> {
    /// The registry, this command's own version.
    Version,
    /// A folder.
    Path(&'a Path),
}

pub(super) fn manifest(plan: &Plan, name: &str, origin: &Origin<'_>) -> String {
    let rejoinder = match origin {
        Origin::Version => format!("version = \"{}\"", env!("CARGO_PKG_VERSION")),
        Origin::Path(path) => format!("path = {}", literal(&path.display().to_string())),
    };
    let uses = |word: &str| {
        let mut parameters = plan.handlers.iter().flat_map(|stub| &stub.parameters);
        parameters.any(|parameter| parameter.kind.rust.contains(word))
    };
    let jiff = if uses("jiff::") { "jiff = { version = \"0.2\", features = [\"serde\"] }\n" } else { "" };
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n[dependencies]\n{jiff}\
         # The server alone; the command is installed with `cargo install rejoinder`.\n\
         rejoinder = {{ {rejoinder}, default-features = false }}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\
         serde_json = \"1\"\ntokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n\n[dev-dependencies]\n\
         rejoinder = {{ {rejoinder}, default-features = false, features = [\"testing\"] }}\n\n\
         # Stands alone, also in a folder of another workspace.\n[workspace]\n"
    )
}

pub(super) fn settings(plan: &Plan) -> String {
    let number = plan.project_number.as_deref().unwrap_or("123456789012");
    let mut text = format!(
        "# Settings of the server. `rejoinder schema` has every key; what is not here has its default.\n\n[server]\n\
         bind = \"127.0.0.1:8080\"\n# The https:// address under which agents reach it.\n# public_url = \"https://…\"\n\n\
         # Who may call; needed on an address that others can reach. This one is Dialogflow for your project's agents.\n\
         # [auth]\n# any_of = [{{ kind = \"service_agent\", project_number = \"{number}\" }}]\n"
    );
    if !plan.time_zone.is_empty() {
        let _ = write!(text, "\n[agent]\ntime_zone = {}\n", serde_json::Value::from(plan.time_zone.as_str()));
    }
    for route in &plan.routes {
        // A JSON text is a TOML text too.
        let tag = serde_json::Value::from(route.tag.as_str());
        let webhook = serde_json::Value::from(route.webhook.display_name.as_str());
        let _ = write!(text, "\n[routes.{tag}]\nwebhook = {webhook}\n");
    }
    text
}

pub(super) fn dockerfile(name: &str, plan: &Plan) -> String {
    let webhooks = if plan.routes.is_empty() { "" } else { "COPY webhooks webhooks\n" };
    format!(
        "FROM rust:1-slim-bookworm AS build\nWORKDIR /src\nCOPY . .\nRUN cargo build --release\n\n\
         FROM gcr.io/distroless/cc-debian12:nonroot\nWORKDIR /app\nCOPY --from=build /src/target/release/{name} /usr/local/bin/{name}\n\
         COPY rejoinder.toml ./\n{webhooks}\
         # On this address the server does not start until [auth] says who may call.\nENV REJOINDER_SERVER__BIND=0.0.0.0:8080\n\
         EXPOSE 8080\nENTRYPOINT [\"/usr/local/bin/{name}\"]\n"
    )
}

pub(super) fn readme(plan: &Plan, name: &str) -> String {
    let mut text = format!("# {name}\n\n");
    match plan.agent.as_str() {
        "" => text.push_str("The fulfillment of a Dialogflow CX agent.\n"),
        agent => {
            let _ = writeln!(text, "The fulfillment of the Dialogflow CX agent `{}`.", comment(agent));
        }
    }
    text.push_str("\n```sh\ncargo test\ncargo run\n");
    // Of flexible webhooks the standard call has no parameters to show.
    let standard = plan.handlers.iter().find(|stub| stub.sets.is_empty());
    if let Some(stub) = standard.or(plan.handlers.first()) {
        let quoted = |word: &str| format!("'{}'", word.replace('\'', r"'\''"));
        let _ = write!(
            text,
            "rejoinder call http://127.0.0.1:8080/webhook --tag {}",
            quoted(&comment(&stub.tag))
        );
        for parameter in stub.parameters.iter().filter(|parameter| !parameter.is_optional) {
            let given = format!("{}={}", comment(&parameter.name), parameter.kind.example);
            let _ = write!(text, " --param-json {}", quoted(&given));
        }
        text.push('\n');
    }
    text.push_str("```\n\n## To do\n\n");
    for stub in &plan.handlers {
        let _ = writeln!(text, "- `{}`: write `src/handlers/{}.rs`", comment(&stub.tag), stub.module);
    }
    for route in &plan.routes {
        let (tag, webhook) = (comment(&route.tag), comment(&route.webhook.display_name));
        let _ = writeln!(
            text,
            "- `{tag}`: answered by the webhook `{webhook}`, `[routes]` in `rejoinder.toml`. The agent calls it by itself; \
             here it can be tried, and say something"
        );
    }
    for note in &plan.notes {
        let _ = writeln!(text, "- {}", comment(note));
    }
    text.push_str(
        "- `rejoinder.toml`: `public_url` and `[auth]` before it is deployed\n\nWhat may be missing in a call is an `Option` in the \
         handler's input: only a route that waits for the page's form to be final has its required parameters for certain.\n",
    );
    text
}
