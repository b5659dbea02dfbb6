//! What was found: sections of lines, each with a mark and what helps.

use std::io::{self, Write};

use serde::Serialize;

/// Everything that was found.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    pub(super) sections: Vec<Section>,
}

#[derive(Debug, Serialize)]
pub(super) struct Section {
    pub(super) title: &'static str,
    pub(super) lines: Vec<Line>,
}

#[derive(Debug, Serialize)]
pub(super) struct Line {
    pub(super) mark: Mark,
    pub(super) text: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) fix: String,
    /// Commands that do or prove it; words in capitals are for the reader to replace.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) commands: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Mark {
    Ok,
    /// Something to know, or that cannot be judged from here.
    Note,
    Warn,
    Fail,
}

impl Section {
    pub(super) fn new(title: &'static str) -> Self {
        Self { title, lines: Vec::new() }
    }

    pub(super) fn add(&mut self, mark: Mark, text: impl Into<String>) -> &mut Line {
        self.lines.push(Line { mark, text: text.into(), fix: String::new(), commands: Vec::new() });
        let last = self.lines.len() - 1;
        &mut self.lines[last]
    }

    pub(super) fn ok(&mut self, text: impl Into<String>) -> &mut Line {
        self.add(Mark::Ok, text)
    }

    pub(super) fn note(&mut self, text: impl Into<String>) -> &mut Line {
        self.add(Mark::Note, text)
    }

    pub(super) fn warn(&mut self, text: impl Into<String>, fix: impl Into<String>) -> &mut Line {
        self.add(Mark::Warn, text).fix(fix)
    }

    pub(super) fn fail(&mut self, text: impl Into<String>, fix: impl Into<String>) -> &mut Line {
        self.add(Mark::Fail, text).fix(fix)
    }
}

impl Line {
    pub(super) fn fix(&mut self, fix: impl Into<String>) -> &mut Self {
        self.fix = fix.into();
        self
    }

    pub(super) fn command(&mut self, command: impl Into<String>) -> &mut Self {
        self.commands.push(command.into());
        self
    }
}

impl Report {
    pub(super) fn fails(&self) -> bool {
        self.sections.iter().flat_map(|section| &section.lines).any(|line| line.mark == Mark::Fail)
    }

    pub(super) fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        for (index, section) in self.sections.iter().filter(|section| !section.lines.is_empty()).enumerate() {
            writeln!(out, "{}{}", if index == 0 { "" } else { "\n" }, section.title)?;
            for line in &section.lines {
                let mark = match line.mark {
                    Mark::Ok => "ok  ",
                    Mark::Note => "note",
                    Mark::Warn => "warn",
                    Mark::Fail => "FAIL",
                };
                writeln!(out, "  {mark}  {}", line.text)?;
                if !line.fix.is_empty() {
                    writeln!(out, "        fix: {}", line.fix)?;
                }
                for command in &line.commands {
                    writeln!(out, "        $ {command}")?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let report = serde_json::json!({ "ok": !self.fails(), "sections": self.sections });
        writeln!(out, "{report:#}")
    }
}
