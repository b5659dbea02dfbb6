//! Functions of dates and times.

use jiff::Span;
use jiff::civil::{DateTime, Time};
use serde_json::Value;

use super::FunctionError;
use super::arguments::Arguments;
use super::moment::Moment;
use super::names::Names;
use super::pattern::Pattern;
use super::value::scalar_text;

pub(super) fn now(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    Ok(Moment::DateTime(current(arguments)).into_value())
}

pub(super) fn add_date(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    let moment = moment(arguments)?;
    let date = moment.date().ok_or_else(|| arguments.wrong(0, DATED))?;
    let amount = arguments.whole(1)?;
    let unit = arguments.text(2)?.to_ascii_uppercase();
    let span = match unit.strip_suffix('S').unwrap_or(&unit) {
        "YEAR" => Span::new().try_years(amount),
        "MONTH" => Span::new().try_months(amount),
        "WEEK" => Span::new().try_weeks(amount),
        "DAY" => Span::new().try_days(amount),
        "HOUR" => Span::new().try_hours(amount),
        "MINUTE" => Span::new().try_minutes(amount),
        "SECOND" => Span::new().try_seconds(amount),
        _ => {
            return Err(arguments.wrong(2, "YEARS, MONTHS, WEEKS, DAYS, HOURS, MINUTES or SECONDS"));
        }
    };
    let moved = span.and_then(|span| date.to_datetime(moment.time()).checked_add(span));
    let moved = moved.map_err(|_| FunctionError::DateRange { function: arguments.function })?;
    let whole_days = matches!(moment, Moment::Date(_)) && moved.time() == Time::midnight();
    Ok(if whole_days { Moment::Date(moved.date()) } else { Moment::DateTime(moved) }.into_value())
}

pub(super) fn is_past_date(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    compared_with_now(arguments, |moment, now| moment < now)
}

pub(super) fn is_future_date(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    compared_with_now(arguments, |moment, now| moment > now)
}

pub(super) fn format_date(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    let moment = moment(arguments)?;
    let (pattern, names) = pattern(arguments)?;
    let zone = arguments.world.time_zone();
    let text = pattern.format(moment, names, &zone).ok_or_else(|| arguments.wrong(0, DATED))?;
    arguments.text_result(text)
}

/// What is no text is no date either.
pub(super) fn is_date(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    let (pattern, names) = pattern(arguments)?;
    let text = scalar_text(arguments.value(0));
    Ok(Value::Bool(text.is_some_and(|text| pattern.matches(&text, names))))
}

const DATED: &str = "a date or date-time: an object with year, month and day, or ISO 8601 text";

fn moment(arguments: &Arguments<'_>) -> Result<Moment, FunctionError> {
    Moment::read(arguments.value(0), &arguments.world.time_zone()).ok_or_else(|| arguments.wrong(0, DATED))
}

fn pattern(arguments: &Arguments<'_>) -> Result<(Pattern, &'static Names), FunctionError> {
    let text = arguments.text(1)?;
    let language = if arguments.given(2) { arguments.text(2)? } else { "en".into() };
    let names = Names::of(&language).ok_or_else(|| arguments.wrong(2, super::names::KNOWN))?;
    if text.len() > super::pattern::LONGEST {
        return Err(arguments.wrong(1, "a pattern of at most 256 bytes"));
    }
    let pattern = Pattern::read(&text).map_err(|(letter, count)| FunctionError::Pattern {
        function: arguments.function,
        position: 2,
        letter,
        count,
    })?;
    Ok((pattern, names))
}

/// Today itself is neither past nor future for a date without a time.
fn compared_with_now(
    arguments: &Arguments<'_>,
    holds: impl Fn(DateTime, DateTime) -> bool,
) -> Result<Value, FunctionError> {
    let now = current(arguments);
    let holds = match moment(arguments)? {
        Moment::Date(date) => {
            holds(date.to_datetime(Time::midnight()), now.date().to_datetime(Time::midnight()))
        }
        Moment::DateTime(moment) => holds(moment, now),
        Moment::Time(time) => holds(now.date().to_datetime(time), now),
    };
    Ok(Value::Bool(holds))
}

fn current(arguments: &Arguments<'_>) -> DateTime {
    arguments.world.time_zone().to_datetime(arguments.world.now())
}
