//! What stands around every page.

use super::assets::{ICON, SCRIPT, STYLE};

/// The pages that the navigation leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Overview,
    Webhooks,
    Activity,
    Conversations,
    Handlers,
    Emulator,
    Triggers,
    Settings,
}

impl Section {
    const ALL: [Self; 8] = [
        Self::Overview,
        Self::Webhooks,
        Self::Activity,
        Self::Conversations,
        Self::Handlers,
        Self::Emulator,
        Self::Triggers,
        Self::Settings,
    ];

    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Overview => "/console/",
            Self::Webhooks => "/console/webhooks",
            Self::Activity => "/console/activity",
            Self::Conversations => "/console/conversations",
            Self::Handlers => "/console/handlers",
            Self::Emulator => "/console/emulator",
            Self::Triggers => "/console/triggers",
            Self::Settings => "/console/settings",
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Webhooks => "Webhooks",
            Self::Activity => "Activity",
            Self::Conversations => "Conversations",
            Self::Handlers => "Handlers",
            Self::Emulator => "Emulator",
            Self::Triggers => "Triggers",
            Self::Settings => "Settings",
        }
    }
}

/// What a page has to say about what was just done, above its content.
#[derive(Debug, Clone)]
pub(crate) struct Flash {
    pub(crate) text: String,
}

/// What templates need for the frame around a page: each has it as its field `chrome`.
#[derive(Debug, Clone)]
pub(crate) struct Chrome {
    pub(crate) title: String,
    pub(crate) section: Option<Section>,
    /// The name and the role of who is signed in; none on the page for signing in.
    pub(crate) who: Option<(String, &'static str)>,
    /// For the field `csrf` that every form has; empty for who sends a bearer token.
    pub(crate) csrf: String,
    pub(crate) flash: Option<Flash>,
    /// May create webhooks.
    pub(crate) may_create: bool,
    /// May change, delete, replay.
    pub(crate) may_manage: bool,
}

impl Chrome {
    /// The frame for somebody who is not known.
    pub(crate) fn of_nobody(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            section: None,
            who: None,
            csrf: String::new(),
            flash: None,
            may_create: false,
            may_manage: false,
        }
    }

    pub(crate) fn sections(&self) -> [Section; 8] {
        Section::ALL
    }

    pub(crate) fn is_here(&self, section: &Section) -> bool {
        self.section == Some(*section)
    }

    pub(crate) fn style(&self) -> &'static str {
        &STYLE.path
    }

    pub(crate) fn script(&self) -> &'static str {
        &SCRIPT.path
    }

    pub(crate) fn icon(&self) -> &'static str {
        &ICON.path
    }
}
