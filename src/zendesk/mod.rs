//! The wire of webhooks.

#[cfg_attr(
    not(test),
    expect(dead_code, reason = "triggers and automations, which come next, render with it")
)]
pub(crate) mod template;
