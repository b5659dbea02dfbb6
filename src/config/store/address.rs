//! The address of a store.

use std::path::PathBuf;
use std::str::FromStr;

use url::Url;

use crate::nearest::nearest;

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreUrl {
    /// An SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL database.
    Postgres(Url),
}

const EXPECTED: &str =
    "expected sqlite://FILE or postgres://USER@HOST/DATABASE, or nothing to keep everything in memory";

/// What may follow the `?` of a PostgreSQL address.
const PARAMETERS: &[&str] = &[
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "user",
];

impl FromStr for StoreUrl {
    type Err = String;

    /// The message never quotes the address: a password may be in it.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(rest) = text.strip_prefix("sqlite:") {
            return sqlite(rest.strip_prefix("//").unwrap_or(rest));
        }
        let url: Url = text.parse().map_err(|error| format!("{EXPECTED}; it is no address: {error}"))?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(EXPECTED.to_owned());
        }
        for (key, value) in url.query_pairs() {
            if key.starts_with("options[") {
                continue;
            }
            if !PARAMETERS.contains(&&*key) {
                let known = PARAMETERS.iter().copied();
                let hint = nearest(&key, known).map_or_else(
                    || format!("known are {}", PARAMETERS.join(", ")),
                    |nearest| format!("did you mean `{nearest}`?"),
                );
                return Err(format!("the parameter `{key}` of the address is unknown; {hint}"));
            }
            let modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];
            if key == "sslmode" && !modes.contains(&&*value) {
                return Err(format!("expected one of {} for sslmode, found {value:?}", modes.join(", ")));
            }
        }
        Ok(Self::Postgres(url))
    }
}

fn sqlite(rest: &str) -> Result<StoreUrl, String> {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    if path == ":memory:" || query.contains("mode=memory") {
        return Err("to keep everything in memory, leave `url` empty".to_owned());
    }
    if let Some((key, _)) = url::form_urlencoded::parse(query.as_bytes()).next() {
        return Err(format!(
            "sqlite://FILE takes no parameters, found `{key}`; [store] has keys for what can be set"
        ));
    }
    let path = percent_encoding::percent_decode_str(path).decode_utf8();
    let path = path.map_err(|_| "the path of the file is no UTF-8 text".to_owned())?;
    if path.is_empty() || path.ends_with('/') || path.contains('\0') {
        return Err(EXPECTED.to_owned());
    }
    Ok(StoreUrl::Sqlite(PathBuf::from(&*path)))
}

/// The address as it may be printed.
pub(crate) fn masked(text: &str) -> String {
    if text.is_empty() || matches!(text.parse(), Ok(StoreUrl::Sqlite(_))) {
        return text.to_owned();
    }
    let Ok(mut url) = text.parse::<Url>() else { return "***".to_owned() };
    if !matches!(url.scheme(), "postgres" | "postgresql") {
        return "***".to_owned();
    }
    if url.password().is_some() {
        // It has one, so it may have another.
        let _ = url.set_password(Some("***"));
    }
    if let Some(query) = url.query() {
        let shown = query.split('&').map(|pair| match pair.split_once('=') {
            Some((key, _)) if key.contains("password") => format!("{key}=***"),
            _ => pair.to_owned(),
        });
        let shown = shown.collect::<Vec<_>>().join("&");
        url.set_query(Some(&shown));
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_databases_are_told_apart() {
        for (text, path) in [
            ("sqlite://rejoinder.db", "rejoinder.db"),
            ("sqlite:rejoinder.db", "rejoinder.db"),
            ("sqlite:///var/lib/r.db", "/var/lib/r.db"),
            ("sqlite://data/a%20b%3F.db", "data/a b?.db"),
        ] {
            assert_eq!(text.parse(), Ok(StoreUrl::Sqlite(path.into())), "{text}");
        }
        for text in [
            "postgres://db/x",
            "postgresql://u:p@db:5433/x?sslmode=require",
            "postgres://t@localhost/x?host=/tmp",
            "postgres://db/x?options[search_path]=a",
        ] {
            assert!(matches!(text.parse(), Ok(StoreUrl::Postgres(_))), "{text}");
        }
    }

    #[test]
    fn whatever_may_be_a_password_is_masked() {
        for (text, shown) in [
            ("postgres://u@h/d", "postgres://u@h/d"),
            ("postgres://u:p@h/d?user=x&password=p", "postgres://u:***@h/d?user=x&password=***"),
            ("http://u:p@h/d", "***"),
            ("s3cret", "***"),
            ("sqlite://a.db", "sqlite://a.db"),
        ] {
            assert_eq!(masked(text), shown);
        }
    }
}
