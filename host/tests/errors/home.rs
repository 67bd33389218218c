//! What `hearth home` and `hearth audit` refuse, and what an entry cannot be while a host runs.

use super::List;
use super::support::Installation;

#[test]
fn the_home() {
    let place = Installation::new();
    let mut list = List::of(&place);
    let broken = place.file("broken.toml", b"name = \"Cabin\"\ntime_zone = \"Mars/Olympus\"\n");
    for arguments in [
        &["home", "show", "Ceiling Fam"][..],
        &["home", "show", "Lamp"],
        &["home", "entities", "--area", "Kichen"],
        &["home", "entities", "--floor", "9"],
        &["home", "entities", "--label", "securty"],
        &["home", "entities", "--domain", "lamp"],
        &["home", "hide"],
        &["home", "hide", "Lamp", "--yes"],
        &["home", "hide", "light.bed", "--area", "kitchen"],
        &["home", "hide", "light.bed"],
        &["home", "hide", "light.bed", "--json"],
        &["home", "hide", "light.bed", "--all"],
        &["home", "hide", "light.bed", "--yes", "--dry-run"],
        &["home", "entities", "--exposed", "--hidden"],
        &["home", "file", "--path"],
        &["home", "check", &broken],
        &["home", "check", "/nowhere/home.toml"],
        &["home", "--home", "/nowhere/home.toml", "areas"],
    ] {
        list.fails(&place, arguments);
    }
    let cabin = place.file("cabin.toml", b"name = \"Cabin\"\ntime_zone = \"UTC\"\n");
    list.fails(&place, &["home", "--home", &cabin, "entities", "--label", "cosy"]);
    list.keep("home");
}

#[test]
fn the_audit() {
    let place = Installation::new();
    let mut list = List::of(&place);
    for arguments in [
        &["audit", "--since", "lately"][..],
        &["audit", "--until", "2026-13-01"],
        &["audit", "--outcome", "good"],
        &["audit", "--limit", "0"],
        &["audit", "--follow", "--until", "now"],
        &["audit", "--follow"],
    ] {
        list.fails(&place, arguments);
    }
    list.keep("audit");
}

#[test]
fn entries_of_a_host_that_runs() {
    let place = Installation::new();
    let mut list = List::of(&place);
    let _host = place.serve();
    for arguments in [
        &["entry", "add", "--llm-api", "assist,knx"][..],
        &["entry", "add", "--llm-api", ""],
        &["entry", "add", "--title", "two\nlines"],
        &["entry", "set", "4d95e26c0e"],
    ] {
        list.fails(&place, arguments);
    }
    list.keep("entries");
}
