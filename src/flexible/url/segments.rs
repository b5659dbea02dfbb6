//! The segments of a path, as any server may read them.

use percent_encoding::percent_decode_str;

/// How many segments are empty.
pub(super) fn empty_segments(path: &str) -> usize {
    path.split('/').skip(1).filter(|segment| segment.is_empty()).count()
}

/// Whether a segment of the path is `.` or `..` to any server, however often it decodes.
pub(super) fn has_dot_segment(path: &str) -> bool {
    path.split('/').any(|segment| {
        if !segment.contains(['.', '%']) {
            return false;
        }
        let mut decoded = segment.to_owned();
        for _ in 0..4 {
            let dots = |part: &str| matches!(part.split(';').next(), Some("." | ".."));
            if decoded.split(['/', '\\']).any(dots) {
                return true;
            }
            let next = percent_decode_str(&decoded).decode_utf8_lossy().into_owned();
            if next == decoded {
                return false;
            }
            decoded = next;
        }
        // Whoever encodes this often is up to something.
        true
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_found_in_any_encoding() {
        for path in [
            "/..",
            "/a/./b",
            "/%2e",
            "/%2E%2e/x",
            "/%252e",
            "/a%2f..%2fb",
            "/x%5c..",
            "/..;a=b",
            "/%25252525252e",
        ] {
            assert!(has_dot_segment(path), "{path}");
        }
        for path in ["", "/", "/...", "/a..b", "/.well-known/x", "/1.5", "/%2ehidden", "/100%"] {
            assert!(!has_dot_segment(path), "{path}");
        }
        assert_eq!((empty_segments("/a/b"), empty_segments("/a//b/")), (0, 2));
    }
}
