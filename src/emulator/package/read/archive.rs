//! The files of a package, wherever they are, within the limits.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::folder::Folder;
use super::zip::Zip;
use super::{PackageFault, Result};

/// The files of a package.
#[derive(Debug)]
pub(super) enum Archive {
    Zip(Zip),
    Folder(Folder),
}

impl Archive {
    /// The names of the files, with `/` between folders.
    pub(super) fn names(&self) -> &[String] {
        match self {
            Self::Zip(zip) => &zip.names,
            Self::Folder(folder) => &folder.names,
        }
    }

    /// The bytes of a file, by its place among the names; at most `limit` of them.
    pub(super) fn read(&mut self, at: usize, limit: u64) -> Result<Vec<u8>> {
        match self {
            Self::Zip(zip) => zip.read(at, limit),
            Self::Folder(folder) => folder.read(at, limit),
        }
    }
}

/// The bytes of a file on disk, at most `limit` of them.
pub(super) fn bounded(path: &Path, limit: u64, what: &'static str, name: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // A file may grow while it is read.
    File::open(path)
        .and_then(|file| file.take(limit.saturating_add(1)).read_to_end(&mut bytes))
        .map_err(|error| PackageFault::Io(error).of(name))?;
    if bytes.len() as u64 > limit {
        return Err(too_large(what, limit).of(name));
    }
    Ok(bytes)
}

pub(super) fn too_large(what: &'static str, limit: u64) -> PackageFault {
    PackageFault::Limit { what, limit, bytes: true }
}

pub(super) fn too_many(limit: usize) -> PackageFault {
    PackageFault::Limit { what: "the number of files and folders", limit: limit as u64, bytes: false }
}
