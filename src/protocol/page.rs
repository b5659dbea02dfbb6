//! `PageInfo`: the current page and the form it collects.

use serde_json::Value;

use super::schema::{message, open_enum};

message! {
    /// The page the conversation is on, in requests; changes to its form, in responses.
    pub struct PageInfo {
        /// The page's name, `…/flows/F/pages/P`. Ignored in responses.
        current_page: String = "currentPage" @ CurrentPage;
        /// The page's display name. Ignored in responses.
        display_name: String = "displayName" @ PageDisplayName;
        /// The page's form.
        form_info: Option<FormInfo> = "formInfo";
    }
}

message! {
    /// The form of a page.
    pub struct FormInfo {
        /// Its parameters. A webhook can change them, but not add or remove one.
        parameter_info: Vec<ParameterInfo> = "parameterInfo" @ FormParameters;
    }
}

message! {
    /// A form parameter.
    pub struct ParameterInfo {
        /// Its display name, which tells which one is meant.
        display_name: String = "displayName";
        /// Whether the form needs it.
        required: bool = "required";
        /// Whether it is filled. In responses only `INVALID` has an effect: the agent asks again.
        state: ParameterState = "state";
        /// Its value, if it has one.
        value: Option<Value> = "value";
        /// Whether the user just gave it. Ignored in responses.
        just_collected: bool = "justCollected";
    }
}

open_enum! {
    /// Whether a form parameter is filled.
    pub enum ParameterState {
        /// Not said.
        Unspecified = "PARAMETER_STATE_UNSPECIFIED" = 0;
        /// It has no value.
        Empty = "EMPTY" = 1;
        /// Its value was refused.
        Invalid = "INVALID" = 2;
        /// It has a value.
        Filled = "FILLED" = 3;
    }
}
