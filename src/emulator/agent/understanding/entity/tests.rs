use serde_json::{Value, json};

use super::*;
use crate::emulator::package::Entity;

fn entity_type(name: &str, kind: EntityKind, values: &[(&str, &[&str])]) -> EntityType {
    let mut one = EntityType { display_name: name.to_owned(), kind, ..EntityType::default() };
    let entity = |(value, synonyms): &(&str, &[&str])| Entity {
        value: (*value).to_owned(),
        synonyms: synonyms.iter().map(|synonym| (*synonym).to_owned()).collect(),
        ..Entity::default()
    };
    one.entities.insert("en".to_owned(), values.iter().map(entity).collect());
    one
}

fn entities() -> Entities {
    let mut product = entity_type(
        "product",
        EntityKind::Map,
        &[
            ("lamp\t", &["Lamp", "night light"]),
            ("LongSleeve", &["long sleeve"]),
            ("due", &["@sys.date"]),
            ("@sys.time", &["x"]),
        ],
    );
    product.excluded_phrases.insert("en".to_owned(), vec!["Light".to_owned(), "long sleeve".to_owned()]);
    let german =
        Entity { value: "lamp".to_owned(), synonyms: vec!["Leuchte".to_owned()], ..Entity::default() };
    product.entities.insert("DE".to_owned(), vec![german]);
    let name: &[&str] = &["@sys.given-name:first @sys.given-name:first"];
    Entities::new(&[
        product,
        entity_type("id", EntityKind::Regexp, &[("[A-Z]-[0-9]{4}", &[]), ("(", &[]), ("a|ab", &[])]),
        entity_type(
            "item",
            EntityKind::List,
            &[
                ("@sys.number:amount @product:product", &["@sys.number:amount @product:product"]),
                ("@sys.date", &[]),
                ("@product for sale", &[]),
                ("nothing", &["nothing"]),
            ],
        ),
        entity_type("names", EntityKind::List, &[(name[0], name)]),
        entity_type("loop", EntityKind::List, &[("@loop", &["@loop"]), ("x @loop", &[])]),
        entity_type("sys.number-sequence", EntityKind::Map, &[("0000", &["none"])]),
    ])
}

fn resolve(name: &str, text: &str, language: &str) -> Option<Value> {
    let languages = Languages::of(&[language, language.split('-').next().unwrap_or_default(), "en"]);
    let circumstances =
        Circumstances { languages: &languages, now: jiff::civil::date(2026, 11, 26).at(3, 0, 0, 0) };
    Some(entities().resolve(name, text, circumstances, &mut Patience::of_a_turn())?.value)
}

#[test]
fn values_are_found() {
    for (name, text, value) in [
        ("@product", "Night  Light", Some(json!("lamp\t"))),
        ("@product", "lamp", Some(json!("lamp\t"))),
        ("@product", "longsleeve", Some(json!("LongSleeve"))),
        ("@product", "long sleeve", None),
        ("@product", "light", None),
        ("@product", "2021-03-05", None),
        ("@product", "2 pm", Some(json!({ "hours": 14, "minutes": 0, "seconds": 0, "nanos": 0 }))),
        ("@product", "due", Some(json!("due"))),
        ("@id", "A-1042", Some(json!("A-1042"))),
        ("@id", "A-1042.", Some(json!("A-1042"))),
        ("@id", "A-10423", None),
        ("@id", "ab", Some(json!("ab"))),
        ("@item", "2 lamp", Some(json!({ "amount": 2, "product": "lamp\t", "original": "2 lamp" }))),
        ("@item", "2021-03-05", Some(json!({ "year": 2021, "month": 3, "day": 5 }))),
        ("@item", "Lamp for sale", Some(json!("Lamp for sale"))),
        ("@item", "Nothing", Some(json!("nothing"))),
        ("@item", "lamp", None),
        (
            "@names",
            "Nicolas Antonio",
            Some(json!({ "first": ["Nicolas", "Antonio"], "original": "Nicolas Antonio" })),
        ),
        ("@loop", "x", None),
        ("@sys.number-sequence", "none", Some(json!("0000"))),
        ("@sys.number-sequence", "1 2", Some(json!("12"))),
        ("@unknown", "x", None),
        ("@product", " ", None),
    ] {
        assert_eq!(resolve(name, text, "en"), value, "{name} {text}");
    }
}

#[test]
fn a_language_has_its_own_values_or_those_of_its_root() {
    assert_eq!(resolve("product", "leuchte", "de-AT"), Some(json!("lamp")));
    assert_eq!(resolve("product", "night light", "de"), None);
    assert_eq!(resolve("product", "night light", "fr"), Some(json!("lamp\t")));
}

#[test]
fn several_values_are_a_list() {
    let languages = Languages::of(&["en"]);
    let circumstances =
        Circumstances { languages: &languages, now: jiff::civil::date(2026, 11, 26).at(3, 0, 0, 0) };
    let list = |name: &str, text: &str| {
        let found = entities().resolve_list(name, text, circumstances, &mut Patience::of_a_turn());
        found.map(|found| found.value)
    };
    assert_eq!(list("@product", "lamp and longsleeve"), Some(json!(["lamp\t", "LongSleeve"])));
    assert_eq!(list("@product", "lamp"), Some(json!(["lamp\t"])));
    assert_eq!(list("@product", "lamp and chair"), None);
    assert_eq!(list("@sys.any", "this and that"), Some(json!(["this and that"])));
}
