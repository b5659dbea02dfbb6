//! What a line at the prompt means.

use serde_json::Value;

use crate::emulator::assignment;
use crate::nearest::nearest;

/// A line, understood.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Command {
    /// The user says it; the current tag is called.
    Say(String),
    /// The caller of the API names this intent.
    Trigger(String),
    /// The user says nothing.
    Silence,
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
    /// What the agent understands where it is.
    Intents,
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
    ("silence", "", "the user says nothing"),
    ("state", "", "show what the agent remembers"),
    ("tags", "", "list the tags that are known"),
    ("intents", "", "list what the agent understands here, each with a phrase"),
    ("reset", "", "begin a new session"),
    ("help", "", "show this"),
    ("quit", "", "end; so does Ctrl-D"),
];

/// The longest line, in bytes.
pub(super) const LONGEST: usize = 64 << 10;

/// What is nobody's to say where the agent is executed: it does so by itself.
const OF_AGENT: [&str; 7] = ["tag", "page", "flow", "queue", "call", "also", "tags"];
/// What nobody can say where it is not.
const OF_EXECUTED: [&str; 2] = ["silence", "intents"];

/// Whether this command is there.
pub(super) fn is_offered(name: &str, executed: bool) -> bool {
    !if executed { OF_AGENT.contains(&name) } else { OF_EXECUTED.contains(&name) }
}

/// Understands a line; `executed` says that the agent finds its own way.
pub(super) fn parse(line: &str, executed: bool) -> Result<Command, String> {
    let line = line.trim();
    if line.len() > LONGEST {
        return Err(format!("the line is longer than {LONGEST} bytes"));
    }
    let named =
        |sign: char| line.strip_prefix(sign).map(str::trim).filter(|name| executed && !name.is_empty());
    if let Some(intent) = named('#') {
        return Ok(Command::Trigger(intent.to_owned()));
    }
    if let Some(event) = named('!') {
        return Ok(Command::Event(event.to_owned()));
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
    if !is_offered(name, executed) {
        let why = match executed {
            true => {
                "the agent is executed and says so by itself; --tag TAG opens a prompt that says what is called"
            }
            false => "it is for an agent that is executed; --agent EXPORT without --tag executes one",
        };
        return Err(format!(":{name} is not for this prompt: {why}"));
    }
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
        "silence" => Command::Silence,
        "clear" => Command::Clear,
        "state" => Command::State,
        "tags" => Command::Tags,
        "intents" => Command::Intents,
        "reset" => Command::Reset,
        "quit" => Command::Quit,
        _ => Command::Help,
    })
}

/// All commands that are there, one a line.
pub(super) fn help(executed: bool) -> String {
    let lines =
        COMMANDS.iter().filter(|(name, ..)| is_offered(name, executed)).map(|(name, form, meaning)| {
            let command = format!(":{name} {form}");
            let meaning = if executed { in_execution(name).unwrap_or(meaning) } else { meaning };
            format!("{command:<29}{meaning}\n")
        });
    let lines: String = lines.collect();
    let others = match executed {
        true => "Any other line is what the user writes; #INTENT names an intent, !EVENT raises an event.",
        false => "Any other line is what the user writes; the current tag is called with it.",
    };
    format!("{others}\n{lines}")
}

/// What a command means where the agent is executed, if it is not the same.
fn in_execution(name: &str) -> Option<&'static str> {
    Some(match name {
        "set" => "a session parameter, or $flow.NAME, is set before the next turn",
        "unset" => "a session parameter is removed before the next turn",
        "intent" => "the next text is this intent",
        "fill" => "the next turn gives this value to a parameter of the form or the intent",
        "event" => "an event is raised, like !NAME",
        "dtmf" => "the user presses keys",
        "say" => "the user writes this: for texts that begin with a colon, # or !",
        _ => return None,
    })
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
            assert_eq!(parse(line, false), Ok(command), "{line}");
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
            assert_eq!(parse(line, false), Err(told.to_owned()), "{line}");
        }
        assert_eq!(
            parse(&"x".repeat(LONGEST + 1), false),
            Err("the line is longer than 65536 bytes".to_owned())
        );
        assert_eq!(help(false).lines().count(), COMMANDS.len() - OF_EXECUTED.len() + 1);
    }

    #[test]
    fn an_executed_agent_is_not_told_what_it_calls() {
        for (line, command) in [
            ("#order.status", Command::Trigger("order.status".to_owned())),
            ("!welcome back", Command::Event("welcome back".to_owned())),
            (":say #1", Command::Say("#1".to_owned())),
            ("#", Command::Say("#".to_owned())),
            (":silence", Command::Silence),
            (":fill size=M", Command::Fill("size".to_owned(), json!("M"))),
        ] {
            assert_eq!(parse(line, true), Ok(command), "{line}");
        }
        assert_eq!(parse("#1", false), Ok(Command::Say("#1".to_owned())));
        for (line, executed) in [(":tag a", true), (":page a", true), (":call", true), (":silence", false)] {
            let told = parse(line, executed).expect_err(line);
            assert!(told.contains("is not for this prompt"), "{told}");
        }
        assert!(help(true).contains("#INTENT") && !help(true).contains(":tag"));
    }
}
