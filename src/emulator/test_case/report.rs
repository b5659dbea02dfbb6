//! What came of a test case.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use crate::emulator::package::TestCase;

/// What came of a test case.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CaseReport {
    /// Its display name.
    pub name: String,
    /// Its file in the export.
    pub file: String,
    /// Words to group it by.
    pub tags: Vec<String>,
    /// Whether it is as it was recorded.
    pub outcome: CaseOutcome,
    /// The turns that were played.
    pub turns: Vec<CaseTurn>,
    /// How many more turns it has: those after a turn that is not as it was recorded.
    pub left: usize,
    /// How long it took.
    pub took: Duration,
}

/// Whether a test case is as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CaseOutcome {
    /// It is.
    Passed,
    /// But for texts.
    TextsDiffer,
    /// It is not.
    Failed,
    /// It cannot be executed, and why.
    Skipped(String),
}

/// A turn that was played.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CaseTurn {
    /// Which one, from 1.
    pub number: usize,
    /// What the user did.
    pub said: String,
    /// What is not as it was recorded.
    pub differences: Vec<Difference>,
    /// What of the agent could not be executed in it.
    pub skipped: Vec<String>,
    /// What is to know about it.
    pub notes: Vec<String>,
}

/// Something that is not as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// What kind of thing it is.
    pub kind: DifferenceKind,
    /// What it is about, such as `texts[0]`.
    pub about: String,
    /// What was recorded.
    pub expected: String,
    /// What was found.
    pub found: String,
}

/// What kind of thing is not as it was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DifferenceKind {
    /// The page, or its flow.
    Page,
    /// The intent that matched.
    Intent,
    /// A parameter that is tracked.
    Parameter,
    /// What was said.
    Text,
    /// The turn has no end.
    Turn,
    /// The turn needs something that is not here, such as a webhook of somebody else.
    Unavailable,
}

impl CaseReport {
    pub(super) fn new(case: &TestCase) -> Self {
        Self {
            name: match case.display_name.as_str() {
                "" => case.name.clone(),
                name => name.to_owned(),
            },
            file: case.file.clone(),
            tags: case.tags.clone(),
            outcome: CaseOutcome::Passed,
            turns: Vec::new(),
            left: 0,
            took: Duration::ZERO,
        }
    }

    /// Whether nothing but texts differs from the recording.
    #[must_use]
    pub fn passed(&self) -> bool {
        matches!(self.outcome, CaseOutcome::Passed | CaseOutcome::TextsDiffer)
    }
}

impl CaseOutcome {
    /// Of all turns that were played; what cannot be executed excuses what differs after it.
    pub(super) fn of(turns: &[CaseTurn], inexecutable: &[String]) -> Self {
        let differences = || turns.iter().flat_map(|turn| &turn.differences);
        let failed = differences().any(|difference| difference.kind != DifferenceKind::Text);
        match inexecutable {
            [first, ..] if failed => Self::Skipped(first.clone()),
            _ if failed => Self::Failed,
            _ if differences().next().is_some() => Self::TextsDiffer,
            _ => Self::Passed,
        }
    }
}

impl CaseTurn {
    /// Whether the conversation is where it was, so that the next turn can be played.
    pub(super) fn goes_on(&self) -> bool {
        self.differences.iter().all(|difference| difference.kind == DifferenceKind::Text)
    }

    /// What could not be executed.
    pub(super) fn inexecutable(&self) -> Vec<String> {
        let unavailable =
            self.differences.iter().filter(|difference| difference.kind == DifferenceKind::Unavailable);
        let unavailable = unavailable.map(|difference| difference.found.clone());
        let places = self.skipped.iter().cloned().chain(unavailable);
        places.map(|what| format!("turn {}: {what}", self.number)).collect()
    }
}

impl Display for Difference {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { about, expected, found, .. } = self;
        match expected.as_str() {
            "" => write!(f, "{about}: {found}"),
            expected => write!(f, "{about}: expected {expected}, found {found}"),
        }
    }
}

impl Display for CaseReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let word = match &self.outcome {
            CaseOutcome::Passed => "passed",
            CaseOutcome::TextsDiffer => "texts",
            CaseOutcome::Failed => "FAILED",
            CaseOutcome::Skipped(_) => "skipped",
        };
        write!(f, "{word:<8} {}", self.name)?;
        if let CaseOutcome::Skipped(why) = &self.outcome {
            return write!(f, "\n  {why}");
        }
        for turn in self.turns.iter().filter(|turn| !turn.differences.is_empty()) {
            write!(f, "\n  turn {}, {}", turn.number, turn.said)?;
            for difference in &turn.differences {
                write!(f, "\n    {difference}")?;
            }
            for note in &turn.notes {
                write!(f, "\n    note: {note}")?;
            }
        }
        match self.left {
            0 => Ok(()),
            1 => write!(f, "\n  1 more turn was not played"),
            left => write!(f, "\n  {left} more turns were not played"),
        }
    }
}
