//! Which field a path of the platform stands for.

/// The form's field for a field of the resource, with what a message has to say beside it.
pub(crate) fn field_of(path: &str) -> (&'static str, Option<&str>) {
    let path = match path.strip_prefix("webhookConfig.webhookOverrides[") {
        Some(rest) => rest.split_once("].").map_or("", |(_, path)| path),
        None => path,
    };
    if path == "serviceDirectory.service" {
        return ("directory", None);
    }
    let path = path.strip_prefix("serviceDirectory.").unwrap_or(path);
    let path = path.strip_prefix("genericWebService.").unwrap_or(path);
    let (name, rest) = path.split_once(['.', '[']).map_or((path, None), |(name, rest)| (name, Some(rest)));
    let field = match name {
        "displayName" | "name" => "display_name",
        "timeout" => "timeout",
        "disabled" => "disabled",
        "uri" | "genericWebService" => "uri",
        "username" => "username",
        "password" => "password",
        "secretVersionForUsernamePassword" => "user_secret",
        "requestHeaders" => return ("headers", rest),
        "secretVersionsForRequestHeaders" => {
            return ("secret_headers", rest.map(|rest| rest.trim_end_matches(".secretVersion")));
        }
        "allowedCaCerts" => "ca_certs",
        "webhookType" => "kind",
        "httpMethod" => "method",
        "requestBody" => "body",
        "parameterMapping" => return ("mapping", rest),
        "oauthConfig" => match rest {
            Some("clientSecret") => "oauth_client_secret",
            Some("secretVersionForClientSecret") => "oauth_secret",
            Some("tokenEndpoint") => "oauth_endpoint",
            Some("scopes") => "oauth_scopes",
            _ => "oauth_client_id",
        },
        "serviceAgentAuth" => "agent_auth",
        "serviceAccountAuthConfig" => "service_account",
        _ => return ("", Some(path)),
    };
    (field, None)
}
