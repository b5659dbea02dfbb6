//! The ids of resources: UUIDs, as the platform's.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// A random one (version 4). `None` if the system gives no chance.
pub(crate) fn random() -> Option<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).ok()?;
    Some(uuid(bytes, 4))
}

/// That of a file which says none: the same as long as its display name is (version 8).
pub(crate) fn of_file(collection: &str, display_name: &str) -> String {
    let digest = Sha256::digest(format!("rejoinder\0{collection}\0{display_name}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid(bytes, 8)
}

fn uuid(mut bytes: [u8; 16], version: u8) -> String {
    bytes[6] = bytes[6] & 0x0f | version << 4;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if [4, 6, 8, 10].contains(&index) {
            text.push('-');
        }
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_uuids() {
        assert_eq!(uuid([0xff; 16], 4), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        let (one, other) = (random().expect("chance"), random().expect("chance"));
        assert!(one != other && one.len() == 36 && &one[14..15] == "4", "{one}");
        assert_eq!(of_file("webhooks", "Weather"), of_file("webhooks", "Weather"));
        assert_ne!(of_file("webhooks", "Weather"), of_file("environments", "Weather"));
    }
}
