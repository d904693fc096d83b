//! The front door on a socket, with deliveries in the background.

use std::future::Future;
use std::io;
use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::cloud::Cloud;
use crate::gateway::{Gateway, LARGEST_BODY_BYTES};

/// Serves until `stop` completes; then answers what has begun, finishes running deliveries, and returns.
///
/// # Errors
///
/// When the socket fails.
pub async fn serve(
    cloud: Cloud,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (ending, ended) = watch::channel(false);
    let pump = {
        let cloud = cloud.clone();
        tokio::spawn(async move { cloud.pump(ended).await })
    };
    let app = axum::Router::new()
        .fallback(answer)
        .with_state(cloud)
        .into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, app).with_graceful_shutdown(stop).await;
    ending.send_replace(true);
    let stopped = pump.await;
    if let Err(error) = stopped {
        tracing::error!(%error, "the deliveries crashed");
    }
    served
}

/// Whether a body names an address on this machine.
fn names_this_machine(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body.get(..LOOKED_AT).unwrap_or(body));
    ["://localhost", "://127.", "://[::1]"].iter().any(|it| text.contains(it))
}

/// A document that is sent along may come before the address, and is not searched for one.
const LOOKED_AT: usize = 64 * 1024;

async fn answer(
    State(cloud): State<Cloud>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    if Gateway::is_presigned(&request) {
        let request = request.map(s3s::Body::http_body_unsync);
        return cloud.gateway().answer_presigned(request).await.map(Body::new);
    }
    let (head, body) = request.into_parts();
    let body = match Limited::new(body, LARGEST_BODY_BYTES).collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return cloud.gateway().too_large().map(Body::from),
        Err(_) => {
            // The client went away; nobody reads this.
            return Response::new(Body::empty());
        }
    };
    let names_this_machine = !cloud.allows_loopback() && names_this_machine(&body);
    let request = http::Request::from_parts(head, body);
    let answer = cloud.gateway().answer(request, &peer.ip().to_string()).await;
    if names_this_machine && answer.status() == StatusCode::UNPROCESSABLE_ENTITY {
        tracing::warn!(
            "an address on this machine may have been refused; start with --allow-loopback to call it"
        );
    }
    answer.map(Body::from)
}
