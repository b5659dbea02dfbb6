//! White space and strings, many bytes at a time.
//!
//! Nearly all of a request is names, strings and the blanks between them, so what happens here
//! decides how fast a request is checked. Everything small is inlined into the scanner.

use super::{Span, Text};

/// The first byte at or after `pos` that is no white space.
#[inline(always)]
pub(super) fn after_blanks(bytes: &[u8], pos: usize) -> usize {
    match bytes.get(pos) {
        Some(b'!'..) | None => pos,
        Some(_) => match bytes.get(pos + 1) {
            // The one blank behind a colon or comma.
            Some(b'!'..) if bytes[pos] == b' ' => pos + 1,
            _ => after_many_blanks(bytes, pos),
        },
    }
}

fn after_many_blanks(bytes: &[u8], mut pos: usize) -> usize {
    const SPACES: u64 = 0x2020_2020_2020_2020;
    while let Some(rest) = bytes.get(pos..) {
        match rest.first() {
            Some(b'\n' | b'\r' | b'\t') => pos += 1,
            Some(b' ') => {
                pos += match rest.first_chunk::<8>() {
                    Some(chunk) => (u64::from_le_bytes(*chunk) ^ SPACES).trailing_zeros() as usize / 8,
                    None => 1,
                }
            }
            _ => break,
        }
    }
    pos
}

/// The string at `pos`, if one is there and has no escapes, and the byte behind it.
#[inline(always)]
pub(super) fn plain_string(bytes: &[u8], pos: usize) -> Option<(Text, usize)> {
    if bytes.get(pos) != Some(&b'"') {
        return None;
    }
    let end = plain_until(bytes, pos + 1);
    let span = Span { start: pos as u32 + 1, end: end as u32 };
    (bytes.get(end) == Some(&b'"')).then_some((Text { span, escaped: false }, end + 1))
}

/// The first byte at or after `pos` that does not stand for itself in a JSON string.
#[inline(always)]
pub(super) fn plain_until(bytes: &[u8], mut pos: usize) -> usize {
    // Words end within these; resource names and sentences go on.
    for _ in 0..2 {
        match special_of_eight(bytes, pos) {
            Some(8) => pos += 8,
            Some(special) => return pos + special,
            None => return special_of_few(bytes, pos),
        }
    }
    long_plain_until(bytes, pos)
}

fn long_plain_until(bytes: &[u8], mut pos: usize) -> usize {
    // The compiler makes vectors of this.
    while let Some(chunk) = bytes.get(pos..).and_then(<[u8]>::first_chunk::<32>)
        && !chunk.iter().fold(false, |any, &byte| any | is_special(byte))
    {
        pos += 32;
    }
    while let Some(special) = special_of_eight(bytes, pos) {
        if special < 8 {
            return pos + special;
        }
        pos += 8;
    }
    special_of_few(bytes, pos)
}

#[inline]
fn is_special(byte: u8) -> bool {
    (byte == b'"') | (byte == b'\\') | (byte < 0x20)
}

/// Which of the eight bytes from `pos` on is the first special one, 8 for none; `None` if there are
/// fewer left.
#[inline(always)]
fn special_of_eight(bytes: &[u8], pos: usize) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let has_zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let word = u64::from_le_bytes(*bytes.get(pos..)?.first_chunk::<8>()?);
    let quote = has_zero(word ^ (ONES * u64::from(b'"')));
    let backslash = has_zero(word ^ (ONES * u64::from(b'\\')));
    let control = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
    Some((quote | backslash | control).trailing_zeros() as usize / 8)
}

fn special_of_few(bytes: &[u8], pos: usize) -> usize {
    let few = bytes.get(pos..).unwrap_or_default();
    pos + few.iter().position(|&byte| is_special(byte)).unwrap_or(few.len())
}

#[cfg(test)]
mod tests {
    use super::plain_until;

    #[test]
    fn a_special_byte_is_found_at_every_position() {
        for length in 0..40 {
            for special in [b'"', b'\\', 0x1f, 0] {
                for fill in ["x", "é", "\u{7f}"] {
                    let mut bytes = fill.repeat(length).into_bytes();
                    let at = bytes.len();
                    bytes.push(special);
                    bytes.extend_from_slice(b"yyyyyyyyyy");
                    assert_eq!(plain_until(&bytes, 0), at);
                }
            }
        }
    }

    #[test]
    fn blanks_end_at_the_first_other_byte() {
        for blanks in ["", " ", "\n", "  \r\n\t ", &" ".repeat(30), &"\n    ".repeat(9)] {
            for rest in ["", "x", "\"", "\u{b}"] {
                let text = format!("{blanks}{rest}");
                assert_eq!(super::after_blanks(text.as_bytes(), 0), blanks.len(), "{text:?}");
            }
        }
    }
}
