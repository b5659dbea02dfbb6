//! `kind = "mtls"`: a client certificate.

use std::path::PathBuf;
use std::str::FromStr;

use crate::certificates::{self, NamePattern, PatternError, SubjectPattern};
use crate::config::reader::Reader;
use crate::config::tls::Tls;

/// Whose certificates are accepted, and for which names.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Mtls {
    /// Subjects that are accepted.
    pub subjects: Vec<SubjectPattern>,
    /// Subject alternative names that are accepted.
    pub sans: Vec<NamePattern>,
    /// The authorities; those of `server.tls.client_roots` where the check names none.
    pub roots: PathBuf,
    /// Whether the names are those of Dialogflow itself.
    pub is_dialogflow: bool,
}

/// The names of the platform's certificates: the one of 2025 on, and its predecessor, which the
/// platform falls back to until December 2026. Which authority issued them is for `roots` to say.
const DIALOGFLOW_SUBJECTS: [&str; 2] = ["CN=Google LLC", "CN=*.dialogflow.com"];
const DIALOGFLOW_NAMES: [&str; 1] = ["*.dialogflow.com"];

impl Mtls {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        let preset = reader.optional("preset", Reader::text);
        let mut subjects = patterns(reader, "subjects");
        let mut sans = patterns(reader, "sans");
        let roots = reader.optional("roots", Reader::file).unwrap_or_default();
        let is_dialogflow = preset.as_deref() == Some("dialogflow");
        if is_dialogflow {
            // Both lists are ours and valid, which a test shows.
            subjects.extend(DIALOGFLOW_SUBJECTS.iter().filter_map(|text| text.parse().ok()));
            sans.extend(DIALOGFLOW_NAMES.iter().filter_map(|text| text.parse().ok()));
        } else if let Some(preset) = preset {
            reader.refuse("preset", format!("expected \"dialogflow\", found {preset:?}"));
        }
        if subjects.is_empty() && sans.is_empty() {
            reader.refuse(
                "subjects",
                "expected `subjects`, `sans` or `preset`: an authority alone would let in everybody whom it issues a \
                 certificate to; if that is meant, say subjects = [\"CN=*\"]",
            );
        }
        if !roots.as_os_str().is_empty()
            && let Err(error) = certificates::roots(&roots)
        {
            reader.refuse("roots", error.to_string());
        }
        Self { subjects, sans, roots, is_dialogflow }
    }

    /// Fills in what `[server.tls]` says, and tells what is missing there.
    pub(super) fn complete(&mut self, tls: &Tls) -> Result<(), &'static str> {
        if self.roots.as_os_str().is_empty() {
            self.roots.clone_from(&tls.client_roots);
        }
        if self.roots.as_os_str().is_empty() {
            return Err(
                "the check mtls knows no authority; set its `roots`, or server.tls.client_roots, to a PEM file",
            );
        }
        if !tls.asks_clients() {
            return Err(
                "the check mtls can accept nobody, because no client is asked for a certificate; set \
                 server.tls.client_certificates to \"optional\" or \"required\", with server.tls.certificate and key",
            );
        }
        Ok(())
    }
}

fn patterns<T: FromStr<Err = PatternError>>(reader: &Reader<'_, '_>, key: &'static str) -> Vec<T> {
    let texts = reader.optional(key, Reader::texts).unwrap_or_default();
    let parsed = texts.iter().map(|text| text.parse().map_err(|error: PatternError| error.to_string()));
    parsed.filter_map(|parsed| parsed.map_err(|message| reader.refuse(key, message)).ok()).collect()
}
