//! What a client says and hears, a sentence each. Whatever is not as it must be ends the test with what was seen.

use hearth_host::contract::hearth::mcp::types::{Refusal, RefusalReason};
use hearth_host::engine::Refused;
use serde_json::Value;

use crate::conversation::ping;
use crate::stage::{Client, Stage};

impl Client {
    /// Posts a message that is taken.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn say(&self, message: &Value) {
        if let Err(refused) = self.post(message).await {
            panic!("{message} was not taken: {refused:?}");
        }
    }

    /// Posts a request and reads its answer, which comes next.
    ///
    /// # Panics
    /// When it is refused, no answer comes, or something else comes.
    pub async fn ask(&mut self, request: &Value) -> Value {
        self.say(request).await;
        let answer = self.next().await;
        assert_eq!(answer["jsonrpc"], "2.0", "the answer to {request} is {answer}");
        assert_eq!(answer["id"], request["id"], "the answer to {request} is {answer}");
        answer
    }

    /// Posts a request and reads its result.
    ///
    /// # Panics
    /// When it is answered with an error, or not at all.
    pub async fn result(&mut self, request: &Value) -> Value {
        let answer = self.ask(request).await;
        assert!(answer["error"].is_null(), "the answer to {request} is {answer}");
        answer["result"].clone()
    }

    /// Posts a request and reads the code of its error.
    ///
    /// # Panics
    /// When it is answered with a result, or not at all, or the error has no message.
    pub async fn error(&mut self, request: &Value) -> i64 {
        let answer = self.ask(request).await;
        let error = &answer["error"];
        let (code, message) = (error["code"].as_i64(), error["message"].as_str());
        let told = message.is_some_and(|message| !message.is_empty());
        assert!(
            told && answer["result"].is_null(),
            "the answer to {request} is {answer}, not an error with a message"
        );
        code.unwrap_or_else(|| panic!("the answer to {request} is {answer}, whose code is no number"))
    }

    /// Posts bytes that are refused, and answers why.
    ///
    /// # Panics
    /// When they are taken, or the component fails on them.
    pub async fn refusal(&self, body: impl AsRef<[u8]>) -> Refusal {
        let body = body.as_ref();
        match self.post_bytes(self.stream.session(), body).await {
            Err(Refused::Refusal(refusal)) => refusal,
            other => panic!("{} came to {other:?}, not a refusal", String::from_utf8_lossy(body)),
        }
    }

    /// Posts bytes that are refused as malformed, and goes on.
    ///
    /// # Panics
    /// When they are not, or the session does not go on.
    pub async fn is_malformed(&mut self, body: impl AsRef<[u8]>) {
        let refusal = self.refusal(body.as_ref()).await;
        let shown = String::from_utf8_lossy(body.as_ref()).into_owned();
        assert_eq!(
            refusal.reason,
            RefusalReason::Malformed,
            "{shown} was refused as {refusal:?}"
        );
        ping(self).await;
    }

    /// Nothing more has come.
    ///
    /// # Panics
    /// When something has.
    pub async fn hears_nothing(&mut self, stage: &Stage) {
        stage.settle().await;
        let unread = self.unread();
        assert!(unread.is_empty(), "unasked, {} heard {unread:?}", self.principal.id);
    }
}
