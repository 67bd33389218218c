//! Clients with all that a swap carries over, who must not notice it: a session on HTTP+SSE and one on Streamable HTTP
//! with an open stream, both with the tools listed and a call in flight.

use hearth_harness::conversation::{call, initialized, ping, request};
use hearth_harness::stage::{Client, Stage};
use hearth_harness::streamable::{Reading, StreamableClient};
use hearth_host::contract::hearth::mcp::types::Status;
use serde_json::{Value, json};

/// See the module.
pub struct Witnesses {
    /// Ben's session on HTTP+SSE.
    pub ben: Client,
    /// Eve's session on Streamable HTTP.
    pub eve: StreamableClient,
    /// Its stream.
    pub stream: Reading,
    /// Her call.
    slow: Reading,
}

impl Witnesses {
    /// They come, list the tools, and call what takes its time.
    ///
    /// # Panics
    /// When that does not go well.
    pub async fn on(stage: &Stage) -> Self {
        let waiting = stage.home.waiting();
        let list = request("list", "tools/list", json!({}));
        let slow = call("slow", "script__slow", json!({}));
        let mut ben = initialized(stage, "ben").await;
        ben.result(&list).await;
        ben.say(&slow).await;
        let mut eve = stage.streamable("eve");
        eve.begin("2025-11-25").await;
        eve.post(&list).await.only().await;
        let stream = eve.get().await.expect("she may read");
        let mut slow = eve.post(&slow).await;
        slow.prime().await;
        let both = |stage: &Stage| stage.home.waiting() == waiting + 2;
        stage.until("both calls run", both).await;
        let mut witnesses = Self { ben, eve, stream, slow };
        witnesses.stream.unread();
        witnesses
    }

    /// Nothing has come to them, and they are served.
    ///
    /// # Panics
    /// When they have noticed something.
    pub async fn notice_nothing(&mut self, stage: &Stage) {
        stage.settle().await;
        let came = self.ben.unread();
        assert!(came.is_empty(), "ben heard {came:?}");
        for (what, reading) in [("on her stream", &mut self.stream), ("of her call", &mut self.slow)] {
            let came = reading.unread();
            assert!(came.is_empty() && !reading.is_over(), "{what} eve heard {came:?}");
        }
        self.are_served().await;
    }

    /// They ask, and are answered.
    ///
    /// # Panics
    /// When they are not.
    pub async fn are_served(&mut self) {
        ping(&mut self.ben).await;
        let asked = request("ping", "ping", json!({}));
        let (status, answer) = self.eve.post(&asked).await.only().await;
        assert_eq!((status, &answer["result"]), (Status::Ok, &json!({})), "{answer}");
    }

    /// Their calls come to their end, once.
    ///
    /// # Panics
    /// When one is not answered as it should be.
    pub async fn are_answered(mut self, stage: &Stage) {
        stage.home.release(2);
        let answers = [self.ben.next().await, self.slow.next().await];
        for answer in answers {
            let said = (&answer["id"], &answer["result"]["isError"]);
            assert_eq!(said, (&json!("slow"), &json!(false)), "{answer}");
        }
        stage.settle().await;
        let rest: Vec<Value> = self.ben.unread();
        assert!(rest.is_empty(), "ben heard {rest:?} after his answer");
        assert!(self.slow.is_over(), "eve's call is answered");
        let status = stage.engine.status();
        assert_eq!((status.sessions, status.work), (2, 0));
    }
}
