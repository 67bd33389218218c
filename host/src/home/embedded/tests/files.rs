//! A broken file is refused with the line, the reason, and what to do.

use std::sync::Arc;

use super::super::EmbeddedHome;
use super::super::state::MemoryStates;
use crate::clock::ManualClock;

fn refusal(file: &str) -> String {
    let store = Arc::new(MemoryStates::default());
    match EmbeddedHome::open(file, "my.toml", store, ManualClock::at(0)) {
        Ok(_) => panic!("accepted:\n{file}"),
        Err(error) => error.to_string(),
    }
}

/// A file with a head of two lines, so that what follows begins at line 3.
fn with(rest: &str) -> String {
    format!("name = \"X\"\ntime_zone = \"UTC\"\n{rest}")
}

#[test]
fn says_where_and_what_of_every_kind_of_mistake() {
    let cases = [
        ("name = \"X\ntime_zone = 1", "my.toml:1:", "this is not TOML"),
        ("time_zone = \"UTC\"", "my.toml:1:1: ", "`name` is missing here"),
        (
            "name = \"X\"\ntime_zone = \"Mars/Olympus\"",
            "my.toml:2:13: ",
            "there is no time zone `Mars/Olympus`",
        ),
        (
            &with("colour = 1"),
            "my.toml:3:1: ",
            "unknown key `colour`; known here are name, time_zone, floors",
        ),
        (
            &with("floors = 1"),
            "my.toml:3:10: ",
            "`floors` is the number 1; it must be tables, each begun with [[floors]]",
        ),
        (
            &with("[[floors]]\nid = \"Ünten\"\nname = \"x\""),
            "my.toml:4:6: ",
            "`Ünten` is not an id",
        ),
        (
            &with("[[floors]]\nid = \"a\"\nname = \"x\"\nlevel = \"up\""),
            "my.toml:6:9: ",
            "`level` is the text \"up\"; it must be a whole number",
        ),
        (
            &with("[[areas]]\nid = \"a\"\nname = \"x\"\n[[areas]]\nid = \"a\"\nname = \"y\""),
            "my.toml:7:6: ",
            "there is already an area `a`",
        ),
        (
            &with("[[areas]]\nid = \"a\"\nname = \"x\"\nfloor = \"attic\""),
            "my.toml:6:9: ",
            "there is no floor `attic`; the file has none",
        ),
        (
            &with("[[entities]]\nname = \"x\""),
            "my.toml:3:1: ",
            "`id` is missing here",
        ),
        (
            &with("[[entities]]\nid = \"lamp\""),
            "my.toml:4:6: ",
            "`lamp` is not an entity id; it looks like light.bed_light",
        ),
        (
            &with("[[entities]]\nid = \"toaster.a\""),
            "my.toml:4:6: ",
            "there is no domain `toaster`; there are ",
        ),
        (
            &with("[[entities]]\nid = \"script.a\""),
            "my.toml:4:6: ",
            "begin it with [[scripts]]",
        ),
        (
            &with("[[entities]]\nid = \"switch.a\"\n[[entities]]\nid = \"switch.a\""),
            "my.toml:6:6: ",
            "there is already an entity `switch.a`",
        ),
        (
            &with("[[entities]]\nid = \"switch.a\"\narea = \"attic\""),
            "my.toml:5:8: ",
            "there is no area `attic`",
        ),
        (
            &with("[[labels]]\nid = \"a\"\nname = \"A\"\ncolour = \"red\""),
            "my.toml:6:1: ",
            "unknown key `colour`; known here are id, name",
        ),
        (
            &with("[[labels]]\nid = \"a\"\nname = \"A\"\n[[entities]]\nid = \"switch.a\"\nlabels = [\"a\", \"b\"]"),
            "my.toml:8:16: ",
            "there is no label `b`; the file has a",
        ),
        (
            &with("[[entities]]\nid = \"switch.a\"\ndevice = \"attic\""),
            "my.toml:5:10: ",
            "there is no device `attic`",
        ),
        (
            &with("[[entities]]\nid = \"switch.a\"\nwatt = 5"),
            "my.toml:5:1: ",
            "unknown key `watt`",
        ),
        (
            &with("[[entities]]\nid = \"switch.a\"\nstate = true"),
            "my.toml:5:9: ",
            "a state is a text; write state = \"on\"",
        ),
        (
            &with("[[entities]]\nid = \"switch.a\"\nstate = \"half\""),
            "my.toml:5:9: ",
            "switch.a: ",
        ),
        (
            &with("[[entities]]\nid = \"switch.a\"\naliases = \"A\""),
            "my.toml:5:11: ",
            "it must be a list of texts",
        ),
        (
            &with("[[entities]]\nid = \"switch.a\"\nexposed = \"no\""),
            "my.toml:5:11: ",
            "it must be true or false",
        ),
        (
            &with("[[entities]]\nid = \"switch.a\"\nfollows = \"switch.a\""),
            "my.toml:5:11: ",
            "follows another itself",
        ),
    ];
    for (file, place, reason) in cases {
        let refused = refusal(file);
        assert!(refused.starts_with(place), "{refused}\nis not at {place} of\n{file}");
        assert!(refused.contains(reason), "{refused}\ndoes not say: {reason}");
    }
}

#[test]
fn says_where_and_what_of_mistakes_in_scripts() {
    let script = |rest: &str| {
        with(&format!(
            "[[entities]]\nid = \"switch.a\"\n[[scripts]]\nid = \"s\"\n{rest}\n"
        ))
    };
    let step = |rest: &str| script(&format!("[[scripts.sequence]]\n{rest}"));
    let cases = [
        (script(""), "my.toml:5:1: ", "this script does nothing"),
        (
            script("mode = \"once\"\nsequence = [{ delay = 1 }]"),
            "my.toml:7:8: ",
            "there is no mode `once`; there are single, restart, queued, parallel",
        ),
        (
            script("max = 3\nsequence = [{ delay = 1 }]"),
            "my.toml:7:7: ",
            "`max` means nothing in the mode single",
        ),
        (
            script("[scripts.fields.a]\nselector = { colour = {} }"),
            "my.toml:8:14: ",
            "there is no selector `colour`",
        ),
        (
            script("[scripts.fields.a]\nselector = { number = { min = 5, max = 1 } }"),
            "my.toml:8:31: ",
            "`min` is 5 and `max` only 1",
        ),
        (
            script("[scripts.fields.a]\nselector = { select = {} }"),
            "my.toml:8:23: ",
            "needs `options`",
        ),
        (
            step("wait = 5"),
            "my.toml:7:1: ",
            "a step has one of the keys action, delay, variables, stop",
        ),
        (
            step("action = \"light.turn_on\""),
            "my.toml:8:10: ",
            "there is no action `light.turn_on`: the file has no light",
        ),
        (
            step("action = \"switch.explode\""),
            "my.toml:8:10: ",
            "there is no action `switch.explode`; switch has ",
        ),
        (
            step("action = \"switch.turn_on\"\ntarget = { entity_id = \"switch.b\" }"),
            "my.toml:9:24: ",
            "there is no entity `switch.b`; the file has ",
        ),
        (
            step("action = \"switch.turn_on\"\ntarget = { area_id = [\"attic\"] }"),
            "my.toml:9:23: ",
            "there is no area `attic`",
        ),
        (
            step("action = \"switch.turn_on\"\ntarget = { label_id = \"cosy\" }"),
            "my.toml:9:23: ",
            "there is no label `cosy`; the file has none",
        ),
        (
            step("action = \"switch.turn_on\"\ndata = { loud = true }"),
            "my.toml:9:8: ",
            "switch.turn_on: ",
        ),
        (
            step("action = \"switch.turn_on\"\nresponse_variable = \"x\""),
            "my.toml:9:21: ",
            "switch.turn_on answers nothing",
        ),
        (
            step("action = \"script.other\""),
            "my.toml:8:10: ",
            "there is no action `script.other`",
        ),
        (step("delay = \"soon\""), "my.toml:8:9: ", "is not a length of time"),
        (step("delay = \"{{ seconds \""), "my.toml:8:9: ", "cannot be read"),
        (
            step("variables = { a = \"{% if %}\" }"),
            "my.toml:8:19: ",
            "cannot be read",
        ),
        (
            step("stop = \"x\"\nerror = true\nresponse_variable = \"y\""),
            "my.toml:10:21: ",
            "has no response",
        ),
    ];
    for (file, place, reason) in cases {
        let refused = refusal(&file);
        assert!(refused.starts_with(place), "{refused}\nis not at {place} of\n{file}");
        assert!(refused.contains(reason), "{refused}\ndoes not say: {reason}");
    }
}

#[test]
fn says_where_and_what_of_mistakes_in_scenes() {
    let scene = |entities: &str| {
        with(&format!(
            "[[entities]]\nid = \"switch.a\"\n[[scenes]]\nid = \"s\"\n{entities}\n"
        ))
    };
    let cases = [
        (scene(""), "my.toml:5:1: ", "this scene does nothing"),
        (
            scene("entities = { \"switch.b\" = \"on\" }"),
            "my.toml:7:14: ",
            "there is no entity `switch.b`",
        ),
        (
            scene("entities = { \"switch.a\" = 5 }"),
            "my.toml:7:27: ",
            "a scene wants a state",
        ),
        (
            scene("entities = { \"switch.a\" = \"half\" }"),
            "my.toml:7:27: ",
            "half",
        ),
    ];
    for (file, place, reason) in cases {
        let refused = refusal(&file);
        assert!(refused.starts_with(place), "{refused}\nis not at {place} of\n{file}");
        assert!(refused.contains(reason), "{refused}\ndoes not say: {reason}");
    }
}

#[test]
fn a_cleaner_cleans_only_areas_that_there_are() {
    let file = with("[[entities]]\nid = \"vacuum.a\"\nareas = [\"attic\"]\n");
    let refused = refusal(&file);
    assert!(refused.starts_with("my.toml:5:10: "), "{refused}");
    assert!(refused.contains("there is no area `attic`"), "{refused}");
}

#[test]
fn the_home_that_is_brought_along_is_sound() {
    let store = Arc::new(MemoryStates::default());
    let home = EmbeddedHome::open(
        EmbeddedHome::default_file(),
        "home.toml",
        store,
        ManualClock::at(super::NOON),
    );
    assert_eq!(
        home.map(|home| home.name().to_owned())
            .map_err(|error| error.to_string()),
        Ok("Hearth".to_owned())
    );
}

#[test]
fn the_home_of_the_table_of_scripts_is_sound() {
    let store = Arc::new(MemoryStates::default());
    let home = EmbeddedHome::open(
        super::ORACLE,
        "tests/oracle/scripts.toml",
        store,
        ManualClock::at(super::NOON),
    );
    assert_eq!(
        home.map(|home| home.name().to_owned())
            .map_err(|error| error.to_string()),
        Ok("Oracle".to_owned())
    );
}
