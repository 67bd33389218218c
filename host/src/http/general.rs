//! What is served beside MCP.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{StatusCode, Uri};
use serde::Serialize;

/// How the host is, for who watches over it. Open to all, so it says little.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Health {
    /// What does not work as it should, in words that need no hiding; empty when all does.
    pub degraded: Vec<String>,
    /// Number of the generation that serves.
    pub generation: u64,
}

/// Tells how the host is, whenever asked.
pub type TellHealth = Arc<dyn Fn() -> Health + Send + Sync>;

/// The routes, those of the administration among them.
pub fn router(health: TellHealth, admin: Router) -> Router {
    Router::new()
        .route("/healthz", get(move || async move { healthz(health()) }))
        .merge(admin)
        .route_layer(middleware::from_fn(tell_pattern))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
}

/// Leaves at the response which route it comes from.
async fn tell_pattern(request: Request, next: Next) -> Response {
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    if let Some(matched) = matched {
        response.extensions_mut().insert(matched);
    }
    response
}

fn healthz(health: Health) -> Response {
    #[derive(Serialize)]
    struct Answer {
        status: &'static str,
        version: &'static str,
        #[serde(flatten)]
        health: Health,
    }
    // Degraded is still alive: a supervisor that restarts the host at an error would make nothing better.
    let status = if health.degraded.is_empty() { "ok" } else { "degraded" };
    let answer = Answer {
        status,
        version: env!("CARGO_PKG_VERSION"),
        health,
    };
    ([(CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

/// `/.well-known/…` too: there is no authorization server to be discovered, and clients wait for this answer.
async fn not_found(_: Uri) -> Response {
    plain(StatusCode::NOT_FOUND, "404: Not Found")
}

async fn method_not_allowed() -> Response {
    plain(StatusCode::METHOD_NOT_ALLOWED, "405: Method Not Allowed")
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    (status, [(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
