//! What can be wrong with a certificate file, each with what helps.

use std::path::{Path, PathBuf};

/// A file of certificates or a key that cannot be used.
///
/// It tells names of files and kinds of content, never content of a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateFileError {
    /// It is not there, or not ours to read.
    #[error("{} cannot be read: {cause}; expected {expected}", .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        cause: String,
        /// What should be in it.
        expected: &'static str,
    },
    /// It is larger than any such file is.
    #[error("{} is larger than {limit} bytes; expected {expected}", .file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// The largest that is read.
        limit: u64,
        /// What should be in it.
        expected: &'static str,
    },
    /// It holds something else.
    #[error("{} holds {found}; expected {expected}. {fix}", .file.display())]
    Other {
        /// The file.
        file: PathBuf,
        /// What is in it.
        found: String,
        /// What should be in it.
        expected: &'static str,
        /// What helps.
        fix: &'static str,
    },
    /// A part of it is damaged.
    #[error("{}: {what} cannot be read: {cause}; copy the file anew, whole and unchanged", .file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// Which part.
        what: String,
        /// What is wrong with it.
        cause: String,
    },
    /// The key needs a passphrase.
    #[error(
        "{} holds an encrypted private key; expected one without a passphrase. Write it with \
         `openssl pkey -in {} -out key.pem`, and let nobody else read that file",
        .file.display(), .file.display()
    )]
    Encrypted {
        /// The file.
        file: PathBuf,
    },
    /// Certificate and key are not a pair.
    #[error(
        "the key in {} is not that of the first certificate in {} ({subject}); expected the key that this \
         certificate was issued for. Give its own key, or put the server's certificate before those of its issuers",
        .key.display(), .certificate.display()
    )]
    Mismatch {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
        /// Whom the certificate names.
        subject: String,
    },
    /// The key is of a kind that is not supported.
    #[error("the key in {} cannot be used: {cause}; expected RSA of 2048 bits or more, or EC on P-256, P-384 or P-521", .file.display())]
    Key {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
}

impl CertificateFileError {
    /// The file to look at.
    #[must_use]
    pub fn file(&self) -> &Path {
        match self {
            Self::Unreadable { file, .. }
            | Self::TooLarge { file, .. }
            | Self::Other { file, .. }
            | Self::Damaged { file, .. }
            | Self::Encrypted { file }
            | Self::Mismatch { key: file, .. }
            | Self::Key { file, .. } => file,
        }
    }
}
