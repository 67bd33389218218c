//! The figures for Prometheus over HTTP.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::Shared;
use crate::metrics::{Figures, MEDIA_TYPE};

pub async fn text(State(administration): Shared) -> Response {
    let (audit_waiting, audit_lost, write_failures) = administration.store.figures();
    let engine = &administration.engine;
    let figures = Figures {
        engine: Some(engine.status()),
        sessions: engine.sessions().await,
        guest_memory: engine.guest_memory().await,
        audit_waiting,
        audit_lost,
        write_failures,
    };
    let text = administration.metrics.text(&figures);
    (
        [(header::CONTENT_TYPE, MEDIA_TYPE), (header::CACHE_CONTROL, "no-store")],
        text,
    )
        .into_response()
}
