//! Rejoinder from outside: over real sockets, as a real process, and through its public test kit.
//!
//! One binary, a module per theme; `kit` holds the client, the served door and the process.

mod kit;

mod addresses;
mod auth;
mod bearer;
mod blocking;
mod bodies;
mod cloud_log;
mod cloud_run;
mod commands;
mod compile_fail;
mod credentials_calls;
mod deadlines;
mod demo;
mod doctor;
mod door;
mod embedded;
mod examples;
mod faults;
mod flexible_door;
mod flexible_properties;
mod generated;
mod generated_webhooks;
mod gzip;
mod hooks;
mod hostile;
mod https;
mod inputs;
mod inspect;
mod log;
mod metrics;
mod mtls;
mod new_webhook;
mod outbound_calls;
mod outbound_failures;
mod outbound_guard;
mod outbound_tls;
mod overload;
mod parameters;
mod policies;
mod properties;
mod protocols;
mod reload;
mod replies;
mod routes;
mod routing;
mod secrets;
mod service_agent;
mod shutdown;
mod shutdown_http2;
mod slow_clients;
mod token_keys;
mod traces;
mod webhook_resources;
