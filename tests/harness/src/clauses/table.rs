//! The table, to be read.

use std::fmt::Write as _;

use super::Clause;

/// These clauses with what honours and proves them.
pub fn text(clauses: &[&Clause]) -> String {
    let mut text = String::new();
    for clause in clauses {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{:<34} {:<7} {}", clause.id, clause.binds, clause.heading);
        let _ = writeln!(text, "    {}", clause.says);
        for code in &clause.code {
            let _ = writeln!(text, "    code  {code}");
        }
        for test in &clause.tests {
            let _ = writeln!(text, "    test  {test}");
        }
        if let Some(reason) = &clause.not_here {
            let _ = writeln!(text, "    not here: {reason}");
        }
    }
    let concern = clauses.iter().filter(|clause| clause.concerns_us());
    let proved = concern.clone().filter(|clause| !clause.tests.is_empty()).count();
    let (all, concern) = (clauses.len(), concern.count());
    let _ = writeln!(
        text,
        "\n{all} clauses; {concern} concern this server, {proved} of them have a test"
    );
    text
}
