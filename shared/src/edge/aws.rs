//! How AWS is reached: one SDK configuration, with time-outs and retries, for every client.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_dynamodb::config::Credentials;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};

use super::warm::Warm;
use crate::clock::Clock;
use crate::outbound::{Mail, Sms};

/// The cloud as a function sees it: the SDK's configuration, and the clock.
#[derive(Clone, Debug)]
pub struct Aws {
    /// Region, credentials, connector, time-outs and retries.
    pub sdk: SdkConfig,
    /// Where S3 answers when it is not AWS; path-style addresses are used there.
    pub s3_endpoint: Option<String>,
    /// The clock of the process.
    pub clock: Clock,
    warm: Warm,
}

/// Asks a service for something in nobody's name: that is refused, and leaves a connection behind.
macro_rules! ask {
    ($service:ident, $call:expr) => {{
        let nobody = Credentials::new("nobody", "nobody", None, None, "nobody");
        let config =
            $service::Config::builder().credentials_provider(nobody).retry_config(RetryConfig::disabled());
        let call = $call.customize().config_override(config);
        async move {
            let _refused = call.send().await;
        }
    }};
}

impl Aws {
    /// The cloud behind this configuration.
    #[must_use]
    pub fn new(sdk: SdkConfig, s3_endpoint: Option<String>, clock: Clock) -> Self {
        Self { sdk, s3_endpoint, clock, warm: Warm::default() }
    }

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
        Self::new(sdk, None, Clock::system())
    }

    /// Connects to every service and bucket that there is a client of by now.
    pub async fn warm_up(&self) {
        self.warm.all().await;
    }

    /// A DynamoDB client.
    #[must_use]
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let config = aws_sdk_dynamodb::config::Builder::from(&self.sdk);
        let config = match self.brisk() {
            Some(brisk) => config.timeout_config(brisk),
            None => config,
        };
        let client = aws_sdk_dynamodb::Client::from_conf(config.build());
        self.warm.note("dynamodb", ask!(aws_sdk_dynamodb, client.list_tables()));
        client
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

    /// An S3 client for one bucket, which is a host of its own.
    #[must_use]
    pub fn bucket(&self, bucket: &str) -> aws_sdk_s3::Client {
        let client = self.s3();
        self.warm.note(bucket, ask!(aws_sdk_s3, client.head_bucket().bucket(bucket)));
        client
    }

    /// A client of Secrets Manager, which connects by itself when a process starts.
    #[must_use]
    pub fn secrets_manager(&self) -> aws_sdk_secretsmanager::Client {
        let config = aws_sdk_secretsmanager::config::Builder::from(&self.sdk);
        let config = match self.brisk() {
            Some(brisk) => config.timeout_config(brisk),
            None => config,
        };
        let client = aws_sdk_secretsmanager::Client::from_conf(config.build());
        self.warm.note("secretsmanager", ask!(aws_sdk_secretsmanager, client.list_secrets()));
        client
    }

    /// A KMS client.
    #[must_use]
    pub fn kms(&self) -> aws_sdk_kms::Client {
        let client = aws_sdk_kms::Client::new(&self.sdk);
        self.warm.note("kms", ask!(aws_sdk_kms, client.list_keys()));
        client
    }

    /// An SQS client.
    #[must_use]
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        let client = aws_sdk_sqs::Client::new(&self.sdk);
        self.warm.note("sqs", ask!(aws_sdk_sqs, client.list_queues()));
        client
    }

    /// An SES client that never sends twice: the SDK's own retries could, when an answer got lost.
    #[must_use]
    pub fn ses(&self) -> aws_sdk_sesv2::Client {
        let client = Mail::client(&self.sdk);
        self.warm.note("ses", ask!(aws_sdk_sesv2, client.get_account()));
        client
    }

    /// An SNS client that never sends twice.
    #[must_use]
    pub fn sns(&self) -> aws_sdk_sns::Client {
        let client = Sms::client(&self.sdk);
        self.warm.note("sns", ask!(aws_sdk_sns, client.list_topics()));
        client
    }

    /// Time-outs of what answers in milliseconds, where there are any: all attempts fit into the shortest function.
    fn brisk(&self) -> Option<TimeoutConfig> {
        let brisk = self.sdk.timeout_config()?.to_builder();
        Some(
            brisk
                .operation_attempt_timeout(BRISK_ATTEMPT_TIMEOUT)
                .operation_timeout(BRISK_OPERATION_TIMEOUT)
                .build(),
        )
    }
}

/// Attempts per call, the first included: a throttle or a lost connection costs a retry, not the request.
pub const MAX_ATTEMPTS: u32 = 3;
/// A connection inside a region takes milliseconds; two seconds mean that the host is away.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// One attempt. A 25 MB object takes about a second.
pub const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(6);
/// All attempts of one call together: below the time-outs of functions that have documents, mails, messages or keys.
pub const OPERATION_TIMEOUT: Duration = Duration::from_secs(15);
/// One attempt at a table or a secret, which takes milliseconds.
pub const BRISK_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);
/// All attempts at a table or a secret: below the shortest time-out of a function (5 s).
pub const BRISK_OPERATION_TIMEOUT: Duration = Duration::from_millis(4_200);
