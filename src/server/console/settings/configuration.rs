//! The settings in force.

use crate::access::Action;
use crate::console::Section;
use crate::console::settings::{ConfigurationPage, Tab};
use crate::server::console::asked::Asked;
use crate::server::console::problem::Problem;
use crate::server::console::routes::Routes;
use crate::server::console::shown::Shown;

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/console/settings", Action::View, show);
}

async fn show(asked: Asked) -> Result<Shown, Problem> {
    let settings = asked.console().settings();
    let wanted = asked.query.some("q").unwrap_or_default().to_owned();
    let is_changed_only = asked.query.has("changed");
    let shown = settings.shown.iter().map(|setting| {
        (setting.section.as_str(), setting.key.as_str(), setting.value.as_str(), setting.origin.as_str())
    });
    Shown::page(&ConfigurationPage {
        tabs: Tab::Configuration.among(asked.may(Action::Administer)),
        file: settings.file.as_ref().map(|file| file.display().to_string()),
        sections: ConfigurationPage::sections(shown, &wanted, is_changed_only),
        wanted,
        is_changed_only,
        chrome: asked.chrome("Settings", Section::Settings),
    })
}
