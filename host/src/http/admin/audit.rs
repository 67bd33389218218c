//! The audit over HTTP: one JSON object a line, page by page as they are taken.

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::future::{BoxFuture, Either, FutureExt as _, select};
use futures_util::stream;
use tokio::sync::watch;
use tokio::task::spawn_blocking;

use super::{Failure, Shared};
use crate::store::{AuditLine, AuditQuery, AuditReader, StoreError};

pub async fn read(State(administration): Shared, Query(query): Query<AuditQuery>) -> Result<Response, Failure> {
    let (store, path) = (administration.store.clone(), administration.data_dir.database());
    let follow = query.follow.then(|| Follow {
        written: store.audit_written(),
        over: administration.engine.over().boxed(),
    });
    let opened = spawn_blocking(move || {
        // What was done before it was asked is told, too.
        store.flush();
        AuditReader::open(&path, query)
    });
    let reader = opened.await.map_err(failed)?.map_err(failed)?;
    let lines = stream::try_unfold(Some(Reading { reader, follow }), |reading| async {
        match reading {
            Some(reading) => reading.next().await,
            None => Ok(None),
        }
    });
    let kind = [(header::CONTENT_TYPE, "application/x-ndjson")];
    Ok((kind, Body::from_stream(lines)).into_response())
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}

/// How far one has read.
struct Reading {
    reader: AuditReader,
    follow: Option<Follow>,
}

/// What one waits for who goes on with what comes.
struct Follow {
    written: watch::Receiver<()>,
    over: BoxFuture<'static, ()>,
}

impl Reading {
    /// The next page, as bytes. It is read when the one before was taken: who is slow costs a page and no more.
    async fn next(mut self) -> Result<Option<(Bytes, Option<Self>)>, StoreError> {
        loop {
            if let Some(follow) = &mut self.follow {
                // Before the look, so that what is written right after it is not missed.
                follow.written.mark_unchanged();
            }
            let mut reader = self.reader;
            let read = spawn_blocking(move || (reader.page(), reader)).await;
            let (lines, reader) = read.map_err(|_| StoreError::Closed)?;
            self.reader = reader;
            let lines = lines?;
            if !lines.is_empty() {
                return Ok(Some((bytes(&lines), Some(self))));
            }
            let Some(follow) = &mut self.follow else {
                return Ok(None);
            };
            let written = std::pin::pin!(follow.written.changed());
            match select(written, &mut follow.over).await {
                Either::Left((Ok(()), _)) => {}
                _ => return Ok(None),
            }
        }
    }
}

fn bytes(lines: &[AuditLine]) -> Bytes {
    let mut text = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut text, line).expect("a line is plain JSON");
        text.push(b'\n');
    }
    text.into()
}
