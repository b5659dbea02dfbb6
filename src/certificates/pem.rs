//! PEM text: its sections, and their names where they are not what is wanted.

use std::io::Read as _;
use std::path::Path;

use rustls::pki_types::pem::{PemObject as _, SectionKind};

use super::CertificateFileError;

/// The largest file read. The bundle of all public roots is a tenth of it.
const LIMIT: u64 = 4 << 20;

/// A file's text and sections.
pub(super) struct Sections {
    pub(super) list: Vec<(SectionKind, Vec<u8>)>,
    /// The names behind BEGIN, those included that are no kind of ours.
    labels: Vec<String>,
    is_encrypted: bool,
    is_der: bool,
    is_empty: bool,
}

impl Sections {
    pub(super) fn read(file: &Path, expected: &'static str) -> Result<Self, CertificateFileError> {
        let unreadable = |error: std::io::Error| CertificateFileError::Unreadable {
            file: file.to_owned(),
            cause: error.to_string(),
            expected,
        };
        let mut bytes = Vec::new();
        let opened = std::fs::File::open(file).map_err(unreadable)?;
        opened.take(LIMIT + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > LIMIT {
            return Err(CertificateFileError::TooLarge { file: file.to_owned(), limit: LIMIT, expected });
        }
        Self::parse(file, &bytes)
    }

    fn parse(file: &Path, bytes: &[u8]) -> Result<Self, CertificateFileError> {
        let text = String::from_utf8_lossy(bytes);
        let labels: Vec<String> = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("-----BEGIN ")?.strip_suffix("-----"))
            .map(|label| crate::excerpt::excerpt(label, 60).into_owned())
            .collect();
        // PKCS#8 says it in the label, the older kinds in a header that no base64 is.
        let is_encrypted = labels.iter().any(|label| label == "ENCRYPTED PRIVATE KEY")
            || text.lines().any(|line| line.starts_with("Proc-Type:") && line.contains("ENCRYPTED"));
        let mut list = Vec::new();
        if !is_encrypted {
            for (index, section) in <(SectionKind, Vec<u8>)>::pem_slice_iter(bytes).enumerate() {
                list.push(section.map_err(|error| CertificateFileError::Damaged {
                    file: file.to_owned(),
                    what: format!(
                        "section {} ({})",
                        index + 1,
                        labels.get(index).map_or("PEM", |label| label)
                    ),
                    cause: error.to_string(),
                })?);
            }
        }
        // Every certificate and key in DER begins with a SEQUENCE of two length bytes.
        let is_der = bytes.starts_with(&[0x30, 0x82]);
        let is_empty = bytes.trim_ascii().is_empty();
        Ok(Self { list, labels, is_encrypted, is_der, is_empty })
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.is_encrypted
    }

    pub(super) fn has_key(&self) -> bool {
        self.labels.iter().any(|label| label.ends_with("PRIVATE KEY"))
    }

    pub(super) fn has_certificate(&self) -> bool {
        self.labels.iter().any(|label| label == "CERTIFICATE")
    }

    /// What is in the file, for a message.
    pub(super) fn describe(&self) -> String {
        if self.is_empty {
            return "nothing".to_owned();
        }
        if self.is_der {
            return "binary DER".to_owned();
        }
        if self.labels.is_empty() {
            return "no PEM section (-----BEGIN …-----)".to_owned();
        }
        let mut kinds: Vec<&str> = Vec::new();
        for label in &self.labels {
            if !kinds.contains(&label.as_str()) && kinds.len() < 5 {
                kinds.push(label);
            }
        }
        kinds.join(", ")
    }

    /// What helps when the file holds no certificate or no key.
    pub(super) fn fix(&self, swapped: bool, convert: &'static str) -> &'static str {
        match self {
            Self { is_der: true, .. } => convert,
            _ if swapped => "Certificate and key seem to be swapped",
            _ => "Name the right file",
        }
    }
}
