//! Puts a server into the text of a configuration file, and leaves all else in it as it is.

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstInputValue, CstObject, CstRootNode};
use serde_json::Value;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike};

use super::clients::{Format, WAYS};

/// Why the text cannot be changed. It says where.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is not what it should be.
    #[error("it cannot be read: {0}")]
    Syntax(String),
    /// Something else stands where the server should go.
    #[error("`{0}` in it is no object, so no server can be put into it")]
    NoObject(String),
}

/// The text with this server in it under this name. A server of that name is replaced, except for what the user added
/// to it.
///
/// # Errors
/// When the text is not of this format, or holds something else where the server should go.
pub fn with_server(text: &str, format: Format, servers: &str, name: &str, entry: &Value) -> Result<String, Unreadable> {
    match format {
        Format::Json => {
            check_strictly(text)?;
            in_json(text, servers, name, entry)
        }
        Format::JsonWithComments => in_json(text, servers, name, entry),
        Format::Toml => in_toml(text, servers, name, entry),
    }
}

/// Whether the text has a server of this name; a text that cannot be read has none.
pub fn has_server(text: &str, format: Format, servers: &str, name: &str) -> bool {
    match format {
        Format::Toml => text
            .parse::<DocumentMut>()
            .is_ok_and(|document| document.get(servers).and_then(|servers| servers.get(name)).is_some()),
        _ => CstRootNode::parse(text, &with_comments())
            .ok()
            .and_then(|root| root.object_value()?.object_value(servers)?.get(name))
            .is_some(),
    }
}

/// A client that takes plain JSON alone would not read the file, whatever stands in it.
fn check_strictly(text: &str) -> Result<(), Unreadable> {
    if text.trim().is_empty() {
        return Ok(());
    }
    let checked = serde_json::from_str::<serde::de::IgnoredAny>(text);
    checked.map(drop).map_err(|error| Unreadable::Syntax(error.to_string()))
}

fn with_comments() -> ParseOptions {
    ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

fn in_json(text: &str, servers: &str, name: &str, entry: &Value) -> Result<String, Unreadable> {
    // Some editors make a file with nothing in it.
    let text = if text.trim().is_empty() { "{}\n" } else { text };
    let root = CstRootNode::parse(text, &with_comments()).map_err(|error| Unreadable::Syntax(error.to_string()))?;
    let no_object = |what: &str| Unreadable::NoObject(what.to_owned());
    let root_object = root.object_value().ok_or_else(|| no_object("the whole file"))?;
    let servers = object_in(&root_object, servers)?;
    match servers.get(name) {
        None => {
            servers.append(name, input(entry));
        }
        Some(there) => {
            let there = there.object_value().ok_or_else(|| no_object(name))?;
            for way in WAYS.into_iter().filter(|way| entry.get(way).is_none()) {
                if let Some(old) = there.get(way) {
                    old.remove();
                }
            }
            for (member, value) in entry.as_object().into_iter().flatten() {
                match there.get(member) {
                    Some(old) => old.set_value(input(value)),
                    None => drop(there.append(member, input(value))),
                }
            }
        }
    }
    Ok(root.to_string())
}

fn object_in(object: &CstObject, member: &str) -> Result<CstObject, Unreadable> {
    object
        .object_value_or_create(member)
        .ok_or_else(|| Unreadable::NoObject(member.to_owned()))
}

fn input(value: &Value) -> CstInputValue {
    match value {
        Value::Null => CstInputValue::Null,
        Value::Bool(value) => CstInputValue::Bool(*value),
        Value::Number(number) => CstInputValue::Number(number.to_string()),
        Value::String(text) => CstInputValue::String(text.clone()),
        Value::Array(items) => CstInputValue::Array(items.iter().map(input).collect()),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), input(value)));
            CstInputValue::Object(members.collect())
        }
    }
}

fn in_toml(text: &str, servers: &str, name: &str, entry: &Value) -> Result<String, Unreadable> {
    let document = text.parse::<DocumentMut>();
    let mut document = document.map_err(|error| Unreadable::Syntax(error.to_string().trim_end().to_owned()))?;
    let no_object = |what: &str| Unreadable::NoObject(what.to_owned());
    let servers_of = document.entry(servers).or_insert_with(|| {
        let mut table = Table::new();
        // `[mcp_servers.hearth]` says it all.
        table.set_implicit(true);
        Item::Table(table)
    });
    let all = servers_of.as_table_like_mut().ok_or_else(|| no_object(servers))?;
    let there = all.entry(name).or_insert_with(|| Item::Table(Table::new()));
    let there: &mut dyn TableLike = there.as_table_like_mut().ok_or_else(|| no_object(name))?;
    for way in WAYS.into_iter().filter(|way| entry.get(way).is_none()) {
        there.remove(way);
    }
    for (member, value) in entry.as_object().into_iter().flatten() {
        let value = in_one_line(value);
        match there.get_mut(member) {
            Some(old) => *old = Item::Value(value),
            None => drop(there.insert(member, Item::Value(value))),
        }
    }
    Ok(document.to_string())
}

fn in_one_line(value: &Value) -> toml_edit::Value {
    match value {
        Value::Bool(value) => (*value).into(),
        Value::Array(items) => items.iter().map(in_one_line).collect::<Array>().into(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.as_str(), in_one_line(value)));
            members.collect::<InlineTable>().into()
        }
        Value::String(text) => text.as_str().into(),
        other => other.to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn json(text: &str, entry: &Value) -> Result<String, Unreadable> {
        with_server(text, Format::JsonWithComments, "servers", "hearth", entry)
    }

    fn over_http(token: &str) -> Value {
        json!({"url": "http://localhost/api/mcp", "headers": {"Authorization": token}})
    }

    #[test]
    fn comments_order_and_indentation_stay() {
        let text = "// mine\n{\n\t\"theme\": \"dark\", // as it should be\n\t\"servers\": {\n\t\t/* a */ \"other\": { \"command\": \"x\" },\n\t},\n\t\"last\": [1,2]\n}\n";
        let changed = json(text, &over_http("one")).expect("it can be read");
        for kept in [
            "// mine\n{\n\t\"theme\": \"dark\", // as it should be\n",
            "/* a */ \"other\": { \"command\": \"x\" }",
            "\t\"last\": [1,2]\n}\n",
        ] {
            assert!(changed.contains(kept), "{changed}");
        }
        assert!(changed.contains("\t\t\"hearth\": {\n\t\t\t\"url\": "), "{changed}");
        assert!(has_server(&changed, Format::JsonWithComments, "servers", "hearth"));
        assert!(!has_server(text, Format::JsonWithComments, "servers", "hearth"));
    }

    #[test]
    fn a_second_time_changes_the_token_and_nothing_else() {
        let first = json("{}", &over_http("one")).expect("it can be read");
        assert_eq!(json(&first, &over_http("one")).as_deref(), Ok(first.as_str()));
        let second = json(&first, &over_http("two")).expect("it can be read");
        assert_eq!(second, first.replace("\"one\"", "\"two\""));
    }

    #[test]
    fn what_the_user_added_to_the_server_stays_when_it_is_reached_in_another_way() {
        let text = r#"{"servers": {"hearth": {"command": "old", "args": [], "timeout": 5}}}"#;
        let changed = json(text, &over_http("one")).expect("it can be read");
        let changed: Value = serde_json::from_str(&changed).expect("it is JSON");
        let mut expected = over_http("one");
        expected["timeout"] = 5.into();
        assert_eq!(changed["servers"]["hearth"], expected);
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_its_line() {
        let refused = |text, format| {
            with_server(text, format, "servers", "hearth", &over_http("one"))
                .expect_err("it cannot be read")
                .to_string()
        };
        assert!(refused("{\n  \"a\": 1\n  \"b\": 2\n}", Format::JsonWithComments).contains(" on line 2 "));
        assert!(refused("{\n// no\n}", Format::Json).contains("line 2"));
        assert!(refused("a = 1\nb = \n", Format::Toml).contains("line 2"));
        assert_eq!(
            refused("[]", Format::Json),
            "`the whole file` in it is no object, so no server can be put into it"
        );
        assert!(refused("{\"servers\": []}", Format::Json).contains("`servers`"));
        assert!(refused("servers = 1", Format::Toml).contains("`servers`"));
        assert!(refused("{\"servers\": {\"hearth\": 1}}", Format::Json).contains("`hearth`"));
    }

    #[test]
    fn toml_keeps_its_comments_and_gets_a_table() {
        let text = "# mine\nmodel = \"x\"   # good\n\n[mcp_servers.other]\ncommand = \"y\"\n\n[tui]\nbell = true\n";
        let entry = json!({"url": "http://localhost", "http_headers": {"Authorization": "Bearer t"}});
        let changed = with_server(text, Format::Toml, "mcp_servers", "hearth", &entry).expect("it can be read");
        assert!(
            changed.contains("# mine\nmodel = \"x\"   # good\n\n[mcp_servers.other]\ncommand = \"y\"\n"),
            "{changed}"
        );
        assert!(changed.contains("[tui]\nbell = true\n"), "{changed}");
        assert!(
            changed.contains("[mcp_servers.hearth]\nurl = \"http://localhost\"\n"),
            "{changed}"
        );
        assert!(
            changed.contains("http_headers = { Authorization = \"Bearer t\" }"),
            "{changed}"
        );
        let again = with_server(&changed, Format::Toml, "mcp_servers", "hearth", &entry);
        assert_eq!(again.as_deref(), Ok(changed.as_str()));
        let alone = with_server("", Format::Toml, "mcp_servers", "hearth", &entry).expect("it can be read");
        assert!(alone.starts_with("[mcp_servers.hearth]\n"), "{alone}");
    }
}
