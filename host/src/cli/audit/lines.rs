//! The lines of the audit, as they come: a table for people, or JSON.

use std::io::{self, Write as _};

use hearth_host::store::{AuditEntry, AuditGap, AuditLine};

use crate::cli::table::{acts, plain};
use crate::cli::when;

/// Records by whose widest cells the columns are made; wider ones that come later push the rest of their line.
const HELD: usize = 200;

const HEAD: [&str; 8] = ["WHEN", "WHO", "CLIENT", "TOOL", "ACTION", "ENTITIES", "GEN", "OUTCOME"];
/// Characters of the columns where nothing is known yet; of the last it does not matter.
const WIDTHS: [usize; 8] = [19, 10, 16, 28, 20, 24, 3, 0];

/// A line of the table.
enum Shown {
    Cells([String; 8]),
    /// What goes over all columns.
    Across(String),
}

/// Takes lines and prints them.
pub struct Lines {
    json: bool,
    /// What waits until it is known how wide the columns are; none once that is known.
    held: Option<Vec<Shown>>,
    widths: [usize; 8],
    has_head: bool,
    /// Nobody reads any more.
    over: bool,
    last: Option<i64>,
    last_gap: Option<i64>,
}

impl Lines {
    /// None yet. Who follows sees at once what there will be.
    pub fn new(json: bool, follow: bool) -> anyhow::Result<Self> {
        let mut lines = Self {
            json,
            held: (!follow).then(Vec::new),
            widths: if follow { WIDTHS } else { HEAD.map(str::len) },
            has_head: false,
            over: false,
            last: None,
            last_gap: None,
        };
        if follow && !json {
            lines.head()?;
        }
        Ok(lines)
    }

    /// Whether nobody reads any more.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// The newest record and gap that came, or these where none did.
    pub fn seen(&self, last: Option<i64>, last_gap: Option<i64>) -> (Option<i64>, Option<i64>) {
        (self.last.or(last), self.last_gap.or(last_gap))
    }

    /// Takes one line, as JSON.
    pub fn take(&mut self, json: &str) -> anyhow::Result<()> {
        let line: AuditLine = serde_json::from_str(json)?;
        match &line {
            AuditLine::Action(entry) => self.last = Some(entry.id),
            AuditLine::Gap { gap } => self.last_gap = Some(gap.id),
        }
        if self.json {
            return self.print(&escaped(json));
        }
        let shown = match line {
            AuditLine::Action(entry) => Shown::Cells(cells(&entry)),
            AuditLine::Gap { gap } => Shown::Across(across(&gap)),
        };
        match &mut self.held {
            None => self.show(&shown),
            Some(held) => {
                held.push(shown);
                if held.len() < HELD { Ok(()) } else { self.show_held() }
            }
        }
    }

    /// Prints what is still held.
    pub fn end(&mut self) -> anyhow::Result<()> {
        if self.json {
            return Ok(());
        }
        self.show_held()?;
        self.head()
    }

    fn show_held(&mut self) -> anyhow::Result<()> {
        let held = self.held.take().unwrap_or_default();
        for shown in &held {
            if let Shown::Cells(cells) = shown {
                for (width, cell) in self.widths.iter_mut().zip(cells) {
                    *width = (*width).max(cell.chars().count());
                }
            }
        }
        held.iter().try_for_each(|shown| self.show(shown))
    }

    fn show(&mut self, shown: &Shown) -> anyhow::Result<()> {
        self.head()?;
        match shown {
            Shown::Cells(cells) => self.print(&self.row(cells.each_ref().map(String::as_str))),
            Shown::Across(text) => self.print(text),
        }
    }

    fn head(&mut self) -> anyhow::Result<()> {
        if std::mem::replace(&mut self.has_head, true) {
            return Ok(());
        }
        self.print(&self.row(HEAD))
    }

    fn row(&self, cells: [&str; 8]) -> String {
        let cells = cells.iter().zip(self.widths);
        let cells: Vec<_> = cells.map(|(cell, width)| format!("{cell:width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    }

    fn print(&mut self, text: &str) -> anyhow::Result<()> {
        match writeln!(io::stdout(), "{text}") {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.over = true;
                Ok(())
            }
            printed => Ok(printed?),
        }
    }
}

fn cells(entry: &AuditEntry) -> [String; 8] {
    [
        when::local(entry.moment),
        plain(&entry.principal).into_owned(),
        plain(&entry.client).into_owned(),
        plain(&entry.tool).into_owned(),
        plain(&entry.action).into_owned(),
        plain(&entry.entities.join(", ")).into_owned(),
        entry.generation.to_string(),
        plain(&entry.outcome).into_owned(),
    ]
}

fn across(gap: &AuditGap) -> String {
    let (first, last) = (when::local(gap.first), when::local(gap.last));
    let actions = if gap.lost == 1 { "action is" } else { "actions are" };
    format!(
        "{first}  … {last}: {} {actions} missing here: they could not be written.",
        gap.lost
    )
}

/// JSON as it may go to a terminal. What acts on one can only stand in its strings, and there it may be escaped.
fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        match acts(character) {
            true => escaped += &format!("\\u{:04x}", u32::from(character)),
            false => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_json_says_the_same() {
        let text = serde_json::json!({"client": "\u{1b}[31m\u{9b}1m\u{202e}", "tool": "ü\n"}).to_string();
        let safe = escaped(&text);
        assert!(!safe.contains(acts), "{safe}");
        let (one, other): (serde_json::Value, serde_json::Value) = (
            serde_json::from_str(&text).expect("JSON"),
            serde_json::from_str(&safe).expect("JSON"),
        );
        assert_eq!(one, other);
    }
}
