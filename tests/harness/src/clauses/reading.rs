//! The tables as they are written.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{Binds, Clause};
use crate::schemas::VERSIONS;

/// Why the tables cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ClauseError {
    /// A file cannot be read.
    #[error("{0}: {1}")]
    File(String, std::io::Error),
    /// A file is not TOML, or has members that nobody knows.
    #[error("{0}: {1}")]
    Table(String, toml::de::Error),
    /// A row is not whole, stands twice, or names another one that is not there.
    #[error("the clause {0} {1}")]
    Row(String, String),
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    clause: Vec<Row>,
}

/// A row. What a version took over unchanged names the earlier clause, and may name more that proves it.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    same_as: Option<String>,
    heading: Option<String>,
    binds: Option<Binds>,
    says: Option<String>,
    #[serde(default)]
    code: Vec<String>,
    #[serde(default)]
    tests: Vec<String>,
    not_here: Option<String>,
}

/// All clauses, version by version in the order of their pages.
///
/// # Errors
/// When a table cannot be read or does not fit together.
pub fn read(root: &Path) -> Result<Vec<Clause>, ClauseError> {
    let mut all = Vec::new();
    let mut places = BTreeMap::new();
    for version in VERSIONS {
        let file = format!("tests/harness/clauses/{version}.toml");
        let text = fs::read_to_string(root.join(&file)).map_err(|error| ClauseError::File(file.clone(), error))?;
        for row in rows(&file, &text)? {
            let wrong = |what: String| ClauseError::Row(row.id.clone(), what);
            let earlier = match &row.same_as {
                None => None,
                Some(id) => {
                    let at: &usize = places
                        .get(id)
                        .ok_or_else(|| wrong(format!("is the same as {id}, which is not there")))?;
                    Some(&all[*at])
                }
            };
            let clause = whole(&row, earlier).map_err(&wrong)?;
            if clause.version() != version || clause.id.split('/').count() != 3 {
                return Err(wrong(format!("has an id that does not fit into {file}")));
            }
            if places.insert(clause.id.clone(), all.len()).is_some() {
                return Err(wrong("stands twice".to_owned()));
            }
            all.push(clause);
        }
    }
    Ok(all)
}

fn rows(file: &str, text: &str) -> Result<Vec<Row>, ClauseError> {
    let table: Table = toml::from_str(text).map_err(|error| ClauseError::Table(file.to_owned(), error))?;
    Ok(table.clause)
}

fn whole(row: &Row, earlier: Option<&Clause>) -> Result<Clause, String> {
    let missing = |member: &str| format!("has no `{member}`");
    let both = |theirs: fn(&Clause) -> &Vec<String>, ours: &[String]| {
        let inherited = earlier.map(theirs).into_iter().flatten();
        let mut all: Vec<String> = inherited.cloned().collect();
        all.extend(
            ours.iter()
                .filter(|one| !all.contains(one))
                .cloned()
                .collect::<Vec<_>>(),
        );
        all
    };
    let text = |own: &Option<String>, theirs: fn(&Clause) -> &String| {
        own.clone().or_else(|| earlier.map(|one| theirs(one).clone()))
    };
    Ok(Clause {
        id: row.id.clone(),
        heading: text(&row.heading, |one| &one.heading).ok_or_else(|| missing("heading"))?,
        binds: row
            .binds
            .or(earlier.map(|one| one.binds))
            .ok_or_else(|| missing("binds"))?,
        says: text(&row.says, |one| &one.says).ok_or_else(|| missing("says"))?,
        code: both(|one| &one.code, &row.code),
        tests: both(|one| &one.tests, &row.tests),
        not_here: row
            .not_here
            .clone()
            .or_else(|| earlier.and_then(|one| one.not_here.clone())),
    })
}
