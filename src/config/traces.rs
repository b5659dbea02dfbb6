//! `[traces]`: where traces go, and which.

use super::reader::Reader;

/// `[traces]`; each key's sentence stands in `config.default.toml`.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the default file documents every key")]
#[non_exhaustive]
pub struct Traces {
    /// The whole URL that takes traces; empty for none.
    pub endpoint: String,
    pub service_name: String,
    pub sample_ratio: f64,
    pub propagate: bool,
}

impl Traces {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        let base = reader.text("endpoint");
        let below = |base: &str| format!("{}/v1/traces", base.trim_end_matches('/'));
        let endpoint = if !base.is_empty() {
            below(&base)
        } else if let Some(whole) = reader.variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") {
            whole.to_owned()
        } else {
            reader.variable("OTEL_EXPORTER_OTLP_ENDPOINT").map(below).unwrap_or_default()
        };
        let is_http = |url: &url::Url| matches!(url.scheme(), "http" | "https") && url.has_host();
        if !endpoint.is_empty() && !endpoint.parse().is_ok_and(|url| is_http(&url)) {
            let message = format!(
                "expected the http:// or https:// address of a collector such as \"http://127.0.0.1:4318\", found \
                 {endpoint:?}"
            );
            reader.refuse("endpoint", message);
        }
        let service_name = [
            reader.text("service_name"),
            reader.variable("OTEL_SERVICE_NAME").unwrap_or_default().to_owned(),
            "rejoinder".to_owned(),
        ];
        Self {
            endpoint,
            service_name: service_name.into_iter().find(|name| !name.is_empty()).unwrap_or_default(),
            sample_ratio: reader.ratio("sample_ratio"),
            propagate: reader.flag("propagate"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Sources};

    fn traces(variables: &[(&str, &str)]) -> Result<super::Traces, String> {
        let environment =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let config = Config::load(&Sources { environment, ..Sources::default() });
        config.map(|config| config.traces).map_err(|error| error.to_string())
    }

    #[test]
    fn the_settings_win_over_opentelemetrys_variables() {
        let off = traces(&[]).expect("valid");
        assert_eq!(
            (off.endpoint.as_str(), off.service_name.as_str(), off.sample_ratio),
            ("", "rejoinder", 1.0)
        );
        let general = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318/");
        assert_eq!(traces(&[general]).expect("valid").endpoint, "http://c:4318/v1/traces");
        let special = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://d/own/path");
        assert_eq!(traces(&[general, special]).expect("valid").endpoint, "http://d/own/path");
        let own = ("REJOINDER_TRACES__ENDPOINT", "https://e");
        let name = [("OTEL_SERVICE_NAME", "bot"), ("REJOINDER_TRACES__SAMPLE_RATIO", "0.25")];
        let set = traces(&[general, special, own, name[0], name[1]]).expect("valid");
        assert_eq!((set.endpoint.as_str(), set.service_name.as_str()), ("https://e/v1/traces", "bot"));
        assert_eq!(set.sample_ratio, 0.25);
        let named = [("OTEL_SERVICE_NAME", "bot"), ("REJOINDER_TRACES__SERVICE_NAME", "ours")];
        assert_eq!(traces(&named).expect("valid").service_name, "ours");
    }

    #[test]
    fn what_is_no_address_and_no_ratio_is_told() {
        let error = traces(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318")]).expect_err("no scheme");
        assert!(error.contains("traces.endpoint: expected the http://"), "{error}");
        for ratio in ["1.1", "-1", "NaN", "all"] {
            let error = traces(&[("REJOINDER_TRACES__SAMPLE_RATIO", ratio)]).expect_err(ratio);
            assert!(error.contains("expected a number from 0 to 1"), "{error}");
        }
    }
}
