//! The settings in force, tokens, the audit trail.

mod audit;
mod configuration;
mod difference;
mod tokens;

pub(crate) use audit::{AuditFilter, AuditLine, AuditPage};
pub(crate) use configuration::ConfigurationPage;
pub(crate) use difference::difference;
pub(crate) use tokens::{MadePage, NewPage, RevokePage, TokenRow, TokensPage};

/// The parts of this section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    Configuration,
    Tokens,
    Audit,
}

/// A part that somebody may see.
#[derive(Debug, Clone)]
pub(crate) struct TabLink {
    pub(crate) name: &'static str,
    pub(crate) path: &'static str,
    pub(crate) is_here: bool,
}

impl Tab {
    /// Those that somebody may see, of whom is known whether they administer.
    pub(crate) fn among(self, administers: bool) -> Vec<TabLink> {
        let all = [
            (Self::Configuration, "Configuration", "/console/settings"),
            (Self::Tokens, "Tokens", "/console/settings/tokens"),
            (Self::Audit, "Audit trail", "/console/settings/audit"),
        ];
        let seen = all.into_iter().filter(|(tab, _, _)| administers || *tab == Self::Configuration);
        seen.map(|(tab, name, path)| TabLink { name, path, is_here: tab == self }).collect()
    }
}
