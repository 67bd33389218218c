//! What a real calendar's table cannot show: what recurs, the clocks that change, and files that are wrong.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::clock::Moment;
use crate::home::embedded::domains::civil::{Written, moment};
use crate::home::embedded::domains::tests::{Entity, NOW, wrong};

fn at(text: &str) -> Moment {
    let berlin = TimeZone::get("Europe/Berlin").expect("the zone is there");
    let time = Written::parse(text).and_then(|time| time.zoned(&berlin));
    moment(&time.expect("it is a time"))
}

fn calendar(events: Value) -> Entity {
    let described = json!({"time_zone": "Europe/Berlin", "options": {"events": events}});
    Entity::new("calendar.family", described)
}

/// The starts and ends of what there is from one time to another.
fn between(calendar: &Entity, start: &str, end: &str) -> Vec<String> {
    let asked = json!({"start_date_time": start, "end_date_time": end});
    let answer = calendar.ask("get_events", asked, NOW).expect("it answers");
    let events = answer["events"].as_array().expect("events are a list");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let ends = events
        .iter()
        .map(|event| format!("{} to {}", text(&event["start"]), text(&event["end"])));
    ends.collect()
}

#[test]
fn a_weekly_event_stays_at_its_time_when_the_clocks_change() {
    let mut school = calendar(json!([{"summary": "Choir", "start": "2025-01-05T09:00:00",
        "end": "2025-01-05T10:30:00", "rrule": "FREQ=WEEKLY;BYDAY=SU"}]));
    // 2026-10-25 is the day on which an hour comes twice.
    assert_eq!(
        between(&school, "2026-10-18", "2026-11-02"),
        [
            "2026-10-18T09:00:00+02:00 to 2026-10-18T10:30:00+02:00",
            "2026-10-25T09:00:00+01:00 to 2026-10-25T10:30:00+01:00",
            "2026-11-01T09:00:00+01:00 to 2026-11-01T10:30:00+01:00",
        ]
    );
    let (state, shown) = school.at(at("2026-10-18 10:30:00"));
    assert_eq!((state, &shown["start_time"]), ("off", &json!("2026-10-25 09:00:00")));
    // A week and an hour, as the moments go.
    assert_eq!(
        school.due(),
        Some(at("2026-10-18 09:00:00") + 7 * 86_400_000 + 3_600_000)
    );
}

#[test]
fn a_calendar_is_on_while_something_happens_and_moves_on_by_itself() {
    let mut calendar = calendar(json!([
        {"summary": "Football", "start": "2025-09-02T17:00:00", "end": "2025-09-02T18:30:00", "location": "Pitch",
            "rrule": "FREQ=WEEKLY;BYDAY=TU"},
        {"summary": "Holiday", "start": "2026-11-24", "end": "2026-11-26", "description": "No school"},
    ]));
    assert_eq!((calendar.state.state.as_str(), calendar.due()), ("off", Some(0)));
    let mut told = Vec::new();
    let mut now = at("2026-11-23 12:00:00");
    for _ in 0..6 {
        let (state, shown) = calendar.at(now);
        told.push(format!("{state} {} {}", shown["message"], shown["start_time"]));
        let due = calendar.due().expect("there is always a next one");
        assert!(due > now);
        now = due;
    }
    assert_eq!(
        told,
        [
            r#"off "Holiday" "2026-11-24 00:00:00""#,
            r#"on "Holiday" "2026-11-24 00:00:00""#,
            // What began first stays in sight until it is over.
            r#"off "Football" "2026-12-01 17:00:00""#,
            r#"on "Football" "2026-12-01 17:00:00""#,
            r#"off "Football" "2026-12-08 17:00:00""#,
            r#"on "Football" "2026-12-08 17:00:00""#,
        ]
    );
    let keys: Vec<&str> = calendar.state.attributes.keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "message",
            "all_day",
            "start_time",
            "end_time",
            "location",
            "description"
        ]
    );
}

#[test]
fn days_end_at_midnight_and_what_touches_a_time_is_not_in_it() {
    let calendar = calendar(json!([
        {"summary": "Paper", "start": "2025-01-07", "end": "2025-01-08", "rrule": "FREQ=WEEKLY;INTERVAL=2"},
        {"summary": "Night shift", "start": "2026-11-30T22:00:00", "end": "2026-12-01T06:00:00"},
    ]));
    // From now to midnight, and from now for a week, as assistants ask.
    assert_eq!(
        between(&calendar, "2026-11-23T12:00:00+01:00", "2026-11-24T00:00:00+01:00"),
        [""; 0]
    );
    assert_eq!(
        between(&calendar, "2026-11-24T12:00:00+01:00", "2026-12-01T00:00:00+01:00"),
        [
            "2026-11-24 to 2026-11-25",
            "2026-11-30T22:00:00+01:00 to 2026-12-01T06:00:00+01:00"
        ]
    );
    assert_eq!(between(&calendar, "2026-11-25", "2026-11-26"), [""; 0]);
    assert_eq!(
        between(&calendar, "2026-12-01T05:59:59", "2026-12-01T07:00"),
        ["2026-11-30T22:00:00+01:00 to 2026-12-01T06:00:00+01:00"]
    );
}

#[test]
fn a_fraction_of_a_second_has_six_digits_or_none() {
    let calendar = calendar(
        json!([{"summary": "Photo finish", "start": "2026-11-24T10:00:00.200910",
        "end": "2026-11-24T10:00:07.000"}]),
    );
    assert_eq!(
        between(&calendar, "2026-11-24", "2026-11-25"),
        ["2026-11-24T10:00:00.200910+01:00 to 2026-11-24T10:00:07+01:00"]
    );
}

#[test]
fn rules_of_every_kind_name_their_days() {
    for (rule, days) in [
        ("FREQ=DAILY;INTERVAL=10", "04 14 24"),
        ("FREQ=DAILY;COUNT=3", ""),
        ("FREQ=DAILY;UNTIL=20261103T080000Z", "01 02 03"),
        ("FREQ=DAILY;UNTIL=20261103T075959Z", "01 02"),
        ("RRULE:FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,FR", "02 06 23 27"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "27"),
        ("FREQ=MONTHLY;BYMONTHDAY=31", ""),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=2SU", "08"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "30"),
    ] {
        let calendar = calendar(
            json!([{"summary": "x", "start": "2025-01-03T09:00:00", "end": "2025-01-03T09:30:00",
            "rrule": rule}]),
        );
        let found = between(&calendar, "2026-11-01", "2026-12-01");
        let found: Vec<&str> = found.iter().map(|time| &time[8..10]).collect();
        assert_eq!(found.join(" "), days, "{rule}");
    }
}

#[test]
fn what_began_long_ago_happens_on_the_days_of_its_rule() {
    for (start, rule, found) in [
        (
            "1990-05-31",
            "FREQ=MONTHLY;INTERVAL=5",
            "2026-03-31 2026-08-31 2027-01-31",
        ),
        ("1904-02-29", "FREQ=YEARLY", "2028-02-29"),
        ("1903-12-10", "FREQ=YEARLY;INTERVAL=3", "2026-12-10"),
        ("1900-01-01", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=SU", "2027-01-03"),
        ("1990-01-03", "FREQ=WEEKLY;INTERVAL=100", "2026-06-03 2028-05-03"),
        ("1990-01-03", "FREQ=DAILY;INTERVAL=500", "2026-12-20 2028-05-03"),
        ("1990-01-03", "FREQ=YEARLY;COUNT=37", "2026-01-03"),
    ] {
        let end = Written::parse(start).and_then(|start| start.civil.checked_add(jiff::Span::new().days(1)).ok());
        let end = end.expect("there is a next day").date().to_string();
        let calendar = calendar(json!([{"summary": "x", "start": start, "end": end, "rrule": rule}]));
        let days = between(&calendar, "2026-01-01", "2028-06-01");
        let days: Vec<&str> = days.iter().filter_map(|days| days.split(' ').next()).collect();
        assert_eq!(days.join(" "), found, "{start} {rule}");
    }
}

#[test]
fn many_dense_rules_that_began_long_ago_hold_nobody_up() {
    let hours: Vec<String> = (8..16).map(|hour| hour.to_string()).collect();
    let rule = format!("FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR={}", hours.join(","));
    let event = json!({"summary": "x", "start": "1900-01-01T00:00:00", "end": "1900-01-01T00:01:00", "rrule": rule});
    let mut calendar = calendar(vec![event; 200].into());
    assert_eq!(
        calendar.at(at("2026-11-22 12:30:00")).1["start_time"],
        "2026-11-22 13:00:00"
    );
}

#[test]
fn times_that_the_clocks_jump_over_break_nothing() {
    let mut calendar = calendar(json!([{"summary": "Backup", "start": "2026-03-28T02:15:00",
        "end": "2026-03-28T02:45:00", "rrule": "FREQ=DAILY"}]));
    assert_eq!(
        between(&calendar, "2026-03-28", "2026-03-30"),
        [
            "2026-03-28T02:15:00+01:00 to 2026-03-28T02:45:00+01:00",
            "2026-03-29T03:15:00+02:00 to 2026-03-29T03:45:00+02:00",
        ]
    );
    assert_eq!(
        between(&calendar, "2026-10-25", "2026-10-26"),
        ["2026-10-25T02:15:00+02:00 to 2026-10-25T02:45:00+02:00"]
    );
    calendar.at(at("2026-03-29 03:20:00"));
    assert_eq!(calendar.state.state, "on");
    assert_eq!(calendar.due(), Some(at("2026-03-29 03:45:00")));
}

#[test]
fn an_answer_has_so_many_events_and_no_more() {
    let calendar = calendar(
        json!([{"summary": "Pill", "start": "1950-01-01T08:00:00", "end": "1950-01-01T08:05:00",
        "rrule": "FREQ=DAILY"}]),
    );
    let asked = json!({"start_date_time": "2026-01-01", "end_date_time": "9999-01-01"});
    let refused = calendar
        .ask("get_events", asked, NOW)
        .map_err(|error| error.to_string());
    let reason = "calendar.family has more than 5000 events in that time; ask for a shorter one";
    assert_eq!(refused, Err(reason.to_owned()));
    assert_eq!(between(&calendar, "2026-01-01", "2027-01-01").len(), 365);
}

#[test]
fn a_calendar_that_only_shows_takes_no_events() {
    let calendar = Entity::new("calendar.holidays", json!({"options": {"features": []}}));
    let rules = crate::home::embedded::domains::domain("calendar").expect("the domain exists");
    assert_eq!(rules.features(&calendar.config), None);
    let create = rules.services().iter().find(|service| service.name == "create_event");
    assert!(create.is_some_and(|create| !create.suits(None)));
}

#[test]
fn what_is_wrong_with_a_calendar_is_said() {
    let weekly = |rrule: &str| json!({"summary": "x", "start": "2026-03-29T09:00:00", "end": "2026-03-29T10:00:00", "rrule": rrule});
    for (event, reason) in [
        (
            json!({"summary": "x", "start": "2026-03-29"}),
            "`end` is missing; write end = \"…\"",
        ),
        (
            json!({"summary": "x", "start": "2026-03-29", "end": "2026-03-30T10:00:00"}),
            "`2026-03-29` to `2026-03-30T10:00:00` are not the ends of an event; \
             write two dates, 2026-03-29, or two times, 2026-03-29T12:30:00",
        ),
        (
            json!({"summary": "x", "start": "2026-03-29", "end": "2026-03-29"}),
            "the end `2026-03-29` is not after the start `2026-03-29`; it is the day after the last",
        ),
        (
            json!({"summary": "x", "start": "2026-03-29T10:00:00Z", "end": "2026-03-29T11:00:00Z"}),
            "`2026-03-29T10:00:00Z` to `2026-03-29T11:00:00Z`: the times are those of the home; leave the offset out",
        ),
        (
            weekly("weekly"),
            "`weekly` is not a recurrence rule; write one like FREQ=WEEKLY;BYDAY=MO (RFC 5545)",
        ),
        (
            weekly("FREQ=WEEKLY;BYDAY=2MO"),
            "`FREQ=WEEKLY;BYDAY=2MO`: a BYDAY ordinal may not be used with FREQ=WEEKLY",
        ),
        (
            weekly("FREQ=SECONDLY"),
            "`FREQ=SECONDLY` recurs more often than daily; FREQ is DAILY, WEEKLY, MONTHLY or YEARLY",
        ),
        (
            weekly("FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0,1,2,3,4,5,6,7,8,9,10,11,12"),
            "`FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0,1,2,3,4,5,6,7,8,9,10,11,12` recurs more than 8 times a day",
        ),
        (
            weekly("FREQ=DAILY;COUNT=20000"),
            "`FREQ=DAILY;COUNT=20000`: COUNT is 20000; 10000 is the most, or leave it out",
        ),
        (
            weekly("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
            "`FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30` never happens",
        ),
    ] {
        let (key, told) = wrong("calendar.family", json!({"options": {"events": [event]}}));
        assert_eq!(told, format!("number 1 of `events`: {reason}"));
        assert_eq!(key.as_deref(), Some("events"));
    }
    let (key, _) = wrong("calendar.family", json!({"state": "on"}));
    assert_eq!(key.as_deref(), Some("state"));
}
