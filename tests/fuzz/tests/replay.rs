//! Each target with the inputs that are kept, and with some made of them: what a longer run found once stays found, and
//! every run looks a little further.

use std::panic::catch_unwind;

use fastrand::Rng;
use hearth_fuzz::corpus::{derive, entries};

/// One seed, so that a failure comes again.
const SEED: u64 = 1;

fn replay(target: &str, run: fn(&[u8]), derived: usize) {
    let entries = entries(target);
    for entry in &entries {
        let path = entry.path.display();
        assert!(catch_unwind(|| run(&entry.data)).is_ok(), "{target} fails at {path}");
    }
    let mut random = Rng::with_seed(SEED);
    for number in 0..derived {
        let data = derive(&entries, &mut random);
        let text = data.escape_ascii();
        assert!(
            catch_unwind(|| run(&data)).is_ok(),
            "{target} fails at input {number}: {text}"
        );
    }
}

#[test]
fn bodies_of_messages() {
    replay("message", hearth_fuzz::message, 3_000);
}

#[test]
fn checkpoints_to_go_on_from() {
    replay("checkpoint", hearth_fuzz::checkpoint, 1_500);
}

#[test]
fn tickets_and_news_of_work() {
    replay("ticket", hearth_fuzz::ticket, 3_000);
}

#[test]
fn changes_of_the_home() {
    replay("home_change", hearth_fuzz::home_change, 1_000);
}

#[test]
fn scripts_of_whole_conversations() {
    replay("script", hearth_fuzz::script, 1_000);
}

#[cfg(feature = "hostile")]
#[test]
fn effects_of_a_hostile_guest() {
    replay("hostile", hearth_fuzz::hostile, 2_000);
}
