//! How inputs are read. They are text: one thing a line, its parts divided by tabs. So a corpus can be read by people and
//! written by hand, and what libFuzzer does to text (numbers, lines, words of a dictionary) makes sense. No input is
//! wrong: what cannot be read is nothing, zero or empty.

use std::borrow::Cow;

/// Lines of one input that are looked at. More of them only cost time.
const LINES: usize = 64;

/// The lines that are not empty.
pub fn lines(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    data.split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .take(LINES)
}

/// The first `N` parts of a line; the last of them is the whole rest of it.
pub fn parts<const N: usize>(line: &[u8]) -> [&[u8]; N] {
    let mut parts = line.splitn(N, |byte| *byte == b'\t');
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

/// A part as text.
pub fn text(part: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(part)
}

/// A part as an owned text.
pub fn owned(part: &[u8]) -> String {
    text(part).into_owned()
}

/// A part as a number.
pub fn number<T: std::str::FromStr + Default>(part: &[u8]) -> T {
    text(part).trim().parse().unwrap_or_default()
}

/// What a letter means: its place in `letters`.
pub fn choice(letter: u8, letters: &str) -> Option<usize> {
    letters.bytes().position(|known| known == letter)
}
