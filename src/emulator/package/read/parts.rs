//! Things that are spread over several files of one folder, until they are joined.

use std::collections::BTreeMap;

use super::passed::Passed;
use super::{PackageFault, Result};
use crate::emulator::package::{
    AgentPackage, Entity, EntityType, Flow, Intent, Page, RouteGroup, TrainingPhrase,
};

/// What belongs to a flow, an intent or an entity type, by the folder it is in.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) flows: BTreeMap<String, Flow>,
    pub(super) pages: BTreeMap<String, Vec<Page>>,
    pub(super) groups: BTreeMap<String, Vec<RouteGroup>>,
    pub(super) intents: BTreeMap<String, Intent>,
    pub(super) phrases: BTreeMap<String, BTreeMap<String, Vec<TrainingPhrase>>>,
    pub(super) types: BTreeMap<String, EntityType>,
    pub(super) entities: BTreeMap<String, BTreeMap<String, Vec<Entity>>>,
    pub(super) excluded: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

/// Takes a folder's own file: the one that is named like the folder, if there are several.
pub(super) fn own<T>(all: &mut BTreeMap<String, T>, folder: &str, name: &str, found: T, passed: &mut Passed) {
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
    pub(super) fn join(self, package: &mut AgentPackage, passed: &mut Passed) -> Result<()> {
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
