//! An amount with a unit.

use serde_json::{Value, json};

use super::number::{amount, value};
use crate::emulator::agent::understanding::entity::Circumstances;
use crate::emulator::agent::understanding::said::Said;

/// Units of time by the short name that the platform has for them.
const TIMES: [(&str, &str); 8] = [
    (
        "ms",
        "millisecond milliseconds millisekunde millisekunden milisegundo milisegundos milliseconde millisecondes",
    ),
    ("s", "sec secs second seconds sekunde sekunden segundo segundos seconde secondes"),
    ("min", "mins minute minutes minuten minuto minutos"),
    ("h", "hr hrs hour hours stunde stunden std hora horas heure heures"),
    ("day", "days d tag tage tagen día días jour jours dia dias"),
    ("wk", "week weeks woche wochen semana semanas semaine semaines"),
    ("mo", "month months monat monate monaten mes meses mois mês"),
    ("yr", "year years jahr jahre jahren año años an ans année années ano anos"),
];

/// Currencies by their code.
const CURRENCIES: [(&str, &str); 10] = [
    ("USD", "$ dollar dollars us$ dólar dólares"),
    ("EUR", "€ euro euros"),
    ("GBP", "£ pound pounds pfund libra libras livre livres"),
    ("JPY", "¥ yen"),
    ("CHF", "franc francs franken"),
    ("INR", "₹ rupee rupees"),
    ("BRL", "r$ real reais"),
    ("MXN", "peso pesos"),
    ("KRW", "₩ won"),
    ("UAH", "₴ hryvnia"),
];

pub(super) fn duration(said: &Said, circumstances: Circumstances<'_>) -> Option<Value> {
    let (amount, unit) = split(said.folded(), circumstances)?;
    let (unit, _) = TIMES.iter().find(|(short, words)| named(unit, short, words))?;
    Some(json!({ "amount": amount, "unit": unit }))
}

pub(super) fn currency(said: &Said, circumstances: Circumstances<'_>) -> Option<Value> {
    let (amount, unit) = split(said.folded(), circumstances)?;
    let known = CURRENCIES.iter().find(|(code, words)| named(unit, &code.to_ascii_lowercase(), words));
    let code = match known {
        Some((code, _)) => (*code).to_owned(),
        // Any other code of ISO 4217 is written in capitals.
        None => {
            let code = said.text().split(' ').next_back().filter(|code| code.len() == 3)?;
            code.bytes().all(|byte| byte.is_ascii_uppercase()).then(|| code.to_owned())?
        }
    };
    Some(json!({ "amount": amount, "currency": code }))
}

pub(super) fn temperature(said: &Said, circumstances: Circumstances<'_>) -> Option<Value> {
    let (amount, unit) = split(said.folded(), circumstances)?;
    let unit = unit.trim_start_matches('°').trim_start();
    let unit = ["degrees", "degree", "grad", "grados", "degrés", "graus"]
        .iter()
        .find_map(|word| unit.strip_prefix(word))
        .unwrap_or(unit);
    let unit = match unit.trim_start() {
        "" | "c" | "celsius" | "centigrade" => "C",
        "f" | "fahrenheit" => "F",
        "k" | "kelvin" => "K",
        _ => return None,
    };
    Some(json!({ "amount": amount, "unit": unit }))
}

/// A unit of any kind, as it is written.
pub(super) fn any_unit(said: &Said, circumstances: Circumstances<'_>) -> Option<Value> {
    let (amount, unit) = split(said.folded(), circumstances)?;
    let is_unit =
        unit.chars().count() <= 20 && unit.chars().all(|c| !c.is_numeric() || matches!(c, '²' | '³'));
    is_unit.then(|| json!({ "amount": amount, "unit": unit }))
}

fn named(unit: &str, short: &str, words: &str) -> bool {
    unit == short || words.split(' ').any(|word| word == unit)
}

/// An amount, and the unit behind or, of money, before it.
fn split<'t>(folded: &'t str, circumstances: Circumstances<'_>) -> Option<(Value, &'t str)> {
    let is_digit = |c: char| c.is_ascii_digit();
    let (number, unit) = match (folded.find(is_digit), folded.rfind(is_digit)) {
        // "$50": the symbol comes first.
        (Some(first), Some(last))
            if last + 1 == folded.len() && first > 0 && !folded.starts_with(['-', '+']) =>
        {
            (&folded[first..], &folded[..first])
        }
        (Some(_), Some(last)) => folded.split_at(last + 1),
        _ => folded.split_once(' ')?,
    };
    let unit = unit.trim();
    (!unit.is_empty()).then_some(())?;
    Some((value(amount(number.trim(), circumstances)?)?, unit))
}
