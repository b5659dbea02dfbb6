//! Values of options: addresses, headers, times.

use std::time::Duration;

use crate::outbound::{HeaderName, HeaderValue, Url};

pub(in super::super) fn address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text)
        .map_err(|error| format!("{error}; expected http://HOST/PATH or https://HOST/PATH"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err("expected http://HOST/PATH or https://HOST/PATH".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("expected a URL without user and password; they belong in --header".to_owned());
    }
    Ok(url)
}

pub(in super::super) fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("expected 'Name: value'")?;
    let name = name.trim().parse().map_err(|_| "expected letters, digits and dashes before the colon")?;
    let value = value.trim().parse().map_err(|_| "the value has characters that no header can hold")?;
    Ok((name, value))
}

pub(super) fn timeout(text: &str) -> Result<Duration, String> {
    let expected = || format!("expected a time from 1ms to 30s, such as 5s, found {text:?}");
    let time = humantime::parse_duration(text).map_err(|_| expected())?;
    let range = Duration::from_millis(1)..=Duration::from_secs(30);
    range.contains(&time).then_some(time).ok_or_else(expected)
}
