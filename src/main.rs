//! The `rejoinder` command.

fn main() -> std::process::ExitCode {
    rejoinder::cli::run()
}
