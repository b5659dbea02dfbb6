//! Who may be called: the rules for addresses, less what the operator allows.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use url::{Host, Url};

use super::OutboundError;
use super::address::{self, Rule};
use crate::config;

/// Names of metadata servers, refused before anybody asks for their addresses.
const METADATA_NAMES: [&str; 4] =
    ["metadata", "metadata.google.internal", "metadata.goog", "instance-data.ec2.internal"];

/// Decides over destinations.
#[derive(Debug)]
pub(super) struct Guard {
    networks: Vec<IpNet>,
    hosts: Vec<String>,
    allow_http: bool,
}

/// A destination that is refused, by which rule, and how to allow it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The host that was to be called.
    pub host: String,
    /// The address that it stands for; `None` if the name alone is refused.
    pub address: Option<IpAddr>,
    /// What is wrong with it.
    pub rule: Rule,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, address, rule } = self;
        match address {
            Some(address) => write!(f, "calls to {host} are refused: {address} is {rule}"),
            None => write!(f, "calls to {host} are refused: it is {rule}"),
        }?;
        match address {
            Some(address) if *rule != Rule::Metadata => {
                let network = IpNet::from(*address);
                write!(f, "; to allow it, set [outbound] allow_networks = [\"{network}\"]")
            }
            _ => write!(f, "; to allow it, set [outbound] allow_hosts = [\"{host}\"]"),
        }
    }
}

impl std::error::Error for Refusal {}

impl Guard {
    pub(super) fn new(settings: &config::Outbound) -> Self {
        let hosts = settings.allow_hosts.iter().map(|host| plain(host).to_ascii_lowercase()).collect();
        let networks = settings.allow_networks.clone();
        Self { networks, hosts, allow_http: settings.dangerous_allow_http }
    }

    /// Checks all that a URL shows by itself. `pinned` says that the operator set where it leads, `http`
    /// that plain HTTP will do whatever the settings say.
    pub(super) fn check(&self, url: &Url, pinned: bool, http: bool) -> Result<(), OutboundError> {
        let invalid = |reason: &str| Err(OutboundError::UrlInvalid { reason: reason.to_owned() });
        match url.scheme() {
            "https" => {}
            "http" if http || self.allow_http => {}
            "http" => return Err(OutboundError::HttpRefused { host: place(url) }),
            _ => return invalid("expected a URL with https"),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return invalid("expected a URL without user and password; they belong in a header");
        }
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(name)) if plain(name).is_empty() => {
                return invalid("expected a URL with a host");
            }
            Some(Host::Domain(name)) => {
                return if pinned { Ok(()) } else { Ok(self.check_name(name)?) };
            }
            None => return invalid("expected a URL with a host"),
        };
        match literal {
            // Nobody would ask for the address of an address, and the operator's would not be used.
            Some(_) if pinned => invalid("expected a URL with a host's name, as the certificate has it"),
            Some(address) => Ok(self.check_address(&address.to_string(), address)?),
            None => Ok(()),
        }
    }

    fn check_name(&self, name: &str) -> Result<(), Refusal> {
        let host = plain(name);
        let is_metadata = METADATA_NAMES.iter().any(|known| host.eq_ignore_ascii_case(known));
        if is_metadata && !self.allows_exactly(host) {
            return Err(Refusal { host: host.to_owned(), address: None, rule: Rule::Metadata });
        }
        // What resolvers make of these differs; they mean this machine (RFC 6761).
        if host.eq_ignore_ascii_case("localhost") || ends_with(host, ".localhost") {
            let v4 = self.check_address(host, Ipv4Addr::LOCALHOST.into());
            return v4.or_else(|refusal| {
                let v6 = self.check_address(host, Ipv6Addr::LOCALHOST.into());
                v6.map_err(|_| refusal)
            });
        }
        Ok(())
    }

    /// Checks one address that a host stands for.
    pub(super) fn check_address(&self, host: &str, address: IpAddr) -> Result<(), Refusal> {
        let host = plain(host);
        let Some(rule) = address::rule(address) else {
            return Ok(());
        };
        let exactly = self.allows_exactly(host) || self.allows_exactly(&address.to_string());
        let broadly = || {
            let below =
                |pattern: &String| pattern.strip_prefix('*').is_some_and(|tail| ends_with(host, tail));
            self.hosts.iter().any(below) || self.networks.iter().any(|network| network.contains(&address))
        };
        // A broad permission was hardly meant to give credentials away.
        if exactly || (rule != Rule::Metadata && broadly()) {
            return Ok(());
        }
        Err(Refusal { host: host.to_owned(), address: Some(address), rule })
    }

    fn allows_exactly(&self, host: &str) -> bool {
        self.hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host))
    }
}

fn ends_with(host: &str, tail: &str) -> bool {
    let cut = host.len().checked_sub(tail.len()).filter(|cut| *cut > 0);
    cut.and_then(|cut| host.get(cut..)).is_some_and(|end| end.eq_ignore_ascii_case(tail))
}

/// A host without the dot that ends a complete name.
fn plain(host: &str) -> &str {
    host.strip_suffix('.').unwrap_or(host)
}

/// What messages say of a URL: scheme, host and port. Path and query may hold secrets.
pub(super) fn place(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(networks: &[&str], hosts: &[&str]) -> Guard {
        let settings = config::Outbound {
            allow_networks: networks.iter().map(|text| text.parse().expect("a network")).collect(),
            allow_hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            ..config::Outbound::default()
        };
        Guard::new(&settings)
    }

    fn check(guard: &Guard, url: &str) -> Result<(), String> {
        let url = Url::parse(url).expect("a URL");
        guard.check(&url, false, false).map_err(|error| error.to_string())
    }

    #[test]
    fn however_an_address_is_written_it_is_known() {
        let guard = guard(&[], &[]);
        for host in [
            "127.0.0.1",
            "2130706433",
            "0x7f.1",
            "127.1",
            "017700000001",
            "127.0.0.1.",
            "%31%32%37.0.0.1",
            "127。0。0。1",
            "①②⑦.0.0.1",
            "0",
            "10.1.2.3",
            "169.254.169.254",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[fd00:ec2::254]",
            "metadata",
            "localhost",
            "LOCALHOST.",
            "a.localhost",
            "METADATA.google.internal",
            "metadata.google.internal.",
            "metadata%2egoogle.internal",
            "metadata。google。internal",
            "ｍetadata",
        ] {
            let error = check(&guard, &format!("https://{host}/")).expect_err(host);
            assert!(error.starts_with("calls to ") && error.contains(" are refused: "), "{host}: {error}");
        }
        for url in ["https://example.com/", "https://8.8.8.8/", "https://metadata.example/"] {
            assert_eq!(check(&guard, url), Ok(()), "{url}");
        }
    }

    #[test]
    fn the_message_names_the_rule_and_how_to_allow_it() {
        let guard = guard(&[], &[]);
        assert_eq!(
            check(&guard, "https://10.1.2.3/"),
            Err("calls to 10.1.2.3 are refused: 10.1.2.3 is a private address (RFC 1918); \
                 to allow it, set [outbound] allow_networks = [\"10.1.2.3/32\"]"
                .to_owned())
        );
        let metadata = check(&guard, "https://metadata/").expect_err("refused");
        assert!(metadata.ends_with("set [outbound] allow_hosts = [\"metadata\"]"), "{metadata}");
    }

    #[test]
    fn networks_and_hosts_are_allowed_but_metadata_only_by_its_exact_name() {
        let guard = guard(
            &["10.1.0.0/16", "169.254.0.0/16", "::/0"],
            &["crm.internal", "*.corp.example", "metadata.google.internal"],
        );
        let address = |text: &str| text.parse::<IpAddr>().expect(text);
        for (host, ip, allowed) in [
            ("a", "10.1.2.3", true),
            ("a", "10.2.0.1", false),
            ("crm.internal", "10.2.0.1", true),
            ("CRM.Internal.", "10.2.0.1", true),
            ("x.crm.internal", "10.2.0.1", false),
            ("x.corp.example", "10.2.0.1", true),
            ("corp.example", "10.2.0.1", false),
            ("evilcorp.example", "10.2.0.1", false),
            ("a", "169.254.1.1", true),
            ("a", "169.254.169.254", false),
            ("x.corp.example", "169.254.169.254", false),
            ("a", "::ffff:169.254.169.254", false),
            ("metadata.google.internal", "169.254.169.254", true),
        ] {
            assert_eq!(guard.check_address(host, address(ip)).is_ok(), allowed, "{host} {ip}");
        }
        assert_eq!(check(&guard, "https://metadata.google.internal/"), Ok(()));
        assert!(check(&guard, "https://metadata/").is_err());
    }

    #[test]
    fn schemes_and_users_are_refused_without_showing_them() {
        let guard = guard(&[], &[]);
        for url in ["http://example.com/?key=s3cret", "ftp://example.com", "https://u:s3cret@example.com/"] {
            let error = check(&guard, url).expect_err(url);
            assert!(!error.contains("s3cret"), "{error}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_url_makes_the_guard_panic(text in "\\PC*", host in "[0-9a-fx.:%\\[\\]。-]{0,30}") {
            let guard = guard(&["10.0.0.0/8"], &["*.a", "b"]);
            for text in [text.clone(), format!("https://{host}/"), format!("https://{text}/")] {
                if let Ok(url) = Url::parse(&text) {
                    let _ = guard.check(&url, false, false);
                    let _ = guard.check(&url, true, false);
                }
            }
            let _ = guard.check_address(&text, IpAddr::from([10, 0, 0, 1]));
        }

        #[test]
        fn every_address_has_a_decision(bits: u128) {
            let guard = guard(&[], &[]);
            let address = IpAddr::from(bits.to_be_bytes());
            assert_eq!(guard.check_address("a", address).is_ok(), address::rule(address).is_none());
        }
    }
}
