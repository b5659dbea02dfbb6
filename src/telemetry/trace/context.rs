//! The names of a trace and of a place in it, as headers carry them.

use std::fmt;

/// A trace, and the span that is the parent of whatever comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TraceContext {
    /// Never 0.
    pub(super) trace_id: u128,
    /// 0 where the caller did not say.
    pub(super) span_id: u64,
    /// Whether its spans are recorded.
    pub(super) sampled: bool,
}

impl TraceContext {
    /// Reads W3C's `traceparent`, `00-<32 hex digits>-<16 hex digits>-<2 hex digits>`; later versions may have more.
    pub(super) fn of_traceparent(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let hex = |text: &str, length: usize| {
            text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        let written = hex(version, 2)
            && version != "ff"
            && hex(trace, 32)
            && hex(parent, 16)
            && hex(flags, 2)
            && (version != "00" || parts.next().is_none());
        let context = Self {
            trace_id: u128::from_str_radix(trace, 16).ok()?,
            span_id: u64::from_str_radix(parent, 16).ok()?,
            sampled: u8::from_str_radix(flags, 16).ok()? & 1 == 1,
        };
        (written && context.trace_id != 0 && context.span_id != 0).then_some(context)
    }

    /// Reads Google's `X-Cloud-Trace-Context`, `<32 hex digits>/<span, decimal>;o=<0 or 1>`; the trace alone will do.
    pub(super) fn of_cloud(text: &str) -> Option<Self> {
        let (rest, options) = text.split_once(';').unwrap_or((text, ""));
        let (trace, span) = rest.split_once('/').unwrap_or((rest, "0"));
        let written = trace.len() == 32 && trace.bytes().all(|byte| byte.is_ascii_hexdigit());
        let trace_id = u128::from_str_radix(trace, 16).ok().filter(|id| written && *id != 0)?;
        Some(Self { trace_id, span_id: span.parse().ok()?, sampled: options == "o=1" })
    }

    /// Writes `traceparent`; impossible where the span is not known.
    pub(super) fn traceparent(self) -> Option<String> {
        let Self { span_id, sampled, .. } = self;
        (span_id != 0).then(|| format!("00-{}-{span_id:016x}-{:02x}", self.trace_id(), u8::from(sampled)))
    }

    /// The trace as a number.
    pub(crate) fn number(self) -> u128 {
        self.trace_id
    }

    /// The trace as 32 hex digits.
    pub(crate) fn trace_id(self) -> impl fmt::Display {
        fmt::from_fn(move |f| write!(f, "{:032x}", self.trace_id))
    }

    /// The span as 16 hex digits, if it is known.
    pub(crate) fn span_id(self) -> Option<impl fmt::Display> {
        (self.span_id != 0).then(|| fmt::from_fn(move |f| write!(f, "{:016x}", self.span_id)))
    }

    /// Whether its spans are recorded.
    pub(crate) fn is_sampled(self) -> bool {
        self.sampled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: u128 = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736;

    #[test]
    fn traceparent_is_read_and_written() {
        let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let context = TraceContext::of_traceparent(text).expect("a context");
        assert_eq!(context, TraceContext { trace_id: TRACE, span_id: 0x00f0_67aa_0ba9_02b7, sampled: true });
        assert_eq!(context.traceparent().as_deref(), Some(text));
        let later = "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02-more";
        assert!(!TraceContext::of_traceparent(later).expect("a context").is_sampled());
        for wrong in [
            "",
            "x",
            "00-0-0-0",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(TraceContext::of_traceparent(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn googles_header_is_read() {
        fn read(text: &str) -> Option<(u64, bool)> {
            TraceContext::of_cloud(text).map(|context| (context.span_id, context.sampled))
        }
        let trace = format!("{TRACE:X}");
        assert_eq!(read(&format!("{trace}/123;o=1")), Some((123, true)));
        assert_eq!(read(&format!("{trace}/123;o=0")), Some((123, false)));
        assert_eq!(read(&format!("{trace}/123")), Some((123, false)));
        assert_eq!(read(&trace), Some((0, false)));
        assert_eq!(TraceContext::of_cloud(&trace).expect("a context").traceparent(), None);
        for wrong in ["", "x/1;o=1", &format!("{trace}/x"), &trace[1..], &"0".repeat(32)] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
