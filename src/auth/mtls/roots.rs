//! The authorities that a check trusts, as they are in the file now.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;

use crate::certificates::{self, CertificateFileError};

/// A file of authorities; until it could be read once, nobody is trusted.
#[derive(Debug)]
pub(super) struct Roots {
    file: PathBuf,
    verifier: ArcSwapOption<Verifier>,
}

#[derive(Debug)]
pub(super) struct Verifier(pub(super) Arc<dyn ClientCertVerifier>);

impl Roots {
    pub(super) fn new(file: PathBuf) -> Self {
        Self { file, verifier: ArcSwapOption::empty() }
    }

    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    pub(super) fn verifier(&self) -> Option<Arc<Verifier>> {
        self.verifier.load_full()
    }

    /// Reads the file; if it is faulty, what was read before stays.
    pub(super) fn reload(&self) -> Result<(), CertificateFileError> {
        let roots = Arc::new(certificates::roots(&self.file)?);
        let built = WebPkiClientVerifier::builder_with_provider(roots, certificates::provider()).build();
        let built = built.map_err(|error| CertificateFileError::Damaged {
            file: self.file.clone(),
            what: "the list of authorities".to_owned(),
            cause: error.to_string(),
        })?;
        self.verifier.store(Some(Arc::new(Verifier(built))));
        Ok(())
    }
}
