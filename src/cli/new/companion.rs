//! The page beside a resource: what each field is, what to replace, how to use it.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use super::preset::{PLACEHOLDERS, Preset};

/// The page, in Markdown.
pub(super) fn companion(preset: Preset, name: &str, resource: &Path, webhook: &Value) -> String {
    let file = resource.file_name().unwrap_or_default().to_string_lossy();
    let text = webhook.to_string();
    let mut page = format!(
        "# {name}\n\n`{file}` is a flexible webhook in Dialogflow's own format. JSON has no comments, so they are \
         here.\n\n## To replace\n\n"
    );
    for (placeholder, meaning) in PLACEHOLDERS.iter().filter(|(placeholder, _)| text.contains(placeholder)) {
        line(&mut page, &format!("- `{placeholder}`: {meaning}."));
    }
    line(&mut page, "- The fields, and the parameters `$session.params.…`, to those of your agent.");
    page.push_str("\n## The fields\n\n| field | in the console | here |\n|---|---|---|\n");
    for (field, console, meaning) in FIELDS.iter().filter(|(field, ..)| find(webhook, field).is_some()) {
        line(&mut page, &format!("| `{field}` | {console} | {meaning} |"));
    }
    page.push_str(remarks(preset));
    // A JSON text is a TOML text too.
    let (name_text, reply) = (Value::from(name), Value::from(preset.reply()));
    let _ = write!(
        page,
        "\n## Serving it with Rejoinder\n\nIn `rejoinder.toml`, for a fulfillment with the tag `{tag}`:\n\n```toml\n\
         [routes.\"{tag}\"]\nwebhook = {name_text}\nreply = {reply}\n```\n\n`rejoinder check` says what is wrong \
         with the file.\n",
        tag = preset.tag()
    );
    let _ = write!(
        page,
        "\n## Creating it in the agent instead\n\nIn the console: Manage, Webhooks, Create, subtype Flexible, and the \
         fields as in the table. Or:\n\n```sh\ncurl -H \"Authorization: Bearer $(gcloud auth print-access-token)\" \
         \\\n  -H \"Content-Type: application/json\" -d @{quoted} \\\n  \
         https://LOCATION-dialogflow.googleapis.com/v3/projects/PROJECT/locations/LOCATION/agents/AGENT/webhooks\n```\n",
        quoted = format_args!("'{file}'")
    );
    page
}

fn line(page: &mut String, text: &str) {
    page.push_str(text);
    page.push('\n');
}

/// A field by its path from the top.
fn find<'w>(webhook: &'w Value, field: &str) -> Option<&'w Value> {
    field.split('.').try_fold(webhook, |value, name| value.get(name))
}

/// Field, its place in the console, its meaning.
const FIELDS: [(&str, &str, &str); 11] = [
    ("displayName", "Display name", "the name by which the agent and `rejoinder.toml` know it"),
    ("timeout", "Webhook timeout", "how long the API may take; at most 30 s"),
    (
        "genericWebService.uri",
        "Webhook URL",
        "the address; values of references are percent-encoded where they stand",
    ),
    (
        "genericWebService.webhookType",
        "Subtype",
        "`FLEXIBLE`: we say what is sent, the API need not know Dialogflow",
    ),
    ("genericWebService.httpMethod", "Method", "GET has no body"),
    (
        "genericWebService.requestBody",
        "Request body",
        "JSON as text; a string that is one reference keeps the value's type, in a longer one it becomes text",
    ),
    (
        "genericWebService.parameterMapping",
        "Response configuration",
        "parameter to set, and where its value is in the answer; what is not there leaves the parameter as it was",
    ),
    (
        "genericWebService.serviceAgentAuth",
        "Authentication, service agent",
        "`NONE`: no token of Dialogflow is sent to others",
    ),
    ("genericWebService.oauthConfig.clientId", "Third-party OAuth, client ID", "who calls"),
    (
        "genericWebService.oauthConfig.secretVersionForClientSecret",
        "Third-party OAuth, secret",
        "where the client secret is kept; never in this file",
    ),
    (
        "genericWebService.oauthConfig.tokenEndpoint",
        "Third-party OAuth, OAuth endpoint URL",
        "where a token is fetched with the client credentials flow",
    ),
];

fn remarks(preset: Preset) -> &'static str {
    match preset {
        Preset::SalesforceQuery => QUERY,
        Preset::SalesforceCreate => {
            "\nSalesforce answers 201 with `id`, `success` and `errors`; a missing or wrong field is answered 400.\n"
        }
        Preset::SalesforceUpdate => {
            "\nSalesforce answers 204 without a body, so no parameter can be set from it. Only the fields in the body \
             change.\n"
        }
        Preset::SalesforceGet => {
            "\n`fields` keeps the answer small: at most 64 KiB of it are read. An id that is not there is answered 404.\n"
        }
        Preset::Get | Preset::Post => {
            "\nAn API that wants a key: put it in Secret Manager and name it in `secretVersionsForRequestHeaders`, \
             not in `uri` or in `requestHeaders`.\n"
        }
    }
}

const QUERY: &str = r#"
## Values in SOQL

Rejoinder knows SOQL by the address: inside quotes a value is escaped, so that `O'Brien` is found and no value can end
the text it stands in; outside quotes only numbers, true, false and dates are put in. Keep `$session.params.email` in its
quotes.

The platform itself only percent-encodes. If you give this resource to the agent, so that it calls Salesforce without
Rejoinder, a quote in a value would change the query: let a parameter preset of the fulfillment, which is executed before
the call, set `email` to `$sys.func.SUBSTITUTE($session.params.email, "'", "")`.

Salesforce answers `totalSize`, `done` and `records`; a query that finds nothing leaves `contact_id` as it was, so look at
`contacts_found` first.
"#;
