//! A range of ids, and the order in which it is read.

/// From `low`, below `high`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    pub(super) low: i64,
    pub(super) high: i64,
    /// Whether the lowest come first.
    pub(super) rising: bool,
}

impl Range {
    pub(super) fn has(&self, id: i64) -> bool {
        self.low <= id && id < self.high
    }

    /// Whether one comes before the other.
    pub(super) fn comes_before(&self, one: i64, other: i64) -> bool {
        if self.rising { one < other } else { one > other }
    }

    /// What is left of it up to an id, which is in it.
    pub(super) fn up_to(self, edge: Option<i64>) -> Self {
        match edge {
            Some(edge) if self.rising => Self { high: self.high.min(edge.saturating_add(1)), ..self },
            Some(edge) => Self { low: self.low.max(edge), ..self },
            None => self,
        }
    }

    /// Which of two edges comes first.
    pub(super) fn nearer(&self, one: Option<i64>, other: Option<i64>) -> Option<i64> {
        match (one, other) {
            (Some(one), Some(other)) => Some(if self.comes_before(one, other) { one } else { other }),
            (one, other) => one.or(other),
        }
    }

    pub(super) fn sort<T>(&self, list: &mut [T], id: impl Fn(&T) -> i64) {
        list.sort_unstable_by_key(id);
        if !self.rising {
            list.reverse();
        }
    }
}
