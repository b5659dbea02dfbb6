//! "Did you mean …?"

/// Longer words, in bytes, are compared with nothing.
const LONGEST: usize = 128;

/// The known word that `word` most likely stands for, if any is close.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // The comparison takes time and memory by length, and nobody mistypes that much.
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| {
            (strsim::normalized_damerau_levenshtein(&word, &candidate.to_lowercase()), candidate)
        })
        .filter(|(similarity, _)| *similarity >= 0.5)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_was_probably_meant() {
        let known = ["order-status", "gallery", "slow"];
        assert_eq!(nearest("Order_Status", known), Some("order-status"));
        assert_eq!(nearest("galery", known), Some("gallery"));
        assert_eq!(nearest("refund", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest(&"order-status".repeat(100_000), known), None);
    }
}
