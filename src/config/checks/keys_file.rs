//! `jwks_file`: an issuer's public keys in a file (a JWK set, RFC 7517).

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::config::reader::Reader;

/// The largest file read, in bytes; a set of an issuer has a few kilobytes.
const LARGEST: u64 = 64 << 10;

/// The file, which must hold keys now. An empty name is none.
pub(super) fn read(reader: &Reader<'_, '_>) -> Option<PathBuf> {
    const KEY: &str = "jwks_file";
    let file = reader.optional(KEY, Reader::file).filter(|file| !file.as_os_str().is_empty())?;
    if let Err(cause) = keys(&file) {
        reader.refuse(KEY, format!("{cause}; `rejoinder new issuer FOLDER` makes one"));
    }
    Some(file)
}

/// The keys as they stand in the file.
pub(crate) fn keys(file: &Path) -> Result<Vec<Value>, String> {
    let place = file.display();
    let mut text = Vec::new();
    let read = File::open(file).and_then(|opened| opened.take(LARGEST + 1).read_to_end(&mut text));
    read.map_err(|error| format!("cannot read {place}: {error}"))?;
    if text.len() as u64 > LARGEST {
        return Err(format!("{place} is larger than {LARGEST} bytes"));
    }
    let mut set: Value =
        serde_json::from_slice(&text).map_err(|error| format!("{place} is no JSON: {error}"))?;
    match set.get_mut("keys").map(Value::take) {
        Some(Value::Array(keys)) if !keys.is_empty() => Ok(keys),
        Some(Value::Array(_)) => Err(format!("{place} is a JWK set without keys")),
        _ => Err(format!("{place} is no JWK set: it has no list `keys`")),
    }
}
