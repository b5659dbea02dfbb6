//! Whether this process runs on Google Cloud: its metadata server answers there, and nowhere else.

use std::time::Duration;

const FLAVOR: &str = "metadata-flavor";

/// Asks the metadata server at this host, which no name of a conversation leads to.
pub(crate) async fn answers(host: &str) -> Result<(), String> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(2))
        .build()
        .map_err(|error| error.to_string())?;
    let asked =
        client.get(format!("http://{host}/computeMetadata/v1/")).header(FLAVOR, "Google").send().await;
    let answer = asked.map_err(|error| format!("the metadata server {host} does not answer: {error}"))?;
    if answer.headers().get(FLAVOR).is_some_and(|flavor| flavor == "Google") {
        return Ok(());
    }
    Err(format!("{host} answers, and is no metadata server of Google Cloud"))
}
