//! What a line at the prompt means.

use serde_json::Value;

use crate::emulator::transcript::short;
use crate::nearest::nearest;

/// A line, understood.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Command {
    /// The user says it; the current tag is called.
    Say(String),
    Event(String),
    Keys(String),
    /// The agent calls without the user: this tag or the current one.
    Call,
    /// A further call in the same turn.
    Also(String),
    Tag(Option<String>),
    Page(String),
    Flow(String),
    Intent(String),
    /// A parameter; null removes it.
    Set(String, Value),
    Fill(String, Value),
    Queue(String),
    Clear,
    State,
    Tags,
    Reset,
    Help,
    Quit,
    Nothing,
}

/// Name, arguments, meaning.
pub(super) const COMMANDS: &[(&str, &str, &str)] = &[
    ("tag", "[TAG]", "call this tag from now on; without one, none"),
    ("set", "NAME=TEXT, NAME:=JSON", "the agent sets a session parameter before the next call"),
    ("unset", "NAME", "the agent removes a session parameter before the next call"),
    ("page", "NAME", "the next call comes from this page"),
    ("flow", "NAME", "the next call comes from this flow"),
    ("intent", "NAME", "this intent matches in the next turn"),
    ("fill", "NAME=TEXT, NAME:=JSON", "the user fills a form parameter in the next turn"),
    ("queue", "TEXT", "the agent says this in the next turn before it calls"),
    ("clear", "", "forget what was prepared for the next turn"),
    ("call", "", "the agent calls the tag without anything from the user"),
    ("also", "TAG", "the agent calls this tag too, in the same turn"),
    ("event", "NAME", "an event is raised, and the tag is called"),
    ("dtmf", "DIGITS", "the user presses keys, and the tag is called"),
    ("say", "TEXT", "the user writes this: for texts that begin with a colon"),
    ("state", "", "show what the agent remembers"),
    ("tags", "", "list the tags that are known"),
    ("reset", "", "begin a new session"),
    ("help", "", "show this"),
    ("quit", "", "end; so does Ctrl-D"),
];

/// The longest line, in bytes.
pub(super) const LONGEST: usize = 64 << 10;

/// Understands a line.
pub(super) fn parse(line: &str) -> Result<Command, String> {
    let line = line.trim();
    if line.len() > LONGEST {
        return Err(format!("the line is longer than {LONGEST} bytes"));
    }
    let Some(rest) = line.strip_prefix(':') else {
        return Ok(if line.is_empty() { Command::Nothing } else { Command::Say(line.to_owned()) });
    };
    let (name, argument) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let argument = argument.trim();
    let known = COMMANDS.iter().find(|(known, ..)| *known == name);
    let Some((_, form, _)) = known else {
        let near = nearest(name, COMMANDS.iter().map(|(known, ..)| *known));
        let near = near.map(|near| format!("; did you mean :{near}?")).unwrap_or_default();
        return Err(format!("there is no command :{name}{near} :help lists them"));
    };
    let needed = || match argument {
        "" => Err(format!(":{name} needs an argument: :{name} {form}")),
        argument => Ok(argument.to_owned()),
    };
    if form.is_empty() && !argument.is_empty() {
        return Err(format!(":{name} takes no argument, found {argument:?}"));
    }
    Ok(match name {
        "tag" => Command::Tag(Some(argument.to_owned()).filter(|tag| !tag.is_empty())),
        "set" => assignment(&needed()?).map(|(name, value)| Command::Set(name, value))?,
        "unset" => Command::Set(needed()?, Value::Null),
        "fill" => assignment(&needed()?).map(|(name, value)| Command::Fill(name, value))?,
        "page" => Command::Page(needed()?),
        "flow" => Command::Flow(needed()?),
        "intent" => Command::Intent(needed()?),
        "queue" => Command::Queue(needed()?),
        "call" => Command::Call,
        "also" => Command::Also(needed()?),
        "event" => Command::Event(needed()?),
        "dtmf" => Command::Keys(needed()?),
        "say" => Command::Say(needed()?),
        "clear" => Command::Clear,
        "state" => Command::State,
        "tags" => Command::Tags,
        "reset" => Command::Reset,
        "quit" => Command::Quit,
        _ => Command::Help,
    })
}

/// `NAME=TEXT` or `NAME:=JSON`.
fn assignment(argument: &str) -> Result<(String, Value), String> {
    let parts = argument.split_once('=').filter(|(name, _)| !name.trim().is_empty());
    let (name, value) =
        parts.ok_or_else(|| format!("expected NAME=TEXT or NAME:=JSON, found {argument:?}"))?;
    match name.strip_suffix(':') {
        Some(name) => {
            let value = serde_json::from_str(value).map_err(|error| {
                format!(
                    "what follows := is no JSON ({error}); NAME=TEXT sets a text, as in {}={}",
                    name,
                    short(&value.into())
                )
            })?;
            Ok((name.trim().to_owned(), value))
        }
        None => Ok((name.trim().to_owned(), value.trim().into())),
    }
}

/// All commands, one a line.
pub(super) fn help() -> String {
    let lines = COMMANDS.iter().map(|(name, form, meaning)| {
        let command = format!(":{name} {form}");
        format!("{command:<29}{meaning}\n")
    });
    let lines: String = lines.collect();
    format!("Any other line is what the user writes; the current tag is called with it.\n{lines}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_are_understood() {
        for (line, command) in [
            ("", Command::Nothing),
            ("  hello : there ", Command::Say("hello : there".to_owned())),
            (":say :set", Command::Say(":set".to_owned())),
            (":tag order status", Command::Tag(Some("order status".to_owned()))),
            (":tag", Command::Tag(None)),
            (":set a=1", Command::Set("a".to_owned(), json!("1"))),
            (":set a:= {\"b\": [1]}", Command::Set("a".to_owned(), json!({ "b": [1] }))),
            (":set a=b=c", Command::Set("a".to_owned(), json!("b=c"))),
            (":set a=", Command::Set("a".to_owned(), json!(""))),
            (":unset a", Command::Set("a".to_owned(), Value::Null)),
            (":fill\tq:=3", Command::Fill("q".to_owned(), json!(3))),
        ] {
            assert_eq!(parse(line), Ok(command), "{line}");
        }
        for (line, told) in [
            (":sett a=1", "there is no command :sett; did you mean :set? :help lists them"),
            (":set", ":set needs an argument: :set NAME=TEXT, NAME:=JSON"),
            (":set a", "expected NAME=TEXT or NAME:=JSON, found \"a\""),
            (":set =1", "expected NAME=TEXT or NAME:=JSON, found \"=1\""),
            (
                ":set a:=x",
                "what follows := is no JSON (expected value at line 1 column 1); NAME=TEXT sets a text, as in a=\"x\"",
            ),
            (":quit now", ":quit takes no argument, found \"now\""),
        ] {
            assert_eq!(parse(line), Err(told.to_owned()), "{line}");
        }
        assert_eq!(parse(&"x".repeat(LONGEST + 1)), Err("the line is longer than 65536 bytes".to_owned()));
        assert_eq!(help().lines().count(), COMMANDS.len() + 1);
    }
}
