//! The functions of this workspace, by their logical ids.

use shared::edge::aws::Aws;
use shared::edge::config::{ConfigError, Env};
use shared::edge::serve::{BoxFuture, Handler};

/// Names each function's logical id and its crate.
macro_rules! functions {
    ($logical_id:expr, $env:expr, $aws:expr; $($id:literal => $name:ident),* $(,)?) => {
        match $logical_id {
            $($id => $name::function($env, $aws).await,)*
            other => Err(ConfigError::Startup {
                what: "finding the crate of a function of the template",
                source: other.to_owned().into(),
            }),
        }
    };
}

/// Loads the function of a logical id.
pub(crate) fn load(
    logical_id: String,
    env: Env,
    aws: Aws,
) -> BoxFuture<'static, Result<Handler, ConfigError>> {
    Box::pin(async move {
        functions!(logical_id.as_str(), &env, &aws;
            "ArchiveEvidenceFunction" => archive_evidence,
            "AuthorizeFunction" => authorize,
            "CaptureSignatureFunction" => capture_signature,
            "CreateRequestFunction" => create_request,
            "DeliverWebhookFunction" => deliver_webhook,
            "DescribeApiFunction" => describe_api,
            "ExpireRequestsFunction" => expire_requests,
            "ExportAuditFunction" => export_audit,
            "FetchDocumentFunction" => fetch_document,
            "FollowMarkFunction" => follow_mark,
            "IngestDocumentFunction" => ingest_document,
            "IssueOtpFunction" => issue_otp,
            "IssueTokenFunction" => issue_token,
            "LoadTrustedListsFunction" => load_trusted_lists,
            "ManageAccessFunction" => manage_access,
            "ManageConnectorsFunction" => manage_connectors,
            "ManageEmailSignaturesFunction" => manage_email_signatures,
            "ManagePeopleFunction" => manage_people,
            "ManageRequestFunction" => manage_request,
            "ManageThemesFunction" => manage_themes,
            "ManageTrustFunction" => manage_trust,
            "ManageWebhooksFunction" => manage_webhooks,
            "PresentDocumentFunction" => present_document,
            "PreviewRequestFunction" => preview_request,
            "ReadRequestFunction" => read_request,
            "ReadSandboxFunction" => read_sandbox,
            "RecordBounceFunction" => record_bounce,
            "RenderEmailSignatureFunction" => render_email_signature,
            "RenderPageFunction" => render_page,
            "RestoreEvidenceFunction" => restore_evidence,
            "RunConnectorFunction" => run_connector,
            "SealDocumentFunction" => seal_document,
            "VerifyDocumentFunction" => verify_document,
        )
    })
}
