use super::super::replay::KEPT_MESSAGES;
use super::*;

fn send(lane: &Lane, body: &'static str, last: bool) -> Result<Sent, Full> {
    let limits = Limits::default();
    lane.send(Bytes::from_static(body.as_bytes()), None, last, Status::Ok, &limits)
}

fn read(lane: &Lane, connection: Connection) -> Poll<Option<Read>> {
    lane.poll_next(connection, &mut Context::from_waker(Waker::noop()))
}

fn message(number: impl Into<Option<u64>>, body: &'static str, last: bool) -> Poll<Option<Read>> {
    Poll::Ready(Some(Read::Message {
        number: number.into(),
        body: Bytes::from_static(body.as_bytes()),
        last,
        status: Status::Ok,
    }))
}

#[test]
fn a_plain_one_ends_with_its_last_message_and_takes_no_more() {
    let lane = Lane::default();
    let only = FIRST;
    assert_eq!(send(&lane, "a", false), Ok(Sent::Queued));
    assert_eq!(send(&lane, "b", true), Ok(Sent::Queued));
    assert_eq!(send(&lane, "c", false), Ok(Sent::TooLate));
    assert_eq!(read(&lane, only), message(None, "a", false));
    assert_eq!(read(&lane, only), message(None, "b", true));
    assert_eq!(read(&lane, only), Poll::Ready(None));
    assert_eq!(lane.disconnect(only), Left::Finished);
}

#[test]
fn a_newer_connection_takes_the_place_of_the_older_one() {
    let lane = Lane::default();
    lane.make_resumable(true);
    let older = FIRST;
    assert_eq!(read(&lane, older), Poll::Ready(Some(Read::Prime)));
    send(&lane, "a", false).expect("there is room");
    assert_eq!(read(&lane, older), message(1, "a", false));
    let newer = lane.connect(0);
    send(&lane, "b", true).expect("there is room");
    assert_eq!(read(&lane, older), Poll::Ready(None));
    assert_eq!(read(&lane, newer), message(1, "a", false));
    assert_eq!(read(&lane, newer), message(2, "b", true));
    assert_eq!(read(&lane, newer), Poll::Ready(None));
    assert_eq!(lane.disconnect(older), Left::Resumable);
    assert!(
        lane.is_connected(),
        "the end of the older one says nothing of the newer one"
    );
}

#[test]
fn it_is_detached_after_what_was_sent_before() {
    let lane = Lane::default();
    let first = FIRST;
    lane.make_resumable(false);
    send(&lane, "a", false).expect("there is room");
    lane.detach(500);
    send(&lane, "b", false).expect("there is room");
    assert_eq!(read(&lane, first), message(1, "a", false));
    assert_eq!(read(&lane, first), Poll::Ready(Some(Read::Detached { retry_ms: 500 })));
    assert_eq!(read(&lane, first), Poll::Ready(None));
    let second = lane.connect(1);
    assert_eq!(read(&lane, second), message(2, "b", false));
}

#[test]
fn a_connection_that_does_not_read_is_over_and_the_lane_is_not() {
    let lane = Lane::default();
    lane.make_resumable(false);
    let deaf = FIRST;
    for _ in 0..KEPT_MESSAGES {
        assert_eq!(send(&lane, "x", false), Ok(Sent::Queued));
    }
    assert_eq!(send(&lane, "x", false), Ok(Sent::Disconnected));
    assert_eq!(read(&lane, deaf), Poll::Ready(None));
    assert!(!lane.follows(0) && lane.follows(1), "the oldest is gone");
    assert_eq!(send(&lane, "y", true), Ok(Sent::Queued));
    let newer = lane.connect(KEPT_MESSAGES as u64 + 1);
    assert_eq!(read(&lane, newer), message(KEPT_MESSAGES as u64 + 2, "y", true));
}

#[test]
fn one_that_was_kept_goes_on_where_each_reader_was() {
    let lane = Lane::default();
    lane.make_resumable(true);
    assert_eq!(read(&lane, FIRST), Poll::Ready(Some(Read::Prime)));
    for body in ["a", "b", "c"] {
        send(&lane, body, body == "c").expect("there is room");
    }
    assert_eq!(read(&lane, FIRST), message(1, "a", false));
    lane.stop(100);
    let again = Lane::restored(lane.kept().expect("it can be resumed"));
    assert!(!again.is_connected() && again.is_finished());
    assert!(again.follows(1) && again.follows(3) && !again.follows(4));
    let reader = again.connect(1);
    assert_eq!(read(&again, reader), message(2, "b", false));
    assert_eq!(read(&again, reader), message(3, "c", true));
    assert_eq!(read(&again, reader), Poll::Ready(None));
}

#[test]
fn what_was_lost_is_passed_over_and_no_number_comes_twice() {
    let lane = Lane::emptied(1 << 32);
    assert!(lane.follows(0) && lane.follows(7), "whatever was read before");
    send(&lane, "a", false).expect("there is room");
    let reader = lane.connect(7);
    assert_eq!(read(&lane, reader), message((1 << 32) + 1, "a", false));
    let again = Lane::restored(lane.kept().expect("it can be resumed"));
    let reader = again.connect(7);
    assert_eq!(read(&again, reader), message((1 << 32) + 1, "a", false));
}

#[test]
fn at_a_stop_the_reader_is_told_when_to_come_again_after_what_was_sent() {
    let lane = Lane::default();
    lane.make_resumable(false);
    send(&lane, "a", false).expect("there is room");
    lane.stop(100);
    assert_eq!(read(&lane, FIRST), message(1, "a", false));
    assert_eq!(read(&lane, FIRST), Poll::Ready(Some(Read::Detached { retry_ms: 100 })));
    assert_eq!(read(&lane, FIRST), Poll::Ready(None));
    let plain = Lane::default();
    plain.stop(100);
    assert_eq!(read(&plain, FIRST), Poll::Ready(None));
    assert!(plain.kept().is_none());
}
