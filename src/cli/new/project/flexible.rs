//! The tests of routes that flexible webhooks answer: what each asks is what it asked when the project was made.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::plan::Flexible;
use super::source::{comment, literal};
use crate::config::{Config, Sources};
use crate::emulator::{Caller, Options, Turn};

/// What a webhook asks for example parameters.
struct Asked {
    parameters: BTreeMap<String, Value>,
    method: String,
    /// Not told where it varies from call to call.
    url: Option<String>,
    body: Option<Value>,
}

const HEAD: &str = r#"//! Tags without code: what their webhooks ask.

use rejoinder::config::{Config, Sources};
use rejoinder::emulator::{Caller, Options, Sent, Turn};
use rejoinder::protocol::Webhook;

/// The request that a webhook makes of a call with these parameters. Nothing is sent.
fn asked(file: &str, parameters: &[(&str, &str)]) -> Sent {
    let text = std::fs::read(format!("{}/webhooks/{file}", env!("CARGO_MANIFEST_DIR"))).expect("a file");
    let webhook = Webhook::parse(&text).expect("a webhook");
    let config = Config::load(&Sources::default()).expect("the defaults");
    let caller = Caller::new(&webhook, &config, Options::default()).expect("a webhook that can be called");
    let mut turn = Turn::new("test");
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).into()));
    turn.parameters.extend(parameters);
    caller.prepare(&turn.request().expect("a request")).expect("a request")
}
"#;

/// The file `tests/flexible.rs`, and notes on webhooks that it could not test.
pub(super) fn file(routes: &[Flexible], files: &[String], notes: &mut Vec<String>) -> String {
    let mut text = HEAD.to_owned();
    for (route, file) in routes.iter().zip(files) {
        let asked = match asked(route) {
            Ok(asked) => asked,
            Err(cause) => {
                notes.push(format!(
                    "the tag {:?} has no test, and no answer until its webhook {:?} is mended: {cause}",
                    route.tag, route.webhook.display_name
                ));
                continue;
            }
        };
        let parameters: Vec<String> = asked
            .parameters
            .iter()
            .map(|(name, value)| {
                format!("({}, {})", literal(name), literal(value.as_str().unwrap_or_default()))
            })
            .collect();
        let _ = write!(
            text,
            "\n/// The tag `{}`, by the webhook `{}`.\n#[test]\nfn {}() {{\n    let sent = asked({}, &[{}]);\n    assert_eq!(sent.method(), {});\n",
            comment(&route.tag),
            comment(&route.webhook.display_name),
            route.test,
            literal(file),
            parameters.join(", "),
            literal(&asked.method),
        );
        if let Some(url) = &asked.url {
            let _ = writeln!(text, "    assert_eq!(sent.url(), {});", literal(url));
        }
        if let Some(body) = &asked.body {
            let _ = write!(
                text,
                "    let body: serde_json::Value = serde_json::from_slice(sent.body().expect(\"a body\")).expect(\"JSON\");\n    \
                 let expected: serde_json::Value = serde_json::from_str({}).expect(\"JSON\");\n    assert_eq!(body, expected);\n",
                literal(&body.to_string())
            );
        }
        text.push_str("}\n");
    }
    text
}

fn asked(route: &Flexible) -> Result<Asked, String> {
    let config = Config::load(&Sources::default()).map_err(|error| error.to_string())?;
    let caller =
        Caller::new(&route.webhook, &config, Options::default()).map_err(|error| error.to_string())?;
    let service = route.webhook.generic_web_service().cloned().unwrap_or_default();
    let texts = [&service.uri, &service.request_body];
    let mut parameters = BTreeMap::new();
    for text in texts.into_iter().chain(service.request_headers.values()) {
        for name in references(text) {
            parameters.insert(name.to_owned(), Value::from("example"));
        }
    }
    let mut turn = Turn::new("test");
    turn.parameters.extend(parameters.clone());
    let request = turn.request().map_err(|error| error.to_string())?;
    let sent = caller.prepare(&request).map_err(|error| error.to_string())?;
    // Functions such as NOW and RAND give something else each time.
    let is_stable = |text: &str| !text.to_ascii_lowercase().contains("$sys.func.");
    let body = sent.body().filter(|_| is_stable(&service.request_body));
    Ok(Asked {
        parameters,
        method: sent.method().to_owned(),
        url: is_stable(&service.uri).then(|| sent.url()),
        body: body.and_then(|body| serde_json::from_slice(body).ok()),
    })
}

/// The session parameters that a text refers to.
fn references(text: &str) -> impl Iterator<Item = &str> {
    text.split("$session.params.").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')));
        let name = &rest[..end.unwrap_or(rest.len())];
        (!name.is_empty()).then_some(name)
    })
}
