//! A text with gaps: a phrase with parameters, or a value that is put together from others.

use super::said::{Said, folded_piece};

/// Pieces of text and gaps between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// As it is compared.
    Piece(String),
    /// The number of the gap.
    Gap(usize),
}

/// The most pieces and gaps; nobody says more in one sentence.
const MOST_PARTS: usize = 64;

/// The most that may be tried in a turn, so that no agent and no text can hold it up.
#[derive(Debug, Default)]
pub(super) struct Patience(u32);

impl Patience {
    /// Every gap with every end that it could have counts as one.
    pub(super) fn of_a_turn() -> Self {
        Self(50_000)
    }

    /// Whether there is still some.
    pub(super) fn spend(&mut self) -> bool {
        self.spend_as(1)
    }

    /// The same for what is as much work as so many others.
    pub(super) fn spend_as(&mut self, many: u32) -> bool {
        self.0 = self.0.saturating_sub(many);
        self.0 > 0
    }
}

impl Template {
    pub(super) fn piece(&mut self, text: &str) {
        let text = folded_piece(text);
        match self.parts.last_mut() {
            _ if text.is_empty() => {}
            Some(Part::Piece(before)) => {
                // One space where both have one.
                let text = if before.ends_with(' ') { text.trim_start() } else { &text };
                before.push_str(text);
            }
            _ => self.parts.push(Part::Piece(text)),
        }
    }

    pub(super) fn gap(&mut self, number: usize) {
        self.parts.push(Part::Gap(number));
    }

    /// With nothing at the ends that [`Said`] takes away; beyond the most parts it is like no text.
    pub(super) fn finished(mut self) -> Self {
        if self.parts.len() > MOST_PARTS {
            return Self::default();
        }
        if let Some(Part::Piece(first)) = self.parts.first_mut() {
            *first = first.trim_start_matches([' ', '¿', '¡']).to_owned();
        }
        if let Some(Part::Piece(last)) = self.parts.last_mut() {
            *last = last.trim_end().trim_end_matches(['.', '?', '!', '…', '。', '？', '！']).to_owned();
        }
        self.parts.retain(|part| *part != Part::Piece(String::new()));
        self
    }

    /// Whether it is a single gap.
    pub(super) fn is_gap(&self) -> bool {
        matches!(self.parts.as_slice(), [Part::Gap(_)])
    }

    /// How many bytes of text it has beside its gaps.
    pub(super) fn weight(&self) -> usize {
        let pieces = self.parts.iter().map(|part| if let Part::Piece(text) = part { text.len() } else { 0 });
        pieces.sum()
    }

    /// Whether `said` can be so at all, at little cost.
    fn may_be(&self, folded: &str) -> bool {
        let first =
            !matches!(self.parts.first(), Some(Part::Piece(text)) if !folded.starts_with(text.as_str()));
        first && !matches!(self.parts.last(), Some(Part::Piece(text)) if !folded.ends_with(text.as_str()))
    }

    /// The gaps' values in order, if all of `said` is so: `fill` gives the value of a gap, if the text may
    /// fill it.
    pub(super) fn filled<V>(
        &self,
        said: &Said,
        patience: &mut Patience,
        fill: &mut dyn FnMut(usize, &str, &mut Patience) -> Option<V>,
    ) -> Option<Vec<(usize, String, V)>> {
        if self.parts.is_empty() || !self.may_be(said.folded()) {
            return None;
        }
        let mut values = Vec::new();
        let whole = rest(&self.parts, said, 0, patience, fill, &mut values);
        whole.then(|| {
            values.reverse();
            values
        })
    }
}

/// Whether what is left of the text is what is left of the parts; the values come last one first.
fn rest<V>(
    parts: &[Part],
    said: &Said,
    at: usize,
    patience: &mut Patience,
    fill: &mut dyn FnMut(usize, &str, &mut Patience) -> Option<V>,
    values: &mut Vec<(usize, String, V)>,
) -> bool {
    let left = &said.folded()[at..];
    let Some((part, others)) = parts.split_first() else { return left.is_empty() };
    let gap = match part {
        Part::Piece(text) => {
            return left.starts_with(text.as_str())
                && rest(others, said, at + text.len(), patience, fill, values);
        }
        Part::Gap(gap) => *gap,
    };
    let ends: Box<dyn Iterator<Item = usize>> = match others.first() {
        None => Box::new(std::iter::once(left.len())),
        Some(Part::Piece(text)) => Box::new(left.match_indices(text.as_str()).map(|(end, _)| end)),
        Some(Part::Gap(_)) => Box::new(left.match_indices(' ').map(|(end, _)| end)),
    };
    for end in ends.filter(|end| *end > 0) {
        if !patience.spend() {
            return false;
        }
        let Some(text) = said.original(at..at + end).filter(|text| !text.is_empty()) else { continue };
        let Some(value) = fill(gap, text, patience) else { continue };
        if rest(others, said, at + end, patience, fill, values) {
            values.push((gap, text.to_owned(), value));
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(parts: &[&str]) -> Template {
        let mut template = Template::default();
        for (number, part) in parts.iter().enumerate() {
            match part.strip_prefix('@') {
                Some(_) => template.gap(number),
                None => template.piece(part),
            }
        }
        template.finished()
    }

    fn filled(parts: &[&str], text: &str) -> Option<Vec<String>> {
        let is_number = |gap: usize, text: &str, _: &mut Patience| {
            (parts[gap] == "@any" || text.parse::<u32>().is_ok()).then_some(())
        };
        let filled =
            template(parts).filled(&Said::new(text), &mut Patience::of_a_turn(), &mut { is_number })?;
        Some(filled.into_iter().map(|(_, text, ())| text).collect())
    }

    #[test]
    fn gaps_are_filled() {
        for (parts, text, values) in [
            (&["I want ", "@n", " of them."][..], "i WANT  12 of them", Some(&["12"][..])),
            (&["I want ", "@n", " of them"], "I want many of them", None),
            (&["from ", "@any", " to ", "@any"], "from A to B to C", Some(&["A", "B to C"])),
            (&["@any", " to ", "@n"], "A to B to 3", Some(&["A to B", "3"])),
            (&["@n", "@any"], "3 big lamps", Some(&["3", "big lamps"])),
            (&["at ", "@n ", "please"], "at 3 please", Some(&["3"])),
            (&["the ", " big", "@any"], "the big Lamp", Some(&["Lamp"])),
            (&["@any", "?"], "What?", Some(&["What"])),
            (&["from ", "@any"], "from ", None),
        ] {
            let values = values.map(|values| values.iter().map(|value| (*value).to_owned()).collect());
            assert_eq!(filled(parts, text), values, "{parts:?} {text}");
        }
        assert!(template(&["@n"]).is_gap() && !template(&["a", "@n"]).is_gap());
    }

    #[test]
    fn patience_ends() {
        let parts: Vec<&str> = std::iter::repeat_n(["@any", " a "], 30).flatten().chain(["@n"]).collect();
        let mut patience = Patience::of_a_turn();
        let mut but_the_last = |gap: usize, _: &str, _: &mut Patience| (gap < 60).then_some(());
        let said = Said::new(&"a ".repeat(500));
        let filled = template(&parts).filled(&said, &mut patience, &mut but_the_last);
        assert!(filled.is_none() && !patience.spend());
    }
}
