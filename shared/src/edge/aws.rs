//! How AWS is reached: one SDK configuration, with time-outs and retries, for every client.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};

use crate::clock::Clock;

/// The cloud as a function sees it: the SDK's configuration, and the clock.
#[derive(Clone, Debug)]
pub struct Aws {
    /// Region, credentials, connector, time-outs and retries.
    pub sdk: SdkConfig,
    /// Where S3 answers when it is not AWS; path-style addresses are used there.
    pub s3_endpoint: Option<String>,
    /// The clock of the process.
    pub clock: Clock,
}

impl Aws {
    /// The account this process runs in, as the Lambda runtime describes it.
    pub async fn from_process() -> Self {
        let client = aws_smithy_http_client::Builder::new()
            .tls_provider(tls::Provider::Rustls(CryptoMode::AwsLc))
            .build_https();
        let sdk = aws_config::defaults(BehaviorVersion::latest())
            .http_client(client)
            .retry_config(RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS))
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(CONNECT_TIMEOUT)
                    .operation_attempt_timeout(ATTEMPT_TIMEOUT)
                    .operation_timeout(OPERATION_TIMEOUT)
                    .build(),
            )
            .load()
            .await;
        Self { sdk, s3_endpoint: None, clock: Clock::system() }
    }

    /// A DynamoDB client.
    #[must_use]
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.sdk)
    }

    /// An S3 client.
    #[must_use]
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let mut config = aws_sdk_s3::config::Builder::from(&self.sdk);
        if let Some(endpoint) = &self.s3_endpoint {
            config = config.endpoint_url(endpoint).force_path_style(true);
        }
        aws_sdk_s3::Client::from_conf(config.build())
    }
}

/// Attempts per call, the first included: a throttle or a lost connection costs a retry, not the request.
pub const MAX_ATTEMPTS: u32 = 3;
/// A connection inside a region takes milliseconds; two seconds mean that the host is away.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// One attempt. A 25 MB object takes about a second; a table call takes milliseconds.
pub const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(6);
/// All attempts of one call together: below the shortest function time-out of the template (20 s).
pub const OPERATION_TIMEOUT: Duration = Duration::from_secs(15);
