//! The tables of clauses hold: each clause that concerns a server names a test and code, and all that is named exists.

use hearth_harness::clauses::{faults, read, root};

#[test]
fn each_clause_names_what_honours_and_proves_it_and_that_exists() {
    let clauses = read(root()).expect("the tables fit together");
    assert!(clauses.len() > 300, "{} clauses", clauses.len());
    let faults = faults(root(), &clauses);
    assert!(faults.is_empty(), "{faults:#?}");
}
