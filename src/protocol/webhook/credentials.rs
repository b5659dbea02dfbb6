//! How a webhook proves to the service who calls.

use crate::protocol::schema::{message, open_enum};

message! {
    /// OAuth 2.0 with the client-credentials grant.
    pub struct OAuthConfig {
        /// The client's id.
        client_id: String = "clientId";
        /// The client's secret; the version in Secret Manager wins over it.
        client_secret: String = "clientSecret", masked;
        /// The secret in Secret Manager, `projects/P/secrets/S/versions/V`.
        secret_version_for_client_secret: String = "secretVersionForClientSecret";
        /// Where tokens come from.
        token_endpoint: String = "tokenEndpoint";
        /// What the token should allow.
        scopes: Vec<String> = "scopes";
    }
    masked unknown;
}

message! {
    /// An access token of a service account.
    pub struct ServiceAccountAuthConfig {
        /// The account's e-mail address.
        service_account: String = "serviceAccount";
    }
    masked unknown;
}

message! {
    /// A header's value in Secret Manager.
    pub struct SecretVersionHeaderValue {
        /// The secret, `projects/P/secrets/S/versions/V`.
        secret_version: String = "secretVersion";
    }
    masked unknown;
}

open_enum! {
    /// Which token of Dialogflow's service agent goes into `Authorization`.
    pub enum ServiceAgentAuth {
        /// Not said; the platform's documentation equates it with an ID token.
        Unspecified = "SERVICE_AGENT_AUTH_UNSPECIFIED" = 0;
        /// None.
        None = "NONE" = 1;
        /// An ID token, made out to the webhook's URL.
        IdToken = "ID_TOKEN" = 2;
        /// An access token, for Google's own APIs. Deprecated.
        AccessToken = "ACCESS_TOKEN" = 3;
    }
}
