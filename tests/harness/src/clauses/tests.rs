use std::fs;

use tempfile::TempDir;

use super::{Binds, faults, read};
use crate::schemas::VERSIONS;

/// A repository of these files, with tables that have one clause for the first version and nothing for the others.
fn repository(rows: &str, files: &[(&str, &str)]) -> TempDir {
    let root = TempDir::new().expect("there is room");
    let folder = root.path().join("tests/harness/clauses");
    fs::create_dir_all(&folder).expect("there is room");
    for version in VERSIONS {
        let text = if version == VERSIONS[0] { rows } else { "clause = []" };
        fs::write(folder.join(format!("{version}.toml")), text).expect("there is room");
    }
    fs::write(folder.join("scenarios.txt"), "ping\n").expect("there is room");
    for (name, text) in files {
        fs::write(root.path().join(name), text).expect("there is room");
    }
    root
}

fn row(members: &str) -> String {
    format!("[[clause]]\nid = '2024-11-05/tools/1'\nheading = 'H'\nbinds = 'server'\nsays = 'it does'\n{members}\n")
}

fn faults_of(rows: &str) -> Vec<String> {
    let files = [
        ("a.rs", "pub fn serve() {}\nasync fn it_is_served() {}"),
        ("b.py", "def holds():"),
    ];
    let root = repository(rows, &files);
    let clauses = read(root.path()).expect("the tables fit together");
    faults(root.path(), &clauses)
}

#[test]
fn what_exists_proves() {
    let proved = "code = ['a.rs#serve']\ntests = ['a.rs#it_is_served', 'b.py#holds', 'behaviour:ping-is-answered', 'conformance:ping']";
    assert_eq!(faults_of(&row(proved)), [""; 0]);
}

#[test]
fn what_is_missing_is_told() {
    let found = faults_of(&row(""));
    assert_eq!(found.len(), 2, "{found:?}");
    for (members, word) in [
        ("code = ['a.rs#serve']\ntests = ['a.rs#it_is']", "a.rs has no it_is"),
        ("code = ['a.rs#serv']\ntests = ['b.py#holds']", "a.rs has no serv"),
        ("code = ['a.rs#serve']\ntests = ['c.rs#x']", "no file c.rs"),
        ("code = ['a.rs#serve']\ntests = ['behaviour:x']", "no behaviour:x"),
        ("code = ['a.rs#serve']\ntests = ['conformance:x']", "no conformance:x"),
        ("code = ['a.rs#serve']\ntests = ['x']", "names no item"),
    ] {
        let found = faults_of(&row(members));
        assert!(found.len() == 1 && found[0].contains(word), "{members}: {found:?}");
    }
}

#[test]
fn what_binds_clients_or_is_not_here_needs_no_proof() {
    assert_eq!(faults_of(&row("not_here = 'there is no stdio'")), [""; 0]);
    assert_eq!(faults_of(&row("").replace("'server'", "'client'")), [""; 0]);
}

#[test]
fn a_later_clause_inherits_from_the_one_that_it_is_the_same_as() {
    let later = "[[clause]]\nid = '2024-11-05/tools/2'\nsame_as = '2024-11-05/tools/1'\ntests = ['b.py#holds']";
    let first = row("code = ['a.rs#serve']\ntests = ['a.rs#it_is_served']");
    let root = repository(&format!("{first}{later}"), &[]);
    let clauses = read(root.path()).expect("the tables fit together");
    assert_eq!(clauses[1].tests, ["a.rs#it_is_served", "b.py#holds"]);
    assert_eq!((clauses[1].binds, clauses[1].says.as_str()), (Binds::Server, "it does"));
    let lost = format!("{first}{}", later.replace("tools/1", "tools/9"));
    read(repository(&lost, &[]).path()).expect_err("nothing is there to be the same as");
    let twice = format!("{first}{first}");
    read(repository(&twice, &[]).path()).expect_err("it stands twice");
}
