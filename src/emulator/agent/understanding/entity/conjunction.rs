//! Several values in one text.

/// "And", in the languages of most agents.
const AND: [&str; 10] = [" and ", " und ", " y ", " e ", " et ", " en ", " & ", " + ", " и ", " och "];

/// The values that commas and "and" stand between; of one value the text itself.
pub(super) fn split(text: &str) -> Vec<&str> {
    let mut pieces: Vec<&str> = text.split([',', ';', '、', '，']).collect();
    for and in AND {
        pieces = pieces.iter().flat_map(|piece| piece.split(and)).collect();
    }
    // "a, b, and c".
    let bare = |piece: &'_ str| {
        AND.iter().find_map(|and| piece.strip_prefix(and.trim_start())).unwrap_or(piece).len()
    };
    let pieces = pieces.into_iter().map(|piece| {
        let piece = piece.trim();
        piece[piece.len() - bare(piece)..].trim()
    });
    pieces.filter(|piece| !piece.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn values_are_told_apart() {
        for (text, values) in [
            ("lamp", &["lamp"][..]),
            ("lamp and chair", &["lamp", "chair"]),
            ("Lampe, Stuhl und Tisch", &["Lampe", "Stuhl", "Tisch"]),
            ("a, b, and c", &["a", "b", "c"]),
            (" , ", &[]),
        ] {
            assert_eq!(split(text), values, "{text}");
        }
    }
}
