//! API Gateway on one machine: routes, the authorizer, proxy events, limits and the gateway's own answers.

mod authorizer;
mod bounce;
mod door;
mod page;
mod presigned;
mod proxy;
mod response;
mod route;

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;
use shared::edge::clock::Clock;

use self::authorizer::{Authorizers, Verdict};
use self::proxy::Incoming;
use self::response::Rejection;
use self::route::Routes;
use crate::chance;
use crate::invoke::Functions;
use crate::service::Services;
use crate::template::Api;

pub(crate) use self::door::{DOOR_FILE, DOOR_HEADER, DOOR_PATH, DoorKey};
pub use self::response::{LARGEST_BODY_BYTES, LARGEST_PAYLOAD_BYTES};

/// The front door.
#[derive(Debug)]
pub(crate) struct Gateway {
    api: Api,
    routes: Routes,
    authorizers: Authorizers,
    functions: Arc<Functions>,
    services: Arc<Services>,
    clock: Clock,
}

impl Gateway {
    /// # Errors
    ///
    /// A sentence that names a template of an answer that cannot be rendered here.
    pub(crate) fn new(
        api: Api,
        functions: Arc<Functions>,
        services: Arc<Services>,
        clock: Clock,
    ) -> Result<Self, String> {
        response::check(&api)?;
        Ok(Self {
            routes: Routes::new(&api.routes),
            authorizers: Authorizers::default(),
            api,
            functions,
            services,
            clock,
        })
    }

    /// Whether a request carries the signature of a link and so belongs to S3, whose bodies may be larger.
    pub(crate) fn is_presigned<B>(request: &Request<B>) -> bool {
        presigned::is_presigned(request.uri())
    }

    /// Answers a request with a presigned link.
    pub(crate) async fn answer_presigned(&self, request: Request<s3s::Body>) -> Response<s3s::Body> {
        presigned::answer(&self.services, &self.clock, request).await
    }

    /// Answers any other request.
    pub(crate) async fn answer(&self, request: Request<Bytes>, source_ip: &str) -> Response<Bytes> {
        let own = page::answer(&request, &self.services)
            .or_else(|| bounce::answer(&request, &self.services))
            .or_else(|| door::answer(&request, &self.services));
        if let Some(answer) = own {
            return answer;
        }
        let incoming = Incoming::new(request, source_ip, chance::uuid(), self.clock.now().unix_ms());
        match self.route(&incoming).await {
            Ok(response) => response,
            Err(rejection) => response::render(&self.api, rejection, &incoming.request_id),
        }
    }

    /// The answer to a body that was not read to its end.
    pub(crate) fn too_large(&self) -> Response<Bytes> {
        response::render(&self.api, Rejection::RequestTooLarge, &chance::uuid())
    }

    async fn route(&self, incoming: &Incoming) -> Result<Response<Bytes>, Rejection> {
        let Some((route, parameters)) = self.routes.find(&incoming.method, &incoming.path) else {
            return Err(Rejection::MissingAuthenticationToken);
        };
        if incoming.body.len() > LARGEST_BODY_BYTES {
            return Err(Rejection::RequestTooLarge);
        }
        let mut context = None;
        let authorizer = match &route.authorizer {
            Some(name) => Some(self.api.other_authorizers.get(name).ok_or(Rejection::IntegrationFailure)?),
            None => self.api.authorizer.as_ref(),
        };
        if let (true, Some(authorizer)) = (route.authorized, authorizer) {
            let verdict = self
                .authorizers
                .ask(authorizer, &self.api.stage, incoming, route, &parameters, &self.functions)
                .await?;
            context = Some(match verdict {
                Verdict::Allowed(context) => context,
                Verdict::Denied => return Err(Rejection::AccessDenied),
            });
        }
        let event = incoming.event(route, &parameters, &self.api.stage, context.as_ref());
        if event.to_string().len() > LARGEST_PAYLOAD_BYTES {
            return Err(Rejection::RequestTooLarge);
        }
        let reply =
            self.functions.invoke(&route.function, event).await.map_err(|_| Rejection::IntegrationFailure)?;
        self.reply(&reply)
    }

    fn reply(&self, reply: &Value) -> Result<Response<Bytes>, Rejection> {
        // What a function wrote wakes the pump by itself; this only makes sure that nothing is late.
        self.services.bus.notify();
        proxy::response(reply)
    }
}
