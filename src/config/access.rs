//! `[access]`: who may manage, and what is kept of it.

use std::time::Duration;

use super::reader::Reader;

/// `[access]`; each key's sentence stands in `config.default.toml`.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the default file documents every key")]
#[non_exhaustive]
pub struct Access {
    pub audit_keep: Duration,
    pub admin_only: bool,
}

const DAY: Duration = Duration::from_secs(86_400);

impl Default for Access {
    fn default() -> Self {
        Self { audit_keep: 365 * DAY, admin_only: false }
    }
}

impl Access {
    pub(super) fn read(reader: &Reader<'_, '_>, has_admin_bind: bool) -> Self {
        let admin_only = reader.flag("admin_only");
        if admin_only && !has_admin_bind {
            let message = "true leaves management to the address of `server.admin_bind`, which is empty; name one there, \
                 such as \"127.0.0.1:9090\", or leave this false";
            reader.refuse("admin_only", message);
        }
        Self { audit_keep: reader.duration("audit_keep", DAY..=10 * 365 * DAY), admin_only }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{faults, loaded};

    #[test]
    fn management_is_confined_to_an_address_that_there_is() {
        let file = "[access]\nadmin_only = true\n";
        let found = faults(file, &[]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("rejoinder.toml:2: access.admin_only: true"), "{found:?}");
        assert!(found[0].contains("`server.admin_bind`"), "{found:?}");
        assert!(loaded(file, &[("REJOINDER_SERVER__ADMIN_BIND", "127.0.0.1:0")]).access.admin_only);
        assert!(!loaded("", &[]).access.admin_only);
    }
}
