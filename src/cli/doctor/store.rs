//! Whether the store can be used, and whether it lasts.

use std::os::unix::fs::PermissionsExt as _;

use super::report::Section;
use crate::config::{Config, SecretOrigin, StoreUrl};
use crate::store::{Found, Place, Schema, StoreError, examine};

pub(super) fn examine_store(config: &Config, offline: bool) -> Section {
    let mut section = Section::new("Store");
    let Some(secret) = &config.store.url else {
        section
            .note("store.url is not set: what is stored is kept in memory, and gone when the server stops");
        return section;
    };
    let asked = [Some(secret), config.store.password.as_ref()];
    for version in asked.into_iter().flatten() {
        if let SecretOrigin::Manager(version) = version.origin() {
            section.note(format!("the store was not looked at: {version} tells how to reach it"));
            return section;
        }
    }
    // Settings do not load with an address that cannot be read.
    let Ok(url) = secret.expose().parse::<StoreUrl>() else { return section };
    if let StoreUrl::Postgres(url) = &url {
        let near = |host: &str| {
            host.is_empty() || host == "localhost" || host.starts_with("127.") || host == "[::1]"
        };
        let encrypted = url.query_pairs().any(|(key, value)| {
            key == "sslmode" && ["require", "verify-ca", "verify-full"].contains(&&*value)
        });
        let socket = url.query_pairs().any(|(key, value)| key == "host" && value.starts_with('/'));
        if !encrypted && !socket && !near(url.host_str().unwrap_or_default()) {
            section.warn(
                "store.url lets PostgreSQL decide whether the connection is encrypted",
                "put ?sslmode=require behind it, or verify-full with sslrootcert=FILE",
            );
        }
        if offline {
            section.note("PostgreSQL was not asked (--offline)");
            return section;
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let found = match runtime {
        Ok(runtime) => runtime.block_on(examine(&config.store, &url)),
        Err(error) => Err(StoreError::Settings(error.to_string())),
    };
    match found {
        Ok(found) => good(&mut section, &found),
        Err(error) => {
            section.fail(
                error.to_string(),
                "nothing is stored until then; agents are answered all the same if it passes by itself",
            );
        }
    }
    section
}

fn good(section: &mut Section, found: &Found) {
    let Found { place, schema, latest } = found;
    match schema {
        Schema::NoFile => section.ok(format!("{place} does not exist yet; the server makes it when it starts")),
        Schema::Empty => section.ok(format!("{place} can be reached; the server makes its tables when it starts")),
        Schema::At(version) if version < latest => section.ok(format!(
            "{place} has schema {version}; the server brings it up to {latest} when it starts, after which older versions refuse it"
        )),
        Schema::At(version) => section.ok(format!("{place} can be used, with schema {version}")),
    };
    if let Place::File(path) = place {
        let mode = std::fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode() & 0o777);
        if mode & 0o077 != 0 {
            section
                .warn(
                    format!("others may read or write {} (mode {mode:o})", path.display()),
                    "make it private",
                )
                .command(format!("chmod 600 '{0}' '{0}-wal' '{0}-shm'", path.display()));
        }
    }
}
