//! What a file is that is no ZIP file.

use super::PackageFault;

/// Why `bytes` are no package, by what they are: the name of a file proves nothing.
pub(super) fn refusal(bytes: &[u8]) -> PackageFault {
    let found = match bytes {
        [] => "an empty file",
        [0x1f, 0x8b, ..] => "a gzip file",
        _ if is_blob(bytes) => return PackageFault::Blob,
        _ => match std::str::from_utf8(bytes) {
            Ok(text) if text.contains("\"agentContent\"") => {
                "an answer of the API; its `agentContent` is the package in base64"
            }
            Ok(text) if text.trim_start().starts_with('{') => "a JSON text",
            Ok(_) => "a text",
            Err(_) => "something else",
        },
    };
    PackageFault::NotAPackage { found: found.to_owned() }
}

/// Whether this is what the platform calls a blob: a protobuf message whose first field is the agent.
///
/// The message is not published; its frame is that of every protobuf message.
fn is_blob(bytes: &[u8]) -> bool {
    // Field 1, length-delimited; all of what follows must be fields, too.
    if bytes.first() != Some(&0x0a) {
        return false;
    }
    let mut rest = bytes;
    while !rest.is_empty() {
        let Some(next) = field(rest) else { return false };
        rest = next;
    }
    true
}

/// What is behind the first field; `None` if none is there.
fn field(bytes: &[u8]) -> Option<&[u8]> {
    let (tag, rest) = varint(bytes)?;
    if tag >> 3 == 0 {
        return None;
    }
    match tag & 7 {
        0 => varint(rest).map(|(_, rest)| rest),
        1 => rest.get(8..),
        2 => {
            let (length, rest) = varint(rest)?;
            rest.get(usize::try_from(length).ok()?..)
        }
        5 => rest.get(4..),
        _ => None,
    }
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (at, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_is_known_by_its_content() {
        // Field 1: 3 bytes; field 2: 1 byte; field 3: a number.
        let blob = [0x0a, 3, 0x12, 1, b'A', 0x12, 1, b'x', 0x18, 0x96, 0x01];
        assert!(matches!(refusal(&blob), PackageFault::Blob));
        for (bytes, expected) in [
            (&b""[..], "an empty file"),
            (b"\x1f\x8b\x08", "a gzip file"),
            (b"{\"displayName\": \"a\"}", "a JSON text"),
            (b"\n{}", "a JSON text"),
            (b"{\"response\": {\"agentContent\": \"UEsD\"}}", "in base64"),
            (b"hello", "a text"),
            (&blob[..4], "something else"),
            (b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "something else"),
        ] {
            let told = refusal(bytes).to_string();
            assert!(
                told.contains(expected) || (expected == "something else" && told.contains("a text")),
                "{told}"
            );
        }
    }
}
