//! Who may, by the config entry and by the rights of now.

use std::sync::Arc;

use hearth_host::contract::hearth::mcp::types::RefusalReason;
use serde_json::json;

use crate::behaviour::{Behaviour, behaviour};
use crate::case::Case;
use crate::conversation::{initialized, ping, refusal};
use crate::stage::Stage;

pub const TABLE: &[Behaviour] = &[
    behaviour!(
        Core,
        nobody_is_let_in_without_a_config_entry,
        "Without a loaded config entry a client is refused as not configured, with more than one as several configured.",
        [a_client_is_let_in]
    ),
    behaviour!(
        Core,
        an_entry_for_administrators_admits_nobody_else,
        "An entry that requires an administrator refuses others, who connect or are connected, and serves administrators.",
        [ping_is_answered]
    ),
    behaviour!(
        Core,
        an_entry_that_goes_ends_its_streams,
        "When the config entry is not loaded any more, the streams end; with the entry back clients are let in again.",
        [ping_is_answered]
    ),
    behaviour!(
        Core,
        who_loses_every_right_loses_the_stream,
        "When a principal has lost every right, its streams end and nobody else's do.",
        [ping_is_answered]
    ),
    behaviour!(
        Core,
        changes_of_an_unknown_kind_are_ignored,
        "A change of a kind that it does not know is ignored: later hosts tell of more.",
        [ping_is_answered]
    ),
];

async fn assert_refused(stage: &Stage, principal: &str, expected: RefusalReason) {
    let (reason, _) = refusal(stage.try_client(principal, Vec::new()).await);
    assert_eq!(reason, expected, "for {principal}");
}

async fn nobody_is_let_in_without_a_config_entry(case: Arc<Case>) {
    let stage = case.stage().await;
    stage.entries.set_loaded(0);
    assert_refused(&stage, "ada", RefusalReason::NotConfigured).await;
    stage.entries.set_loaded(2);
    assert_refused(&stage, "ada", RefusalReason::SeveralConfigured).await;
    stage.entries.set_loaded(1);
    stage.client("ada").await;
}

async fn an_entry_for_administrators_admits_nobody_else(case: Arc<Case>) {
    let stage = case.stage().await;
    let ben = initialized(&stage, "ben").await;
    stage.entries.change(|entry| entry.require_admin = true);
    stage.engine.notify_entries();
    assert_refused(&stage, "eve", RefusalReason::AdminRequired).await;
    let request = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    let refusal = ben.refusal(request.to_string()).await;
    assert_eq!(refusal.reason, RefusalReason::AdminRequired);
    let mut ada = initialized(&stage, "ada").await;
    ping(&mut ada).await;
}

async fn an_entry_that_goes_ends_its_streams(case: Arc<Case>) {
    let stage = case.stage().await;
    let (mut ben, mut ada) = (initialized(&stage, "ben").await, initialized(&stage, "ada").await);
    stage.entries.set_loaded(0);
    stage.engine.notify_entries();
    ben.end().await;
    ada.end().await;
    stage.entries.set_loaded(1);
    stage.engine.notify_entries();
    let mut eve = initialized(&stage, "eve").await;
    ping(&mut eve).await;
}

async fn who_loses_every_right_loses_the_stream(case: Arc<Case>) {
    let stage = case.stage().await;
    let (mut ben, mut eve) = (initialized(&stage, "ben").await, initialized(&stage, "eve").await);
    stage.principals.set("ben", None);
    stage.engine.notify_rights("ben");
    ben.end().await;
    ping(&mut eve).await;
}

async fn changes_of_an_unknown_kind_are_ignored(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ben = initialized(&stage, "ben").await;
    stage.home.change("no-such-kind", "some id", &json!({"some": "data"}));
    stage.home.change("no-such-kind", "", &json!(null));
    stage.engine.deliver_changes().await;
    ben.hears_nothing(&stage).await;
    ping(&mut ben).await;
}
