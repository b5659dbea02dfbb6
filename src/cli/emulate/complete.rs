//! Completion at the prompt: commands, and the names that they take.

use rustyline::completion::{Completer as Completes, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper};

use super::command::{COMMANDS, is_offered};
use crate::emulator::Session;
use crate::emulator::transcript::Talk;

/// The names that are known now.
#[derive(Debug, Clone, Default)]
pub(super) struct Candidates {
    pub(super) tags: Vec<String>,
    parameters: Vec<String>,
    fields: Vec<String>,
    pages: Vec<String>,
    flows: Vec<String>,
    intents: Vec<String>,
    executed: bool,
}

impl Candidates {
    pub(super) fn of(talk: &Talk, tags: Vec<String>, parameters: Vec<String>) -> Self {
        let mut this = Self {
            tags,
            parameters: talk.parameters().keys().cloned().chain(parameters).collect(),
            fields: talk.form().iter().map(|field| field.name.clone()).collect(),
            ..Self::default()
        };
        match talk {
            Talk::Told(session) => this.of_told(session),
            Talk::Executed(session) => {
                this.executed = true;
                let package = session.agent().package();
                this.intents = package.intents.iter().map(|intent| intent.display_name.clone()).collect();
            }
        }
        let all = [&mut this.tags, &mut this.parameters, &mut this.pages, &mut this.flows, &mut this.intents];
        for list in all {
            list.sort();
            list.dedup();
        }
        this
    }

    fn of_told(&mut self, session: &Session) {
        let pages = session.pages();
        let mut flows: Vec<String> = pages.flows.iter().map(|flow| flow.display_name.clone()).collect();
        flows.extend(pages.pages.iter().map(|page| page.flow.clone()).filter(|flow| !flow.is_empty()));
        let mut intents: Vec<String> = pages.intents.iter().map(|one| one.display_name.clone()).collect();
        intents.extend(session.intent_name().map(str::to_owned));
        self.pages = pages.pages.iter().map(|page| page.display_name.clone()).collect();
        (self.flows, self.intents) = (flows, intents);
    }

    /// Where the word to complete begins, and what it may become.
    fn matching(&self, before: &str) -> (usize, Vec<String>) {
        if let (true, Some(name)) = (self.executed, before.strip_prefix('#')) {
            return (1, self.intents.iter().filter(|intent| intent.starts_with(name)).cloned().collect());
        }
        let Some(rest) = before.strip_prefix(':') else { return (0, Vec::new()) };
        let Some((name, argument)) = rest.split_once(' ') else {
            let names = COMMANDS
                .iter()
                .filter(|(name, ..)| is_offered(name, self.executed))
                .map(|(name, form, _)| format!(":{name}{}", if form.is_empty() { "" } else { " " }));
            return (0, names.filter(|name| name.starts_with(before)).collect());
        };
        let (known, after) = match name {
            "tag" | "also" => (&self.tags, ""),
            "set" => (&self.parameters, "="),
            "unset" => (&self.parameters, ""),
            "fill" => (&self.fields, "="),
            "page" => (&self.pages, ""),
            "flow" => (&self.flows, ""),
            "intent" => (&self.intents, ""),
            _ => return (0, Vec::new()),
        };
        let lower = argument.to_lowercase();
        let found = known.iter().filter(|known| known.to_lowercase().starts_with(&lower));
        (before.len() - argument.len(), found.map(|name| format!("{name}{after}")).collect())
    }
}

/// What the editor asks.
#[derive(Debug, Default)]
pub(super) struct Completer {
    pub(super) candidates: Candidates,
}

impl Completes for Completer {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let (start, words) = self.candidates.matching(&line[..position]);
        let pair = |word: String| Pair { display: word.clone(), replacement: word };
        Ok((start, words.into_iter().map(pair).collect()))
    }
}

impl Hinter for Completer {
    type Hint = String;
}

impl Highlighter for Completer {}

impl Validator for Completer {}

impl Helper for Completer {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intents_are_completed_where_the_agent_is_executed() {
        let intents = vec!["order.status".to_owned(), "goodbye".to_owned()];
        let mut candidates = Candidates { intents, executed: true, ..Candidates::default() };
        assert_eq!(candidates.matching("#or"), (1, vec!["order.status".to_owned()]));
        assert_eq!(candidates.matching(":ta"), (0, Vec::new()));
        candidates.executed = false;
        assert_eq!(candidates.matching("#or"), (0, Vec::new()));
    }

    #[test]
    fn commands_and_their_names_are_completed() {
        let candidates = Candidates {
            tags: vec!["order-status".to_owned(), "order-cancel".to_owned()],
            parameters: vec!["size".to_owned()],
            fields: vec!["quantity".to_owned()],
            pages: vec!["Confirm order".to_owned()],
            ..Candidates::default()
        };
        for (before, start, words) in [
            (":s", 0, &[":set ", ":say ", ":state"][..]),
            (":tag order-s", 5, &["order-status"]),
            (":also ", 6, &["order-status", "order-cancel"]),
            (":set s", 5, &["size="]),
            (":fill ", 6, &["quantity="]),
            (":page confirm O", 6, &["Confirm order"]),
            (":tag x", 5, &[]),
            ("order", 0, &[]),
            (":dtmf 1", 0, &[]),
        ] {
            let (at, found) = candidates.matching(before);
            assert_eq!(
                (at, found),
                (start, words.iter().map(|word| (*word).to_owned()).collect()),
                "{before}"
            );
        }
    }
}
