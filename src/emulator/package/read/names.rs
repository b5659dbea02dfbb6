//! Names of files in a package: which are safe, and what they stand for.

use percent_encoding::percent_decode_str;

use super::PackageFault;

/// The longest name with its folders, in bytes. The platform's display names are shorter than 300.
const LONGEST: usize = 2_000;

/// Whether a name stays inside the package on every system.
pub(super) fn check(name: &str) -> Result<(), PackageFault> {
    let refuse = |reason| Err(PackageFault::UnsafeName { reason });
    if name.len() > LONGEST {
        return refuse("be longer than 2000 bytes");
    }
    if name.starts_with('/') {
        return refuse("begin with a slash");
    }
    if name.contains('\\') {
        return refuse("contain a backslash");
    }
    if name.chars().any(char::is_control) {
        return refuse("contain control characters");
    }
    let mut parts = name.split('/');
    if parts.clone().next().is_some_and(|first| first.len() == 2 && first.ends_with(':')) {
        return refuse("begin with a drive");
    }
    if parts.any(|part| part == ".." || part == ".") {
        return refuse("lead to another folder by `.` or `..`");
    }
    Ok(())
}

/// Whether a file belongs to the system that packed it, not to the agent.
pub(super) fn is_ignored(name: &str) -> bool {
    name.split('/')
        .any(|part| part.starts_with('.') || part == "__MACOSX" || part.eq_ignore_ascii_case("thumbs.db"))
}

/// The display name that a file's or folder's name stands for; only for files that do not say it inside.
pub(super) fn display_name(part: &str) -> String {
    let stem = part.strip_suffix(".json").unwrap_or(part);
    percent_decode_str(stem).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in [
            "../agent.json",
            "flows/../../agent.json",
            "/etc/passwd",
            "C:/agent.json",
            "flows\\F\\F.json",
            "..\\agent.json",
            "flows/./F.json",
            "flows/F\0.json",
            "flows/..",
        ] {
            assert!(check(name).is_err(), "{name}");
        }
        assert!(check(&"a".repeat(3_000)).is_err());
        for name in ["agent.json", "flows/F..G/F..G.json", "flows/a%2fb/", "webhooks/a: b.json", "주문.json"]
        {
            assert!(check(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn names_stand_for_display_names() {
        for (part, expected) in [
            ("Bills %2f payments.json", "Bills / payments"),
            ("%ec%a3%bc%eb%ac%b8", "주문"),
            ("100%.json", "100%"),
            ("%ff", "\u{fffd}"),
        ] {
            assert_eq!(display_name(part), expected);
        }
        for (name, ignored) in [
            ("__MACOSX/agent/._agent.json", true),
            (".git/config", true),
            ("flows/F/.DS_Store", true),
            ("flows/F/F.json", false),
        ] {
            assert_eq!(is_ignored(name), ignored, "{name}");
        }
    }
}
