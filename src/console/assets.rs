//! Scripts and styles: embedded, joined, and named by what they hold, so that browsers may keep them.

use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

/// A file that pages refer to.
#[derive(Debug)]
pub(crate) struct Asset {
    /// Where it is served: with a hash of what it holds.
    pub(crate) path: String,
    pub(crate) content_type: &'static str,
    pub(crate) text: &'static str,
}

impl Asset {
    fn new(stem: &str, extension: &str, content_type: &'static str, text: &'static str) -> Self {
        let digest = Sha256::digest(text.as_bytes());
        let hash: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        Self { path: format!("/console/assets/{stem}.{hash}.{extension}"), content_type, text }
    }
}

/// All styles.
pub(crate) static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    let text = concat!(
        include_str!("assets/base.css"),
        include_str!("assets/overview.css"),
        include_str!("assets/webhooks.css"),
        include_str!("assets/event_webhooks.css"),
        include_str!("assets/activity.css"),
        include_str!("assets/emulator.css"),
        include_str!("assets/triggers.css"),
        include_str!("assets/settings.css")
    );
    Asset::new("console", "css", "text/css; charset=utf-8", text)
});

/// All scripts.
pub(crate) static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    let text = concat!(
        include_str!("assets/base.js"),
        include_str!("assets/overview.js"),
        include_str!("assets/webhooks.js"),
        include_str!("assets/event_webhooks.js"),
        include_str!("assets/activity.js"),
        include_str!("assets/emulator.js"),
        include_str!("assets/triggers.js"),
        include_str!("assets/settings.js")
    );
    Asset::new("console", "js", "text/javascript; charset=utf-8", text)
});

/// The icon of the tab.
pub(crate) static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_str!("assets/icon.svg")));

/// Every one.
pub(crate) fn all() -> [&'static Asset; 3] {
    [&STYLE, &SCRIPT, &ICON]
}
