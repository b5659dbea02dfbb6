//! `rejoinder schema`.

use std::io::Write as _;
use std::process::ExitCode;

pub(super) fn print() -> anyhow::Result<ExitCode> {
    let schema = serde_json::to_string_pretty(&crate::config::schema())?;
    writeln!(std::io::stdout(), "{schema}")?;
    Ok(ExitCode::SUCCESS)
}
