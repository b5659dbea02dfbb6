//! Page tokens: where the next page begins.
//!
//! A page is in the order of display names. A token says which was the last one, so what is added
//! or deleted in the meantime moves nothing; it is opaque to clients, and good for one agent.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::ResourceError;

/// The place of a resource in the list of its agent: display name, then id.
pub(super) type Place = (String, String);

/// The token behind this place of a list.
pub(super) fn token(parent: &str, collection: &str, (display_name, id): &Place) -> String {
    let text = serde_json::json!([collection, parent, display_name, id]).to_string();
    URL_SAFE_NO_PAD.encode(text)
}

/// The place that a token tells; the beginning for an empty one.
pub(super) fn place(token: &str, parent: &str, collection: &str) -> Result<Place, ResourceError> {
    if token.is_empty() {
        return Ok(Place::default());
    }
    let parts =
        || -> Option<[String; 4]> { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token).ok()?).ok() };
    match parts() {
        Some([of, whose, display_name, id]) if of == collection && whose == parent => Ok((display_name, id)),
        Some(_) => Err(ResourceError::field(
            "pageToken",
            format!(
                "it is of another list; send the nextPageToken of a list of the {collection} of {parent}"
            ),
        )),
        None => Err(ResourceError::field(
            "pageToken",
            "it is no token of this server; send the nextPageToken of the page before, as it is",
        )),
    }
}

/// How many resources a page has.
pub(super) fn size(asked: i64, (default, most): (usize, usize)) -> Result<usize, ResourceError> {
    match usize::try_from(asked) {
        Ok(0) => Ok(default),
        Ok(size) => Ok(size.min(most)),
        Err(_) => Err(ResourceError::field(
            "pageSize",
            format!("{asked} is negative; expected 1 to {most}, or 0 for {default}"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_tells_its_place_to_its_own_list_alone() {
        let last = ("Wetter \u{fc} \"x\"".to_owned(), "w-1".to_owned());
        let token = token("projects/p", "webhooks", &last);
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{token}");
        assert_eq!(place(&token, "projects/p", "webhooks").expect("ours"), last);
        assert_eq!(place("", "projects/p", "webhooks").expect("the beginning"), Place::default());
        for (token, parent, collection) in [
            (&*token, "projects/q", "webhooks"),
            (&token, "projects/p", "environments"),
            ("x", "projects/p", "webhooks"),
            ("WzFd", "projects/p", "webhooks"),
        ] {
            assert!(place(token, parent, collection).is_err(), "{token} {parent} {collection}");
        }
    }

    #[test]
    fn sizes_have_their_default_and_their_most() {
        for (asked, expected) in
            [(0, Some(100)), (1, Some(1)), (1_000, Some(1_000)), (5_000, Some(1_000)), (-1, None)]
        {
            assert_eq!(size(asked, (100, 1_000)).ok(), expected, "{asked}");
        }
    }
}
