//! `GenericWebService`: an HTTP service, and how it is called.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::{OAuthConfig, SecretVersionHeaderValue, ServiceAccountAuthConfig, ServiceAgentAuth};
use crate::protocol::field::plain_message;
use crate::protocol::schema::{message, open_enum};

message! {
    /// An HTTP service, and how it is called.
    ///
    /// `Debug` hides the password, the values of headers and what this version does not know.
    pub struct GenericWebService {
        /// Where it is; in a flexible webhook with references such as `$session.params.city`.
        uri: String = "uri";
        /// The name for Basic authentication. Deprecated.
        username: String = "username";
        /// The password for Basic authentication. Deprecated.
        password: String = "password", masked;
        /// `username:password` in Secret Manager, `projects/P/secrets/S/versions/V`.
        secret_version_for_username_password: String = "secretVersionForUsernamePassword";
        /// Headers that are sent along; their values may hold references.
        request_headers: BTreeMap<String, String> = "requestHeaders", masked;
        /// Headers whose values are in Secret Manager; they win over the plain ones.
        secret_versions_for_request_headers: BTreeMap<String, SecretVersionHeaderValue>
            = "secretVersionsForRequestHeaders";
        /// The certificates to trust instead of the public ones, each in DER.
        allowed_ca_certs: Vec<Bytes> = "allowedCaCerts";
        /// Whether the platform's own request is sent, or one of the service's own kind.
        webhook_type: WebhookType = "webhookType";
        /// The method of a flexible webhook.
        http_method: HttpMethod = "httpMethod";
        /// The body of a flexible webhook: JSON text with references inside its strings.
        request_body: String = "requestBody";
        /// The parameters that a flexible webhook sets, and where in the answer each one is.
        parameter_mapping: BTreeMap<String, String> = "parameterMapping";
        /// OAuth 2.0 with the client-credentials grant.
        oauth_config: Option<OAuthConfig> = "oauthConfig";
        /// A token of Dialogflow's service agent.
        service_agent_auth: ServiceAgentAuth = "serviceAgentAuth";
        /// An access token of another service account.
        service_account_auth_config: Option<ServiceAccountAuthConfig> = "serviceAccountAuthConfig";
    }
    masked unknown;
}

plain_message!(GenericWebService);

impl GenericWebService {
    /// Whether it is called in its own way rather than with the platform's request.
    #[must_use]
    pub fn is_flexible(&self) -> bool {
        self.webhook_type == WebhookType::Flexible
    }

    /// The HTTP method it is called with: a standard webhook is always called with POST.
    #[must_use]
    pub fn method(&self) -> &'static str {
        if self.is_flexible() { self.http_method.word() } else { "POST" }
    }
}

open_enum! {
    /// Who decides what the call looks like.
    pub enum WebhookType {
        /// Not said: standard.
        Unspecified = "WEBHOOK_TYPE_UNSPECIFIED" = 0;
        /// The platform: a `WebhookRequest` is answered with a `WebhookResponse`.
        Standard = "STANDARD" = 1;
        /// The resource: any JSON API is called in its own way.
        Flexible = "FLEXIBLE" = 2;
    }
}

open_enum! {
    /// The method of a flexible webhook.
    pub enum HttpMethod {
        /// Not said: POST.
        Unspecified = "HTTP_METHOD_UNSPECIFIED" = 0;
        /// POST.
        Post = "POST" = 1;
        /// GET.
        Get = "GET" = 2;
        /// HEAD.
        Head = "HEAD" = 3;
        /// PUT.
        Put = "PUT" = 4;
        /// DELETE.
        Delete = "DELETE" = 5;
        /// PATCH.
        Patch = "PATCH" = 6;
        /// OPTIONS.
        Options = "OPTIONS" = 7;
    }
}

impl HttpMethod {
    /// The word for the request line; POST for what is not said or not known.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unspecified | Self::Post | Self::UnknownNumber(_) | Self::UnknownName(_) => "POST",
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Patch => "PATCH",
            Self::Options => "OPTIONS",
        }
    }

    /// Whether the platform sends a body with it.
    #[must_use]
    pub fn has_body(&self) -> bool {
        !matches!(self, Self::Get | Self::Head | Self::Delete | Self::Options)
    }
}
