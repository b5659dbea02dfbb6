//! Agent packages: those of `fixtures/agents`, as ZIP files, and any that a test makes up.

use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The folder of an agent of `fixtures/agents`.
pub(crate) fn agent(name: &str) -> PathBuf {
    super::fixtures().join("agents").join(name)
}

/// The files of a folder, by name, sorted.
pub(crate) fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![(folder.to_owned(), String::new())];
    while let Some((path, prefix)) = open.pop() {
        for entry in std::fs::read_dir(path).expect("a folder") {
            let entry = entry.expect("readable");
            let name = format!("{prefix}{}", entry.file_name().to_str().expect("UTF-8"));
            if entry.file_type().expect("a type").is_dir() {
                open.push((entry.path(), format!("{name}/")));
            } else {
                found.push((name, std::fs::read(entry.path()).expect("readable")));
            }
        }
    }
    found.sort();
    found
}

/// A ZIP file of these files.
pub(crate) fn zip<N: AsRef<str>, B: AsRef<[u8]>>(files: &[(N, B)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_ref(), SimpleFileOptions::default()).expect("an entry");
        zip.write_all(bytes.as_ref()).expect("memory");
    }
    zip.finish().expect("a ZIP file").into_inner()
}

/// Writes files into a folder, with the folders on the way.
pub(crate) fn unpack<N: AsRef<str>, B: AsRef<[u8]>>(folder: &Path, files: &[(N, B)]) {
    for (name, bytes) in files {
        let path = folder.join(name.as_ref());
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, bytes.as_ref()).expect("a file");
    }
}
