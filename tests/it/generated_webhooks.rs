//! Resources made at random, for the properties that hold for all of them.
//!
//! The larger strategies are boxed: one inside the other they would not fit a test's stack.

use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use rejoinder::protocol::webhook::{
    Duration, Environment, GenericWebService, HttpMethod, OAuthConfig, SecretVersionHeaderValue, Service,
    ServiceAccountAuthConfig, ServiceAgentAuth, ServiceDirectoryConfig, TestCasesConfig, Timestamp,
    VersionConfig, Webhook, WebhookConfig, WebhookType,
};

use crate::generated::{text, unknown};

fn duration() -> impl Strategy<Value = Duration> {
    let any = (-315_576_000_000_i64..=315_576_000_000, -999_999_999..=999_999_999_i32);
    let any = any.prop_filter_map("signs agree", |(seconds, nanos)| Duration::new(seconds, nanos).ok());
    prop_oneof![any, (0..40_i64).prop_filter_map("fits", |seconds| Duration::new(seconds, 0).ok())]
}

fn timestamp() -> impl Strategy<Value = Timestamp> {
    (-62_135_596_800_i64..=253_402_300_799, 0..=999_999_999_i32)
        .prop_filter_map("fits", |(seconds, nanos)| Timestamp::new(seconds, nanos).ok())
}

fn webhook_type() -> impl Strategy<Value = WebhookType> {
    prop_oneof![
        Just(WebhookType::Unspecified),
        Just(WebhookType::Standard),
        Just(WebhookType::Flexible),
        (3..=i32::MAX).prop_map(WebhookType::UnknownNumber),
        "[A-Z]_[A-Z_]{1,8}".prop_map(WebhookType::UnknownName),
    ]
}

fn http_method() -> impl Strategy<Value = HttpMethod> {
    prop_oneof![
        Just(HttpMethod::Unspecified),
        Just(HttpMethod::Get),
        Just(HttpMethod::Head),
        Just(HttpMethod::Delete),
        (i32::MIN..0).prop_map(HttpMethod::UnknownNumber),
    ]
}

fn service_agent_auth() -> impl Strategy<Value = ServiceAgentAuth> {
    prop_oneof![
        Just(ServiceAgentAuth::Unspecified),
        Just(ServiceAgentAuth::None),
        Just(ServiceAgentAuth::IdToken),
        Just(ServiceAgentAuth::AccessToken),
    ]
}

fn uri() -> impl Strategy<Value = String> {
    prop_oneof![text(), "https?://[a-z$@:.]{0,12}[/?#]?[a-z$.%\\[\\] é]{0,12}"]
}

fn oauth_config() -> BoxedStrategy<OAuthConfig> {
    (text(), text(), text(), uri(), vec(text(), 0..3), unknown())
        .prop_map(
            |(
                client_id,
                client_secret,
                secret_version_for_client_secret,
                token_endpoint,
                scopes,
                unknown,
            )| {
                OAuthConfig {
                    client_id,
                    client_secret,
                    secret_version_for_client_secret,
                    token_endpoint,
                    scopes,
                    unknown,
                }
            },
        )
        .boxed()
}

fn generic_web_service() -> BoxedStrategy<GenericWebService> {
    let secret = (text(), unknown())
        .prop_map(|(secret_version, unknown)| SecretVersionHeaderValue { secret_version, unknown });
    let account = (text(), unknown())
        .prop_map(|(service_account, unknown)| ServiceAccountAuthConfig { service_account, unknown });
    let texts = (uri(), text(), text(), text(), text());
    let maps = (
        btree_map(text(), text(), 0..4),
        btree_map(text(), secret, 0..3),
        btree_map(text(), text(), 0..4),
        vec(vec(any::<u8>(), 0..8).prop_map(Into::into), 0..3),
    );
    let enums = (webhook_type(), http_method(), service_agent_auth());
    (texts, maps, enums, of(oauth_config()), of(account), unknown())
        .prop_map(|(texts, maps, enums, oauth_config, service_account_auth_config, unknown)| {
            GenericWebService {
                uri: texts.0,
                username: texts.1,
                password: texts.2,
                secret_version_for_username_password: texts.3,
                request_body: texts.4,
                request_headers: maps.0,
                secret_versions_for_request_headers: maps.1,
                parameter_mapping: maps.2,
                allowed_ca_certs: maps.3,
                webhook_type: enums.0,
                http_method: enums.1,
                service_agent_auth: enums.2,
                oauth_config,
                service_account_auth_config,
                unknown,
            }
        })
        .boxed()
}

fn service() -> BoxedStrategy<Service> {
    let directory =
        (text(), of(generic_web_service()), unknown()).prop_map(|(service, generic_web_service, unknown)| {
            ServiceDirectoryConfig { service, generic_web_service, unknown }
        });
    prop_oneof![
        generic_web_service().prop_map(Service::GenericWebService),
        directory.prop_map(Service::ServiceDirectory)
    ]
    .boxed()
}

/// Any webhook, every field in it.
pub(crate) fn webhook() -> BoxedStrategy<Webhook> {
    // Few names, so that overrides meet their webhooks.
    let name = prop_oneof![text(), "w-[12]", "projects/p/locations/l/agents/a/webhooks/w-[12]"];
    (name, text(), of(duration()), any::<bool>(), of(service()), unknown())
        .prop_map(|(name, display_name, timeout, disabled, service, unknown)| Webhook {
            name,
            display_name,
            timeout,
            disabled,
            service,
            unknown,
        })
        .boxed()
}

/// Any environment, every field in it.
pub(crate) fn environment() -> impl Strategy<Value = Environment> {
    let version = (text(), unknown()).prop_map(|(version, unknown)| VersionConfig { version, unknown });
    let tests = (vec(text(), 0..3), any::<bool>(), any::<bool>(), unknown()).prop_map(
        |(test_cases, enable_continuous_run, enable_predeployment_run, unknown)| TestCasesConfig {
            test_cases,
            enable_continuous_run,
            enable_predeployment_run,
            unknown,
        },
    );
    let config = (vec(webhook(), 0..4), unknown())
        .prop_map(|(webhook_overrides, unknown)| WebhookConfig { webhook_overrides, unknown });
    let texts = (text(), text(), text());
    (texts, vec(version, 0..3), of(timestamp()), of(tests), of(config), unknown()).prop_map(
        |(texts, version_configs, update_time, test_cases_config, webhook_config, unknown)| Environment {
            name: texts.0,
            display_name: texts.1,
            description: texts.2,
            version_configs,
            update_time,
            test_cases_config,
            webhook_config,
            unknown,
        },
    )
}
