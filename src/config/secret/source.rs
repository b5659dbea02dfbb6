//! The ways to write a secret: as text, or as a reference to where it is kept.

use std::fmt;
use std::io::Read as _;
use std::path::Path;
use std::str::FromStr;

use super::super::source::{Node, Value};
use super::{Secret, SecretOrigin};

/// The largest secret, as Secret Manager has it.
pub(crate) const LARGEST: usize = 64 << 10;

/// What may stand where a secret may, for messages.
const FORMS: &str = "expected the secret as text, { env = \"NAME\" }, { file = \"PATH\" } or { secret = \"projects/P/secrets/S/versions/V\" }";

/// The name of a secret's version in Secret Manager.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SecretVersion(String);

impl SecretVersion {
    /// Whether it is `latest` or another alias, which may come to mean another version.
    #[must_use]
    pub fn is_alias(&self) -> bool {
        let version = self.0.rsplit('/').next().unwrap_or_default();
        !version.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// The whole name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SecretVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('/').collect();
        let named = match parts.len() {
            6 => &["projects", "secrets", "versions"][..],
            8 => &["projects", "locations", "secrets", "versions"],
            _ => &[],
        };
        let plain = |part: &&str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
        };
        let dots = |part: &&str| part.bytes().all(|byte| byte == b'.');
        if named.is_empty()
            || !parts.iter().step_by(2).eq(named)
            || !parts.iter().all(plain)
            || parts.iter().any(dots)
        {
            let expected = "expected the name of a secret's version, projects/P/secrets/S/versions/V";
            return Err(format!("{expected}, found {:?}", crate::excerpt::excerpt(text, 200)));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for SecretVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SecretVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Takes a secret from where the configuration says it is; files stand beside `folder`.
pub(in super::super) fn resolve(
    node: &Node,
    environment: &[(String, String)],
    folder: Option<&Path>,
) -> Result<Secret, String> {
    let members = match &node.value {
        Value::Text(text) | Value::Raw(text) => return settled(text),
        Value::Table(members) => members,
        other => return Err(format!("{FORMS}, found {}", other.kind())),
    };
    let [(key, Node { value: Value::Text(place), .. })] = members.as_slice() else {
        return Err(FORMS.to_owned());
    };
    match key.as_str() {
        "env" => {
            let found = environment.iter().find(|(known, _)| known == place);
            let (_, text) = found.ok_or_else(|| {
                format!("the environment variable {place} is not set; set it to the secret")
            })?;
            if text.is_empty() {
                return Err(format!("the environment variable {place} is empty; set it to the secret"));
            }
            settled(text)
        }
        "file" => {
            let path = folder.map_or_else(|| place.into(), |folder| folder.join(place));
            let text = read(&path)?;
            Ok(Secret::with(text, SecretOrigin::File(path)))
        }
        "secret" => Ok(Secret::unread(SecretOrigin::Manager(place.parse()?))),
        _ => Err(FORMS.to_owned()),
    }
}

fn settled(text: &str) -> Result<Secret, String> {
    if text.is_empty() {
        return Err("the secret is empty".to_owned());
    }
    Ok(Secret::from(text.to_owned()))
}

/// Reads the secret in a file.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    let shown = path.display();
    let failed = |error: std::io::Error| {
        format!("the file {shown} cannot be read: {error}; write the secret into it, or correct the path")
    };
    let mut bytes = Vec::new();
    // A file that never ends, such as a device, must not fill the memory.
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(LARGEST as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    text(bytes).map_err(|reason| format!("the file {shown} {reason}"))
}

/// What was kept as a secret's text: without the line's end that editors and `echo` put behind it.
pub(crate) fn text(mut bytes: Vec<u8>) -> Result<String, String> {
    if bytes.len() > LARGEST {
        return Err(format!("holds more than {LARGEST} bytes, which is no secret"));
    }
    let end = bytes.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
    bytes.truncate(end);
    if bytes.is_empty() {
        return Err("is empty; put the secret into it".to_owned());
    }
    String::from_utf8(bytes).map_err(|_| "holds bytes that are no UTF-8 text".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_names_of_two_forms() {
        for (name, alias) in [
            ("projects/p/secrets/s/versions/1", false),
            ("projects/p-1/secrets/a_b/versions/latest", true),
            ("projects/1/locations/europe-west1/secrets/s/versions/live", true),
        ] {
            let version: SecretVersion = name.parse().expect(name);
            assert_eq!((version.as_str(), version.is_alias()), (name, alias));
        }
        for name in [
            "",
            "s",
            "projects/p/secrets/s",
            "projects/p/secrets/s/versions/",
            "projects/../secrets/s/versions/1",
            "projects/p/secrets/s/versions/1?a",
            "project/p/secrets/s/versions/1",
        ] {
            assert!(name.parse::<SecretVersion>().is_err(), "{name}");
        }
    }

    #[test]
    fn the_end_of_the_line_is_no_part_of_a_secret() {
        for (kept, expected) in
            [("a", "a"), ("a\n", "a"), ("a\r\n", "a"), (" a \n\n", " a "), ("a\nb\n", "a\nb")]
        {
            assert_eq!(text(kept.as_bytes().to_vec()).as_deref(), Ok(expected), "{kept:?}");
        }
        for kept in [&b"\n"[..], b"", b"\xff", &[b'a'; LARGEST + 1]] {
            assert!(text(kept.to_vec()).is_err());
        }
    }
}
