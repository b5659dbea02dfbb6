//! What was passed over, so that nobody misses it unseen.

use std::collections::BTreeMap;

use crate::emulator::package::Note;

/// What was passed over.
#[derive(Default)]
pub(super) struct Passed {
    notes: Vec<Note>,
    /// Files of folders that are not read, by folder.
    unread: BTreeMap<String, usize>,
    more: usize,
}

impl Passed {
    /// More notes than this are counted, not kept.
    const MOST: usize = 50;

    pub(super) fn unknown(&mut self, name: &str) {
        self.other(name, "it is no part of a package that is known");
    }

    pub(super) fn unread(&mut self, folder: &str) {
        *self.unread.entry(folder.to_owned()).or_default() += 1;
    }

    pub(super) fn other(&mut self, file: &str, message: &str) {
        if self.notes.len() < Self::MOST {
            self.notes.push(Note { file: file.to_owned(), message: message.to_owned() });
        } else {
            self.more += 1;
        }
    }

    pub(super) fn notes(self) -> Vec<Note> {
        let mut notes = self.notes;
        notes.extend(self.unread.into_iter().map(|(folder, files)| {
            let s = if files == 1 { "" } else { "s" };
            Note {
                file: folder,
                message: format!("{files} file{s} of a kind that is not read: it is generative"),
            }
        }));
        if self.more > 0 {
            let message = format!("{} more files were passed over", self.more);
            notes.push(Note { file: String::new(), message });
        }
        notes
    }
}
