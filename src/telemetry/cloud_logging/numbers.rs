//! The numbers that every call's line has: written as digits, since `fmt` takes several times as long.

/// A whole number as text.
pub(super) fn quoted(line: &mut Vec<u8>, number: u64) {
    line.push(b'"');
    line.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
    line.push(b'"');
}

/// Milliseconds as a `Duration` of ProtoJSON, with six digits behind the point; null if they are none.
pub(super) fn seconds(line: &mut Vec<u8>, milliseconds: f64) {
    /// Thirty years, and far below where a double stops to hold whole microseconds.
    const MOST: f64 = 1e12;
    if !(0.0..=MOST).contains(&milliseconds) {
        line.extend_from_slice(b"null");
        return;
    }
    let whole = (milliseconds * 1000.0).round() as u64;
    line.push(b'"');
    line.extend_from_slice(itoa::Buffer::new().format(whole / 1_000_000).as_bytes());
    line.push(b'.');
    micros(line, (whole % 1_000_000) as u32);
    line.extend_from_slice(b"s\"");
}

/// Six digits, for what is below a million.
pub(super) fn micros(line: &mut Vec<u8>, mut number: u32) {
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit += (number % 10) as u8;
        number /= 10;
    }
    line.extend_from_slice(&digits);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut line = Vec::new();
        write(&mut line);
        String::from_utf8(line).expect("digits")
    }

    #[test]
    fn numbers_are_as_fmt_has_them() {
        for number in [0, 1, 7_300, 123_456, 999_999] {
            assert_eq!(written(|line| micros(line, number)), format!("{number:06}"));
        }
        for number in [0, 9, 10, u64::MAX] {
            assert_eq!(written(|line| quoted(line, number)), format!("\"{number}\""));
        }
        for ms in [0.0, 0.001, 0.123, 1.0, 4_499.999, 5_000.0, 86_400_000.5] {
            assert_eq!(written(|line| seconds(line, ms)), format!("\"{:.6}s\"", ms / 1000.0));
        }
    }

    #[test]
    fn what_is_no_time_is_null() {
        for ms in [f64::NAN, f64::INFINITY, -1.0, 1e300] {
            assert_eq!(written(|line| seconds(line, ms)), "null");
        }
    }
}
