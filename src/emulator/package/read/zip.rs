//! A package as a ZIP file, which may be anybody's.
//!
//! What the file says about itself is a promise at best: the number of entries is bounded before
//! they are read, sizes are counted while they are unpacked.

use std::fmt;
use std::io::{Cursor, Read as _};

use ::zip::ZipArchive;

use super::archive::{too_large, too_many};
use super::{Limits, PackageFault, Result, blob, names};

/// The files of an opened ZIP file.
pub(super) struct Zip {
    archive: ZipArchive<Cursor<Vec<u8>>>,
    /// The names of the files, folders left out.
    pub(super) names: Vec<String>,
    /// Where each of them is in the archive.
    indices: Vec<usize>,
    ratio: u64,
}

impl fmt::Debug for Zip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Zip").field("names", &self.names.len()).finish_non_exhaustive()
    }
}

/// Opens a ZIP file and looks at all names in it.
pub(super) fn open(bytes: Vec<u8>, limits: &Limits) -> Result<Zip> {
    if bytes.len() as u64 > limits.archive_bytes {
        return Err(too_large("the ZIP file", limits.archive_bytes).of(""));
    }
    if !bytes.starts_with(b"PK") {
        return Err(blob::refusal(&bytes).of(""));
    }
    // Each entry of the list at the end begins so; there are at least as many of these in the file
    // as there are entries.
    if bytes.windows(4).filter(|window| window == b"PK\x01\x02").take(limits.entries + 1).count()
        > limits.entries
    {
        return Err(too_many(limits.entries).of(""));
    }
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error).of(""))?;
    if archive.has_duplicate_names() {
        let reason = "two of its entries bear the same name".to_owned();
        return Err(PackageFault::Zip { reason }.of(""));
    }
    let (mut names, mut indices) = (Vec::new(), Vec::new());
    for index in 0..archive.len() {
        let entry = archive.by_index_data(index).map_err(|error| damaged(&error).of(""))?;
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        if entry.unix_mode().is_some_and(is_link) {
            return Err(PackageFault::SymbolicLink.of(name));
        }
        names::check(&name).map_err(|fault| fault.of(&*name))?;
        if !name.ends_with('/') && !names::is_ignored(&name) {
            names.push(name);
            indices.push(index);
        }
    }
    Ok(Zip { archive, names, indices, ratio: limits.ratio })
}

impl Zip {
    pub(super) fn read(&mut self, at: usize, limit: u64) -> Result<Vec<u8>> {
        let name = &self.names[at];
        let mut entry =
            self.archive.by_index(self.indices[at]).map_err(|error| damaged(&error).of(&**name))?;
        let most = entry.compressed_size().saturating_mul(self.ratio).max(Limits::RATIO_FROM);
        let mut bytes = Vec::new();
        entry
            .by_ref()
            .take(limit.min(most).saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| PackageFault::Zip { reason: error.to_string() }.of(&**name))?;
        if bytes.len() as u64 > limit {
            return Err(too_large("the file, unpacked,", limit).of(&**name));
        }
        if bytes.len() as u64 > most {
            let what = "the ratio by which the file grows unpacked";
            let fault = PackageFault::Limit { what, limit: self.ratio, bytes: false };
            return Err(fault.of(&**name));
        }
        Ok(bytes)
    }
}

fn damaged(error: &::zip::result::ZipError) -> PackageFault {
    PackageFault::Zip { reason: error.to_string() }
}

/// Whether the mode of a Unix file is that of a symbolic link.
fn is_link(mode: u32) -> bool {
    mode & 0o170_000 == 0o120_000
}
