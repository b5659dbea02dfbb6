//! `[outbound]`: whom we may call, and how patiently.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;

use super::reader::Reader;

/// `[outbound]`; each key's sentence stands in `config.default.toml`.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the default file documents every key")]
#[non_exhaustive]
pub struct Outbound {
    pub allow_networks: Vec<IpNet>,
    pub allow_hosts: Vec<String>,
    pub dangerous_allow_http: bool,
    pub connect_timeout: Duration,
    pub pool_idle: Duration,
    pub max_concurrent: usize,
    pub max_attempts: usize,
    pub breaker_failures: usize,
    pub breaker_open: Duration,
    pub service_directory: Vec<(String, Endpoint)>,
    pub oauth_client_authentication: ClientAuthentication,
    pub service_agent_auth_default: AgentAuthDefault,
    pub iam_endpoint: String,
}

/// Where a client's id and secret stand in the request for a token (RFC 6749, 2.3.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// In its form.
    #[default]
    Form,
    /// In its `Authorization` header.
    Basic,
}

/// What a webhook presents that does not say `serviceAgentAuth`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AgentAuthDefault {
    /// Nothing.
    #[default]
    None,
    /// An ID token.
    IdToken,
}

impl Default for Outbound {
    fn default() -> Self {
        Self {
            allow_networks: Vec::new(),
            allow_hosts: Vec::new(),
            dangerous_allow_http: false,
            connect_timeout: Duration::from_secs(2),
            pool_idle: Duration::from_secs(60),
            max_concurrent: 64,
            max_attempts: 2,
            breaker_failures: 5,
            breaker_open: Duration::from_secs(10),
            service_directory: Vec::new(),
            oauth_client_authentication: ClientAuthentication::Form,
            service_agent_auth_default: AgentAuthDefault::None,
            iam_endpoint: "https://iamcredentials.googleapis.com".to_owned(),
        }
    }
}

/// Where the operator says that a Service Directory service is: a name or address, perhaps a port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// A name or an IP address, without brackets.
    pub host: String,
    /// The port; `None` is that of the webhook's URI.
    pub port: Option<u16>,
}

impl FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || {
            format!("expected HOST:PORT or HOST, such as \"10.0.0.5:8443\" or \"[fd00::5]\", found {text:?}")
        };
        // A bare IPv6 address has colons, but no port.
        if let Ok(address) = text.trim_matches(['[', ']']).parse::<std::net::IpAddr>() {
            return Ok(Self { host: address.to_string(), port: None });
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().map_err(|_| expected())?)),
            None => (text, None),
        };
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let is_ipv6 = bare.parse::<std::net::Ipv6Addr>().is_ok();
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if bare.is_empty() || port == Some(0) || !(is_ipv6 || bare.chars().all(is_name)) {
            return Err(expected());
        }
        Ok(Self { host: bare.to_owned(), port })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') {
            write!(f, "[{host}]")?
        } else {
            f.write_str(host)?
        }
        port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl Outbound {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        const SECOND: Duration = Duration::from_secs(1);
        Self {
            allow_networks: networks(reader),
            allow_hosts: hosts(reader),
            dangerous_allow_http: reader.flag("dangerous_allow_http"),
            connect_timeout: reader.duration("connect_timeout", SECOND / 1000..=30 * SECOND),
            pool_idle: reader.duration("pool_idle", SECOND / 10..=3600 * SECOND),
            max_concurrent: reader.integer("max_concurrent", 1..=65_536),
            max_attempts: reader.integer("max_attempts", 1..=10),
            breaker_failures: reader.integer("breaker_failures", 0..=1000),
            breaker_open: reader.duration("breaker_open", SECOND / 1000..=3600 * SECOND),
            service_directory: services(reader),
            oauth_client_authentication: reader.choice(
                "oauth_client_authentication",
                &["form", "basic"],
                &[ClientAuthentication::Form, ClientAuthentication::Basic],
            ),
            service_agent_auth_default: reader.choice(
                "service_agent_auth_default",
                &["none", "id_token"],
                &[AgentAuthDefault::None, AgentAuthDefault::IdToken],
            ),
            iam_endpoint: super::secrets::endpoint(reader, "iam_endpoint"),
        }
    }
}

fn networks(reader: &Reader<'_, '_>) -> Vec<IpNet> {
    let parse = |text: String| {
        let network = text.parse::<IpNet>().or_else(|_| text.parse().map(|ip: std::net::IpAddr| ip.into()));
        let expected =
            format!("expected a network such as \"10.1.0.0/16\" or \"fd00:1::/32\", found {text:?}");
        network.map_err(|_| reader.refuse("allow_networks", expected)).ok()
    };
    reader.texts("allow_networks").into_iter().filter_map(parse).collect()
}

fn hosts(reader: &Reader<'_, '_>) -> Vec<String> {
    let parse = |text: String| {
        let name = text.trim_end_matches('.').to_ascii_lowercase();
        let bare = name.strip_prefix("*.").unwrap_or(&name);
        if bare.is_empty() || bare.contains(['*', '/', '[', ']', '@', ' ']) || has_port(bare) {
            let expected = "expected a host's name such as \"crm.internal\" or \"*.corp.example\", without scheme and port";
            reader.refuse("allow_hosts", format!("{expected}, found {text:?}"));
            return None;
        }
        Some(name)
    };
    reader.texts("allow_hosts").into_iter().filter_map(parse).collect()
}

fn has_port(host: &str) -> bool {
    host.contains(':') && host.parse::<std::net::Ipv6Addr>().is_err()
}

fn services(reader: &Reader<'_, '_>) -> Vec<(String, Endpoint)> {
    const KEY: &str = "service_directory";
    let mut services = Vec::new();
    for (service, address) in reader.text_entries(KEY) {
        let parts: Vec<&str> = service.split('/').collect();
        let named = ["projects", "locations", "namespaces", "services"];
        let is_service = parts.len() == 8
            && parts.iter().step_by(2).eq(&named)
            && parts.iter().all(|part| !part.is_empty());
        if !is_service {
            let expected = "expected the name of a service, projects/P/locations/L/namespaces/N/services/S";
            reader.refuse_entry(KEY, &service, expected);
        }
        match address.parse() {
            Ok(endpoint) => services.push((service, endpoint)),
            Err(message) => reader.refuse_entry(KEY, &service, message),
        }
    }
    services
}

#[cfg(test)]
mod tests {
    use super::super::tests::faults;
    use super::super::{Config, Sources};
    use super::*;

    #[test]
    fn the_defaults_of_the_code_are_those_of_the_file() {
        let read = Config::load(&Sources::default()).expect("the defaults are valid").outbound;
        assert_eq!(format!("{read:?}"), format!("{:?}", Outbound::default()));
    }

    #[test]
    fn addresses_of_services_may_leave_out_the_port() {
        for (text, host, port) in [
            ("10.0.0.5:8443", "10.0.0.5", Some(8443)),
            ("10.0.0.5", "10.0.0.5", None),
            ("crm.internal:443", "crm.internal", Some(443)),
            ("crm.internal", "crm.internal", None),
            ("[fd00::5]:443", "fd00::5", Some(443)),
            ("fd00::5", "fd00::5", None),
            ("[fd00::5]", "fd00::5", None),
        ] {
            let expected = Endpoint { host: host.to_owned(), port };
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        for text in ["", ":443", "a:99999", "a:0", "https://a", "a b", "a/b", "[fd00::5]x"] {
            assert!(text.parse::<Endpoint>().is_err(), "{text}");
        }
    }

    #[test]
    fn faulty_permissions_and_services_are_told() {
        let file = "[outbound]\nallow_networks = [\"10.1.0.0/33\", \"10.2.0.1\"]\nallow_hosts = [\"https://a\", \"a:80\"]\n\
                    [outbound.service_directory]\n\"services/a\" = \"h\"\n\
                    \"projects/p/locations/l/namespaces/n/services/s\" = \"h:x\"\n";
        let expected = [
            "rejoinder.toml:2: outbound.allow_networks: expected a network such as \"10.1.0.0/16\" or \"fd00:1::/32\", found \"10.1.0.0/33\"",
            "rejoinder.toml:3: outbound.allow_hosts: expected a host's name such as \"crm.internal\" or \"*.corp.example\", without scheme and port, found \"https://a\"",
            "rejoinder.toml:3: outbound.allow_hosts: expected a host's name such as \"crm.internal\" or \"*.corp.example\", without scheme and port, found \"a:80\"",
            "rejoinder.toml:5: outbound.service_directory.\"services/a\": expected the name of a service, projects/P/locations/L/namespaces/N/services/S",
            "rejoinder.toml:6: outbound.service_directory.\"projects/p/locations/l/namespaces/n/services/s\": expected HOST:PORT or HOST, such as \"10.0.0.5:8443\" or \"[fd00::5]\", found \"h:x\"",
        ];
        assert_eq!(faults(file, &[]), expected);
    }

    #[test]
    fn the_environment_lays_services_over_those_of_the_file() {
        let service = |name: &str| format!("projects/p/locations/l/namespaces/n/services/{name}");
        let given = format!("{{ \"{}\" = \"10.0.0.1\" }}", service("a"));
        let sources = Sources {
            environment: vec![("REJOINDER_OUTBOUND__SERVICE_DIRECTORY".to_owned(), given)],
            ..Sources::default()
        };
        let config = Config::load(&sources).expect("valid");
        let expected = Endpoint { host: "10.0.0.1".to_owned(), port: None };
        assert_eq!(config.outbound.service_directory, [(service("a"), expected)]);
    }
}
