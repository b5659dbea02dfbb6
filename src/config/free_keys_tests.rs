//! Tables whose keys the user chooses, and keys outside of every section: no section of today has
//! all of their forms, so they are tested on trees of their own.

use std::cell::RefCell;

use super::reader::{Key, Reader, Reading};
use super::source::{self, Node, Origin, Value};
use super::{Sources, effective, schema};

const FILE: &str = r#"
folder = "webhooks"

[outbound]
service_directory = { "projects/p/services/s" = "10.0.0.1:443" }

[routes.weather]
webhook = "Weather API"

[routes."order status"]
webhook = "Orders"
reply = "It is $session.params.state."
"#;

type Routes = Vec<(String, (String, Option<String>))>;

type Directory = Vec<(String, String)>;

fn read(tree: &Node) -> (Vec<String>, Vec<Key>, Directory, Routes) {
    let sources = Sources::default();
    let reading = Reading {
        sources: &sources,
        faults: RefCell::default(),
        keys: RefCell::default(),
        references: RefCell::default(),
        known_secrets: RefCell::default(),
        folder: None,
    };
    let root = Reader::new(&reading, tree);
    root.text("folder");
    let directory = root.section("outbound", |outbound| outbound.text_entries("service_directory"));
    let routes =
        root.entries("routes", |_, route| (route.text("webhook"), route.optional("reply", Reader::text)));
    root.refuse_unknown();
    let faults = reading.faults.into_inner().iter().map(ToString::to_string).collect();
    (faults, reading.keys.into_inner(), directory, routes)
}

fn parsed(text: &str) -> Node {
    source::parse("f", text, &mut Vec::new())
}

#[test]
fn keys_that_the_user_chooses_are_read_and_shown_in_their_order() {
    let tree = parsed(FILE);
    let (faults, keys, directory, routes) = read(&tree);
    assert_eq!(faults, [] as [&str; 0]);
    assert_eq!(directory, [("projects/p/services/s".to_owned(), "10.0.0.1:443".to_owned())]);
    assert_eq!(routes[0], ("weather".to_owned(), ("Weather API".to_owned(), None)));
    assert_eq!(routes[1].1.1.as_deref(), Some("It is $session.params.state."));
    let shown = effective::render(&tree, &keys);
    let expected = r#"folder = "webhooks"  # f:2

[outbound]
service_directory = { "projects/p/services/s" = "10.0.0.1:443" }  # f:5

[routes]
weather = { webhook = "Weather API" }  # f:7
"order status" = { webhook = "Orders", reply = "It is $session.params.state." }  # f:10
"#;
    assert_eq!(shown, expected);
    let (faults, ..) = read(&parsed(&shown));
    assert_eq!(faults, [] as [&str; 0], "what is shown can be read again");
}

#[test]
fn faults_in_them_are_told_with_the_chosen_key() {
    let text = FILE
        .replace("webhook = \"Orders\"", "webhok = 5")
        .replace("\"10.0.0.1:443\"", "5")
        .replace("webhook = \"Weather API\"", "webhook = 1");
    let (faults, ..) = read(&parsed(&text));
    let expected = [
        "f:5: outbound.service_directory.\"projects/p/services/s\": expected text in quotes, found a number or date",
        "f:8: routes.weather.webhook: expected text in quotes, found a number or date",
        "f:10: routes.\"order status\".webhook: this key is missing",
        "f:11: routes.\"order status\".webhok: this key is unknown; did you mean `webhook`?",
    ];
    assert_eq!(faults, expected);
    let (faults, ..) =
        read(&parsed("folder = \"x\"\n[outbound]\nservice_directory = \"x\"\n[routes]\na = 1\n"));
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(faults[0].starts_with("f:3: outbound.service_directory: expected a table"), "{faults:?}");
    assert_eq!(faults[1], "f:5: routes.a: expected a table, found a number or date");
}

#[test]
fn the_environment_may_give_one_entry_as_toml_text() {
    let mut tree = parsed(FILE);
    let variable = Origin::Variable("REJOINDER_ROUTES__WEATHER".to_owned());
    tree.set(&["routes", "weather"], Value::Raw("{ webhook = \"Other\" }".to_owned()), variable);
    let (faults, keys, _, routes) = read(&tree);
    assert_eq!(faults, [] as [&str; 0]);
    assert_eq!(routes[0].1.0, "Other");
    let shown = effective::render(&tree, &keys);
    assert!(shown.contains("weather = { webhook = \"Other\" }  # REJOINDER_ROUTES__WEATHER\n"), "{shown}");
}

#[test]
fn the_schema_says_what_their_values_are() {
    let (_, keys, ..) = read(&parsed(FILE));
    let default_file =
        "# Where the resources are.\nfolder = \"webhooks\"\n\n# Tags served without code.\n[routes]\n";
    let schema = schema::schema(&keys, default_file);
    let properties = &schema["properties"];
    assert_eq!(properties["folder"]["description"], "Where the resources are.");
    assert_eq!(properties["routes"]["description"], "Tags served without code.");
    let route = &properties["routes"]["additionalProperties"];
    assert_eq!(route["properties"]["reply"]["type"], "string");
    assert_eq!(route["required"], serde_json::json!(["webhook"]));
    assert_eq!(route["additionalProperties"], false);
    let directory = &properties["outbound"]["properties"]["service_directory"];
    assert_eq!(directory["additionalProperties"]["type"], "string");
}
