//! A call to try, as a line to paste: for people at a terminal and in the console.

use crate::config::Check;
use crate::fulfillment::Fulfillment;

/// The line that calls `url`, with words in capitals to replace.
pub(crate) fn curl(url: &str, checks: &[Check], body: &str) -> String {
    let credentials = credentials(checks);
    format!("curl {}{credentials} -H 'Content-Type: application/json' -d {}", word(url), quoted(body))
}

/// The body of a call that the demo answers.
pub(crate) const DEMO_CALL: &str = "{\"fulfillmentInfo\":{\"tag\":\"order-status\"},\"sessionInfo\":{\"parameters\":\
                                    {\"customer_name\":\"Ada\",\"order_id\":\"42\"}}}";

/// The body of a call that is answered; none if nothing would be.
pub(crate) fn body(fulfillment: &Fulfillment, demo: bool) -> Option<String> {
    if demo {
        return Some(DEMO_CALL.to_owned());
    }
    let routes = fulfillment.routes();
    let route = routes.iter().find(|route| !route.pattern().ends_with('*')).or(routes.first())?;
    let parameters: serde_json::Map<String, serde_json::Value> =
        route.parameters_read().iter().map(|name| (name.clone(), name.to_uppercase().into())).collect();
    let body = serde_json::json!({
        "fulfillmentInfo": { "tag": route.pattern().replace('*', "TAG") },
        "sessionInfo": { "parameters": parameters },
    });
    Some(body.to_string())
}

/// What `curl` must present to be accepted by the first check.
fn credentials(checks: &[Check]) -> String {
    match checks.first() {
        None | Some(Check::Mtls(_)) => String::new(),
        Some(Check::Basic(check)) => format!(" -u {}", word(&format!("{}:PASSWORD", check.username))),
        Some(Check::Header(check)) => format!(" -H '{}: VALUE'", check.name),
        Some(Check::AllOf(checks)) => {
            checks.iter().map(|check| credentials(std::slice::from_ref(check))).collect()
        }
        Some(_) => " -H 'Authorization: Bearer TOKEN'".to_owned(),
    }
}

/// A text as a shell takes it for one word; usual ones as they are.
fn word(text: &str) -> String {
    let is_usual = |c: char| c.is_ascii_alphanumeric() || "-_.:/@[]".contains(c);
    if text.chars().all(is_usual) && !text.contains('[') { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fulfillment::{OnError, Reply, Route, Router};

    fn served(router: Router) -> Fulfillment {
        Fulfillment::build(router, &OnError::Raise, None).expect("a router")
    }

    #[test]
    fn the_line_can_be_pasted_whatever_the_tag_is() {
        async fn nothing() -> Reply {
            Reply::unchanged()
        }
        let router = Router::new().route(Route::new("it's", nothing).reads(["city"]));
        let body = body(&served(router), false).expect("a tag");
        assert_eq!(
            curl("http://127.0.0.1:8080/webhook", &[], &body),
            "curl http://127.0.0.1:8080/webhook -H 'Content-Type: application/json' -d \
             '{\"fulfillmentInfo\":{\"tag\":\"it'\\''s\"},\"sessionInfo\":{\"parameters\":{\"city\":\"CITY\"}}}'"
        );
        assert!(curl("http://[::1]:8080/$(x)", &[], "{}").starts_with("curl 'http://[::1]:8080/$(x)' -H"));
        assert_eq!(self::body(&served(Router::new()), false), None);
    }
}
