//! The prompt: one line a turn, and commands for what the agent would know.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use tokio::runtime::Runtime;

use super::NOT_PLAYED;
use super::command::{self, Command};
use super::complete::Candidates;
use super::lines::Lines;
use super::save;
use super::setting::Stage;
use crate::emulator::Input;
use crate::emulator::transcript::{
    Dialogue, Outcome, Played, Player as _, Recorder, Step, Talk, Transcript, printable,
};

/// A conversation with somebody at a terminal, or with a file of lines.
pub(super) struct Prompt<'r> {
    /// What is recorded begins with it.
    pub(super) about: Transcript,
    pub(super) runtime: &'r Runtime,
    pub(super) stage: Stage,
    /// The tags that the server is known to serve.
    pub(super) served: Vec<String>,
}

/// What the lines so far came to.
struct Course {
    talk: Talk,
    tag: Option<String>,
    /// What the next turn begins with.
    next: Input,
    recorder: Recorder,
    raised: bool,
    misunderstood: bool,
}

impl Prompt<'_> {
    pub(super) fn run(self, tag: Option<String>, record: Option<&Path>) -> anyhow::Result<ExitCode> {
        let mut lines = Lines::open()?;
        let start = Transcript { start: self.stage.start.clone(), ..self.about.clone() };
        let executed = matches!(self.stage.talk, Talk::Executed(_));
        let mut course = Course {
            talk: self.stage.talk.clone(),
            tag,
            next: Input::none(),
            recorder: Recorder::new(start),
            raised: false,
            misunderstood: false,
        };
        if lines.is_terminal() {
            let what = match executed {
                true => "#INTENT and !EVENT name what happens",
                false => ":tag TAG says what is called",
            };
            writeln!(io::stdout(), "A line is what the user says; {what}; :help lists the rest.")?;
        }
        loop {
            let here = match &course.talk {
                Talk::Executed(session) => Some(session.place().page),
                _ => course.tag.clone(),
            };
            let prompt = format!("{}> ", here.as_deref().map(printable).unwrap_or_default());
            let candidates = || self.candidates(&course.talk);
            let Some(line) = lines.next(&prompt, candidates)? else { break };
            match command::parse(&line, executed) {
                Ok(Command::Quit) => break,
                Ok(command) => self.obey(command, &mut course, lines.is_terminal())?,
                Err(message) => course.refuse(&message)?,
            }
        }
        if let Some(record) = record {
            save(record, &course.recorder.finish())?;
        }
        Ok(match (lines.is_terminal(), course.misunderstood, course.raised) {
            // Somebody has seen all of it.
            (true, ..) => ExitCode::SUCCESS,
            (false, true, _) => ExitCode::from(NOT_PLAYED),
            (false, false, raised) => ExitCode::from(u8::from(raised)),
        })
    }

    fn candidates(&self, talk: &Talk) -> Candidates {
        Candidates::of(talk, self.served.clone(), self.stage.webhooks.parameters())
    }

    fn obey(&self, command: Command, course: &mut Course, is_terminal: bool) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        let next = &mut course.next;
        match command {
            Command::Say(text) => return self.turn(Input::text(text), course, is_terminal),
            Command::Trigger(name) => return self.turn(Input::intent(name), course, is_terminal),
            Command::Silence => return self.turn(Input::text(""), course, is_terminal),
            Command::Event(name) => return self.turn(Input::event(name), course, is_terminal),
            Command::Keys(digits) => return self.turn(Input::dtmf(digits), course, is_terminal),
            Command::Call if course.tag.is_none() => {
                return course.refuse("there is no tag to call; :tag TAG says which");
            }
            Command::Call => return self.turn(Input::none(), course, is_terminal),
            Command::Also(tag) => {
                return self.turn(Input::none().tag(tag).in_same_turn(), course, is_terminal);
            }
            Command::Tag(tag) => course.tag = tag,
            Command::Page(page) => next.page = Some(page),
            Command::Flow(flow) => next.flow = Some(flow),
            Command::Intent(name) => *next = std::mem::take(next).matching(name),
            Command::Set(name, value) => drop(next.parameters.insert(name, value)),
            Command::Fill(name, value) => next.fills.push((name, value)),
            Command::Queue(text) => next.queued.push(text),
            Command::Clear => *next = Input::none(),
            Command::State => writeln!(out, "{}", serde_json::to_string_pretty(&course.talk.state())?)?,
            Command::Tags => {
                let mut known = self.candidates(&course.talk).tags;
                if known.is_empty() {
                    known.push("no tag is known here; any can be called".to_owned());
                }
                known.iter().try_for_each(|tag| writeln!(out, "{}", printable(tag)))?;
            }
            Command::Reset => {
                course.talk = self.stage.talk.clone();
                course.next = Input::none();
                writeln!(out, "A new session begins.")?;
            }
            Command::Help => {
                write!(out, "{}", command::help(matches!(course.talk, Talk::Executed(_))))?;
            }
            Command::Quit | Command::Nothing => {}
        }
        Ok(())
    }

    fn turn(&self, input: Input, course: &mut Course, is_terminal: bool) -> anyhow::Result<()> {
        let prepared = std::mem::take(&mut course.next);
        let input = Input {
            query: input.query,
            intent: input.intent.or_else(|| prepared.intent.clone()),
            tag: input.tag.or_else(|| course.tag.clone()),
            same_turn: input.same_turn,
            ..prepared.clone()
        };
        let took = course.talk.take(&self.stage.webhooks, &input, false);
        let outcome = match self.runtime.block_on(Box::pin(took)) {
            Ok(reaction) => {
                course.raised |= reaction.failure.is_some();
                course.recorder.add(&input, &reaction);
                Outcome::Reacted(Box::new(reaction), Vec::new())
            }
            Err(error) => {
                // What was prepared is there for the next attempt.
                course.next = prepared;
                return course.refuse(&error.to_string());
            }
        };
        let mut step = Step { input, ..Step::default() };
        if is_terminal {
            if step.input.tag.is_none() && matches!(course.talk, Talk::Told(_)) {
                writeln!(io::stdout(), "Nothing is called; :tag TAG says what is.")?;
            }
            // It stands above already.
            step.input.query = None;
        }
        let played = Played { step, outcome, took: Duration::ZERO };
        writeln!(io::stdout(), "{}\n", Dialogue(&played).to_string().trim_end())?;
        Ok(())
    }
}

impl Course {
    fn refuse(&mut self, message: &str) -> anyhow::Result<()> {
        self.misunderstood = true;
        writeln!(io::stderr(), "rejoinder: {}", printable(message))?;
        Ok(())
    }
}
