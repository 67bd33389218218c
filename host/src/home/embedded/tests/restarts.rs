//! States outlive a restart as long as they fit the file.

use std::sync::Arc;

use serde_json::json;

use super::{HOME, Probe};

/// The same home after a restart, with a file that may have been edited.
fn restarted(probe: Probe, file: &str) -> Probe {
    let (store, clock) = (Arc::clone(&probe.store), Arc::clone(&probe.clock));
    drop(probe);
    Probe::of(file, store, clock)
}

#[tokio::test]
async fn a_restart_keeps_the_states() {
    let probe = Probe::new();
    probe
        .act("switch.turn_on", json!({"entity_id": "switch.one"}), json!({}))
        .await
        .expect("it turns on");
    let lamp = json!({"entity_id": "light.lamp"});
    probe
        .act("light.turn_on", lamp, json!({"brightness_pct": 40}))
        .await
        .expect("it turns on");
    probe
        .act("scene.turn_on", json!({"entity_id": "scene.evening"}), json!({}))
        .await
        .expect("it turns on");
    let probe = restarted(probe, HOME);
    assert_eq!([probe.state("switch.one"), probe.state("light.lamp")], ["on", "on"]);
    assert_eq!(probe.attribute("light.lamp", "brightness"), 102);
    assert_eq!(probe.state("scene.evening"), "2026-11-22T12:00:00.000000+00:00");
}

#[tokio::test]
async fn a_new_name_or_area_keeps_the_state_and_other_options_do_not() {
    let probe = Probe::new();
    let all = json!({"entity_id": "all"});
    probe
        .act("switch.turn_on", all.clone(), json!({}))
        .await
        .expect("they turn on");
    probe.act("light.turn_on", all, json!({})).await.expect("it turns on");
    let edited = HOME
        .replace(
            "name = \"One\"\narea = \"kitchen\"",
            "name = \"First\"\narea = \"garage\"\nlabels = [\"cosy\"]\nexposed = true",
        )
        .replace(
            "supported_color_modes = [\"brightness\"]",
            "supported_color_modes = [\"onoff\"]",
        );
    let probe = restarted(probe, &edited);
    assert_eq!(probe.state("switch.one"), "on");
    assert_eq!(probe.attribute("switch.one", "friendly_name"), "First");
    assert_eq!(probe.state("light.lamp"), "off");
}

#[tokio::test]
async fn a_cover_goes_on_moving_over_a_restart() {
    let probe = Probe::new();
    probe
        .act("cover.open_cover", json!({"entity_id": "cover.blinds"}), json!({}))
        .await
        .expect("it opens");
    let probe = restarted(probe, HOME);
    assert_eq!(probe.state("cover.blinds"), "opening");
    probe.clock.advance(60_000);
    assert_eq!(probe.state("cover.blinds"), "open");
}

#[tokio::test]
async fn a_script_does_not_run_after_a_restart() {
    let probe = Probe::new();
    let run = probe.spawn("script.once", json!({}));
    probe.sleepers(1).await;
    let (store, clock) = (Arc::clone(&probe.store), Arc::clone(&probe.clock));
    let probe = Probe::of(HOME, store, clock);
    assert_eq!(probe.state("script.once"), "off");
    assert_eq!(probe.attribute("script.once", "current"), 0);
    assert_eq!(
        probe.attribute("script.once", "last_triggered"),
        "2026-11-22T12:00:00.000000+00:00"
    );
    run.abort();
}

#[tokio::test]
async fn what_is_kept_of_others_and_what_cannot_be_read_does_no_harm() {
    let probe = Probe::new();
    use super::super::state::StateStore;
    probe.store.save("switch.one", &json!({"state": 5}));
    probe
        .store
        .save("switch.of_yesterday", &json!({"described": "x", "state": "on"}));
    let probe = restarted(probe, HOME);
    assert_eq!(probe.state("switch.one"), "off");
}
