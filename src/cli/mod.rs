//! The `rejoinder` command; one file a subcommand.

mod bar;
mod call;
mod check;
mod doctor;
mod emulate;
mod execution;
mod export;
mod hangup;
mod id_token;
mod inspect;
mod new;
mod replay;
mod schema;
mod serve;
mod stored;
mod token;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory as _, Parser, Subcommand};

use crate::config::{Config, ConfigError, Sources};

/// A fulfillment webhook server for Dialogflow CX agents.
#[derive(Debug, Parser)]
#[command(name = "rejoinder", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answers agents; without a configuration file it serves the built-in demo.
    Serve(serve::Serve),
    /// Makes one call as Dialogflow makes it, and says what the agent would do then.
    Call(Box<call::Call>),
    /// Holds a conversation as the agent does: from transcripts, or at a prompt.
    Emulate(Box<emulate::Emulate>),
    /// Checks the configuration and prints the one in force, secrets masked; or compares an agent with it.
    Check(check::Check),
    /// Says whether an agent would get through, and what to do where it would not.
    Doctor(doctor::Doctor),
    /// Writes what an agent needs to call a tag served here.
    Export(export::Export),
    /// Says what is in a message, or why it is none.
    Inspect(inspect::Inspect),
    /// Writes a file to start from.
    New(new::New),
    /// Prints an ID token of Dialogflow's service agent, signed with a local issuer's key.
    IdToken(id_token::IdToken),
    /// Prints a JSON schema for editors.
    Schema(schema::Schema),
    /// Makes, lists and ends the tokens of those who may manage the server.
    Token(token::Token),
    /// Makes calls of the activity log again: some, or all that failed since a time.
    Replay(Box<replay::Replay>),
    /// Prints a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Where settings come from.
#[derive(Debug, Clone, Args)]
struct Settings {
    /// The configuration file; by default rejoinder.toml of the working folder, if there is one.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The address to listen on, HOST:PORT; wins over the file, the environment and PORT.
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<String>,
}

impl Settings {
    fn sources(self) -> Sources {
        Sources { file: self.config, bind: self.bind, demo_without_file: true, ..Sources::of_process() }
    }

    fn load(self) -> Result<Config, ConfigError> {
        Config::load(&self.sources())
    }
}

/// Runs the command line of this process.
///
/// Exit codes: 0 done, 1 the thing failed, 2 wrong usage.
#[must_use]
pub fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve(serve) => serve.run(),
        Command::Call(call) => call.run(),
        Command::Check(check) => check.run(),
        Command::Doctor(doctor) => doctor.run(),
        Command::Export(export) => export.run(),
        Command::Inspect(inspect) => inspect.run(),
        Command::New(new) => new.run(),
        Command::IdToken(token) => token.run(),
        Command::Emulate(emulate) => emulate.run(),
        Command::Schema(schema) => schema.run(),
        Command::Token(token) => token.run(),
        Command::Replay(replay) => replay.run(),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "rejoinder", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
    };
    crate::telemetry::flush();
    done.unwrap_or_else(|error| {
        eprintln!("rejoinder: {error:#}");
        ExitCode::FAILURE
    })
}
