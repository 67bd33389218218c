//! What the owner says of the exposure of entities: at once, over a restart, and over the file.

use std::sync::Arc;

use serde_json::json;

use super::{HOME, Probe};
use crate::home::Home;
use crate::home::owned::{ExposeError, Owned, OwnedEntity, Why, Wishes};

fn wishes(of: &[(&str, Option<bool>)]) -> Wishes {
    of.iter().map(|(id, wish)| ((*id).to_owned(), *wish)).collect()
}

fn owned(probe: &Probe, id: &str) -> OwnedEntity {
    let inventory = probe.home.inventory();
    let mut entities = inventory.entities.into_iter();
    entities.find(|entity| entity.id == id).expect("the entity exists")
}

fn is_shown(probe: &Probe, id: &str) -> bool {
    let shown = probe.home.snapshot().entities.iter().any(|entity| entity.id == id);
    assert_eq!(shown, probe.home.exposes(id), "{id}");
    shown
}

#[tokio::test]
async fn what_is_hidden_is_gone_at_once_and_its_changes_with_it() {
    let probe = Probe::new();
    let both = json!({"entity_id": ["switch.one", "switch.two"]});
    probe
        .act("switch.turn_on", both, json!({}))
        .await
        .expect("they turn on");
    probe
        .home
        .expose(&wishes(&[("switch.one", Some(false)), ("switch.hidden", Some(true))]))
        .expect("it is kept");
    assert!(!is_shown(&probe, "switch.one") && is_shown(&probe, "switch.hidden"));
    let changes = probe.home.take_changes();
    let told: Vec<_> = changes.iter().map(|change| (&*change.kind, &*change.id)).collect();
    assert_eq!(told, [("state", "switch.two"), ("registry", "")]);
    assert_eq!(probe.changed(), [""; 0], "it is told once");

    let one = json!({"entity_id": "switch.one"});
    probe
        .act("switch.turn_off", one, json!({}))
        .await
        .expect("its owner may");
    assert_eq!(probe.changed(), [""; 0]);
    assert_eq!(probe.state("switch.one"), "off");
}

#[tokio::test]
async fn who_waits_for_changes_hears_of_it_and_saying_it_again_is_no_news() {
    let probe = Probe::new();
    let hide = wishes(&[("switch.one", Some(false))]);
    let before = probe.home.snapshot().revision;
    probe.home.expose(&hide).expect("it is kept");
    probe.home.changed().await;
    assert_eq!(probe.changed(), [""]);
    let after = probe.home.snapshot().revision;
    assert!(after > before);
    probe.home.expose(&hide).expect("it is so");
    assert_eq!(probe.changed(), [""; 0]);
    assert_eq!(probe.home.snapshot().revision, after);
}

#[tokio::test]
async fn a_hidden_script_is_no_action_any_more() {
    let probe = Probe::new();
    let scripts = |probe: &Probe| -> Vec<String> {
        let scripts = probe.home.snapshot().scripts;
        scripts.into_iter().map(|script| script.action).collect()
    };
    let script = scripts(&probe).first().expect("there is a script").clone();
    assert!(probe.home.nature(&script).is_some());
    let supposed = probe.home.supposing(&wishes(&[(&script, Some(false))]));
    let supposed = supposed.expect("it can be supposed");
    assert!(!supposed.scripts.iter().any(|known| known.action == script));
    assert!(scripts(&probe).contains(&script), "nothing has changed by that");

    probe
        .home
        .expose(&wishes(&[(&script, Some(false))]))
        .expect("it is kept");
    assert!(!scripts(&probe).contains(&script));
    assert_eq!(probe.home.nature(&script), None);
    let name = script.strip_prefix("script.").expect("it is one");
    let services = probe.home.snapshot().services;
    assert!(
        !services
            .iter()
            .any(|service| service.domain == "script" && service.name == name)
    );
}

#[tokio::test]
async fn what_the_owner_says_wins_over_the_file_and_a_restart_and_can_be_taken_back() {
    let probe = Probe::new();
    assert_eq!(owned(&probe, "switch.one").why, Why::Default);
    assert_eq!(owned(&probe, "switch.hidden").why, Why::Description);
    let said = wishes(&[("switch.one", Some(false)), ("switch.hidden", Some(true))]);
    probe.home.expose(&said).expect("it is kept");
    let file = HOME.replace("name = \"One\"", "name = \"One\"\nexposed = true");
    let probe = Probe::of(&file, Arc::clone(&probe.store), Arc::clone(&probe.clock));
    assert!(!is_shown(&probe, "switch.one") && is_shown(&probe, "switch.hidden"));
    assert_eq!(owned(&probe, "switch.one").why, Why::Hand { since: super::NOON });

    let back = wishes(&[("switch.one", None), ("switch.hidden", None)]);
    probe.home.expose(&back).expect("it is kept");
    assert!(is_shown(&probe, "switch.one") && !is_shown(&probe, "switch.hidden"));
    assert_eq!(owned(&probe, "switch.one").why, Why::Description);
}

#[tokio::test]
async fn of_what_is_gone_it_is_remembered_until_it_is_taken_back() {
    let probe = Probe::new();
    let hide = wishes(&[("switch.one", Some(false))]);
    probe.home.expose(&hide).expect("it is kept");
    let without = HOME.replace("switch.one", "switch.uno");
    let probe = Probe::of(&without, Arc::clone(&probe.store), Arc::clone(&probe.clock));
    let gone = probe.home.inventory().gone;
    assert_eq!(gone.len(), 1);
    assert_eq!((&*gone[0].id, gone[0].exposed), ("switch.one", false));
    let unknown = ExposeError::Unknown("switch.one".to_owned());
    assert_eq!(probe.home.expose(&hide), Err(unknown), "nothing new can be said of it");

    let probe = Probe::of(HOME, Arc::clone(&probe.store), Arc::clone(&probe.clock));
    assert!(!is_shown(&probe, "switch.one"), "it is back, and hidden as it was");
    let probe = Probe::of(&without, Arc::clone(&probe.store), Arc::clone(&probe.clock));
    probe
        .home
        .expose(&wishes(&[("switch.one", None)]))
        .expect("it is forgotten");
    assert!(probe.home.inventory().gone.is_empty());
}

#[tokio::test]
async fn one_wish_that_cannot_come_true_keeps_the_others_from_it() {
    let probe = Probe::new();
    let said = wishes(&[("switch.one", Some(false)), ("switch.three", Some(false))]);
    let refused = probe.home.expose(&said).expect_err("there is no such switch");
    assert!(refused.to_string().contains("no entity `switch.three`"), "{refused}");
    assert!(is_shown(&probe, "switch.one"));
}
