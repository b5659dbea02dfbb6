//! Files of recorded calls.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use crate::config::Config;
use crate::emulator::transcript::{Transcript, of_calls};

/// The most that recorded calls may come to, in bytes.
const LARGEST: usize = 64 << 20;

/// The transcript of the calls in these files, in their order; `-` is standard input.
pub(super) fn transcript(files: &[PathBuf], config: &Config) -> anyhow::Result<Transcript> {
    let mut text = String::new();
    for file in files {
        read(file, &mut text).with_context(|| format!("cannot read {}", file.display()))?;
        text.push('\n');
    }
    let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    of_calls(&text, config).with_context(|| names.join(", "))
}

fn read(file: &Path, text: &mut String) -> anyhow::Result<()> {
    let left = (LARGEST + 1).saturating_sub(text.len()) as u64;
    if file.as_os_str() == "-" {
        std::io::stdin().lock().take(left).read_to_string(text)?;
    } else {
        std::fs::File::open(file)?.take(left).read_to_string(text)?;
    }
    ensure!(text.len() <= LARGEST, "recorded calls may come to {LARGEST} bytes at most");
    Ok(())
}
