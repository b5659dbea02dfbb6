//! Which addresses are nobody's business to call on a webhook's behalf, and the rule for each.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// The metadata server of a cloud, which gives credentials away.
    Metadata,
    /// This machine.
    Loopback,
    /// RFC 1918.
    Private,
    /// `169.254.0.0/16` and `fe80::/10`.
    LinkLocal,
    /// `fc00::/7`.
    UniqueLocal,
    /// `100.64.0.0/10`, behind the NAT of a carrier or a cloud.
    SharedNat,
    /// `0.0.0.0/8` and `::`.
    Unspecified,
    /// Multicast and broadcast.
    Multicast,
    /// Documentation, benchmarks and what is reserved.
    Reserved,
    /// An IPv6 address with an IPv4 address inside, which may be any of the others.
    EmbedsIpv4(Ipv4Addr),
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Metadata => "the address of a cloud's metadata server",
            Self::Loopback => "a loopback address",
            Self::Private => "a private address (RFC 1918)",
            Self::LinkLocal => "a link-local address",
            Self::UniqueLocal => "a unique local address (fc00::/7)",
            Self::SharedNat => "a shared address (100.64.0.0/10)",
            Self::Unspecified => "an unspecified address",
            Self::Multicast => "a multicast or broadcast address",
            Self::Reserved => "a reserved address",
            Self::EmbedsIpv4(inner) => return write!(f, "an IPv6 address with {inner} inside"),
        })
    }
}

/// The rule that refuses an address; `None` for a public one.
pub(crate) fn rule(address: IpAddr) -> Option<Rule> {
    match address {
        IpAddr::V4(address) => rule_v4(address),
        IpAddr::V6(address) => rule_v6(address),
    }
}

fn rule_v4(address: Ipv4Addr) -> Option<Rule> {
    // Google, AWS, Azure and others; AWS for containers; Azure's host; Alibaba.
    const METADATA: [[u8; 4]; 4] =
        [[169, 254, 169, 254], [169, 254, 170, 2], [168, 63, 129, 16], [100, 100, 100, 200]];
    let octets = address.octets();
    if METADATA.contains(&octets) {
        return Some(Rule::Metadata);
    }
    Some(match octets {
        [0, ..] => Rule::Unspecified,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Rule::Private,
        [100, 64..=127, ..] => Rule::SharedNat,
        [127, ..] => Rule::Loopback,
        [169, 254, ..] => Rule::LinkLocal,
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 18..=19, ..] => Rule::Reserved,
        [198, 51, 100, _] | [203, 0, 113, _] => Rule::Reserved,
        [224..=239, ..] | [255, 255, 255, 255] => Rule::Multicast,
        [240..=255, ..] => Rule::Reserved,
        _ => return None,
    })
}

fn rule_v6(address: Ipv6Addr) -> Option<Rule> {
    // AWS, Google.
    const METADATA: [Ipv6Addr; 2] = [
        Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
        Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
    ];
    if METADATA.contains(&address) {
        return Some(Rule::Metadata);
    }
    if address.is_unspecified() {
        return Some(Rule::Unspecified);
    }
    if address.is_loopback() {
        return Some(Rule::Loopback);
    }
    if let Some(inner) = embedded(address) {
        return Some(if rule_v4(inner) == Some(Rule::Metadata) {
            Rule::Metadata
        } else {
            Rule::EmbedsIpv4(inner)
        });
    }
    Some(match address.segments() {
        [0xfc00..=0xfdff, ..] => Rule::UniqueLocal,
        [0xfe80..=0xfebf, ..] => Rule::LinkLocal,
        [0xff00..=0xffff, ..] => Rule::Multicast,
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Rule::Reserved,
        // Everything that is routed on the internet is in 2000::/3, less the protocols of 2001::/23.
        [0x2001, 0..=0x1ff, ..] => Rule::Reserved,
        [0x2000..=0x3fff, ..] => return None,
        _ => Rule::Reserved,
    })
}

/// The IPv4 address that mapped, compatible, NAT64, 6to4 and Teredo addresses lead to.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let v4 = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        // Mapped, its translated form, and the deprecated compatible form.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] => Some(v4(high, low)),
        [0, 0, 0, 0, 0, 0, high, low] => Some(v4(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x64, 0xff9b, 1, _, _, _, high, low] => Some(v4(high, low)),
        [0x2002, high, low, ..] => Some(v4(high, low)),
        [0x2001, 0, .., high, low] => Some(v4(!high, !low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses_pass_and_all_others_name_their_rule() {
        let inner = |text: &str| Rule::EmbedsIpv4(text.parse().expect(text));
        for (text, expected) in [
            ("8.8.8.8", None),
            ("172.32.0.1", None),
            ("100.128.0.1", None),
            ("2606:4700::1111", None),
            ("0.0.0.0", Some(Rule::Unspecified)),
            ("0.1.2.3", Some(Rule::Unspecified)),
            ("10.1.2.3", Some(Rule::Private)),
            ("172.16.0.1", Some(Rule::Private)),
            ("172.31.255.255", Some(Rule::Private)),
            ("192.168.1.1", Some(Rule::Private)),
            ("100.64.0.1", Some(Rule::SharedNat)),
            ("127.0.0.1", Some(Rule::Loopback)),
            ("127.255.255.254", Some(Rule::Loopback)),
            ("169.254.1.1", Some(Rule::LinkLocal)),
            ("169.254.169.254", Some(Rule::Metadata)),
            ("100.100.100.200", Some(Rule::Metadata)),
            ("192.0.0.1", Some(Rule::Reserved)),
            ("192.0.2.1", Some(Rule::Reserved)),
            ("192.88.99.1", Some(Rule::Reserved)),
            ("198.18.0.1", Some(Rule::Reserved)),
            ("198.19.255.255", Some(Rule::Reserved)),
            ("198.51.100.1", Some(Rule::Reserved)),
            ("203.0.113.1", Some(Rule::Reserved)),
            ("224.0.0.1", Some(Rule::Multicast)),
            ("240.0.0.1", Some(Rule::Reserved)),
            ("255.255.255.255", Some(Rule::Multicast)),
            ("::", Some(Rule::Unspecified)),
            ("::1", Some(Rule::Loopback)),
            ("fc00::1", Some(Rule::UniqueLocal)),
            ("fdff::1", Some(Rule::UniqueLocal)),
            ("fd00:ec2::254", Some(Rule::Metadata)),
            ("fe80::1", Some(Rule::LinkLocal)),
            ("febf::1", Some(Rule::LinkLocal)),
            ("fec0::1", Some(Rule::Reserved)),
            ("ff02::1", Some(Rule::Multicast)),
            ("2001:db8::1", Some(Rule::Reserved)),
            ("2001:2::1", Some(Rule::Reserved)),
            ("4000::1", Some(Rule::Reserved)),
            ("::ffff:127.0.0.1", Some(inner("127.0.0.1"))),
            ("::ffff:8.8.8.8", Some(inner("8.8.8.8"))),
            ("::ffff:169.254.169.254", Some(Rule::Metadata)),
            ("::ffff:0:10.0.0.1", Some(inner("10.0.0.1"))),
            ("::10.0.0.1", Some(inner("10.0.0.1"))),
            ("64:ff9b::7f00:1", Some(inner("127.0.0.1"))),
            ("64:ff9b:1::a9fe:a9fe", Some(Rule::Metadata)),
            ("2002:7f00:1::", Some(inner("127.0.0.1"))),
            ("2001:0:4136:e378:8000:63bf:80ff:fffe", Some(inner("127.0.0.1"))),
        ] {
            assert_eq!(rule(text.parse().expect(text)), expected, "{text}");
        }
    }
}
