//! Values with units, and addresses.

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use url::{Host, Url};

/// An address to listen on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bind {
    /// A name or an IP address.
    pub host: String,
    /// A port; 0 lets the system choose.
    pub port: u16,
}

impl Default for Bind {
    fn default() -> Self {
        Self { host: "127.0.0.1".to_owned(), port: 8080 }
    }
}

impl FromStr for Bind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected =
            || format!("expected HOST:PORT such as \"127.0.0.1:8080\" or \"[::1]:8080\", found {text:?}");
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(Self { host: address.ip().to_string(), port: address.port() });
        }
        let (host, port) = text.rsplit_once(':').ok_or_else(expected)?;
        let port = port.parse().map_err(|_| expected())?;
        if host.is_empty() || host.contains([':', '/', ' ']) {
            return Err(expected());
        }
        Ok(Self { host: host.to_owned(), port })
    }
}

impl fmt::Display for Bind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

impl Bind {
    /// Whether nobody but this machine can reach it.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.addresses().is_ok_and(|addresses| addresses.iter().all(|address| address.ip().is_loopback()))
    }

    /// The addresses that the host stands for.
    ///
    /// # Errors
    ///
    /// If the host's name cannot be resolved.
    pub fn addresses(&self) -> std::io::Result<Vec<SocketAddr>> {
        Ok((self.host.as_str(), self.port).to_socket_addrs()?.collect())
    }
}

/// `"4.5s"`, `"500ms"`, `"2m"`, `"7d"`.
pub(super) fn duration(text: &str, range: &RangeInclusive<Duration>) -> Result<Duration, String> {
    let expected = || {
        format!(
            "expected a time with its unit from {} to {}, such as \"4.5s\" or \"500ms\", found {text:?}",
            humantime::format_duration(*range.start()),
            humantime::format_duration(*range.end()),
        )
    };
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(expected)?;
    let number: f64 = text[..digits].parse().map_err(|_| expected())?;
    let unit = match text[digits..].trim() {
        "ms" => 0.001,
        "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return Err(expected()),
    };
    Duration::try_from_secs_f64(number * unit).ok().filter(|time| range.contains(time)).ok_or_else(expected)
}

/// `"64KiB"`, `"1MiB"`, `"1048576"` (bytes).
pub(super) fn size(text: &str, range: &RangeInclusive<usize>) -> Result<usize, String> {
    let expected = || {
        let (least, most) = (range.start(), range.end());
        format!("expected a size from {least} to {most} bytes, such as \"64KiB\" or \"1MiB\", found {text:?}")
    };
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: usize = text[..digits].parse().map_err(|_| expected())?;
    let unit = match text[digits..].trim() {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err(expected()),
    };
    number.checked_mul(unit).filter(|size| range.contains(size)).ok_or_else(expected)
}

/// Whether the host is an address of this machine; a name may lead anywhere.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        _ => false,
    }
}

pub(super) fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_need_units_and_bounds() {
        let range = Duration::from_millis(1)..=Duration::from_secs(60);
        assert_eq!(duration("4.5s", &range), Ok(Duration::from_millis(4500)));
        assert_eq!(duration("1m", &range), Ok(Duration::from_secs(60)));
        for text in ["5", "2m", "0s", "-1s", "s", "5 parsecs", "1e3s", ""] {
            assert!(duration(text, &range).is_err(), "{text}");
        }
        assert_eq!(size("64KiB", &(1..=1 << 20)), Ok(65_536));
        assert_eq!(size("17", &(1..=1 << 20)), Ok(17));
        for text in ["2MiB", "0", "KiB", "1kb", "99999999999999999999GiB"] {
            assert!(size(text, &(1..=1 << 20)).is_err(), "{text}");
        }
    }

    #[test]
    fn addresses_are_host_and_port() {
        for text in ["127.0.0.1:8080", "[::1]:0", "localhost:80"] {
            assert_eq!(text.parse::<Bind>().expect(text).to_string(), text);
        }
        for text in ["", "8080", ":8080", "localhost", "::1:80", "http://a:80", "a:99999"] {
            assert!(text.parse::<Bind>().is_err(), "{text}");
        }
    }
}
