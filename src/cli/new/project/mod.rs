//! `rejoinder new project`: a crate with a handler for each tag, for an agent or to begin with.

mod files;
mod flexible;
mod handler;
mod names;
mod parameters;
mod plan;
mod source;
mod surroundings;
mod types;

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, bail, ensure};

use crate::emulator::package::AgentPackage;
use plan::Plan;
use surroundings::Origin;

#[derive(Debug, clap::Args)]
pub(super) struct NewProject {
    /// The folder to write to; it must be new, or empty.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// An exported agent, its JSON package as ZIP or folder: a handler or route for each tag that it calls.
    #[arg(long, value_name = "EXPORT")]
    from_agent: Option<PathBuf>,
    /// The crate's name; by default the folder's.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Use the `rejoinder` in this folder instead of the published one.
    #[arg(long, value_name = "FOLDER")]
    path: Option<PathBuf>,
}

impl NewProject {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        refuse_used(&self.folder)?;
        let path = self.path.as_deref().map(library).transpose()?;
        let name = self.name()?;
        let mut plan = match &self.from_agent {
            Some(agent) => Plan::of(&AgentPackage::read(agent)?),
            None => Plan::quickstart(),
        };
        if let (Some(agent), true, true) =
            (&self.from_agent, plan.handlers.is_empty(), plan.routes.is_empty())
        {
            bail!(
                "{}: the agent calls no webhook with a tag; `rejoinder new project {}` writes a project to begin with",
                agent.display(),
                self.folder.display()
            );
        }
        let origin = path.as_deref().map_or(Origin::Version, Origin::Path);
        let files = files::all(&mut plan, &name, &origin);
        for (file, text) in &files {
            let file = self.folder.join(file);
            let folder = file.parent().unwrap_or(&self.folder);
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
            fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        }
        self.format(&files);
        self.tell(&plan, files.len())?;
        Ok(ExitCode::SUCCESS)
    }

    /// Formats the sources where `rustfmt` is installed; without it they are as good, only less even.
    fn format(&self, files: &[(String, String)]) {
        let sources = files.iter().map(|(file, _)| self.folder.join(file));
        let sources = sources.filter(|file| file.extension().is_some_and(|extension| extension == "rs"));
        let mut rustfmt = Command::new("rustfmt");
        rustfmt.args(["--edition", "2024", "--quiet"]).args(sources);
        let _ = rustfmt.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    }

    fn name(&self) -> anyhow::Result<String> {
        if let Some(name) = &self.name {
            let proper = names::package(name);
            ensure!(
                *name == proper,
                "--name: {name:?} is no name for a crate of this kind; expected words with dashes such as {proper:?}"
            );
            return Ok(proper);
        }
        // The folder may be written as `.`.
        let whole = std::path::absolute(&self.folder).unwrap_or_else(|_| self.folder.clone());
        Ok(names::package(&whole.file_name().unwrap_or_default().to_string_lossy()))
    }

    fn tell(&self, plan: &Plan, count: usize) -> io::Result<()> {
        let mut out = io::stdout().lock();
        let folder = self.folder.display();
        writeln!(
            out,
            "wrote {count} files to {folder}: {} to write, {} without code",
            counted(plan.handlers.len(), "handler"),
            counted(plan.routes.len(), "route")
        )?;
        writeln!(out, "next: cd {folder} && cargo test")?;
        writeln!(out, "      README.md lists what is left to do")?;
        for note in &plan.notes {
            eprintln!("rejoinder: note: {note}");
        }
        Ok(())
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The folder with the library, whatever folder the project is in.
fn library(path: &Path) -> anyhow::Result<PathBuf> {
    let manifest = path.join("Cargo.toml");
    let text = fs::read_to_string(&manifest)
        .with_context(|| format!("--path: cannot read {}", manifest.display()))?;
    let manifest_text: toml::Table =
        text.parse().with_context(|| format!("--path: {} is no manifest", manifest.display()))?;
    let name =
        manifest_text.get("package").and_then(|package| package.get("name")).and_then(|name| name.as_str());
    ensure!(name == Some("rejoinder"), "--path: {} is not that of rejoinder", manifest.display());
    std::path::absolute(path).with_context(|| format!("--path: {}", path.display()))
}

fn refuse_used(folder: &Path) -> anyhow::Result<()> {
    match fs::read_dir(folder) {
        Ok(mut entries) => {
            ensure!(
                entries.next().is_none(),
                "{} is not empty; name a folder that is new or empty",
                folder.display()
            );
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("cannot write to {}", folder.display())),
    }
}
