//! What is written down of generations: which runs, which was chosen, and how each came and went.

use super::*;

/// A host was started with these bytes.
fn started(store: &Store, digest: &str, source: Source) -> u64 {
    let begun = store.begin_generation(digest, "hearth", "1", source, None);
    begun.expect("it is kept").number
}

fn installed(store: &Store, digest: &str, source: Source) -> u64 {
    let number = store.next_generation().expect("it can be read");
    let new = NewGeneration {
        number,
        digest: digest.to_owned(),
        name: "hearth".to_owned(),
        version: "2".to_owned(),
        source,
        on_probation: true,
    };
    store.record_install(new).expect("it is kept");
    number
}

fn running(store: &Store) -> Generation {
    let running = store.running_generation().expect("it can be read");
    running.expect("one runs")
}

fn chosen(store: &Store) -> Option<u64> {
    let chosen = store.chosen_generation().expect("it can be read");
    chosen.map(|chosen| chosen.number)
}

fn ended(store: &Store, number: u64) -> Option<String> {
    store
        .generation(number)
        .expect("it can be read")
        .expect("it is known")
        .ended
}

/// Looks at the same database later.
fn reopened(directory: &Directory, store: Store) -> Store {
    store.close();
    directory.open()
}

#[test]
fn the_bytes_that_ran_last_are_the_same_generation() {
    let directory = Directory::new();
    let store = directory.open();
    assert_eq!(store.running_generation().expect("it can be read"), None);
    assert_eq!(started(&store, "aa", Source::BuiltIn), 1);
    assert_eq!(started(&store, "aa", Source::BuiltIn), 1);
    assert_eq!(started(&store, "bb", Source::File), 2);
    assert_eq!(
        ended(&store, 1).as_deref(),
        Some("a host was started with generation 2")
    );
    assert_eq!(started(&store, "aa", Source::BuiltIn), 3);
    assert_eq!((running(&store).number, chosen(&store)), (3, None));
}

#[test]
fn what_was_installed_is_what_later_starts_begin_with_until_it_is_gone_back_from() {
    let directory = Directory::new();
    let store = directory.open();
    started(&store, "aa", Source::BuiltIn);
    assert_eq!(installed(&store, "bb", Source::Installed), 2);
    let store = reopened(&directory, store);
    let now = running(&store);
    assert_eq!((now.number, now.predecessor, now.on_probation), (2, Some(1), true));
    assert_eq!(chosen(&store), Some(2));
    assert_eq!(ended(&store, 1).as_deref(), Some("replaced by generation 2"));
    store.note_passed(2);
    store.note_pause(2, 210);
    store.note_faults(2, 1);
    store.note_faults(2, 2);
    let now = running(&store);
    assert_eq!((now.on_probation, now.pause_us, now.faults), (false, Some(210), 3));

    installed(&store, "cc", Source::Installed);
    store.record_rollback(3, 2, None).expect("it is kept");
    assert_eq!((running(&store).number, chosen(&store)), (2, Some(2)));
    store.record_rollback(2, 1, None).expect("it is kept");
    // The one that is built in is what a start begins with that was told nothing else.
    assert_eq!((running(&store).number, chosen(&store)), (1, None));
    let kinds: Vec<_> = store
        .swaps()
        .expect("they can be read")
        .iter()
        .map(|swap| swap.kind)
        .collect();
    assert_eq!(
        kinds,
        [
            SwapKind::Start,
            SwapKind::Install,
            SwapKind::Install,
            SwapKind::Rollback,
            SwapKind::Rollback
        ]
    );
}

#[test]
fn the_host_goes_back_by_itself_and_says_why() {
    let directory = Directory::new();
    let store = directory.open();
    started(&store, "aa", Source::BuiltIn);
    installed(&store, "bb", Source::Installed);
    store.note_automatic_rollback(2, 1, "it trapped 3 times");
    let store = reopened(&directory, store);
    assert_eq!((running(&store).number, chosen(&store)), (1, None));
    assert_eq!(
        ended(&store, 2).as_deref(),
        Some("gone back from by the host, to generation 1: it trapped 3 times")
    );
    let swaps = store.swaps().expect("they can be read");
    let last = swaps.last().expect("there is one");
    assert_eq!(
        (last.kind, last.reason.as_str()),
        (SwapKind::AutomaticRollback, "it trapped 3 times")
    );
}

#[test]
fn an_install_that_is_withdrawn_was_never_there() {
    let directory = Directory::new();
    let store = directory.open();
    started(&store, "aa", Source::BuiltIn);
    installed(&store, "bb", Source::Installed);
    let before = (store.generations(), store.swaps()).0.expect("they can be read");
    installed(&store, "cc", Source::BuiltIn);
    store.withdraw_install(3, Some(2)).expect("it is kept");
    assert_eq!(store.generations().expect("they can be read"), before);
    assert_eq!((running(&store).number, chosen(&store)), (2, Some(2)));
    assert_eq!(store.next_generation().expect("it can be read"), 3);
}

#[test]
fn a_file_that_is_only_tried_changes_no_choice() {
    let directory = Directory::new();
    let store = directory.open();
    started(&store, "aa", Source::BuiltIn);
    installed(&store, "bb", Source::Installed);
    started(&store, "cc", Source::File);
    installed(&store, "dd", Source::File);
    assert_eq!((running(&store).number, chosen(&store)), (4, Some(2)));
    store.record_rollback(4, 3, None).expect("it is kept");
    assert_eq!((running(&store).number, chosen(&store)), (3, Some(2)));
    store.choose_generation(3, Source::Installed).expect("it is kept");
    assert_eq!(chosen(&store), Some(3));
}

#[test]
fn a_disk_that_is_full_leaves_the_generation_that_runs() {
    let directory = Directory::new();
    let store = directory.open();
    started(&store, "aa", Source::BuiltIn);
    store
        .call(|connection| {
            let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            connection.pragma_update(None, "max_page_count", pages)
        })
        .expect("the limit is set");
    let new = NewGeneration {
        number: 2,
        digest: "b".repeat(100_000),
        name: String::new(),
        version: String::new(),
        source: Source::Installed,
        on_probation: true,
    };
    let error = store.record_install(new).expect_err("there is no room");
    assert!(error.to_string().contains("full"), "{error}");
    assert_eq!((running(&store).number, chosen(&store)), (1, None));
    assert_eq!(ended(&store, 1), None);
}

#[test]
fn the_history_does_not_grow_for_ever_and_keeps_what_was_chosen() {
    let directory = Directory::new();
    let store = directory.open();
    installed(&store, "chosen", Source::Installed);
    for build in 0..1_100 {
        installed(&store, &format!("build {build}"), Source::File);
    }
    let generations = store.generations().expect("they can be read");
    assert_eq!(generations.len(), 1_001);
    assert_eq!((generations[0].number, generations[1].number), (1, 102));
    let swaps = store.swaps().expect("they can be read");
    assert_eq!(swaps.len(), 1_001);
}
