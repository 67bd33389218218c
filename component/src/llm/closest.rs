//! Which name was probably meant.

/// The candidate that is closest to `wanted`: one that holds it or is held by it, else the one with the fewest edits.
/// Case does not count. The first of equally close ones.
pub(crate) fn closest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A name longer than any tool's is not worth comparing to its end.
    const LONGEST: usize = 128;
    let wanted: Vec<char> = wanted.to_lowercase().chars().take(LONGEST).collect();
    let whole: String = wanted.iter().collect();
    candidates.into_iter().min_by_key(|candidate| {
        let lower = candidate.to_lowercase();
        let holds = !whole.is_empty() && (lower.contains(&whole) || whole.contains(&lower));
        let candidate: Vec<char> = lower.chars().take(LONGEST).collect();
        (!holds, edits(&wanted, &candidate))
    })
}

/// How many insertions, deletions and replacements make `b` of `a` (Levenshtein).
fn edits(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
