//! Scripts wait, answer, fail, stop, and mind their mode.

use serde_json::json;

use super::{Probe, listener};

#[tokio::test]
async fn a_script_waits_and_answers() {
    let probe = Probe::new();
    let run = probe.spawn("script.wait", json!({"seconds": 5, "room": "kitchen"}));
    probe.sleepers(1).await;
    assert_eq!([probe.state("switch.one"), probe.state("script.wait")], ["on", "on"]);
    assert_eq!(probe.attribute("script.wait", "current"), 1);

    probe.clock.advance(5_000);
    let response = run.await.expect("it does not panic");
    assert_eq!(
        response,
        Ok(Some(json!({"waited": 5, "outside": 15.6, "room": "kitchen"})))
    );
    assert_eq!([probe.state("switch.one"), probe.state("script.wait")], ["off", "off"]);
    assert_eq!(
        probe.attribute("script.wait", "last_triggered"),
        "2026-11-22T12:00:00.000000+00:00"
    );
}

#[tokio::test]
async fn a_script_tells_how_far_it_is() {
    let probe = Probe::new();
    let (heard, progress) = listener();
    let data = json!({"seconds": 0});
    probe
        .act_with_progress("script.wait", json!({}), data, progress)
        .await
        .expect("it runs");
    let heard = heard.lock().expect("nobody panics with it");
    let steps: Vec<_> = heard.iter().map(|progress| (progress.done, progress.total)).collect();
    assert_eq!(steps, [0.0, 1.0, 2.0, 3.0, 4.0].map(|done| (done, Some(5.0))));
    assert_eq!(heard[1].text.as_deref(), Some("Then wait"));
}

#[tokio::test]
async fn a_script_whose_call_is_dropped_stops_where_it_waits() {
    let probe = Probe::new();
    let run = probe.spawn("script.wait", json!({"seconds": 5}));
    probe.sleepers(1).await;
    run.abort();
    assert!(run.await.is_err());
    assert_eq!(probe.state("script.wait"), "off");
    probe.clock.advance(60_000);
    tokio::task::yield_now().await;
    assert_eq!(probe.state("switch.one"), "on");
}

#[tokio::test]
async fn a_script_fails_with_what_it_calls_but_not_with_its_own_stop() {
    let probe = Probe::new();
    let failed = probe.act("script.fail", json!({}), json!({})).await;
    assert_eq!(
        failed,
        Err("Entity cover.door does not support action cover.stop_cover".to_owned())
    );
    assert_eq!([probe.state("switch.one"), probe.state("script.fail")], ["off", "off"]);
    // Home Assistant logs it and answers nothing.
    assert_eq!(
        probe.act("script.give_up", json!({}), json!({})).await,
        Ok(Some(json!({})))
    );
    // A length of time that is none ends the script likewise.
    assert_eq!(
        probe.act("script.wait", json!({}), json!({"seconds": "soon"})).await,
        Ok(Some(json!({})))
    );
}

#[tokio::test]
async fn a_script_hands_on_what_another_answers() {
    let probe = Probe::new();
    let response = probe.act("script.calls_another", json!({}), json!({})).await;
    assert_eq!(
        response,
        Ok(Some(json!({"waited": 0, "outside": 15.6, "room": "kitchen"})))
    );
}

#[tokio::test]
async fn a_single_script_is_not_begun_twice() {
    let probe = Probe::new();
    let first = probe.spawn("script.once", json!({}));
    probe.sleepers(1).await;
    assert_eq!(
        probe.act("script.once", json!({}), json!({})).await,
        Ok(Some(json!({})))
    );
    probe.clock.advance(10_000);
    assert_eq!(first.await.expect("it does not panic"), Ok(Some(json!({}))));
}

#[tokio::test]
async fn a_script_that_restarts_gives_up_its_first_run() {
    let probe = Probe::new();
    let first = probe.spawn("script.again", json!({}));
    probe.sleepers(1).await;
    probe.clock.advance(5_000);
    let second = probe.spawn("script.again", json!({}));
    assert_eq!(first.await.expect("it does not panic"), Ok(Some(json!({}))));
    assert_eq!(probe.attribute("script.again", "current"), 1);
    probe.sleepers(1).await;
    probe.clock.advance(10_000);
    assert_eq!(second.await.expect("it does not panic"), Ok(Some(json!({}))));
    // Toggled once, not twice.
    assert_eq!(probe.state("switch.one"), "on");
}

#[tokio::test]
async fn queued_runs_come_one_after_the_other() {
    let probe = Probe::new();
    let first = probe.spawn("script.in_turn", json!({}));
    probe.sleepers(1).await;
    let second = probe.spawn("script.in_turn", json!({}));
    while probe.attribute("script.in_turn", "current") != 2 {
        tokio::task::yield_now().await;
    }
    probe.clock.advance(10_000);
    first.await.expect("it does not panic").expect("it runs");
    probe.sleepers(1).await;
    assert_eq!(probe.state("script.in_turn"), "on");
    probe.clock.advance(10_000);
    second.await.expect("it does not panic").expect("it runs");
    assert_eq!(probe.state("script.in_turn"), "off");
}

#[tokio::test]
async fn parallel_runs_have_a_limit() {
    let probe = Probe::new();
    let runs = [1, 2].map(|_| probe.spawn("script.wait", json!({"seconds": 5})));
    probe.sleepers(2).await;
    assert_eq!(
        probe.act("script.wait", json!({}), json!({"seconds": 5})).await,
        Ok(Some(json!({})))
    );
    probe.clock.advance(5_000);
    for run in runs {
        run.await.expect("it does not panic").expect("it runs");
    }
}

#[tokio::test]
async fn scripts_are_started_and_stopped_without_waiting() {
    let probe = Probe::new();
    let target = json!({"entity_id": "script.wait"});
    let variables = json!({"variables": {"seconds": 5}});
    assert_eq!(probe.act("script.turn_on", target.clone(), variables).await, Ok(None));
    assert_eq!(probe.state("script.wait"), "on");
    probe.sleepers(1).await;
    assert_eq!(probe.act("homeassistant.turn_off", target, json!({})).await, Ok(None));
    assert_eq!(probe.state("script.wait"), "off");
    probe.sleepers(0).await;
    assert_eq!(probe.state("switch.one"), "on");
}

#[tokio::test]
async fn a_script_that_is_stopped_stops_what_it_waits_for() {
    let probe = Probe::new();
    let outer = probe.spawn("script.waits_for_another", json!({}));
    probe.sleepers(1).await;
    assert_eq!(
        [probe.state("script.waits_for_another"), probe.state("script.once")],
        ["on", "on"]
    );
    let target = json!({"entity_id": "script.waits_for_another"});
    probe.act("script.turn_off", target, json!({})).await.expect("it stops");
    assert_eq!(outer.await.expect("it does not panic"), Ok(Some(json!({}))));
    assert_eq!(probe.state("script.once"), "off");
    probe.sleepers(0).await;
}

#[tokio::test]
async fn scripts_that_call_each_other_without_end_are_ended() {
    let probe = Probe::new();
    let refused = probe
        .act("script.forever", json!({}), json!({}))
        .await
        .expect_err("there is an end");
    assert!(refused.starts_with("scripts call each other more than"), "{refused}");
}

#[test]
fn templates_answer_values_as_home_assistant_types_them() {
    let probe = Probe::new();
    let variables = json!({"n": 20, "text": "20", "code": "007", "list": [1, "a"], "on": true});
    let variables = variables.as_object().expect("it is one");
    let cases = [
        ("{{ n }}", json!(20)),
        ("{{ text }}", json!(20)),
        ("{{ code }}", json!("007")),
        ("{{ n / 8 }}", json!(2.5)),
        ("{{ list }}", json!([1, "a"])),
        ("{{ on }}", json!(true)),
        ("{{ not on }}", json!(false)),
        ("{{ none }}", json!(null)),
        ("{{ nobody }}", json!("")),
        ("{{ nobody | default('x') }}", json!("x")),
        ("{{ 'abc' | int(5) }}", json!(5)),
        ("{{ '21.5' | float | round }}", json!(22.0)),
        ("It is {{ n }} and {{ on }}", json!("It is 20 and True")),
        ("{% if on %}{{ n }}{% else %}0{% endif %}", json!(20)),
        ("{{ states('sensor.outside') }}", json!(15.6)),
        ("{{ states('sensor.nowhere') }}", json!("unknown")),
        ("{{ is_state('switch.one', 'off') }}", json!(true)),
        ("{{ is_state('switch.one', ['on', 'off']) }}", json!(true)),
        ("{{ state_attr('sensor.outside', 'unit_of_measurement') }}", json!("°C")),
        ("{{ state_attr('sensor.outside', 'nothing') }}", json!(null)),
        ("{{ now().hour }}", json!(13)),
        ("{{ now().isoformat() }}", json!("2026-11-22T13:00:00.000000+01:00")),
        ("{{ now().strftime('%H:%M') }}", json!("13:00")),
    ];
    for (template, wanted) in cases {
        let rendered = super::super::script::template::render(&probe.home.templates, &json!(template), variables);
        assert_eq!(rendered, Ok(wanted), "{template}");
    }
}

#[test]
fn templates_cannot_work_or_write_without_end() {
    let probe = Probe::new();
    for template in [
        "{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}",
        "{% for a in range(10000) %}{{ 'aaaaaaaaaaaaaaaaaaaa' }}{% endfor %}",
        "{{ nobody.nothing }}",
        "{{ 'abc' | int }}",
        "{{ no_such_function() }}",
    ] {
        let rendered =
            super::super::script::template::render(&probe.home.templates, &json!(template), &Default::default());
        assert!(rendered.is_err(), "{template}: {rendered:?}");
    }
}

/// What a Home Assistant 2026.11 with the same scripts answered to the same calls.
#[tokio::test]
async fn scripts_answer_what_home_assistant_answered() {
    let clock = crate::clock::ManualClock::at(super::NOON);
    let probe = Probe::of(super::ORACLE, Default::default(), clock);
    let cases = [
        ("script.panic", json!({}), Ok(json!({}))),
        (
            "script.movie_night",
            json!({}),
            Err("expected float at 'brightness_pct'"),
        ),
        (
            "script.movie_night",
            json!({"brightness": 20, "room": "kitchen", "more": 1}),
            Ok(json!({"done": true, "room": "kitchen"})),
        ),
        (
            "script.movie_night",
            json!({"brightness": "20"}),
            Ok(json!({"done": true, "room": "none"})),
        ),
        (
            "script.movie_night",
            json!({"brightness": 300}),
            Err("expected a percentage between 0 and 100 at 'brightness_pct'"),
        ),
        ("script.slow", json!({"seconds": "abc"}), Ok(json!({}))),
        ("script.slow", json!({"seconds": -3}), Ok(json!({}))),
        ("script.slow", json!({"seconds": 0}), Ok(json!({"waited": 0}))),
        ("script.nope", json!({}), Err("Action script.nope not found")),
    ];
    for (action, data, wanted) in cases {
        let answered = probe.act(action, json!({}), data.clone()).await;
        assert_eq!(answered, wanted.map(Some).map_err(str::to_owned), "{action} {data}");
    }
    assert_eq!(probe.state("light.bed_light"), "on");
    assert_eq!(probe.attribute("light.bed_light", "brightness"), 51);
    assert_eq!(probe.state("input_number.target_level"), "0.0");
}
