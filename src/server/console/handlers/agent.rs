//! What an exported agent calls, compared with what is served; nothing of it is kept.

use actix_web::http::Method;
use tokio::sync::Semaphore;

use crate::access::Action;
use crate::console::Section;
use crate::console::handlers::{AgentForm, AgentPage};
use crate::emulator::package::check::{Report, Served};
use crate::emulator::package::{AgentPackage, Limits, PackageError};
use crate::server::console::asked::Asked;
use crate::server::console::problem::Problem;
use crate::server::console::routes::Routes;
use crate::server::console::shown::Shown;
use crate::server::respond::Refusal;

/// The largest export that is taken, in bytes; the command reads larger ones.
const LARGEST: usize = 16 << 20;

/// One export at a time: reading one takes memory.
static ONE: Semaphore = Semaphore::const_new(1);

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/console/handlers/agent", Action::View, ask).add(
        "/console/handlers/agent",
        Method::POST,
        Some(Action::View),
        LARGEST,
        compare,
    );
}

fn form(asked: &Asked, fault: String) -> AgentForm {
    AgentForm { chrome: asked.chrome("Compare an agent", Section::Handlers), fault }
}

async fn ask(asked: Asked) -> Result<Shown, Problem> {
    Shown::page(&form(&asked, String::new()))
}

async fn compare(asked: Asked) -> Result<Shown, Problem> {
    let Some(upload) = asked.form.upload("export").cloned() else {
        return Shown::refused(&form(
            &asked,
            "Choose a file: the agent's export as a JSON package (ZIP).".to_owned(),
        ));
    };
    let busy = || Problem::Refusal(Refusal::Overloaded { why: "another export is being read" });
    let _turn = ONE.try_acquire().map_err(|_| busy())?;
    let inner = asked.console();
    let served = Served::of(&inner.door.fulfillment.load(), &inner.settings());
    let bytes = upload.bytes.to_vec();
    // Reading takes a while, and no thread of handlers may be held for it.
    let read =
        tokio::task::spawn_blocking(move || read(bytes, &served)).await.map_err(|_| Problem::Failed)?;
    match read {
        Ok((name, report, notes)) => Shown::page(&AgentPage {
            chrome: asked.chrome("Compare an agent", Section::Handlers),
            agent: if name.is_empty() { upload.file_name.clone() } else { name },
            report,
            notes,
        }),
        Err(error) => Shown::refused(&form(&asked, format!("{}: {error}.", upload.file_name))),
    }
}

fn read(bytes: Vec<u8>, served: &Served) -> Result<(String, Report, Vec<String>), PackageError> {
    const MIB: u64 = 1 << 20;
    let limits = Limits {
        archive_bytes: LARGEST as u64,
        total_bytes: 64 * MIB,
        values: 1_000_000,
        phrase_values: 2_000_000,
        ..Limits::default()
    };
    let package = AgentPackage::from_zip(bytes, &limits)?;
    let note = |note: &crate::emulator::package::Note| match note.file.as_str() {
        "" => note.message.clone(),
        file => format!("{file}: {}", note.message),
    };
    let notes = package.notes.iter().map(note).collect();
    Ok((package.display_name(), package.check(served), notes))
}
