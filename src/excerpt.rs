//! Texts that others wrote, cut and masked for logs and messages.

use std::borrow::Cow;

/// `text`, or its beginning and its size if it is over `most` bytes long.
pub(crate) fn excerpt(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let cut = (0..=most).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    Cow::Owned(format!("{}… ({} bytes)", &text[..cut], text.len()))
}

/// A URI or a template of one, without what stands before the @, which may be a password.
pub(crate) fn without_userinfo(uri: &str) -> String {
    let start = uri.find("://").map_or(0, |at| at + 3);
    let end = uri[start..].find(['/', '?', '#', '\\']).map_or(uri.len(), |length| start + length);
    match uri[start..end].rfind('@') {
        Some(at) => format!("{}***{}", &uri[..start], &uri[start + at..]),
        None => uri.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{excerpt, without_userinfo};

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(excerpt("short", 5), "short");
        assert_eq!(excerpt("ééé", 3), "é… (6 bytes)");
    }

    #[test]
    fn a_password_in_a_uri_is_not_shown() {
        for (uri, shown) in [
            ("https://agent:s3cret@api.example.com/a?b=@", "https://***@api.example.com/a?b=@"),
            ("https://s3@cret@api.example.com", "https://***@api.example.com"),
            ("https://api.example.com/a@b", "https://api.example.com/a@b"),
            ("agent:s3cret@api.example.com", "***@api.example.com"),
            ("", ""),
        ] {
            assert_eq!(without_userinfo(uri), shown);
        }
    }
}
