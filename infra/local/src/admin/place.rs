//! Where an operator's commands go: an account on AWS, the service that runs here, or its data while it does not.

use std::path::Path;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::BehaviorVersion;
use aws_types::SdkConfig;
use aws_types::region::Region;
use shared::BoxError;
use shared::edge::{Aws, Clock};
use shared::store::{Access, Requests};

use super::Admin;
use super::door::Door;
use crate::cloud::{Cloud, CloudError, Options};
use crate::disk::{DataDir, DiskError};
use crate::template::{REGION, TEMPLATE, Template};

/// A service with its names.
pub(super) struct Place {
    pub(super) aws: Aws,
    pub(super) seal_secret: String,
    table: String,
    /// Holds the data while nobody else does.
    cloud: Option<Cloud>,
}

impl Place {
    /// # Errors
    ///
    /// A sentence: there is no such stack or data, or it does not let us in.
    pub(super) async fn open(admin: &Admin, data: &Path) -> Result<Self, BoxError> {
        let seal_secret = admin.seal_secret.clone();
        if admin.stack.is_some() || admin.table.is_some() {
            let aws = Aws::from_process().await;
            let table = match (&admin.table, &admin.stack) {
                (Some(table), _) => table.clone(),
                (None, stack) => find_table(&aws, stack.as_deref().unwrap_or_default()).await?,
            };
            return Ok(Self { aws, seal_secret, table, cloud: None });
        }
        if !DataDir::is_one(data) {
            let data = data.display();
            return Err(format!(
                "{data} holds no Paraphe data: start paraphe first, or name a --stack on AWS"
            )
            .into());
        }
        let table = |template: &Template| {
            template.table("Requests").map(|it| it.name.clone()).ok_or("the template has no table Requests")
        };
        match Cloud::boot(Options { data: Some(data.to_owned()), ..Options::default() }).await {
            Ok(cloud) => {
                let table = table(cloud.template())?;
                Ok(Self { aws: cloud.aws(), seal_secret, table, cloud: Some(cloud) })
            }
            Err(CloudError::Disk(DiskError::Locked(_))) => {
                let template = Template::parse(TEMPLATE, &Options::default().parameters)?;
                let sdk = through(Door::find(data)?);
                let aws = Aws::new(sdk, None, Clock::system());
                Ok(Self { aws, seal_secret, table: table(&template)?, cloud: None })
            }
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn access(&self) -> Access {
        Access::new(self.aws.dynamodb(), self.table.clone())
    }

    pub(super) fn requests(&self) -> Requests {
        Requests::new(self.aws.dynamodb(), self.table.clone())
    }

    pub(super) fn secrets(&self) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&self.aws.sdk)
    }

    /// Delivers what a change caused, where nobody else does.
    ///
    /// # Errors
    ///
    /// When the journal cannot be written.
    pub(super) async fn close(self) -> Result<(), BoxError> {
        match self.cloud {
            Some(cloud) => Ok(cloud.settle().await?),
            None => Ok(()),
        }
    }
}

/// The table of a stack: `CloudFormation` begins its name with the stack's.
async fn find_table(aws: &Aws, stack: &str) -> Result<String, BoxError> {
    let prefix = format!("{stack}-Requests-");
    let mut pages = aws.dynamodb().list_tables().into_paginator().items().send();
    let mut found = Vec::new();
    while let Some(name) = pages.next().await {
        found.extend(Some(name?).filter(|name| name.starts_with(&prefix)));
    }
    match (found.pop(), found.is_empty()) {
        (Some(table), true) => Ok(table),
        (None, _) => Err(format!("no table begins with {prefix} in this account and region").into()),
        (Some(_), false) => Err(format!("several tables begin with {prefix}: name one by --table").into()),
    }
}

/// The configuration of clients whose calls go through a door.
fn through(door: Door) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "local", "local", None, None, "local",
        )))
        .http_client(door)
        .region(Region::new(REGION))
        .build()
}
