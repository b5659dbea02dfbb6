//! The `curl` command that makes a kept call again; secrets are variables of the shell.

use crate::activity::kept::Messages;
use crate::activity::query::Found;
use crate::emulator::{self, Sent};
use crate::outbound::{Method, Request, Url};

/// What `curl` writes itself.
const OF_CONNECTION: [&str; 7] = [
    "host",
    "content-length",
    "connection",
    "transfer-encoding",
    "accept-encoding",
    "te",
    "x-rejoinder-replay",
];
/// How long it may take, in seconds: the most that the platform gives a webhook.
const PATIENCE: f64 = 30.0;
/// A longer command is none that somebody copies.
const LONGEST: usize = 64 << 10;

/// The command with what is to be known of it, or why there is none. `origin` is this server, as it is
/// reached.
pub(super) fn curl(
    found: &Found,
    messages: &Messages<'_>,
    origin: &str,
) -> Result<(String, Vec<String>), String> {
    let kept = messages.requests.last().ok_or("nothing was sent")?;
    let inbound = found.kind.is_some_and(|kind| kind.is_inbound());
    let address = if inbound { format!("{origin}{}", kept.url) } else { kept.url.to_string() };
    let url: Url = address.parse().map_err(|_| "its whole address is not kept")?;
    let method: Method = kept.method.parse().map_err(|_| "its method is none that can be sent")?;
    let mut notes = Vec::new();
    let mut request = Request::new(method, url);
    for (name, value) in &kept.headers {
        if OF_CONNECTION.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            continue;
        }
        match request.clone().header(name, value.as_bytes()) {
            Ok(with) => request = with,
            Err(_) => {
                notes.push(format!("The header {name:?} is left out: it cannot be sent as it is kept."))
            }
        }
    }
    for value in request.headers.values_mut() {
        let is_masked = value.as_bytes().ends_with(b"***");
        value.set_sensitive(is_masked);
    }
    match &kept.body {
        Some(body) => {
            if body.truncated || body.masked || body.binary {
                notes.push(
                    "Its body is not the one that was sent: it was cut or masked when it was kept."
                        .to_owned(),
                );
            }
            if !body.text.is_empty() {
                request = request.body(body.text.clone().into_owned());
            }
        }
        None if kept.bytes > 0 => {
            let setting = if inbound { "activity.inbound_bodies" } else { "activity.outbound_bodies" };
            notes.push(format!("Its body is not kept ({setting}): the command has none."));
        }
        None => {}
    }
    if kept.url_masked {
        notes.push("Its address is not the whole one: secrets or parameters in it are not kept.".to_owned());
    }
    let (command, variables) = emulator::curl(&Sent::new(request), &[], PATIENCE);
    if command.len() > LONGEST {
        return Err("it is too long to be copied".to_owned());
    }
    if !variables.is_empty() {
        notes.push(format!("Secrets are not kept: set {} first.", variables.join(", ")));
    }
    Ok((command, notes))
}
