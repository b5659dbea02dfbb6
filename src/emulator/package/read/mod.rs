//! From a ZIP file or a folder to the model.

mod archive;
mod assemble;
mod blob;
mod circle;
mod document;
mod folder;
mod layout;
mod names;
mod parts;
mod passed;
mod root;
mod unique;
mod zip;

use std::path::Path;

use super::{AgentPackage, Limits, PackageError, PackageFault};
use archive::Archive;

pub(super) type Result<T, E = PackageError> = std::result::Result<T, E>;

impl AgentPackage {
    /// Reads a JSON package: a ZIP file, or the folder that it was unpacked to.
    ///
    /// ```no_run
    /// use rejoinder::emulator::package::AgentPackage;
    ///
    /// let package = AgentPackage::read("exported_agent.zip")?;
    /// for call in package.calls() {
    ///     println!("{} calls {} with the tag {}", call.place, call.webhook, call.tag);
    /// }
    /// # Ok::<(), rejoinder::emulator::package::PackageError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What is no package, cannot be read, is over the default [`Limits`], or leads out of itself.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        Self::read_with(path, &Limits::default())
    }

    /// The same, with limits of your own.
    ///
    /// # Errors
    ///
    /// See [`read`](Self::read).
    pub fn read_with(path: impl AsRef<Path>, limits: &Limits) -> Result<Self> {
        let path = path.as_ref();
        let read = || {
            let archive = open(path, limits)?;
            assemble::package(archive, limits)
        };
        let mut package: Self = read().map_err(|error| PackageError { package: path.to_owned(), ..error })?;
        package.path = path.to_owned();
        Ok(package)
    }

    /// Reads a JSON package from the bytes of a ZIP file.
    ///
    /// # Errors
    ///
    /// See [`read`](Self::read).
    pub fn from_zip(bytes: Vec<u8>, limits: &Limits) -> Result<Self> {
        assemble::package(Archive::Zip(zip::open(bytes, limits)?), limits)
    }
}

/// The folder or ZIP file at `path`.
fn open(path: &Path, limits: &Limits) -> Result<Archive> {
    let unreadable = |error| PackageFault::Io(error).of("");
    // The path itself may be a link: it is what the user named.
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if metadata.is_dir() {
        return Ok(Archive::Folder(folder::open(path, limits)?));
    }
    if path.file_name().is_some_and(|name| name == "agent.json") && metadata.is_file() {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        return Ok(Archive::Folder(folder::open(parent.unwrap_or(Path::new(".")), limits)?));
    }
    if !metadata.is_file() {
        return Err(PackageFault::SpecialFile.of(""));
    }
    let bytes = archive::bounded(path, limits.archive_bytes, "the ZIP file", "")?;
    Ok(Archive::Zip(zip::open(bytes, limits)?))
}
