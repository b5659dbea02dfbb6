//! `rejoinder token list`.

use std::io::Write as _;
use std::process::ExitCode;

use super::access;
use crate::access::{Known, text};
use crate::cli::Settings;

#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// Print them as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: Settings,
}

impl List {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let (stored, access) = access(self.settings)?;
        let tokens = stored.block_on(access.list())?;
        let mut out = std::io::stdout().lock();
        if self.json {
            writeln!(out, "{:#}", serde_json::json!({ "tokens": tokens }))?;
        } else if tokens.is_empty() {
            eprintln!("rejoinder: there are no tokens; `rejoinder token create --role admin` makes one");
        } else {
            write!(out, "{}", table(&tokens))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A line a token, in columns.
fn table(tokens: &[Known]) -> String {
    let day =
        |time: Option<i64>| time.map_or_else(|| "-".to_owned(), |time| text(time).chars().take(16).collect());
    let mut rows =
        vec![["ID", "ROLE", "STATE", "CREATED", "EXPIRES", "LAST USED", "NAME"].map(str::to_owned)];
    rows.extend(tokens.iter().map(|token| {
        [
            token.id.clone(),
            token.role.clone(),
            token.state.to_owned(),
            day(Some(token.created_at)),
            day(token.expires_at),
            day(token.last_used_at),
            token.name.clone(),
        ]
    }));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..6).map(width).collect();
    let line = |row: &[String; 7]| {
        let cells = row[..6].iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}  "));
        format!("{}{}\n", cells.collect::<String>(), row[6])
    };
    rows.iter().map(line).collect()
}
