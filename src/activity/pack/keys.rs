//! What single calls are looked for by: the session, and the call that they were made for.
//!
//! A pack has a hash of four bytes for each, one after the other. A database finds four bytes in them faster
//! than an index would be kept up; that they may be found where there is nothing, by chance or across two
//! of them, costs the opening of a pack, once in some million.

use crate::activity::facet::Fnv;

/// One of them.
#[derive(Debug, Clone, Copy)]
pub(in crate::activity) enum Key<'k> {
    /// The session's id.
    Session(&'k str),
    /// The id of the call that it was made for.
    Parent(i64),
}

impl Key<'_> {
    pub(in crate::activity) fn hash(self) -> [u8; 4] {
        let mut hash = Fnv::default();
        match self {
            Self::Session(session) => hash.add(session.as_bytes()),
            Self::Parent(parent) => hash.add(&parent.to_le_bytes()),
        }
        let [a, b, c, d, ..] = hash.mixed().to_le_bytes();
        [a, b, c, d]
    }
}

/// Those of a pack.
#[derive(Debug, Default)]
pub(in crate::activity) struct Keys(Vec<[u8; 4]>);

impl Keys {
    pub(in crate::activity) fn add(&mut self, call: &super::Packed<'_>) {
        let session = Some(call.session).filter(|session| !session.is_empty());
        let keys = [session.map(Key::Session), call.parent.map(Key::Parent)];
        self.0.extend(keys.into_iter().flatten().map(Key::hash));
    }

    pub(in crate::activity) fn done(mut self) -> Vec<u8> {
        self.0.sort_unstable();
        self.0.dedup();
        self.0.concat()
    }
}
