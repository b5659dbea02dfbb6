//! The source of one handler that is to be written, and of its tests.

use std::fmt::Write as _;

use super::names::Names;
use super::parameters::Parameter;
use super::plan::Stub;
use super::source::{comment, expression, literal};

/// The file `src/handlers/MODULE.rs`.
pub(super) fn file(stub: &Stub) -> String {
    let mut text = format!("//! The tag `{}`.\n", comment(&stub.tag));
    if !stub.places.is_empty() {
        text.push_str("//!\n//! The agent calls it at\n//!\n");
        for place in &stub.places {
            let _ = writeln!(text, "//! - `{}`", comment(place));
        }
    }
    let (imports, argument) = match stub.parameters.as_slice() {
        [] => ("use rejoinder::Reply;", ""),
        _ => ("use rejoinder::{Params, Reply};\nuse serde::Deserialize;", "Params(input): Params<Input>"),
    };
    let _ = writeln!(text, "\n{imports}\n");
    if !stub.parameters.is_empty() {
        input(&mut text, &stub.parameters);
    }
    let _ = writeln!(text, "/// Answers the tag `{}`.", comment(&stub.tag));
    text.push_str("///\n/// TODO: this is a stub. Find out what the agent wants to know, say it with `Reply::text`, set session\n");
    text.push_str("/// parameters with `.set(\"name\", value)`, and change the test below with it.\n");
    let _ = writeln!(text, "pub async fn answer({argument}) -> Reply {{");
    if !stub.parameters.is_empty() {
        text.push_str("    // Remove this line when you use the input.\n    let _ = input;\n");
    }
    let _ = writeln!(text, "    Reply::text({})\n}}", literal(&said(stub)));
    tests(&mut text, stub);
    text
}

fn said(stub: &Stub) -> String {
    format!("The handler of {} is still to be written.", stub.tag)
}

fn input(text: &mut String, parameters: &[Parameter]) {
    text.push_str("/// The session parameters that it reads. Whatever may be missing is an `Option`.\n");
    text.push_str("#[derive(Debug, Clone, PartialEq, Deserialize)]\npub struct Input {\n");
    let mut names = Names::default();
    for parameter in parameters {
        let field = names.snake(&parameter.name, "parameter");
        let _ = writeln!(text, "    /// {}", sentence(&parameter.comment));
        if field != parameter.name {
            let _ = writeln!(text, "    #[serde(rename = {})]", literal(&parameter.name));
        }
        let kind = &parameter.kind.rust;
        let kind = if parameter.is_optional { format!("Option<{kind}>") } else { kind.clone() };
        let _ = writeln!(text, "    pub {field}: {kind},");
    }
    text.push_str("}\n\n");
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

fn tests(text: &mut String, stub: &Stub) {
    let required: Vec<&Parameter> =
        stub.parameters.iter().filter(|parameter| !parameter.is_optional).collect();
    let imports = if required.is_empty() {
        "    use rejoinder::Result;\n    use rejoinder::testing::WebhookCall;\n"
    } else {
        "    use rejoinder::testing::WebhookCall;\n    use rejoinder::{ErrorKind, Result};\n"
    };
    let tag = literal(&stub.tag);
    let _ = write!(text, "\n#[cfg(test)]\nmod tests {{\n{imports}\n    use crate::router;\n\n");
    text.push_str("    #[tokio::test]\n    async fn a_call_is_answered() -> Result<()> {\n");
    let _ = writeln!(text, "        let call = WebhookCall::tag({tag});");
    for parameter in &stub.parameters {
        let value = expression(&parameter.kind.example);
        let _ = writeln!(text, "        let call = call.parameter({}, {value});", literal(&parameter.name));
    }
    let _ = write!(
        text,
        "        let response = call.send(router()).await?;\n        // TODO: expect what the agent should say.\n        \
         assert_eq!(response.texts(), [{}]);\n        Ok(())\n    }}\n",
        literal(&said(stub))
    );
    if let Some(parameter) = required.first() {
        let _ = write!(
            text,
            "\n    #[tokio::test]\n    async fn a_call_without_its_parameters_is_refused() {{\n        let refused = \
             WebhookCall::tag({tag}).send(router()).await;\n        let error = refused.expect_err({});\n        \
             assert_eq!(error.kind(), ErrorKind::BadRequest);\n    }}\n",
            literal(&format!("{} is missing", parameter.name))
        );
    }
    text.push_str("}\n");
}
