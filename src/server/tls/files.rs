//! Whether files have changed, by what the system says of them.

use std::path::PathBuf;
use std::time::SystemTime;

/// Files as they were when they were last looked at.
#[derive(Debug)]
pub(super) struct Files {
    files: Vec<PathBuf>,
    seen: Vec<Option<(SystemTime, u64)>>,
}

impl Files {
    pub(super) fn new(files: Vec<PathBuf>) -> Self {
        let seen = look(&files);
        Self { files, seen }
    }

    /// Whether one of them is another than before; a link to another file counts, too.
    pub(super) fn changed(&mut self) -> bool {
        let now = look(&self.files);
        let changed = now != self.seen;
        self.seen = now;
        changed
    }
}

fn look(files: &[PathBuf]) -> Vec<Option<(SystemTime, u64)>> {
    let look = |file: &PathBuf| {
        let metadata = std::fs::metadata(file).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    files.iter().map(look).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_seen_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a");
        let mut files = Files::new(vec![file.clone()]);
        assert!(!files.changed());
        std::fs::write(&file, "a").expect("written");
        assert!(files.changed());
        assert!(!files.changed());
        std::fs::write(&file, "ab").expect("written");
        assert!(files.changed());
        std::fs::remove_file(&file).expect("removed");
        assert!(files.changed());
    }
}
