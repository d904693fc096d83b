//! The way into a service that runs on this machine and holds its data.

use std::path::Path;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use shared::BoxError;

use crate::gateway::{DOOR_FILE, DOOR_HEADER, DOOR_PATH, DoorKey};

/// Passes calls to tables and secrets on to the service, which knows us by what only its owner can read.
#[derive(Clone)]
pub(super) struct Door {
    http: reqwest::Client,
    key: DoorKey,
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").field("url", &self.key.url).finish_non_exhaustive()
    }
}

impl Door {
    /// # Errors
    ///
    /// A sentence when the process that holds the data says no way in.
    pub(super) fn find(data: &Path) -> Result<Self, BoxError> {
        let text = std::fs::read(data.join(DOOR_FILE))
            .map_err(|_| format!("{} is in use by a Paraphe process that does not serve", data.display()))?;
        let key = serde_json::from_slice(&text).map_err(|_| format!("{DOOR_FILE} cannot be read"))?;
        Ok(Self { http: reqwest::Client::builder().no_proxy().build()?, key })
    }

    async fn pass(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        let mut sent =
            self.http.post(format!("{}{DOOR_PATH}", self.key.url)).header(DOOR_HEADER, &self.key.token);
        for name in ["content-type", "x-amz-target"] {
            sent = request.headers().get(name).into_iter().fold(sent, |sent, value| sent.header(name, value));
        }
        let body = request.body().bytes().map(<[u8]>::to_vec).unwrap_or_default();
        let answer = sent.body(body).send().await.map_err(|error| ConnectorError::io(error.into()))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let bytes = answer.bytes().await.map_err(|error| ConnectorError::io(error.into()))?;
        let mut response = http::Response::new(SdkBody::from(bytes));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        HttpResponse::try_from(response).map_err(|error| ConnectorError::user(error.into()))
    }
}

impl HttpConnector for Door {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let door = self.clone();
        HttpConnectorFuture::new(async move { door.pass(request).await })
    }
}

impl HttpClient for Door {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
