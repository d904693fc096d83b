//! Presigned links: S3 on the public port, with the end of a link told by the shared clock.

use http::{Request, Response, StatusCode, Uri};
use shared::edge::clock::Clock;

use crate::service::Services;

/// Whether the query carries the signature of a link.
pub(super) fn is_presigned(uri: &Uri) -> bool {
    parameter(uri, "X-Amz-Signature").is_some()
}

/// Hands the request to S3, which verifies the signature, unless the link has ended.
pub(super) async fn answer(
    services: &Services,
    clock: &Clock,
    mut request: Request<s3s::Body>,
) -> Response<s3s::Body> {
    // A client that followed a redirect on this host sends its API key along, which is not for S3.
    request.headers_mut().remove(http::header::AUTHORIZATION);
    match until_ms(request.uri()) {
        None => {
            return refuse("AuthorizationQueryParametersError", "The link's date or lifetime is malformed.");
        }
        Some(until_ms) if clock.now().unix_ms() > until_ms => {
            return refuse("AccessDenied", "Request has expired");
        }
        Some(_) => {}
    }
    services.objects.service().call(request).await.unwrap_or_else(|_| {
        let mut response = Response::new(s3s::Body::empty());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}

/// The instant at which a link ends.
fn until_ms(uri: &Uri) -> Option<i64> {
    let signed = parameter(uri, "X-Amz-Date")?;
    let signed = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", &signed).ok()?;
    let signed = signed.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond();
    let seconds: i64 = parameter(uri, "X-Amz-Expires")?.parse().ok()?;
    (0..=SEVEN_DAYS_SECONDS).contains(&seconds).then_some(signed + seconds * 1000)
}

fn parameter(uri: &Uri, name: &str) -> Option<String> {
    let query = uri.query()?;
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

fn refuse(code: &str, message: &str) -> Response<s3s::Body> {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    let mut response = Response::new(s3s::Body::from(body));
    *response.status_mut() = StatusCode::FORBIDDEN;
    let kind = http::HeaderValue::from_static("application/xml");
    response.headers_mut().insert(http::header::CONTENT_TYPE, kind);
    response
}

/// The longest life of a link that Signature Version 4 allows.
const SEVEN_DAYS_SECONDS: i64 = 7 * 24 * 60 * 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_link_is_its_date_and_its_lifetime() {
        let uri = |query: &str| Uri::try_from(format!("/b/k?{query}")).unwrap_or_default();
        let good = uri("X-Amz-Date=19700101T000100Z&X-Amz-Expires=300&X-Amz-Signature=x");
        assert!(is_presigned(&good) && !is_presigned(&uri("a=b")));
        assert_eq!(until_ms(&good), Some(360_000));
        assert_eq!(until_ms(&uri("X-Amz-Date=19700101T000100Z&X-Amz-Expires=604801")), None);
        assert_eq!(until_ms(&uri("X-Amz-Date=yesterday&X-Amz-Expires=300")), None);
    }
}
