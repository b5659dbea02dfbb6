//! The settings in force, each with where it comes from.

use askama::Template;

use super::TabLink;
use crate::console::Chrome;

#[derive(Debug, Template)]
#[template(path = "settings/configuration.html")]
pub(crate) struct ConfigurationPage {
    pub(crate) chrome: Chrome,
    pub(crate) tabs: Vec<TabLink>,
    /// The file that was read, if there is one.
    pub(crate) file: Option<String>,
    /// What is searched for.
    pub(crate) wanted: String,
    pub(crate) is_changed_only: bool,
    pub(crate) sections: Vec<ShownSection>,
}

/// The settings of a section that are shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ShownSection {
    /// Empty for what stands outside of all.
    pub(crate) name: String,
    pub(crate) settings: Vec<Shown>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) key: String,
    pub(crate) value: String,
    pub(crate) origin: String,
}

impl Shown {
    fn is_default(&self) -> bool {
        self.origin == "default"
    }
}

impl ConfigurationPage {
    /// The settings, each with section, key, value and origin, that have a text somewhere; by section.
    pub(crate) fn sections<'s>(
        settings: impl Iterator<Item = (&'s str, &'s str, &'s str, &'s str)>,
        wanted: &str,
        is_changed_only: bool,
    ) -> Vec<ShownSection> {
        let wanted = wanted.to_lowercase();
        let mut sections: Vec<ShownSection> = Vec::new();
        for (section, key, value, origin) in settings {
            let path = format!("{section}.{key} {value}").to_lowercase();
            let shown = Shown { key: key.to_owned(), value: value.to_owned(), origin: origin.to_owned() };
            if !path.contains(&wanted) || is_changed_only && shown.is_default() {
                continue;
            }
            match sections.last_mut().filter(|last| last.name == section) {
                Some(last) => last.settings.push(shown),
                None => sections.push(ShownSection { name: section.to_owned(), settings: vec![shown] }),
            }
        }
        sections
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_found_by_name_value_and_origin() {
        let settings = [
            ("", "webhooks_dir", "\"webhooks\"", "default"),
            ("server", "bind", "\"127.0.0.1:9\"", "REJOINDER_SERVER__BIND"),
            ("server", "deadline", "\"4.5s\"", "default"),
        ];
        let names = |wanted: &str, changed: bool| -> Vec<String> {
            let sections = ConfigurationPage::sections(settings.into_iter(), wanted, changed);
            let keys = |section: ShownSection| section.settings.into_iter().map(|shown| shown.key);
            sections.into_iter().flat_map(keys).collect()
        };
        assert_eq!(names("", false), ["webhooks_dir", "bind", "deadline"]);
        assert_eq!(names("", true), ["bind"]);
        assert_eq!(names("SERVER.d", false), ["deadline"]);
        assert_eq!(names("4.5s", false), ["deadline"]);
        let sections = ConfigurationPage::sections(settings.into_iter(), "", false);
        assert_eq!(sections.iter().map(|section| &*section.name).collect::<Vec<_>>(), ["", "server"]);
    }
}
