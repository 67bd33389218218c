//! Asking, and reading what came back: an answer that is missing is asked for, one that does not fit is refused.

use serde_json::{Value, json};

use super::tool::Unfit;
use crate::llm::{Ask, Call, Question, QuestionKind, Request};

/// What a client answered to one question.
#[derive(Clone, Copy)]
pub(super) struct Reply<'a> {
    key: &'a str,
    result: &'a Value,
}

impl<'a> Reply<'a> {
    /// The answer to the question of this key; None when there is none.
    pub fn to(key: &'a str, request: &Request<'a>) -> Option<Self> {
        let result = request.answers?.given.get(key)?;
        Some(Self { key, result })
    }

    pub fn member(&self, name: &str) -> Result<&'a Value, Unfit> {
        let member = self.result.get(name);
        member.ok_or_else(|| self.unfit(&format!("`{name}` is missing")))
    }

    pub fn text(&self, name: &str) -> Result<&'a str, Unfit> {
        let text = self.member(name)?.as_str();
        text.ok_or_else(|| self.unfit(&format!("`{name}` is a text")))
    }

    pub fn unfit(&self, why: &str) -> Unfit {
        Unfit::Answer(format!("The answer to `{}` does not fit the question: {why}", self.key))
    }
}

/// What the tool remembered when it asked.
pub(super) fn state<'a>(request: &Request<'a>) -> Option<&'a str> {
    request.answers?.state.as_deref()
}

/// Asks without anything to remember.
pub(super) fn ask(questions: Vec<Question>) -> Result<Call, Unfit> {
    Ok(Call::Ask(Ask { questions, state: None }))
}

/// Asks, and remembers this.
pub(super) fn ask_with(questions: Vec<Question>, state: impl Into<String>) -> Result<Call, Unfit> {
    Ok(Call::Ask(Ask {
        questions,
        state: Some(state.into()),
    }))
}

/// Asks the client's model.
pub(super) fn sampling(key: &str, prompt: &str, max_tokens: u32) -> Question {
    Question {
        key: key.to_owned(),
        kind: QuestionKind::Sampling,
        params: json!({
            "messages": [{"role": "user", "content": {"type": "text", "text": prompt}}],
            "maxTokens": max_tokens,
        }),
    }
}

/// What the client's model wrote.
pub(super) fn sampled<'a>(reply: Reply<'a>) -> Result<&'a str, Unfit> {
    let content = reply.member("content")?;
    // MCP 2025-11-25, sampling: one block, or an array of them.
    let mut blocks = content
        .as_array()
        .map_or(std::slice::from_ref(content), Vec::as_slice)
        .iter();
    let text = blocks.find_map(|block| block["text"].as_str());
    text.ok_or_else(|| reply.unfit("`content` holds a text"))
}

/// Asks the client for its roots.
pub(super) fn roots(key: &str) -> Question {
    Question {
        key: key.to_owned(),
        kind: QuestionKind::Roots,
        params: json!({}),
    }
}

/// The URIs of the roots that the client named.
pub(super) fn named_roots(reply: Reply) -> Result<Vec<String>, Unfit> {
    let roots = reply.member("roots")?.as_array();
    let roots = roots.ok_or_else(|| reply.unfit("`roots` is an array"))?;
    let uris = roots.iter().map(|root| root["uri"].as_str().map(str::to_owned));
    uris.collect::<Option<_>>()
        .ok_or_else(|| reply.unfit("each of the `roots` has a `uri`"))
}
