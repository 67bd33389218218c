//! For people: a line each, and under what is broken what was seen.

use std::fmt::Write as _;

use super::{Broken, Line, Report, Verdict};

/// The report as text.
pub fn text(report: &Report) -> String {
    let description = &report.description;
    let mut out = format!(
        "{} {}, level {}, sha256 {}\n\n",
        description.name,
        description.version,
        crate::level::Level::from(description.level),
        &report.digest[..report.digest.len().min(12)]
    );
    for line in &report.lines {
        written(&mut out, line);
    }
    let count = |is: fn(&Verdict) -> bool| report.lines.iter().filter(|line| is(&line.verdict)).count();
    let holds = count(|verdict| matches!(verdict, Verdict::Holds(_)));
    let broken = count(|verdict| matches!(verdict, Verdict::Broken(_)));
    let untried = count(|verdict| matches!(verdict, Verdict::Untried(_)));
    let _ = write!(out, "\n{holds} hold, {broken} are broken");
    if untried > 0 {
        let _ = write!(out, ", {untried} were not tried");
    }
    let _ = writeln!(out, " (seed {})", report.seed);
    out
}

// Writing to a string does not fail.
fn written(out: &mut String, line: &Line) {
    let verdict = match &line.verdict {
        Verdict::Holds(_) => "holds",
        Verdict::Broken(_) => "BROKEN",
        Verdict::Untried(_) => "not tried",
    };
    let _ = writeln!(out, "{:<7} {verdict:<10} {}", line.level, line.name);
    match &line.verdict {
        Verdict::Holds(notes) => {
            for note in notes {
                let _ = writeln!(out, "{:18} note: {note}", "");
            }
        }
        Verdict::Broken(broken) => explained(out, line.says, broken),
        Verdict::Untried(needed) => {
            let _ = writeln!(out, "{:18} it needs {needed}", "");
        }
    }
}

fn explained(out: &mut String, says: &str, broken: &Broken) {
    let _ = writeln!(out, "    must be:  {says}");
    let _ = writeln!(out, "    was seen: {}", indented(&broken.what, 14));
    if !broken.place.is_empty() {
        let _ = writeln!(out, "    tried at: {}", broken.place);
    }
    if !broken.events.is_empty() {
        let _ = writeln!(out, "    the last events and their effects:");
    }
    for event in &broken.events {
        let _ = writeln!(out, "      {}", indented(event, 6));
    }
}

fn indented(text: &str, by: usize) -> String {
    text.replace('\n', &format!("\n{:by$}", ""))
}
