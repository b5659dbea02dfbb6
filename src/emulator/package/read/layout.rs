//! Which file of a package is what.

/// What a file is, by where it is; folders are named as they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind<'n> {
    Agent,
    Flow {
        folder: &'n str,
    },
    Page {
        folder: &'n str,
    },
    FlowGroup {
        folder: &'n str,
    },
    AgentGroup,
    Intent {
        folder: &'n str,
    },
    Phrases {
        folder: &'n str,
        language: &'n str,
    },
    EntityType {
        folder: &'n str,
    },
    Entities {
        folder: &'n str,
        language: &'n str,
    },
    Excluded {
        folder: &'n str,
        language: &'n str,
    },
    Webhook,
    TestCase,
    /// Known, but nothing here reads it.
    Unread {
        folder: &'n str,
    },
    Unknown,
}

/// The folders of a package that hold what is read.
const READ: [&str; 6] =
    ["flows", "intents", "entityTypes", "webhooks", "testCases", "agentTransitionRouteGroups"];

/// The folders that hold what is not.
const UNREAD: [&str; 4] = ["generativeSettings", "generators", "playbooks", "tools"];

/// Whether a name stands at the top of a package.
pub(super) fn belongs(name: &str) -> bool {
    name == "agent.json" || READ.contains(&name) || UNREAD.contains(&name)
}

/// What the file of this name is; the name is that from the package's root on.
pub(super) fn kind(name: &str) -> Kind<'_> {
    let parts: Vec<&str> = name.split('/').collect();
    let Some((&file, folders)) = parts.split_last() else { return Kind::Unknown };
    if let Some(folder) = folders.first().filter(|folder| UNREAD.contains(folder)) {
        return Kind::Unread { folder };
    }
    let Some(language) = file.strip_suffix(".json") else { return Kind::Unknown };
    match *folders {
        [] if file == "agent.json" => Kind::Agent,
        ["flows", folder] => Kind::Flow { folder },
        ["flows", folder, "pages"] => Kind::Page { folder },
        ["flows", folder, "transitionRouteGroups"] => Kind::FlowGroup { folder },
        ["agentTransitionRouteGroups"] => Kind::AgentGroup,
        ["intents", folder] => Kind::Intent { folder },
        ["intents", folder, "trainingPhrases"] => Kind::Phrases { folder, language },
        ["entityTypes", folder] => Kind::EntityType { folder },
        ["entityTypes", folder, "entities"] => Kind::Entities { folder, language },
        ["entityTypes", folder, "excludedPhrases"] => Kind::Excluded { folder, language },
        ["webhooks"] => Kind::Webhook,
        ["testCases"] => Kind::TestCase,
        _ => Kind::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_its_place() {
        for (name, expected) in [
            ("agent.json", Kind::Agent),
            ("flows/F/F.json", Kind::Flow { folder: "F" }),
            ("flows/F/pages/P.json", Kind::Page { folder: "F" }),
            ("flows/F/transitionRouteGroups/G.json", Kind::FlowGroup { folder: "F" }),
            ("agentTransitionRouteGroups/G.json", Kind::AgentGroup),
            ("intents/I/trainingPhrases/pt-br.json", Kind::Phrases { folder: "I", language: "pt-br" }),
            ("entityTypes/E/entities/en.json", Kind::Entities { folder: "E", language: "en" }),
            ("entityTypes/E/excludedPhrases/en.json", Kind::Excluded { folder: "E", language: "en" }),
            ("webhooks/W.json", Kind::Webhook),
            ("testCases/T.json", Kind::TestCase),
            ("tools/T/schema.yaml", Kind::Unread { folder: "tools" }),
            ("playbooks/P/examples/E.json", Kind::Unread { folder: "playbooks" }),
            ("README.md", Kind::Unknown),
            ("flows/F.json", Kind::Unknown),
            ("webhooks/W.txt", Kind::Unknown),
            ("webhooks/deep/W.json", Kind::Unknown),
            ("", Kind::Unknown),
        ] {
            assert_eq!(kind(name), expected, "{name}");
        }
    }
}
