//! Why a package cannot be read.

use std::fmt;
use std::path::PathBuf;

use crate::protocol::ParseError;

/// A package that cannot be read, and the file in it that is to blame.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub struct PackageError {
    /// The ZIP file or folder; empty when the package came as bytes.
    pub package: PathBuf,
    /// The file in it, as it is named there; empty for the package itself.
    pub file: String,
    /// What is wrong. It is part of what the error says, so it is no source of its own.
    pub fault: Box<PackageFault>,
}

impl fmt::Display for PackageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.package.as_os_str().is_empty() {
            write!(f, "{}: ", self.package.display())?;
        }
        if !self.file.is_empty() {
            // Names in a ZIP file are anybody's.
            write!(f, "{}: ", crate::excerpt::excerpt(&self.file, 200).escape_debug())?;
        }
        write!(f, "{}", self.fault)
    }
}

/// What is wrong with a package.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackageFault {
    /// It cannot be read at all.
    #[error("it cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// It is an export in the platform's own binary format.
    #[error(
        "this is an agent in the BLOB format, which Dialogflow alone reads; export it as a JSON package: in the console \
         Export agent, then JSON package, or the API's agents:export with {{\"dataFormat\": \"JSON_PACKAGE\"}}"
    )]
    Blob,
    /// It is neither a folder nor a ZIP file.
    #[error(
        "this is no agent export: expected a ZIP file (a JSON package) or the folder of one, found {found}"
    )]
    NotAPackage {
        /// What it is.
        found: String,
    },
    /// It holds no `agent.json`.
    #[error(
        "there is no agent.json, neither here nor one folder deeper; expected the JSON package of an agent, found {found}"
    )]
    NoAgent {
        /// What is there instead.
        found: String,
    },
    /// It holds several agents.
    #[error("there are several agents: {first} and {second}; give the folder of one")]
    SeveralAgents {
        /// The first `agent.json`.
        first: String,
        /// The second.
        second: String,
    },
    /// It is an agent of Dialogflow ES.
    #[error("this is an agent of Dialogflow ES, which has no flows; expected an export of Dialogflow CX")]
    DialogflowEs,
    /// The ZIP file is damaged, or uses what is not read.
    #[error("the ZIP file cannot be read: {reason}")]
    Zip {
        /// Why.
        reason: String,
    },
    /// Something is larger than what is read.
    #[error("{what} is larger than the limit of {limit}{}", if *bytes { " bytes" } else { "" })]
    Limit {
        /// What is too large; how large it is was not looked at.
        what: &'static str,
        /// The most that is read.
        limit: u64,
        /// Whether bytes are counted.
        bytes: bool,
    },
    /// A name leads out of the package, or may on some system.
    #[error("a name of a package may not {reason}; nothing was read")]
    UnsafeName {
        /// What it does.
        reason: &'static str,
    },
    /// A symbolic link.
    #[error("this is a symbolic link, which packages do not have; nothing was read")]
    SymbolicLink,
    /// Something that is neither a file nor a folder.
    #[error("this is neither a file nor a folder")]
    SpecialFile,
    /// A file that is no JSON of the expected form.
    #[error("this is no {kind}: {error}")]
    Json {
        /// What was expected, such as `page`.
        kind: &'static str,
        /// What is wrong, and where.
        error: ParseError,
    },
    /// Two files of one name, or two things of one display name.
    #[error("the {kind} {name:?} is there twice; the other one is {other}")]
    Duplicate {
        /// What it is.
        kind: &'static str,
        /// Its name.
        name: String,
        /// The file of the other.
        other: String,
    },
    /// Pages or groups without the file of their flow.
    #[error("the flow's own file is missing; expected {expected}")]
    FlowMissing {
        /// The file.
        expected: String,
    },
    /// Entity types that are put together from each other.
    #[error("the entity types refer to each other in a circle: {}", .trail.join(" → "))]
    Cycle {
        /// The names on the way, the first one again at the end.
        trail: Vec<String>,
    },
}

impl PackageFault {
    /// A stable name of the fault, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "unreadable",
            Self::Blob => "blob",
            Self::NotAPackage { .. } => "not_a_package",
            Self::NoAgent { .. } => "no_agent",
            Self::SeveralAgents { .. } => "several_agents",
            Self::DialogflowEs => "dialogflow_es",
            Self::Zip { .. } => "zip",
            Self::Limit { .. } => "limit",
            Self::UnsafeName { .. } => "unsafe_name",
            Self::SymbolicLink => "symbolic_link",
            Self::SpecialFile => "special_file",
            Self::Json { .. } => "json",
            Self::Duplicate { .. } => "duplicate",
            Self::FlowMissing { .. } => "flow_missing",
            Self::Cycle { .. } => "cycle",
        }
    }

    /// The fault of one file.
    pub(super) fn of(self, file: impl Into<String>) -> PackageError {
        PackageError { package: PathBuf::new(), file: file.into(), fault: Box::new(self) }
    }
}
