//! A host that is killed: what was written is there, what was in its streams is not, and nobody waits for ever.

use serde_json::json;

use super::*;

#[tokio::test]
async fn a_session_goes_on_and_its_stream_with_what_comes_from_now_on() {
    let (mut installation, running, ben) = stage().await;
    result(&ben, "tools/list", json!({})).await;
    let mut stream = ben.get().await.stream();
    let mut read = stream.prime().await;
    let mut running = running;
    for _ in 0..2 {
        installation.crash(&running);
        change_the_list(&installation);
        running = installation.start().await;
        let ben = at(&ben, &running);
        let mut again = ben.resume(&read).await.stream();
        let id = hears(&mut again, CHANGED).await.expect("it has an id");
        assert_ne!(id, read, "no id comes twice");
        goes_on(&ben).await;
        read = id;
    }
}

#[tokio::test]
async fn a_stream_that_was_never_read_goes_on_for_who_comes_without_an_id() {
    let mut installation = Installation::default();
    let running = installation.start().await;
    let ben = Streamable::initialized(running.host.address, BEN, "2025-06-18").await;
    result(&ben, "tools/list", json!({})).await;
    let _stream = ben.get().await.stream();
    installation.crash(&running);
    change_the_list(&installation);
    let running = installation.start().await;
    let mut again = at(&ben, &running).get().await.stream();
    hears(&mut again, CHANGED).await;
}

#[tokio::test]
async fn a_call_that_was_cut_off_is_answered_as_failed() {
    let (mut installation, running, ben) = stage().await;
    let mut reading = ben.post(boil_eggs("eggs")).await.stream();
    let prime = reading.prime().await;
    installation.crash(&running);
    let running = installation.start().await;
    let ben = at(&ben, &running);
    let messages = ben.resume(&prime).await.stream().rest().await;
    let [answer] = messages.as_slice() else {
        panic!("one answer: {messages:?}");
    };
    is_cut_off(answer, "eggs", "whether it was done is not known");
    assert_eq!(running.host.engine.status().work, 0);
    // What is read again is the same, after one more crash as well.
    let running = installation.restart(running).await;
    assert_eq!(at(&ben, &running).resume(&prime).await.stream().rest().await, messages);
}

#[tokio::test]
async fn a_question_that_was_read_can_still_be_answered() {
    let mut installation = Installation::with_fixtures();
    let running = installation.start().await;
    let (ben, _reading, read, question) = asked(&running).await;
    installation.crash(&running);
    let running = installation.start().await;
    let ben = at(&ben, &running);
    let mut again = ben.resume(&read).await.stream();
    answers(&ben, &question).await;
    is_answered(&again.message().await.1);
    assert_eq!(again.event().await, None);
}

#[tokio::test]
async fn what_was_not_written_yet_never_was() {
    let (mut installation, running, ben) = stage().await;
    running.write();
    let late = Streamable::initialized(running.host.address, BEN, NEWEST).await;
    // The writer waits for a second of the machine's clock, and this does not.
    installation.cut_off();
    let running = installation.start().await;
    goes_on(&at(&ben, &running)).await;
    is_unknown(&at(&late, &running)).await;
}

#[tokio::test]
async fn who_was_reading_what_was_not_written_yet_has_a_new_stream() {
    let (mut installation, running, ben) = stage().await;
    result(&ben, "tools/list", json!({})).await;
    running.write();
    let mut stream = ben.get().await.stream();
    let prime = stream.prime().await;
    installation.cut_off();
    let running = installation.start().await;
    let mut again = at(&ben, &running).resume(&prime).await.stream();
    assert_ne!(again.prime().await, prime);
    change_the_list(&installation);
    running.host.engine.notify_entries();
    hears(&mut again, CHANGED).await;
}

#[tokio::test]
async fn a_stop_after_a_crash_keeps_what_is_in_the_streams_again() {
    let (mut installation, running, ben) = stage().await;
    result(&ben, "tools/list", json!({})).await;
    let mut stream = ben.get().await.stream();
    let prime = stream.prime().await;
    installation.crash(&running);
    change_the_list(&installation);
    let running = installation.start().await;
    let running = installation.restart(running).await;
    let mut again = at(&ben, &running).resume(&prime).await.stream();
    hears(&mut again, CHANGED).await;
}
