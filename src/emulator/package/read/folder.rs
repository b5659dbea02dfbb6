//! A package as a folder, such as a repository that Dialogflow pushes to.
//!
//! Only the folders that a package has are entered: beside them may be anything.

use std::fs::{DirEntry, FileType};
use std::path::{Path, PathBuf};

use super::archive::{bounded, too_many};
use super::{Limits, PackageFault, Result, layout, names};

/// The files of a folder.
#[derive(Debug)]
pub(super) struct Folder {
    /// Their names, from the folder on, with `/` between.
    pub(super) names: Vec<String>,
    paths: Vec<PathBuf>,
}

/// How deep the files of a package are: `flows/F/pages/P.json` within a folder of its own.
const DEEPEST: usize = 6;

/// Looks through a folder.
pub(super) fn open(root: &Path, limits: &Limits) -> Result<Folder> {
    let mut found = Folder { names: Vec::new(), paths: Vec::new() };
    let mut seen = 0;
    // Without an agent here, any folder may be the package's own; in it, only those of a package are.
    let package = if root.join("agent.json").is_file() { 0 } else { 1 };
    let mut open = vec![(root.to_owned(), String::new(), 0)];
    while let Some((path, prefix, depth)) = open.pop() {
        let unreadable = |error| PackageFault::Io(error).of(prefix.trim_end_matches('/'));
        for entry in std::fs::read_dir(&path).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            seen += 1;
            if seen > limits.entries {
                return Err(too_many(limits.entries).of(prefix));
            }
            let (name, kind) = look(&entry, &prefix)?;
            if names::is_ignored(&name) {
                continue;
            }
            let belongs = depth > package || layout::belongs(&name[prefix.len()..]);
            if kind.is_symlink() && belongs {
                return Err(PackageFault::SymbolicLink.of(name));
            }
            if !kind.is_dir() {
                found.paths.push(entry.path());
                found.names.push(name);
            } else if depth < DEEPEST && (belongs || depth < package) {
                open.push((entry.path(), format!("{name}/"), depth + 1));
            }
        }
    }
    Ok(found)
}

fn look(entry: &DirEntry, prefix: &str) -> Result<(String, FileType)> {
    let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
    let kind = entry.file_type().map_err(|error| PackageFault::Io(error).of(&*name))?;
    Ok((name, kind))
}

impl Folder {
    pub(super) fn read(&mut self, at: usize, limit: u64) -> Result<Vec<u8>> {
        let (path, name) = (&self.paths[at], &self.names[at]);
        let metadata =
            std::fs::symlink_metadata(path).map_err(|error| PackageFault::Io(error).of(&**name))?;
        if !metadata.is_file() {
            return Err(PackageFault::SpecialFile.of(&**name));
        }
        bounded(path, limit, "the file", name)
    }
}
