//! What moves takes its time, and goes on whoever looks away.

use serde_json::json;

use super::Probe;
use crate::home::Home;

#[tokio::test]
async fn a_cover_takes_its_time_and_tells_where_it_is() {
    let probe = Probe::new();
    probe
        .act("cover.open_cover", json!({"entity_id": "cover.blinds"}), json!({}))
        .await
        .expect("it opens");
    assert_eq!(probe.state("cover.blinds"), "opening");
    probe.changed();

    probe.sleepers(1).await;
    probe.clock.advance(5_000);
    probe.home.changed().await;
    assert_eq!(probe.changed(), ["cover.blinds"]);
    assert_eq!(probe.state("cover.blinds"), "opening");
    assert_eq!(probe.attribute("cover.blinds", "current_position"), 50);

    while probe.state("cover.blinds") == "opening" {
        probe.sleepers(1).await;
        probe.clock.advance(1_000);
    }
    assert_eq!(probe.state("cover.blinds"), "open");
    assert_eq!(probe.attribute("cover.blinds", "current_position"), 100);
    assert_eq!(crate::clock::Clock::now(&*probe.clock), super::NOON + 10_000);
    probe.sleepers(0).await;
}

#[tokio::test]
async fn a_cover_that_is_stopped_stands_where_it_is() {
    let probe = Probe::new();
    let blinds = json!({"entity_id": "cover.blinds"});
    probe
        .act("cover.open_cover", blinds.clone(), json!({}))
        .await
        .expect("it opens");
    probe.clock.advance(3_000);
    probe
        .act("cover.stop_cover", blinds, json!({}))
        .await
        .expect("it stops");
    assert_eq!(probe.state("cover.blinds"), "open");
    let stands = probe.attribute("cover.blinds", "current_position");
    assert_eq!(stands, 30);
    probe.clock.advance(60_000);
    assert_eq!(probe.attribute("cover.blinds", "current_position"), stands);
}

#[tokio::test]
async fn who_reads_sees_the_moment_even_before_the_mover() {
    let probe = Probe::new();
    probe
        .act("cover.open_cover", json!({"entity_id": "cover.blinds"}), json!({}))
        .await
        .expect("it opens");
    probe.clock.advance(60_000);
    let snapshot = probe.home.snapshot();
    let blinds = snapshot
        .entities
        .iter()
        .find(|entity| entity.id == "cover.blinds")
        .expect("it is exposed");
    assert_eq!(blinds.state, "open");
}

#[tokio::test]
async fn the_mover_ends_with_the_home() {
    let probe = Probe::new();
    probe
        .act("cover.open_cover", json!({"entity_id": "cover.blinds"}), json!({}))
        .await
        .expect("it opens");
    probe.sleepers(1).await;
    let clock = std::sync::Arc::clone(&probe.clock);
    drop(probe);
    while clock.sleepers() > 0 {
        tokio::task::yield_now().await;
    }
}
