//! Whether what the tables name exists, and whether each clause that concerns a server is proved.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::Clause;
use crate::check::names;

/// The scenarios of the official suite that are run, one a line.
const SCENARIOS: &str = "tests/harness/clauses/scenarios.txt";

/// How an item begins, by the ending of the file.
const ITEMS: &[(&str, &[&str])] = &[
    (
        "rs",
        &[
            "fn ", "struct ", "enum ", "const ", "static ", "trait ", "type ", "mod ",
        ],
    ),
    ("py", &["def ", "class "]),
    ("mjs", &["function ", "const "]),
];

/// How a test begins.
const TESTS: &[(&str, &[&str])] = &[("rs", &["fn "]), ("py", &["def "]), ("mjs", &["function "])];

/// What is wrong with the tables, a line each: clauses without a test or without code, and what they name that is not there.
pub fn faults(root: &Path, clauses: &[Clause]) -> Vec<String> {
    let mut sources = Sources::new(root);
    let mut faults = Vec::new();
    for clause in clauses {
        let mut fault = |what: String| faults.push(format!("{}: {what}", clause.id));
        if clause.concerns_us() && clause.tests.is_empty() {
            fault(format!("no test proves it: {}", clause.says));
        }
        if clause.concerns_us() && clause.code.is_empty() {
            fault(format!("no code is named that honours it: {}", clause.says));
        }
        clause
            .code
            .iter()
            .filter_map(|code| sources.lacks(code, ITEMS))
            .for_each(&mut fault);
        clause
            .tests
            .iter()
            .filter_map(|test| sources.lacks_test(test))
            .for_each(&mut fault);
    }
    faults
}

/// What can be named.
struct Sources<'a> {
    root: &'a Path,
    files: BTreeMap<PathBuf, Option<String>>,
    behaviours: BTreeSet<String>,
    scenarios: BTreeSet<String>,
}

impl<'a> Sources<'a> {
    fn new(root: &'a Path) -> Self {
        let scenarios = fs::read_to_string(root.join(SCENARIOS)).unwrap_or_default();
        Self {
            root,
            files: BTreeMap::new(),
            behaviours: names().map(|named| named.name).collect(),
            scenarios: scenarios.lines().map(str::to_owned).collect(),
        }
    }

    fn lacks_test(&mut self, test: &str) -> Option<String> {
        let known = match test.split_once(':') {
            Some(("behaviour", name)) => self.behaviours.contains(name),
            Some(("conformance", name)) => self.scenarios.contains(name),
            _ => return self.lacks(test, TESTS),
        };
        (!known).then(|| format!("there is no {test}"))
    }

    /// Why a file does not have an item.
    fn lacks(&mut self, named: &str, begins: &[(&str, &[&str])]) -> Option<String> {
        let Some((path, item)) = named.split_once('#') else {
            return Some(format!("{named} names no item of a file"));
        };
        let Some(text) = self.text(path) else {
            return Some(format!("there is no file {path}"));
        };
        let ending = path.rsplit('.').next().unwrap_or_default();
        let begins = begins
            .iter()
            .filter(|(of, _)| *of == ending)
            .flat_map(|(_, begins)| *begins);
        let has = begins.into_iter().any(|begin| stands_in(text, begin, item));
        (!has).then(|| format!("{path} has no {item}"))
    }

    fn text(&mut self, path: &str) -> Option<&str> {
        let path = self.root.join(path);
        let read = || fs::read_to_string(&path).ok();
        self.files.entry(path.clone()).or_insert_with(read).as_deref()
    }
}

/// Whether an item of this name is defined in a text.
fn stands_in(text: &str, begin: &str, item: &str) -> bool {
    let definition = format!("{begin}{item}");
    text.match_indices(&definition).any(|(at, _)| {
        let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
        let before = text[..at].chars().next_back();
        let after = text[at + definition.len()..].chars().next();
        !before.is_some_and(is_name) && !after.is_some_and(is_name)
    })
}
