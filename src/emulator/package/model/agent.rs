//! `agent.json`: what holds for the whole agent.

use serde_json::Value;

use super::exported::exported;

exported! {
    /// What holds for the whole agent: `agent.json`.
    pub struct Agent {
        /// What people call it; most exports leave it out.
        display_name: String,
        /// The language of messages where nothing else fits.
        default_language_code: String,
        /// The languages beside the default one.
        supported_language_codes: Vec<String>,
        /// The time zone of `$sys.func.NOW()` and of dates, such as `Europe/Berlin`.
        time_zone: String,
        /// The number of its project, which exports write as a number; null where there is none.
        project_number: Value,
        /// The flow in which sessions start, by display name.
        start_flow: Option<String>,
        /// The playbook in which sessions start instead, by display name.
        start_playbook: Option<String>,
    }
}

impl Agent {
    /// The name of the start flow where `agent.json` does not say; every agent has it.
    pub const DEFAULT_START_FLOW: &'static str = "Default Start Flow";

    /// The number of its project, if the export says it.
    #[must_use]
    pub fn project_number(&self) -> Option<String> {
        let digits = match &self.project_number {
            Value::Number(number) => number.to_string(),
            Value::String(digits) => digits.clone(),
            _ => return None,
        };
        (digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.is_empty() && digits != "0")
            .then_some(digits)
    }

    /// Every language of the agent, the default one first; `en` when the file names none.
    #[must_use]
    pub fn languages(&self) -> Vec<&str> {
        let default = if self.default_language_code.is_empty() { "en" } else { &self.default_language_code };
        let others = self.supported_language_codes.iter().map(String::as_str);
        std::iter::once(default).chain(others.filter(|other| *other != default)).collect()
    }
}
