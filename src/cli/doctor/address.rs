//! Where the server listens, and whether Dialogflow would reach it there.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::mpsc;
use std::time::Duration;

use url::{Host, Url};

use super::report::Section;
use crate::config::Config;
use crate::outbound::address_rule;

/// How long DNS may take.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) fn examine(config: &Config, offline: bool) -> Section {
    let mut section = Section::new("Addresses");
    let server = &config.server;
    bind(&mut section, config);
    if server.public_url.is_empty() {
        section.warn(
            "server.public_url is not set: nobody can tell whether agents reach this server",
            "set it to the https:// address in the agent's webhook, without the path",
        );
    } else if let Ok(url) = Url::parse(&server.public_url) {
        public(&mut section, &url, offline);
    }
    if server.tls.is_on() {
        section.ok("HTTPS ends here: TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1");
    } else {
        section.note("plain HTTP is spoken here; Dialogflow calls https:// alone, so a proxy or Cloud Run must stand in front, or set [server.tls]");
    }
    section
}

fn bind(section: &mut Section, config: &Config) {
    let bind = &config.server.bind;
    let addresses = match bind.addresses() {
        Ok(addresses) => addresses,
        Err(error) => {
            section.fail(
                format!("server.bind {bind} cannot be used: {error}"),
                "give an address of this machine, or 0.0.0.0",
            );
            return;
        }
    };
    if !addresses.iter().all(|address| address.ip().is_loopback()) {
        section.ok(format!("server.bind {bind} can be reached from other machines"));
    } else if config.server.public_url.is_empty() {
        section.fail(
            format!("server.bind {bind} can be reached from this machine alone, and no server.public_url leads to it"),
            "bind to 0.0.0.0, or put a proxy or tunnel in front and set server.public_url to its address",
        );
    } else {
        section.note(format!(
            "server.bind {bind} can be reached from this machine alone; what answers {} must run here, too",
            config.server.public_url
        ));
    }
}

fn public(section: &mut Section, url: &Url, offline: bool) {
    match url.host() {
        Some(Host::Ipv4(address)) => judge(section, url, &[IpAddr::V4(address)]),
        Some(Host::Ipv6(address)) => judge(section, url, &[IpAddr::V6(address)]),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            let private = [".internal", ".local", ".localhost", ".test", ".example"];
            if name == "localhost" || private.iter().any(|tail| name.ends_with(tail)) {
                section.fail(
                    format!("server.public_url {url} is a name that only private networks know"),
                    "use a public name, or reach it through Service Directory and check for the name there",
                );
            } else if offline {
                section.note(format!("server.public_url {url}: its name was not looked up (--offline)"));
            } else {
                resolve(section, url, &name);
            }
        }
        None => {}
    }
}

fn resolve(section: &mut Section, url: &Url, name: &str) {
    let (tell, told) = mpsc::channel();
    let target = (name.to_owned(), url.port_or_known_default().unwrap_or(443));
    // DNS has no time limit of its own; a thread that waits on ends with the process.
    std::thread::spawn(move || {
        let found = target.to_socket_addrs().map(Iterator::collect::<Vec<SocketAddr>>);
        let _ = tell.send(found.map_err(|error| error.to_string()));
    });
    match told.recv_timeout(PATIENCE) {
        Ok(Ok(addresses)) => {
            let addresses: Vec<IpAddr> = addresses.iter().map(SocketAddr::ip).collect();
            judge(section, url, &addresses);
        }
        Ok(Err(error)) => {
            section.fail(
                format!("server.public_url {url}: its name cannot be resolved from here: {error}"),
                "create the DNS record, or mend the name",
            );
        }
        Err(_) => {
            section.warn(
                format!("server.public_url {url}: DNS did not answer within {} s", PATIENCE.as_secs()),
                "try again, or use --offline",
            );
        }
    }
}

fn judge(section: &mut Section, url: &Url, addresses: &[IpAddr]) {
    let refused = addresses.iter().find_map(|address| Some((address, address_rule(*address)?)));
    match refused {
        Some((address, rule)) => section.fail(
            format!("server.public_url {url} leads to {address}, {rule}: Dialogflow reaches public addresses alone"),
            "give the name a public address, or reach this server through Service Directory (docs/DEPLOY.md)",
        ),
        None => section.ok(format!("server.public_url {url} leads to public addresses")),
    };
}
