//! Puts the files of a package together.

use serde::Deserialize;

use super::archive::Archive;
use super::layout::Kind;
use super::names::display_name;
use super::parts::{Parts, own};
use super::passed::Passed;
use super::{Limits, PackageFault, Result, archive, circle, document, layout, root, unique};
use crate::emulator::package::{
    Agent, AgentPackage, Entity, EntityType, Flow, Intent, PackageWebhook, Page, RouteGroup, TestCase,
    TrainingPhrase,
};
use crate::protocol::Webhook;

/// Reads everything that is read of a package.
pub(super) fn package(mut archive: Archive, limits: &Limits) -> Result<AgentPackage> {
    let root = root::find(archive.names())?;
    let mut files: Vec<(String, usize)> = Vec::new();
    let mut reader = Reader {
        limits,
        left: limits.total_bytes,
        values: limits.values,
        phrase_values: limits.phrase_values,
        package: AgentPackage::default(),
    };
    let mut passed = Passed::default();
    for (at, name) in archive.names().iter().enumerate() {
        match name.strip_prefix(&root) {
            Some(inner) => files.push((inner.to_owned(), at)),
            None => passed.unknown(name),
        }
    }
    // Whatever the order in the archive is.
    files.sort();
    let mut parts = Parts::default();
    for (name, at) in &files {
        let kind = layout::kind(name);
        match kind {
            Kind::Unknown => passed.unknown(name),
            Kind::Unread { folder } => passed.unread(folder),
            _ => {
                let bytes = reader.bytes(&mut archive, *at, name)?;
                reader.count(kind, name, &bytes)?;
                reader.file(kind, name, &bytes, &mut parts, &mut passed)?;
            }
        }
    }
    let mut package = reader.package;
    parts.join(&mut package, &mut passed)?;
    unique::check(&package)?;
    circle::refuse(&package.entity_types)?;
    package.notes = passed.notes();
    Ok(package)
}

struct Reader<'l> {
    limits: &'l Limits,
    /// How many bytes may still be unpacked.
    left: u64,
    /// How many JSON values may still be read, of most files and of those with phrases.
    values: usize,
    phrase_values: usize,
    package: AgentPackage,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Phrases {
    training_phrases: Vec<TrainingPhrase>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entities {
    entities: Vec<Entity>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ExcludedPhrases {
    excluded_phrases: Vec<Entity>,
}

impl Reader<'_> {
    fn bytes(&mut self, archive: &mut Archive, at: usize, name: &str) -> Result<Vec<u8>> {
        let limit = self.limits.file_bytes.min(self.left);
        let bytes = archive.read(at, limit).map_err(|error| match *error.fault {
            // Told by the limit that was met.
            PackageFault::Limit { bytes: true, .. } if limit < self.limits.file_bytes => {
                archive::too_large("what the files of the package are together", self.limits.total_bytes)
                    .of(name)
            }
            fault => fault.of(name),
        })?;
        self.left -= bytes.len() as u64;
        Ok(bytes)
    }

    /// Counts the values of a file before they are built.
    fn count(&mut self, kind: Kind<'_>, name: &str, bytes: &[u8]) -> Result<()> {
        let (left, limit, what) = match kind {
            Kind::Phrases { .. } | Kind::Entities { .. } | Kind::Excluded { .. } => {
                let what = "the number of JSON values in phrases and entities";
                (&mut self.phrase_values, self.limits.phrase_values, what)
            }
            _ => (&mut self.values, self.limits.values, "the number of JSON values in the package"),
        };
        let limit = limit as u64;
        let fault = || PackageFault::Limit { what, limit, bytes: false }.of(name);
        *left = left.checked_sub(document::values(bytes)).ok_or_else(fault)?;
        Ok(())
    }

    fn file(
        &mut self,
        kind: Kind<'_>,
        name: &str,
        bytes: &[u8],
        parts: &mut Parts,
        passed: &mut Passed,
    ) -> Result<()> {
        let file = || name.to_owned();
        match kind {
            Kind::Agent => self.package.agent = agent(bytes, name)?,
            Kind::Flow { folder } => {
                let flow: Flow = document::read(bytes, "flow", name)?;
                let flow = Flow { display_name: named(flow.display_name, name), file: file(), ..flow };
                own(&mut parts.flows, folder, name, flow, passed);
            }
            Kind::Page { folder } => {
                let page: Page = document::read(bytes, "page", name)?;
                let page = Page { display_name: named(page.display_name, name), file: file(), ..page };
                parts.pages.entry(folder.to_owned()).or_default().push(page);
            }
            Kind::FlowGroup { folder } => {
                parts.groups.entry(folder.to_owned()).or_default().push(group(bytes, name)?);
            }
            Kind::AgentGroup => self.package.route_groups.push(group(bytes, name)?),
            Kind::Intent { folder } => {
                let intent: Intent = document::read(bytes, "intent", name)?;
                let intent =
                    Intent { display_name: named(intent.display_name, name), file: file(), ..intent };
                own(&mut parts.intents, folder, name, intent, passed);
            }
            Kind::Phrases { folder, language } => {
                let read: Phrases = document::read(bytes, "list of training phrases", name)?;
                let all = parts.phrases.entry(folder.to_owned()).or_default();
                all.insert(language.to_owned(), read.training_phrases);
            }
            Kind::EntityType { folder } => {
                let read: EntityType = document::read(bytes, "entity type", name)?;
                let read = EntityType { display_name: named(read.display_name, name), file: file(), ..read };
                own(&mut parts.types, folder, name, read, passed);
            }
            Kind::Entities { folder, language } => {
                let read: Entities = document::read(bytes, "list of entities", name)?;
                let all = parts.entities.entry(folder.to_owned()).or_default();
                all.insert(language.to_owned(), read.entities);
            }
            Kind::Excluded { folder, language } => {
                let read: ExcludedPhrases = document::read(bytes, "list of excluded phrases", name)?;
                let values = read.excluded_phrases.into_iter().map(|phrase| phrase.value).collect();
                let all = parts.excluded.entry(folder.to_owned()).or_default();
                all.insert(language.to_owned(), values);
            }
            Kind::Webhook => {
                let read = Webhook::parse(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
                let mut webhook =
                    read.map_err(|error| PackageFault::Json { kind: "webhook", error }.of(name))?;
                webhook.display_name = named(webhook.display_name, name);
                self.package.webhooks.push(PackageWebhook { file: file(), webhook });
            }
            Kind::TestCase => {
                let case: TestCase = document::read(bytes, "test case", name)?;
                let case = TestCase { display_name: named(case.display_name, name), file: file(), ..case };
                self.package.test_cases.push(case);
            }
            Kind::Unread { .. } | Kind::Unknown => {}
        }
        Ok(())
    }
}

fn agent(bytes: &[u8], name: &str) -> Result<Agent> {
    /// What only agents of Dialogflow ES have.
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Es {
        google_assistant: Option<serde::de::IgnoredAny>,
        supported_languages: Option<serde::de::IgnoredAny>,
        default_language_code: Option<serde::de::IgnoredAny>,
    }
    let es: Es = document::read(bytes, "agent", name)?;
    if es.default_language_code.is_none()
        && (es.google_assistant.is_some() || es.supported_languages.is_some())
    {
        return Err(PackageFault::DialogflowEs.of(name));
    }
    document::read(bytes, "agent", name)
}

fn group(bytes: &[u8], name: &str) -> Result<RouteGroup> {
    let group: RouteGroup = document::read(bytes, "route group", name)?;
    Ok(RouteGroup { display_name: named(group.display_name, name), file: name.to_owned(), ..group })
}

/// The display name inside the file, or else what the file's name stands for.
fn named(inside: String, file: &str) -> String {
    if inside.is_empty() { display_name(file.rsplit('/').next().unwrap_or(file)) } else { inside }
}
