//! Which secrets are there.

use super::report::Section;
use super::settings::{Reference, Tree};

pub(super) fn examine(tree: &Tree) -> Section {
    let mut section = Section::new("Secrets");
    for (place, reference) in tree.secrets() {
        match reference {
            // The settings do not load while one of these is missing.
            Reference::Env(name) => {
                section.ok(format!("{place}: the environment variable {name} is set"));
            }
            Reference::File(file) => {
                section.ok(format!("{place}: the file {file} can be read"));
            }
            Reference::Manager(version) => {
                section
                    .note(format!("{place}: {version} was not checked; the account that this server runs as must be able to read it"))
                    .command(accessor(&version, "ACCOUNT_OF_THIS_SERVER"));
            }
            Reference::Text => {
                section.warn(
                    format!("{place}: the secret stands in the settings as text"),
                    "keep it elsewhere and write { env = \"NAME\" }",
                );
            }
        }
    }
    section
}

/// The line that lets an account read a secret.
pub(super) fn accessor(version: &str, account: &str) -> String {
    let mut parts = version.split('/').skip(1).step_by(2);
    let project = parts.next().unwrap_or("PROJECT");
    let location = version.contains("/locations/").then(|| parts.next()).flatten();
    let secret = parts.next().unwrap_or("SECRET");
    let location = location.map(|location| format!(" --location={location}")).unwrap_or_default();
    format!(
        "gcloud secrets add-iam-policy-binding {secret} --project={project}{location} --member=serviceAccount:{account} --role=roles/secretmanager.secretAccessor"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_names_project_place_and_secret() {
        let line = accessor("projects/p/secrets/s/versions/1", "a@b");
        assert!(line.contains("binding s --project=p --member=serviceAccount:a@b"), "{line}");
        let line = accessor("projects/p/locations/l/secrets/s/versions/1", "a@b");
        assert!(line.contains("binding s --project=p --location=l --member"), "{line}");
    }
}
