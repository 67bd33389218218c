//! A client of the stateless era over Streamable HTTP: each request has its envelope, and headers that repeat it.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::streamable_client::{Answer, Streamable};

/// The version that it speaks.
pub const VERSION: &str = "2026-07-28";

/// One client. What it hears is held against the schema of the protocol.
#[derive(Debug, Clone)]
pub struct Stateless {
    /// How it asks.
    pub http: Streamable,
    /// What it declares.
    pub capabilities: Value,
}

impl Stateless {
    /// A client of `/api/mcp` that can be asked nothing.
    pub fn new(address: SocketAddr, token: &str) -> Self {
        Self {
            http: Streamable::new(address, token).judged(),
            capabilities: json!({}),
        }
    }

    /// The same, which can be asked this.
    pub fn declaring(mut self, capabilities: Value) -> Self {
        self.capabilities = capabilities;
        self
    }

    /// A request with its envelope.
    pub fn request(&self, id: impl Into<Value>, method: &str, params: Value) -> Value {
        let mut params = params;
        let own = params["_meta"].take();
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": VERSION,
            "io.modelcontextprotocol/clientCapabilities": self.capabilities,
            "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        });
        if let (Some(own), Some(meta)) = (own.as_object(), params["_meta"].as_object_mut()) {
            meta.extend(own.clone());
        }
        json!({"jsonrpc": "2.0", "id": id.into(), "method": method, "params": params})
    }

    /// A client that says in its headers what this request says.
    pub fn repeating(&self, request: &Value) -> Streamable {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let params = &request["params"];
        let http = self.http.clone();
        let mut http = http.with(&format!("MCP-Protocol-Version: {VERSION}"));
        http = http.with(&format!("Mcp-Method: {}", text(&request["method"])));
        let name = match request["method"].as_str() {
            Some("tools/call" | "prompts/get") => text(&params["name"]),
            Some("resources/read") => text(&params["uri"]),
            _ => return http,
        };
        http.with(&format!("Mcp-Name: {name}"))
    }

    /// Sends a request.
    pub async fn send(&self, request: &Value) -> Answer {
        self.repeating(request).post(request.to_string()).await
    }

    /// Sends a request whose answer comes at once, and reads it: its status and itself.
    pub async fn ask(&self, id: impl Into<Value>, method: &str, params: Value) -> (u16, Value) {
        let request = self.request(id, method, params);
        let (status, answer) = self.send(&request).await.json();
        assert_eq!(answer["id"], request["id"], "{answer}");
        (status, answer)
    }

    /// The same, of which only the result is wanted.
    pub async fn result(&self, id: impl Into<Value>, method: &str, params: Value) -> Value {
        let (status, mut answer) = self.ask(id, method, params).await;
        assert!(status == 200 && answer["result"].is_object(), "{status} {answer}");
        answer["result"].take()
    }
}
