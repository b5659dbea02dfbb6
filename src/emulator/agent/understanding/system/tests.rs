use serde_json::{Value, json};

use super::*;
use crate::emulator::agent::understanding::languages::Languages;

/// 2026-11-26 is a Thursday.
fn find(name: &str, text: &str, language: &str) -> Option<Value> {
    let languages = Languages::of(&[language, "en"]);
    let now = jiff::civil::date(2026, 11, 26).at(3, 25, 0, 0);
    resolve(name, text, Circumstances { languages: &languages, now }).map(|found| found.value)
}

#[track_caller]
fn check(name: &str, language: &str, texts: &[(&str, Value)]) {
    for (text, value) in texts {
        let expected = Some(value.clone()).filter(|value| !value.is_null());
        assert_eq!(find(name, text, language), expected, "@sys.{name} {language}: {text}");
    }
}

#[test]
fn numbers() {
    let none = Value::Null;
    check(
        "number",
        "en",
        &[
            ("3", json!(3)),
            ("-3.50", json!(-3.5)),
            ("1,234.5", json!(1234.5)),
            ("1 234", json!(1234)),
            ("1,5", json!(1.5)),
            ("twelve", json!(12)),
            ("12a", none.clone()),
            ("1,23,456", none.clone()),
            ("", none.clone()),
            ("99999999999999999999", json!(1e20)),
        ],
    );
    check(
        "number",
        "de",
        &[("1.234,5", json!(1234.5)), ("1.5", json!(1.5)), ("1.500", json!(1500)), ("zwölf", json!(12))],
    );
    check("number-integer", "es", &[("dos", json!(2)), ("2,5", none.clone()), ("2.000", json!(2000))]);
    check("number", "fr", &[("1 234,5", json!(1234.5)), ("deux", json!(2))]);
    check("number", "pt-br", &[("duas", json!(2)), ("1.234", json!(1234))]);
    check("ordinal", "en", &[("2nd", json!(2)), ("third", json!(3)), ("2x", none.clone())]);
    check("ordinal", "fr", &[("1er", json!(1)), ("deuxième", json!(2))]);
    check("percentage", "en", &[("10 %", json!("10%")), ("ten percent", json!("10%")), ("10", none.clone())]);
    check("number-sequence", "en", &[("123-456 7890", json!("1234567890")), ("12a", none)]);
}

#[test]
fn contacts() {
    let none = Value::Null;
    check(
        "phone-number",
        "en",
        &[
            ("+1 (415) 555-0100", json!("+14155550100")),
            ("428 6594", json!("4286594")),
            ("12", none.clone()),
            ("call me", none.clone()),
        ],
    );
    check(
        "email",
        "en",
        &[
            ("ada@example.com", json!("ada@example.com")),
            ("I forgot which email I used", none.clone()),
            ("a b@example.com", none.clone()),
            ("a@b", none.clone()),
            ("@example.com", none.clone()),
        ],
    );
    check(
        "url",
        "en",
        &[
            ("https://example.com/a?b=c", json!("https://example.com/a?b=c")),
            ("www.example.com", json!("www.example.com")),
            ("1.5", none.clone()),
            ("example", none.clone()),
        ],
    );
    check(
        "zip-code",
        "en",
        &[
            ("94043", json!("94043")),
            ("SW1A 1AA", json!("SW1A 1AA")),
            ("hello", none.clone()),
            ("order 66", none.clone()),
        ],
    );
    check("flight-number", "en", &[("lh 123", json!("LH123")), ("123456", none)]);
}

#[test]
fn dates() {
    let date = |year: i32, month: i32, day: i32| json!({ "year": year, "month": month, "day": day });
    let march = date(2021, 3, 5);
    check(
        "date",
        "en",
        &[
            ("2021-03-05", march.clone()),
            ("3/5/2021", march.clone()),
            ("March 5th, 2021", march.clone()),
            ("5 March 2021", march.clone()),
            ("Friday, the 5th of March 2021", march.clone()),
            ("march 5", date(2027, 3, 5)),
            ("Dec. 1", date(2026, 12, 1)),
            ("13/5/2021", date(2021, 5, 13)),
            ("Feb 29", date(2028, 2, 29)),
            ("today", date(2026, 11, 26)),
            ("the day after tomorrow", date(2026, 11, 28)),
            ("next Thursday", date(2026, 12, 3)),
            ("on friday", date(2026, 11, 27)),
            ("2021-02-30", Value::Null),
            ("march", Value::Null),
            ("5", Value::Null),
            ("march 5 6", Value::Null),
            ("maybe", Value::Null),
        ],
    );
    check(
        "date",
        "de",
        &[
            ("5. März 2021", march.clone()),
            ("05.03.2021", march.clone()),
            ("5.3.21", march.clone()),
            ("5.3.", date(2027, 3, 5)),
            ("übermorgen", date(2026, 11, 28)),
            ("am Freitag", date(2026, 11, 27)),
        ],
    );
    check(
        "date",
        "es",
        &[
            ("5 de marzo de 2021", march.clone()),
            ("pasado mañana", date(2026, 11, 28)),
            ("5/3/2021", march.clone()),
        ],
    );
    check(
        "date",
        "fr",
        &[
            ("le 5 mars 2021", march.clone()),
            ("1er août 2027", date(2027, 8, 1)),
            ("demain", date(2026, 11, 27)),
        ],
    );
    check(
        "date",
        "pt-br",
        &[("5 de março de 2021", march), ("amanhã", date(2026, 11, 27)), ("sexta-feira", date(2026, 11, 27))],
    );
}

#[test]
fn times() {
    let time =
        |hours: i32, minutes: i32| json!({ "hours": hours, "minutes": minutes, "seconds": 0, "nanos": 0 });
    check(
        "time",
        "en",
        &[
            ("14:30", time(14, 30)),
            ("2:30 pm", time(14, 30)),
            ("2pm", time(14, 0)),
            ("at 9 am", time(9, 0)),
            ("at 12 a.m.", time(0, 0)),
            ("3 o'clock", time(3, 0)),
            ("noon", time(12, 0)),
            ("13 pm", Value::Null),
            ("25:00", Value::Null),
            ("2:3", Value::Null),
            ("14", Value::Null),
        ],
    );
    check("time", "de", &[("14 Uhr", time(14, 0)), ("um 14:30 Uhr", time(14, 30))]);
    check("time", "es", &[("a las 14:30", time(14, 30))]);
    check("time", "fr", &[("14h30", time(14, 30)), ("à 14 h", time(14, 0))]);
    check(
        "date-time",
        "en",
        &[
            ("tomorrow", json!({ "year": 2026, "month": 11, "day": 27 })),
            ("2 pm", time(14, 0)),
            (
                "tomorrow at 2:30 pm",
                json!({ "year": 2026, "month": 11, "day": 27, "hours": 14, "minutes": 30, "seconds": 0, "nanos": 0 }),
            ),
            (
                "2pm on March 5, 2021",
                json!({ "year": 2021, "month": 3, "day": 5, "hours": 14, "minutes": 0, "seconds": 0, "nanos": 0 }),
            ),
            (
                "2021-03-05T14:00:00",
                json!({ "year": 2021, "month": 3, "day": 5, "hours": 14, "minutes": 0, "seconds": 0, "nanos": 0 }),
            ),
            ("soon", Value::Null),
        ],
    );
    check(
        "time-period",
        "en",
        &[("from 2pm to 4pm", json!({ "startTime": time(14, 0), "endTime": time(16, 0) }))],
    );
}

#[test]
fn periods_and_quantities() {
    let none = Value::Null;
    let days = |month: i32, start: i32, end: i32| json!({ "startDate": { "year": 2027, "month": month, "day": start }, "endDate": { "year": 2027, "month": month, "day": end } });
    check(
        "date-period",
        "en",
        &[
            ("from March 5 to March 9", days(3, 5, 9)),
            ("February", days(2, 1, 28)),
            ("february 2027", days(2, 1, 28)),
            ("from March 5 2027 to March 4 2027", none.clone()),
        ],
    );
    check("date-period", "de", &[("vom 5.3. bis 9.3.", days(3, 5, 9))]);
    check(
        "duration",
        "en",
        &[
            ("10 minutes", json!({ "amount": 10, "unit": "min" })),
            ("an hour", json!({ "amount": 1, "unit": "h" })),
            ("2d", json!({ "amount": 2, "unit": "day" })),
            ("10 lamps", none.clone()),
            ("minutes", none.clone()),
        ],
    );
    check("duration", "de", &[("drei Wochen", json!({ "amount": 3, "unit": "wk" }))]);
    check(
        "unit-currency",
        "en",
        &[
            ("$50", json!({ "amount": 50, "currency": "USD" })),
            ("50 euros", json!({ "amount": 50, "currency": "EUR" })),
            ("12.50 GBP", json!({ "amount": 12.5, "currency": "GBP" })),
            ("50 SEK", json!({ "amount": 50, "currency": "SEK" })),
            ("50 sek", none.clone()),
            ("50", none.clone()),
        ],
    );
    check(
        "temperature",
        "en",
        &[
            ("25 °C", json!({ "amount": 25, "unit": "C" })),
            ("-5 degrees Fahrenheit", json!({ "amount": -5, "unit": "F" })),
            ("25 apples", none.clone()),
        ],
    );
    check("unit-length", "en", &[("5 km", json!({ "amount": 5, "unit": "km" })), ("km", none)]);
}

#[test]
fn names_of_people_and_places_are_any_text() {
    check("any", "en", &[(" Jane Doe. ", json!("Jane Doe."))]);
    check("person", "en", &[("Jane Doe", json!({ "name": "Jane Doe", "original": "Jane Doe" }))]);
    check("location", "en", &[("Kyiv", json!({ "original": "Kyiv" }))]);
    check("something-new", "en", &[("x", json!("x"))]);
    assert!(is_free("geo-city") && is_free("something-new") && !is_free("date"));
    assert!(is_known("geo-city") && !is_known("something-new"));
}

proptest::proptest! {
    #[test]
    fn no_text_is_too_strange(text in "\\PC{0,60}", digits in "[0-9/:.,hapmAPM +-]{0,20}", language in "en|de|es|fr|pt|ja|xx") {
        const ALL: [&str; 28] = [
            "number", "number-integer", "ordinal", "percentage", "number-sequence", "phone-number", "email", "url",
            "zip-code", "flight-number", "date", "time", "date-time", "date-period", "time-period", "duration",
            "unit-currency", "temperature", "unit-length", "person", "location", "any", "address", "color", "language",
            "geo-city", "last-name", "other",
        ];
        for name in ALL {
            for text in [text.as_str(), &digits, &format!("{digits} {text}")] {
                let _ = find(name, text, &language);
            }
        }
    }
}
