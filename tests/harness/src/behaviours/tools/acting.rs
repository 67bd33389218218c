//! A tool that acts in the home, found by trying: what only such a tool shows is tried on it.

use serde_json::{Value, json};

use crate::case::Case;
use crate::conversation::{call, cancelled, initialized, request};
use crate::stage::{Client, Stage};

/// A tool, with arguments at which it acts.
#[derive(Debug, Clone)]
pub struct Acting {
    tool: String,
    arguments: Value,
}

impl Acting {
    /// A call of it.
    pub fn call(&self, id: &str) -> Value {
        call(id, &self.tool, self.arguments.clone())
    }

    /// A call of it, whose action waits in the home.
    ///
    /// # Panics
    /// When it does not act any more.
    pub async fn begin(&self, stage: &Stage, client: &Client, id: &str) {
        let before = stage.home.waiting();
        client.say(&self.call(id)).await;
        stage.settle().await;
        assert!(
            stage.home.waiting() > before,
            "{} did nothing in the home this time",
            self.tool
        );
    }
}

/// The first tool that acts in the simulated home: without arguments, or on a light that is named to it. Without one the
/// case gets a note.
pub async fn scout(case: &Case) -> Option<Acting> {
    let stage = case.stage().await;
    stage.home.hold_all(true);
    let mut ben = initialized(&stage, "ben").await;
    for tool in tools(&mut ben).await {
        let tool = tool["name"].as_str().unwrap_or_default().to_owned();
        for arguments in [json!({}), json!({"name": "Bed Light"})] {
            ben.say(&call("scout", &tool, arguments.clone())).await;
            stage.settle().await;
            if stage.home.waiting() > 0 {
                return Some(Acting { tool, arguments });
            }
            ben.say(&cancelled("scout")).await;
            stage.settle().await;
            ben.unread();
        }
    }
    case.note("none of its tools acts in the home without arguments or on a light that is named to it");
    None
}

/// The tools that a client is offered.
pub async fn tools(client: &mut Client) -> Vec<Value> {
    let result = client.result(&request("tools", "tools/list", json!({}))).await;
    let tools = result["tools"].as_array();
    tools.unwrap_or_else(|| panic!("no list of tools: {result}")).clone()
}
