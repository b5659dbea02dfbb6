//! Triggers and automations.

pub(crate) mod detail;
pub(crate) mod form;
pub(crate) mod list;

/// What the paths of these pages begin with.
pub(crate) const PATH: &str = "/console/triggers";

/// Which rules a page is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Words {
    /// `trigger` or `automation`.
    pub(crate) one: &'static str,
    /// As headings have it.
    pub(crate) all: &'static str,
    pub(crate) is_trigger: bool,
}

impl Words {
    /// `a` or `an`.
    pub(crate) fn article(self) -> &'static str {
        if self.is_trigger { "a" } else { "an" }
    }
}
