//! The front door on a socket, with deliveries in the background.

use std::future::Future;
use std::io;
use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
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
    let request = http::Request::from_parts(head, body);
    cloud.gateway().answer(request, &peer.ip().to_string()).await.map(Body::from)
}
