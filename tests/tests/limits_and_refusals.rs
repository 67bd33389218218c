//! Which tests prove what happens at each limit and at each refusal: one over a real socket, and one at the component
//! alone or, for what only HTTP or the store keeps, where it is kept.
//!
//! The table cannot rot: a limit or a refusal without a row fails, and so does a row without its limit or its tests.
//! `cargo test --release --workspace --test limits_and_refusals -- --nocapture` prints it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use hearth_host::contract::hearth::mcp::types::RefusalReason;
use hearth_host::limits::Limits;

/// A test by its file, from the root of the repository, and its function.
type Test = (&'static str, &'static str);

/// What is proved, what a client gets, and by which tests.
struct Row {
    name: &'static str,
    answer: &'static str,
    /// Over a real socket.
    socket: Test,
    /// In the harness, or where it is kept.
    alone: Test,
}

const fn row(name: &'static str, answer: &'static str, socket: Test, alone: Test) -> Row {
    Row {
        name,
        answer,
        socket,
        alone,
    }
}

const HTTP_LIMITS: &str = "tests/tests/http_limits.rs";
const HTTP_EVENTS: &str = "tests/tests/http_limits_of_events.rs";
const HTTP_AUDIT: &str = "tests/tests/http_limits_of_the_audit.rs";
const HTTP_REFUSALS: &str = "tests/tests/http_refusals.rs";
const HTTP_STREAMABLE: &str = "tests/tests/http_streamable/resuming.rs";
const HANDSHAKE: &str = "tests/tests/streamable_handshake/sessions.rs";
const RESUMING: &str = "tests/tests/resuming.rs";
const COMMAND: &str = "host/tests/cli_limits.rs";
const COMMAND_REFUSED: &str = "host/tests/cli_component_refused.rs";
const COMPILING: &str = "host/src/install/compiling.rs";
const COMPONENT: &str = "tests/tests/limits_of_the_component.rs";
const ENGINE: &str = "tests/tests/limits_of_the_engine.rs";
const REFUSALS: &str = "tests/tests/refusals.rs";
const BODY: &str = "host/src/http/request_body.rs";
const TRANSPORT: &str = "host/src/http/transport.rs";
const STORE: &str = "host/src/store/tests.rs";

/// The limits that an owner can set, by the keys of `[limits]`.
const LIMITS: &[Row] = &[
    row(
        "body",
        "413",
        (HTTP_LIMITS, "a_body_above_the_limit_is_413_announced_or_not"),
        (BODY, "a_body_above_the_limit_is_refused_announced_or_not"),
    ),
    row(
        "head",
        "431",
        (HTTP_LIMITS, "a_head_above_the_limit_is_431"),
        (
            COMMAND,
            "a_body_and_a_head_above_what_the_options_allow_are_413_and_431",
        ),
    ),
    row(
        "head-time-ms",
        "408",
        (HTTP_LIMITS, "a_head_that_comes_too_late_is_408"),
        (COMMAND, "a_head_and_a_body_later_than_the_options_allow_are_408"),
    ),
    row(
        "body-time-ms",
        "408",
        (HTTP_LIMITS, "a_body_that_comes_too_late_is_408"),
        (BODY, "a_body_that_does_not_come_is_refused_when_its_time_is_over"),
    ),
    row(
        "unread-time-ms",
        "the connection ends",
        (HTTP_LIMITS, "a_client_that_does_not_read_loses_its_session"),
        (
            TRANSPORT,
            "a_client_that_takes_nothing_is_given_up_when_its_time_is_over",
        ),
    ),
    row(
        "connections",
        "the next one waits",
        (HTTP_LIMITS, "a_connection_above_the_limit_waits_for_another_to_end"),
        (
            COMMAND,
            "connections_above_what_the_option_allows_wait_for_another_to_end",
        ),
    ),
    row(
        "sessions",
        "503, Retry-After",
        (HTTP_LIMITS, "sessions_above_those_of_all_are_503"),
        (
            COMPONENT,
            "one_session_more_than_all_may_have_is_refused_until_another_ends",
        ),
    ),
    row(
        "sessions-per-principal",
        "503, Retry-After",
        (
            HTTP_LIMITS,
            "sessions_above_those_of_one_principal_are_503_and_others_still_come_in",
        ),
        (
            COMPONENT,
            "one_session_more_than_a_principal_may_have_is_refused_until_another_ends",
        ),
    ),
    row(
        "unread-messages",
        "the stream ends",
        (HTTP_LIMITS, "a_client_that_reads_again_in_time_sees_its_stream_end"),
        (
            ENGINE,
            "a_client_that_does_not_read_loses_its_stream_at_so_many_messages",
        ),
    ),
    row(
        "unread-bytes",
        "the stream ends",
        (
            HTTP_LIMITS,
            "a_client_that_leaves_too_many_bytes_unread_loses_its_stream",
        ),
        (ENGINE, "and_at_so_many_bytes"),
    ),
    row(
        "resume-time-ms",
        "400",
        (HTTP_STREAMABLE, "who_comes_again_after_too_long_is_400"),
        (RESUMING, "nobody_has_to_come_again_for_longer_than_the_limit"),
    ),
    row(
        "session-idle-ms",
        "404",
        (HANDSHAKE, "an_idle_session_ends_late_and_with_404"),
        (COMPONENT, "a_session_that_is_idle_for_too_long_ends"),
    ),
    row(
        "requests-in-flight",
        "error -32000",
        (
            HTTP_EVENTS,
            "one_request_more_than_may_be_in_flight_is_an_error_that_says_so",
        ),
        (
            COMPONENT,
            "one_request_more_than_may_be_in_flight_is_an_error_that_says_so",
        ),
    ),
    row(
        "page",
        "the next page",
        (HTTP_LIMITS, "a_list_that_is_longer_than_a_page_goes_on_at_its_cursor"),
        (
            COMPONENT,
            "a_page_holds_as_much_as_the_limit_says_and_its_cursor_is_good_nowhere_else",
        ),
    ),
    row(
        "nesting",
        "400",
        (HTTP_LIMITS, "a_message_nested_more_deeply_than_the_limit_is_400"),
        (COMPONENT, "a_message_nested_more_deeply_than_the_limit_is_malformed"),
    ),
    row(
        "event-ms",
        "-32603, then 500",
        (HTTP_EVENTS, "an_event_that_computes_too_long_costs_itself"),
        (ENGINE, "an_event_that_computes_too_long_is_stopped"),
    ),
    row(
        "memory",
        "-32603, then 500",
        (HTTP_EVENTS, "an_event_that_takes_too_much_memory_costs_itself"),
        (ENGINE, "an_event_that_takes_too_much_memory_is_stopped"),
    ),
    row(
        "action-ms",
        "timed out",
        (
            HTTP_EVENTS,
            "an_action_at_its_time_limit_is_stopped_and_its_call_answered",
        ),
        (
            COMPONENT,
            "an_action_at_its_time_limit_is_stopped_and_its_call_answered",
        ),
    ),
    row(
        "compile-ms",
        "not installed",
        (COMMAND_REFUSED, "a_component_that_compiles_too_slowly_is_given_up"),
        (COMPILING, "a_compiler_that_is_not_done_in_time_is_ended"),
    ),
    row(
        "audit-days",
        "the oldest go",
        (HTTP_AUDIT, "what_is_older_than_the_audit_goes_back_goes"),
        (STORE, "the_audit_keeps_what_its_limits_allow"),
    ),
    row(
        "audit-rows",
        "the oldest go",
        (HTTP_AUDIT, "of_more_actions_than_the_audit_holds_the_oldest_go"),
        (STORE, "the_audit_keeps_what_its_limits_allow"),
    ),
];

/// Those that are no option: what a tool sets itself, and what the machine does.
const OTHERS: &[Row] = &[
    row(
        "patience of an action",
        "running",
        (
            HTTP_EVENTS,
            "an_action_past_its_patience_is_told_as_running_and_goes_on",
        ),
        (
            COMPONENT,
            "an_action_that_outlasts_its_patience_counts_as_done_and_goes_on",
        ),
    ),
    row(
        "a full disk",
        "degraded, a gap in the audit",
        (
            COMMAND,
            "with_a_full_disk_actions_go_on_health_is_degraded_and_the_gap_is_recorded",
        ),
        (STORE, "a_full_disk_degrades_the_host_and_is_recorded_as_a_gap"),
    ),
];

const REASONS: [RefusalReason; 10] = [
    RefusalReason::NotConfigured,
    RefusalReason::SeveralConfigured,
    RefusalReason::AdminRequired,
    RefusalReason::UnknownSession,
    RefusalReason::SessionRequired,
    RefusalReason::NotInThisVersion,
    RefusalReason::UnknownLlmApi,
    RefusalReason::Malformed,
    RefusalReason::TooManySessions,
    RefusalReason::Unsupported,
];

/// The row of a refusal, by its name in the contract.
fn of_reason(reason: RefusalReason) -> Row {
    let row = |name, answer, socket, alone| row(name, answer, (HTTP_REFUSALS, socket), (REFUSALS, alone));
    match reason {
        RefusalReason::NotConfigured => row("not-configured", "404", "not_configured_is_404", "not_configured"),
        RefusalReason::SeveralConfigured => row(
            "several-configured",
            "404",
            "several_configured_is_404",
            "several_configured",
        ),
        RefusalReason::AdminRequired => row("admin-required", "403", "admin_required_is_403", "admin_required"),
        RefusalReason::UnknownSession => row(
            "unknown-session",
            "404",
            "unknown_session_is_404_whether_it_is_nobodys_or_somebody_elses",
            "unknown_session",
        ),
        RefusalReason::SessionRequired => row(
            "session-required",
            "400",
            "session_required_is_400_and_says_where_one_comes_from",
            "session_required",
        ),
        RefusalReason::NotInThisVersion => row(
            "not-in-this-version",
            "405, Allow",
            "not_in_this_version_is_405_and_names_the_method_that_is",
            "not_in_this_version",
        ),
        RefusalReason::UnknownLlmApi => row(
            "unknown-llm-api",
            "404",
            "unknown_llm_api_is_404_and_names_it",
            "unknown_llm_api",
        ),
        RefusalReason::Malformed => row("malformed", "400", "malformed_is_400", "malformed"),
        RefusalReason::TooManySessions => row(
            "too-many-sessions",
            "503, Retry-After",
            "too_many_sessions_is_503_and_says_which_and_when_to_come_back",
            "too_many_sessions",
        ),
        RefusalReason::Unsupported => row(
            "unsupported",
            "404",
            "unsupported_is_404_at_which_clients_look_for_another_transport",
            "unsupported",
        ),
    }
}

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What keeps this function from being a test that runs; none if it is one.
fn trouble(source: &str, function: &str) -> Option<&'static str> {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let begins = [format!("fn {function}("), format!("async fn {function}(")];
    let Some(at) = lines
        .iter()
        .position(|line| begins.iter().any(|begin| line.starts_with(begin)))
    else {
        return Some("there is no such function");
    };
    // `rustfmt` leaves attributes and comments in the lines right above.
    let above = lines[..at].iter().rev();
    let attributes: Vec<_> = above
        .take_while(|line| line.starts_with("#[") || line.starts_with("//"))
        .collect();
    let is = |what: &str| attributes.iter().any(|line| line.starts_with(what));
    if attributes
        .iter()
        .any(|line| line.starts_with("#[") && line.contains("ignore"))
    {
        Some("it is ignored")
    } else if is("#[test]") || is("#[tokio::test") {
        None
    } else {
        Some("it is no test")
    }
}

fn check(rows: &[Row]) {
    for row in rows {
        println!("| {} | {} | {} | {} |", row.name, row.answer, row.socket.1, row.alone.1);
        assert_ne!(row.socket, row.alone, "{} wants two tests", row.name);
        for (file, function) in [row.socket, row.alone] {
            let trouble = trouble(&read(file), function);
            assert_eq!(trouble, None, "{}: {function} in {file}", row.name);
        }
    }
}

fn names(rows: &[Row]) -> BTreeSet<String> {
    let names: BTreeSet<String> = rows.iter().map(|row| row.name.to_owned()).collect();
    assert_eq!(names.len(), rows.len(), "one row for each");
    names
}

#[test]
fn every_limit_has_its_tests() {
    println!("| limit | at it | over a socket | alone |\n|---|---|---|---|");
    check(LIMITS);
    check(OTHERS);
    let limits = serde_json::to_value(Limits::default()).expect("limits are numbers");
    let keys = limits.as_object().expect("they have names").keys().cloned();
    assert_eq!(names(LIMITS), keys.collect());
}

#[test]
fn every_refusal_has_its_tests() {
    println!("| refusal | answer | over a socket | alone |\n|---|---|---|---|");
    let rows = REASONS.map(of_reason);
    check(&rows);
    let contract = read("wit/types.wit");
    let (_, reasons) = contract
        .split_once("enum refusal-reason {")
        .expect("the contract has it");
    let (reasons, _) = reasons.split_once('}').expect("it ends");
    let reasons = reasons
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("//"));
    assert_eq!(
        names(&rows),
        reasons.map(|line| line.trim_end_matches(',').to_owned()).collect()
    );
}

#[test]
fn a_function_that_is_gone_ignored_or_no_test_does_not_count() {
    let source = "#[test]\nfn runs() {}\n/// Why.\n#[tokio::test]\nasync fn waits() {}\n#[test]\n#[ignore]\nfn sleeps() {}\n\n\
                  fn helps() {}\n";
    assert_eq!(trouble(source, "runs"), None);
    assert_eq!(trouble(source, "waits"), None);
    assert_eq!(trouble(source, "sleeps"), Some("it is ignored"));
    assert_eq!(trouble(source, "helps"), Some("it is no test"));
    assert_eq!(trouble(source, "gone"), Some("there is no such function"));
}
