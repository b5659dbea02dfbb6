//! What the presets call: Salesforce's REST interface, or any one.

use serde_json::{Value, json};

/// The beginnings that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Preset {
    /// Finds Salesforce records with SOQL.
    SalesforceQuery,
    /// Creates a Salesforce record.
    SalesforceCreate,
    /// Changes a Salesforce record.
    SalesforceUpdate,
    /// Reads a Salesforce record by its id.
    SalesforceGet,
    /// Reads from any HTTP API.
    Get,
    /// Sends to any HTTP API.
    Post,
}

/// How the placeholders begin and end that a person has to replace.
pub(super) const PLACEHOLDERS: [(&str, &str); 4] = [
    ("MYDOMAIN", "the name of your Salesforce domain: Setup, My Domain"),
    ("CONSUMER_KEY", "the consumer key of an external client app that allows the client credentials flow"),
    ("PROJECT_ID", "the Google Cloud project with the secret that holds the app's consumer secret"),
    ("api.example.com", "the host of your API"),
];

impl Preset {
    pub(super) fn display_name(self) -> &'static str {
        match self {
            Self::SalesforceQuery => "Salesforce query",
            Self::SalesforceCreate => "Salesforce create",
            Self::SalesforceUpdate => "Salesforce update",
            Self::SalesforceGet => "Salesforce get",
            Self::Get => "Get example",
            Self::Post => "Post example",
        }
    }

    /// The tag of the route in the page.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::SalesforceQuery => "find-contact",
            Self::SalesforceCreate => "create-contact",
            Self::SalesforceUpdate => "update-contact",
            Self::SalesforceGet => "read-contact",
            Self::Get => "read-item",
            Self::Post => "send-order",
        }
    }

    /// What the route says.
    pub(super) fn reply(self) -> &'static str {
        match self {
            Self::SalesforceQuery => "I found $session.params.contact_name.",
            Self::SalesforceCreate => "Thank you, you are in our books now.",
            Self::SalesforceUpdate => "Your phone number is changed.",
            Self::SalesforceGet => "We have $session.params.contact_email as your e-mail address.",
            Self::Get => "It costs $session.params.price.",
            Self::Post => "Your order has the number $session.params.order_id.",
        }
    }

    pub(super) fn is_salesforce(self) -> bool {
        !matches!(self, Self::Get | Self::Post)
    }

    /// The resource, in the REST form of the platform.
    pub(super) fn webhook(self, display_name: &str, api_version: &str) -> Value {
        let salesforce = format!("https://MYDOMAIN.my.salesforce.com/services/data/{api_version}");
        let (method, uri, body, mapping) = match self {
            Self::SalesforceQuery => (
                "GET",
                format!(
                    "{salesforce}/query?q=SELECT%20Id,Name,Email%20FROM%20Contact%20WHERE%20Email%20%3D%20\
                     '$session.params.email'%20LIMIT%201"
                ),
                None,
                json!({
                    "contact_id": "$.records[0].Id",
                    "contact_name": "$.records[0].Name",
                    "contacts_found": "$.totalSize",
                }),
            ),
            Self::SalesforceCreate => (
                "POST",
                format!("{salesforce}/sobjects/Contact"),
                Some(json!({
                    "FirstName": "$session.params.first_name",
                    "LastName": "$session.params.last_name",
                    "Email": "$session.params.email",
                })),
                json!({ "contact_id": "$.id", "contact_created": "$.success", "contact_errors": "$.errors" }),
            ),
            Self::SalesforceUpdate => (
                "PATCH",
                format!("{salesforce}/sobjects/Contact/$session.params.contact_id"),
                Some(json!({ "Phone": "$session.params.phone" })),
                json!({}),
            ),
            Self::SalesforceGet => (
                "GET",
                format!(
                    "{salesforce}/sobjects/Contact/$session.params.contact_id?fields=Id,Name,Email,Phone"
                ),
                None,
                json!({ "contact_name": "$.Name", "contact_email": "$.Email", "contact_phone": "$.Phone" }),
            ),
            Self::Get => (
                "GET",
                "https://api.example.com/v1/items?name=$session.params.item".to_owned(),
                None,
                json!({ "item_id": "$.items[0].id", "price": "$.items[0].price" }),
            ),
            Self::Post => (
                "POST",
                "https://api.example.com/v1/orders".to_owned(),
                Some(json!({
                    "item": "$session.params.item",
                    "quantity": "$session.params.quantity",
                    "comment": "Ordered in a conversation: $session.params.comment",
                })),
                json!({ "order_id": "$.id", "order_status": "$.status" }),
            ),
        };
        let mut service = json!({
            "uri": uri,
            "webhookType": "FLEXIBLE",
            "httpMethod": method,
            "serviceAgentAuth": "NONE",
        });
        if let Some(body) = body {
            service["requestBody"] = Value::String(format!("{body:#}"));
        }
        if mapping != json!({}) {
            service["parameterMapping"] = mapping;
        }
        if self.is_salesforce() {
            service["oauthConfig"] = json!({
                "clientId": "CONSUMER_KEY",
                "secretVersionForClientSecret":
                    "projects/PROJECT_ID/secrets/salesforce-client-secret/versions/latest",
                "tokenEndpoint": "https://MYDOMAIN.my.salesforce.com/services/oauth2/token",
            });
        }
        json!({ "displayName": display_name, "genericWebService": service, "timeout": "5s" })
    }
}
