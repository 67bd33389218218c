//! Tables for people.

use std::borrow::Cow;

/// Columns as wide as their widest cell, two spaces between. What would act on a terminal is shown, see [`plain`].
pub fn table<const COLUMNS: usize>(head: [&str; COLUMNS], rows: &[[String; COLUMNS]]) -> String {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| row.each_ref().map(|cell| plain(cell).into_owned()))
        .collect();
    let mut widths = head.map(|cell| cell.chars().count());
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: [&str; COLUMNS]| {
        let cells: Vec<_> = cells
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    let rows = rows.iter().map(|row| line(row.each_ref().map(String::as_str)));
    std::iter::once(line(head)).chain(rows).collect::<Vec<_>>().join("\n")
}

/// `yes` or `no`.
pub fn yes_or_no(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

/// A text of somebody else's as it may go to a terminal: what would move the cursor, colour, ring or turn the direction of
/// what follows stands there escaped, `\u{1b}`.
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match acts(character) {
            true => plain.extend(character.escape_default()),
            false => plain.push(character),
        }
    }
    Cow::Owned(plain)
}

/// Control characters, line and paragraph separators, and those that change the direction of writing.
pub fn acts(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_shown_and_what_does_not_is_left_alone() {
        assert_eq!(
            plain("\u{1b}[31mred\n\u{9b}\u{202e}"),
            "\\u{1b}[31mred\\n\\u{9b}\\u{202e}"
        );
        assert_eq!(plain("Kaffeemühle ☕ 日本"), "Kaffeemühle ☕ 日本");
        let shown = table(["A", "B"], &[["\t".to_owned(), "x".to_owned()]]);
        assert_eq!(shown, "A   B\n\\t  x");
    }
}
