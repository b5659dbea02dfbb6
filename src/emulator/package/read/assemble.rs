//! Puts the files of a package together.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::archive::Archive;
use super::layout::Kind;
use super::names::display_name;
use super::{Limits, PackageFault, Result, archive, circle, document, layout, root};
use crate::emulator::package::{
    Agent, AgentPackage, Entity, EntityType, Flow, Intent, Note, PackageWebhook, Page, RouteGroup, TestCase,
    TrainingPhrase,
};
use crate::protocol::Webhook;

/// Reads everything that is read of a package.
pub(super) fn package(mut archive: Archive, limits: &Limits) -> Result<AgentPackage> {
    let root = root::find(archive.names())?;
    let mut files: Vec<(String, usize)> = Vec::new();
    let mut reader = Reader { limits, left: limits.total_bytes, package: AgentPackage::default() };
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
                reader.file(kind, name, &bytes, &mut parts, &mut passed)?;
            }
        }
    }
    let mut package = reader.package;
    parts.join(&mut package, &mut passed)?;
    unique(&package)?;
    circle::refuse(&package.entity_types)?;
    package.notes = passed.notes();
    Ok(package)
}

struct Reader<'l> {
    limits: &'l Limits,
    /// How many bytes may still be unpacked.
    left: u64,
    package: AgentPackage,
}

/// What belongs to a flow, an intent or an entity type, by the folder it is in.
#[derive(Default)]
struct Parts {
    flows: BTreeMap<String, Flow>,
    pages: BTreeMap<String, Vec<Page>>,
    groups: BTreeMap<String, Vec<RouteGroup>>,
    intents: BTreeMap<String, Intent>,
    phrases: BTreeMap<String, BTreeMap<String, Vec<TrainingPhrase>>>,
    types: BTreeMap<String, EntityType>,
    entities: BTreeMap<String, BTreeMap<String, Vec<Entity>>>,
    excluded: BTreeMap<String, BTreeMap<String, Vec<String>>>,
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

/// Takes a folder's own file: the one that is named like the folder, if there are several.
fn own<T>(all: &mut BTreeMap<String, T>, folder: &str, name: &str, found: T, passed: &mut Passed) {
    let is_named_so = name.rsplit('/').next().and_then(|file| file.strip_suffix(".json")) == Some(folder);
    if is_named_so || !all.contains_key(folder) {
        if all.insert(folder.to_owned(), found).is_some() {
            passed.other(name, "the folder holds another file beside it, which is not read");
        }
    } else {
        passed.other(name, "it is not named like its folder, which has a file of that name");
    }
}

impl Parts {
    fn join(self, package: &mut AgentPackage, passed: &mut Passed) -> Result<()> {
        let Self { mut flows, pages, groups, mut intents, phrases, mut types, entities, excluded } = self;
        let missing = |folder: &str, file: Option<&str>| {
            let expected = format!("flows/{folder}/{folder}.json");
            Err(PackageFault::FlowMissing { expected }.of(file.unwrap_or_default()))
        };
        for (folder, pages) in pages {
            match flows.get_mut(&folder) {
                Some(flow) => flow.pages = pages,
                None => return missing(&folder, pages.first().map(|page| page.file.as_str())),
            }
        }
        for (folder, groups) in groups {
            match flows.get_mut(&folder) {
                Some(flow) => flow.route_groups = groups,
                None => return missing(&folder, groups.first().map(|group| group.file.as_str())),
            }
        }
        for (folder, phrases) in phrases {
            match intents.get_mut(&folder) {
                Some(intent) => intent.training_phrases = phrases,
                None => passed.other(&format!("intents/{folder}"), "its phrases belong to no intent"),
            }
        }
        for (folder, entities) in entities {
            match types.get_mut(&folder) {
                Some(found) => found.entities = entities,
                None => {
                    passed.other(&format!("entityTypes/{folder}"), "its entities belong to no entity type")
                }
            }
        }
        for (folder, phrases) in excluded {
            if let Some(found) = types.get_mut(&folder) {
                found.excluded_phrases = phrases;
            }
        }
        package.flows = flows.into_values().collect();
        package.intents = intents.into_values().collect();
        package.entity_types = types.into_values().collect();
        Ok(())
    }
}

/// Refuses things of one kind that bear one display name: references could mean either.
fn unique(package: &AgentPackage) -> Result<()> {
    fn check<'p>(kind: &'static str, all: impl Iterator<Item = (&'p str, &'p str)>) -> Result<()> {
        let mut known = HashMap::new();
        for (name, file) in all {
            if let Some(other) = known.insert(name, file) {
                let (name, other) = (name.to_owned(), other.to_owned());
                return Err(PackageFault::Duplicate { kind, name, other }.of(file));
            }
        }
        Ok(())
    }
    check("flow", package.flows.iter().map(|flow| (&*flow.display_name, &*flow.file)))?;
    for flow in &package.flows {
        check("page", flow.pages.iter().map(|page| (&*page.display_name, &*page.file)))?;
        check("route group", flow.route_groups.iter().map(|group| (&*group.display_name, &*group.file)))?;
    }
    check("route group", package.route_groups.iter().map(|group| (&*group.display_name, &*group.file)))?;
    check("intent", package.intents.iter().map(|intent| (&*intent.display_name, &*intent.file)))?;
    check("entity type", package.entity_types.iter().map(|each| (&*each.display_name, &*each.file)))?;
    check("webhook", package.webhooks.iter().map(|each| (&*each.webhook.display_name, &*each.file)))
}

/// What was passed over.
#[derive(Default)]
struct Passed {
    notes: Vec<Note>,
    /// Files of folders that are not read, by folder.
    unread: BTreeMap<String, usize>,
    more: usize,
}

impl Passed {
    /// More notes than this are counted, not kept.
    const MOST: usize = 50;

    fn unknown(&mut self, name: &str) {
        self.other(name, "it is no part of a package that is known");
    }

    fn unread(&mut self, folder: &str) {
        *self.unread.entry(folder.to_owned()).or_default() += 1;
    }

    fn other(&mut self, file: &str, message: &str) {
        if self.notes.len() < Self::MOST {
            self.notes.push(Note { file: file.to_owned(), message: message.to_owned() });
        } else {
            self.more += 1;
        }
    }

    fn notes(self) -> Vec<Note> {
        let mut notes = self.notes;
        notes.extend(self.unread.into_iter().map(|(folder, files)| {
            let s = if files == 1 { "" } else { "s" };
            Note {
                file: folder,
                message: format!("{files} file{s} of a kind that is not read: it is generative"),
            }
        }));
        if self.more > 0 {
            let message = format!("{} more files were passed over", self.more);
            notes.push(Note { file: String::new(), message });
        }
        notes
    }
}
