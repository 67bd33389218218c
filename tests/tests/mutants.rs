//! The behaviours of the harness have teeth: for each there is a mutant of our component that breaks it, and nothing but
//! what needs it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::thread;

use hearth_component::mutants::{self, Mutant};
use hearth_harness::check::{Options, check, names};
use hearth_harness::report;
use hearth_tests::guests;

fn broken(mutant: Option<&str>) -> Vec<String> {
    let report = check(&guests::mutant(mutant), &Options::default()).expect("a mutant is a component");
    if let (None, false) = (mutant, report.holds()) {
        println!("{}", report::text(&report));
    }
    report.broken()
}

#[test]
fn the_component_that_is_built_in_is_sound() {
    let report = check(hearth_host::COMPONENT, &Options::default()).expect("it can be tried");
    assert!(report.holds(), "{}", report::text(&report));
}

#[test]
fn the_build_that_mutants_are_made_of_is_sound() {
    assert_eq!(broken(None), [""; 0]);
}

#[test]
fn each_mutant_breaks_what_it_says_and_nothing_else() {
    let todo: Mutex<Vec<&Mutant>> = Mutex::new(mutants::all().collect());
    let wrong = Mutex::new(Vec::new());
    // Built before the threads wait for it.
    guests::mutant(None);
    let next = || todo.lock().expect("nobody panics with it").pop();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(mutant) = next() {
                    let broken = broken(Some(mutant.name));
                    if broken != [mutant.breaks] {
                        let (name, breaks) = (mutant.name, mutant.breaks);
                        let text = format!("{name} must break {breaks} alone, and breaks {broken:?}");
                        wrong.lock().expect("nobody panics with it").push(text);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("nobody panics with it");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn there_is_a_mutant_for_each_behaviour_and_rule() {
    let mut by_name: BTreeMap<&str, usize> = BTreeMap::new();
    for mutant in mutants::all() {
        *by_name.entry(mutant.name).or_default() += 1;
    }
    let doubled: Vec<_> = by_name.iter().filter(|(_, count)| **count > 1).collect();
    assert!(doubled.is_empty(), "two mutants of one name: {doubled:?}");
    let caught: BTreeSet<String> = mutants::all().map(|mutant| mutant.breaks.to_owned()).collect();
    let named: BTreeSet<String> = names().map(|named| named.name).collect();
    let unproved: Vec<_> = named.difference(&caught).collect();
    assert!(unproved.is_empty(), "no mutant shows that these can fail: {unproved:?}");
    let gone: Vec<_> = caught.difference(&named).collect();
    assert!(gone.is_empty(), "mutants break what is not tried: {gone:?}");
}

#[test]
fn what_a_behaviour_needs_is_tried_before_it() {
    let mut seen = BTreeSet::new();
    for named in names() {
        let missing: Vec<_> = named.needs.iter().filter(|needed| !seen.contains(*needed)).collect();
        assert!(
            missing.is_empty(),
            "{} needs {missing:?}, not tried before it",
            named.name
        );
        assert!(seen.insert(named.name.clone()), "two are named {}", named.name);
    }
}
