//! Where in an agent something stands.

use std::fmt;

use crate::excerpt::excerpt;

/// Where in an agent something stands, in the words that its author knows it by.
///
/// It shows itself as `flow Orders, page Confirm, route on intent order.cancel`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place<'p> {
    /// The flow, unless it is a route group of the whole agent.
    pub flow: Option<&'p str>,
    /// The page, unless it belongs to the whole flow.
    pub page: Option<&'p str>,
    /// The route group, if it is in one.
    pub group: Option<&'p str>,
    /// What it is there.
    pub spot: Spot<'p>,
}

/// What a place is in its page, flow or route group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spot<'p> {
    /// What is done when the page is entered.
    Entry,
    /// A route.
    Route {
        /// Its intent.
        intent: Option<&'p str>,
        /// Its condition.
        condition: Option<&'p str>,
    },
    /// An event handler.
    Event {
        /// The event.
        event: &'p str,
    },
    /// The first question for a form parameter.
    Prompt {
        /// The parameter.
        parameter: &'p str,
    },
    /// What is done when an answer does not fill a form parameter.
    Reprompt {
        /// The parameter.
        parameter: &'p str,
        /// The event.
        event: &'p str,
    },
    /// What is done with an answer from documents.
    Knowledge,
    /// A form parameter itself.
    Parameter {
        /// The parameter.
        parameter: &'p str,
    },
    /// The page, flow or group as a whole.
    Whole,
}

/// Conditions are cut after this many bytes.
const CONDITION: usize = 80;

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { flow, page, group, spot } = self;
        let mut separator = "";
        for (kind, name) in [("flow", flow), ("page", page), ("route group", group)] {
            if let Some(name) = name {
                write!(f, "{separator}{kind} {name}")?;
                separator = ", ";
            }
        }
        if *spot == Spot::Whole { Ok(()) } else { write!(f, "{separator}{spot}") }
    }
}

impl fmt::Display for Spot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry => f.write_str("entry fulfillment"),
            Self::Route { intent: None, condition: None } => {
                f.write_str("route without intent and condition")
            }
            Self::Route { intent, condition } => {
                f.write_str("route")?;
                if let Some(intent) = intent {
                    write!(f, " on intent {intent}")?;
                }
                condition.map_or(Ok(()), |condition| write!(f, " if {}", excerpt(condition, CONDITION)))
            }
            Self::Event { event } => write!(f, "event handler {event}"),
            Self::Prompt { parameter } => write!(f, "prompt for {parameter}"),
            Self::Reprompt { parameter, event } => write!(f, "reprompt for {parameter} on {event}"),
            Self::Parameter { parameter } => write!(f, "form parameter {parameter}"),
            Self::Knowledge => f.write_str("knowledge connector"),
            Self::Whole => Ok(()),
        }
    }
}
