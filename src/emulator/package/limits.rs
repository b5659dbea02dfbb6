//! How much of a package is read.

/// How much of a package is read; what is larger is refused.
///
/// The defaults are far above what the platform lets an agent hold, and keep a hostile file from
/// taking the machine's memory.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The largest ZIP file, in bytes: 64 MiB.
    pub archive_bytes: u64,
    /// The most files and folders of a package: 50,000.
    pub entries: usize,
    /// The largest file of a package, unpacked, in bytes: 16 MiB.
    pub file_bytes: u64,
    /// All files of a package together, unpacked, in bytes: 128 MiB.
    pub total_bytes: u64,
    /// The most JSON values of all files together but those of phrases and entities: 6,000,000.
    ///
    /// A value of two bytes may take a hundred in memory, so bytes alone bound too little.
    pub values: usize,
    /// The most JSON values of all training phrases, entities and excluded phrases: 16,000,000.
    pub phrase_values: usize,
    /// How many times larger than in the ZIP file a file over 1 MiB may be: 200.
    pub ratio: u64,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1 << 20;
        Self {
            archive_bytes: 64 * MIB,
            entries: 50_000,
            file_bytes: 16 * MIB,
            total_bytes: 128 * MIB,
            values: 6_000_000,
            phrase_values: 16_000_000,
            ratio: 200,
        }
    }
}

impl Limits {
    /// Smaller files may be packed as well as they can: they hurt nobody.
    pub(super) const RATIO_FROM: u64 = 1 << 20;
}
