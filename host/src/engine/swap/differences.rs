//! What a candidate is and may do, beside what runs: for people, in plain words.

use std::collections::BTreeSet;

use super::compatibility::unlisted;
use crate::contract::exports::hearth::mcp::server::{ConformanceLevel, Description, Tool};

/// What a component says of itself differently than the one before, and what it imports differently: what it may do
/// more and less, and what it serves. One sentence each; none if there is nothing.
pub fn differences(
    before: &Description,
    now: &Description,
    imports_before: &[String],
    imports_now: &[String],
) -> Vec<String> {
    let mut found = Vec::new();
    if before.name != now.name {
        found.push(format!("it is called `{}` (was `{}`)", now.name, before.name));
    }
    if before.version != now.version {
        found.push(format!("its version is {} (was {})", now.version, before.version));
    }
    if before.level != now.level {
        found.push(format!(
            "it serves the level {} (was {})",
            level(now.level),
            level(before.level)
        ));
    }
    let versions = (&before.protocol_versions, &now.protocol_versions);
    changes(
        &mut found,
        versions,
        "it also serves the protocol version",
        "it no longer serves the protocol version",
    );
    let actions = (&before.actions, &now.actions);
    changes(
        &mut found,
        actions,
        "it may also ask for the action",
        "it no longer asks for the action",
    );
    changes(
        &mut found,
        (imports_before, imports_now),
        "it also imports",
        "it no longer imports",
    );
    apis(&mut found, before, now);
    let formats = |numbers: &[u32]| numbers.iter().map(u32::to_string).collect::<Vec<_>>();
    let reads = (formats(&before.reads), formats(&now.reads));
    changes(
        &mut found,
        (&reads.0, &reads.1),
        "it also reads the state format",
        "it no longer reads the state format",
    );
    let writes = (formats(&before.writes), formats(&now.writes));
    changes(
        &mut found,
        (&writes.0, &writes.1),
        "it also writes the state format",
        "it no longer writes the state format",
    );
    found
}

/// The tools that one offers beside those of the one before, and the arguments that it lists no more.
pub fn tools(before: &[Tool], now: &[Tool]) -> Vec<String> {
    let known: BTreeSet<&str> = before.iter().map(|tool| tool.name.as_str()).collect();
    let added = now.iter().filter(|tool| !known.contains(tool.name.as_str()));
    let added = added.map(|tool| format!("it also offers the tool `{}`", tool.name));
    added.chain(unlisted(before, now)).collect()
}

fn apis(found: &mut Vec<String>, before: &Description, now: &Description) {
    let whom = |admin: bool| {
        if admin {
            "to administrators only"
        } else {
            "to everybody"
        }
    };
    let ids = |description: &Description| {
        description
            .llm_apis
            .iter()
            .map(|api| api.id.clone())
            .collect::<Vec<_>>()
    };
    changes(
        found,
        (&ids(before), &ids(now)),
        "it also brings the LLM API",
        "it no longer brings the LLM API",
    );
    for api in &now.llm_apis {
        let Some(was) = before.llm_apis.iter().find(|was| was.id == api.id) else {
            continue;
        };
        if was.name != api.name {
            found.push(format!(
                "its LLM API `{}` is called `{}` (was `{}`)",
                api.id, api.name, was.name
            ));
        }
        if was.requires_admin != api.requires_admin {
            let (now, was) = (whom(api.requires_admin), whom(was.requires_admin));
            found.push(format!("its LLM API `{}` is open {now} (was {was})", api.id));
        }
    }
}

/// What is in one list and not in the other, in the order in which it stands there.
fn changes<L: AsRef<[String]> + ?Sized>(found: &mut Vec<String>, lists: (&L, &L), more: &str, less: &str) {
    let (before, now) = (lists.0.as_ref(), lists.1.as_ref());
    let sets: (BTreeSet<&String>, BTreeSet<&String>) = (before.iter().collect(), now.iter().collect());
    let new = now.iter().filter(|one| !sets.0.contains(one));
    found.extend(new.map(|one| format!("{more} `{one}`")));
    let gone = before.iter().filter(|one| !sets.1.contains(one));
    found.extend(gone.map(|one| format!("{less} `{one}`")));
}

fn level(level: ConformanceLevel) -> &'static str {
    match level {
        ConformanceLevel::Core => "core",
        ConformanceLevel::Tools => "tools",
        ConformanceLevel::Assist => "assist",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::exports::hearth::mcp::server::OwnLlmApi;

    fn description() -> Description {
        Description {
            name: "hearth".to_owned(),
            version: "1.0".to_owned(),
            protocol_versions: vec!["2025-11-25".to_owned(), "2024-11-05".to_owned()],
            level: ConformanceLevel::Assist,
            actions: vec!["light.turn_on".to_owned()],
            llm_apis: vec![OwnLlmApi {
                id: "assist".to_owned(),
                name: "Device control".to_owned(),
                requires_admin: false,
            }],
            writes: vec![1],
            reads: vec![1],
        }
    }

    #[test]
    fn the_same_has_no_differences() {
        let imports = ["hearth:mcp/home@0.1.0".to_owned()];
        assert_eq!(differences(&description(), &description(), &imports, &imports), [""; 0]);
    }

    #[test]
    fn what_it_may_do_more_and_less_is_said_in_plain_words() {
        let mut now = description();
        now.version = "1.1".to_owned();
        now.level = ConformanceLevel::Core;
        now.protocol_versions.remove(1);
        now.actions = vec!["lock.unlock".to_owned()];
        now.llm_apis[0].requires_admin = true;
        now.reads.push(2);
        let found = differences(&description(), &now, &[], &["wasi:sockets/tcp@0.2.0".to_owned()]);
        assert_eq!(
            found,
            [
                "its version is 1.1 (was 1.0)",
                "it serves the level core (was assist)",
                "it no longer serves the protocol version `2024-11-05`",
                "it may also ask for the action `lock.unlock`",
                "it no longer asks for the action `light.turn_on`",
                "it also imports `wasi:sockets/tcp@0.2.0`",
                "its LLM API `assist` is open to administrators only (was to everybody)",
                "it also reads the state format `2`",
            ]
        );
    }

    #[test]
    fn tools_that_are_added_are_named() {
        let tool = |name: &str| Tool {
            name: name.to_owned(),
            definition: b"{}".to_vec(),
        };
        let found = tools(&[tool("one")], &[tool("one"), tool("two")]);
        assert_eq!(found, ["it also offers the tool `two`"]);
    }
}
