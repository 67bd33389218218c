//! `script`: a whole conversation of several clients with a home that changes. It is run twice, with one instance and with
//! a new instance before every event, and both must do the same.
//!
//! A line is one thing that happens. The first letter says what; clients, work and entities are counted from `0`, and a
//! number that is too large goes round.
//!
//! | line | what happens |
//! |---|---|
//! | `o` p | principal p connects |
//! | `p` c body | client c posts; `x`: somebody else does in its session; `f`: it is given again after a trap |
//! | `r` w, kinds, tab, data | the outcomes of work w, as in `ticket` |
//! | `g` w, done, tab, text | progress of work w; `z` w: its outcomes were lost |
//! | `c` c | client c hangs up |
//! | `s` e, state, tab, attributes | entity e changes |
//! | `h` e | entity e is exposed no more, or again |
//! | `e` flags | the config entry: `n` none, `s` several, `r` read-only, `a` for administrators, `o` no LLM API |
//! | `a` p, `+`, `-` or `0` | principal p becomes an administrator, is one no more, loses every right |
//! | `m` ms | time passes |
//! | `R`, `l`, `w` | a new instance; other LLM APIs; the timer |

mod run;

use self::run::Run;
use crate::input::lines;
use crate::reducer::{Make, sound};

/// Runs an input against the component.
pub fn script(data: &[u8]) {
    script_on(&sound, data);
}

/// Runs an input both ways.
pub fn script_on(make: Make, data: &[u8]) {
    let mut steady = Run::new(make, false);
    let mut fleeting = Run::new(make, true);
    for line in lines(data) {
        let expected = steady.step(line);
        let seen = fleeting.step(line);
        assert_eq!(expected, seen, "a new instance did something else");
    }
    assert_eq!(steady.kept(), fleeting.kept(), "a new instance left something else");
    steady.finish();
}
