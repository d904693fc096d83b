//! Which scope each operation of the API asks for: the one table of it.

use super::scope::Scope::{
    self, AccessManage, AuditRead, DocumentsRead, EmailSignaturesManage, EmailSignaturesRead, EventsRead,
    PeopleManage, PeopleRead, SandboxRead, SignaturesRead, SignaturesWrite, ThemesManage, TrustManage,
    Verify, WebhooksManage,
};

/// An operation that only callers with a key or token may use: a route of the template.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Operation {
    /// The method.
    pub method: &'static str,
    /// The path as the template writes it, such as `/signatures/{id}`.
    pub path: &'static str,
    /// What the caller has to hold.
    pub scope: Scope,
}

impl Operation {
    /// The operation of a route, if callers need a scope for it.
    #[must_use]
    pub fn of(method: &str, path: &str) -> Option<&'static Self> {
        OPERATIONS.iter().find(|it| it.method == method && it.path == path)
    }
}

const fn operation(method: &'static str, path: &'static str, scope: Scope) -> Operation {
    Operation { method, path, scope }
}

/// Every operation that asks for a scope, by path. A route that is neither here nor open to everybody fails the
/// contract.
#[rustfmt::skip]
pub const OPERATIONS: &[Operation] = &[
    operation("GET", "/access/client-apps", AccessManage),
    operation("POST", "/access/client-apps", AccessManage),
    operation("GET", "/access/client-apps/{id}", AccessManage),
    operation("PATCH", "/access/client-apps/{id}", AccessManage),
    operation("DELETE", "/access/client-apps/{id}", AccessManage),
    operation("POST", "/access/client-apps/{id}/rotate-secret", AccessManage),
    operation("GET", "/access/keys", AccessManage),
    operation("POST", "/access/keys", AccessManage),
    operation("GET", "/access/keys/{id}", AccessManage),
    operation("PATCH", "/access/keys/{id}", AccessManage),
    operation("DELETE", "/access/keys/{id}", AccessManage),
    operation("GET", "/brands", EmailSignaturesRead),
    operation("GET", "/brands/{name}", EmailSignaturesRead),
    operation("PUT", "/brands/{name}", EmailSignaturesManage),
    operation("DELETE", "/brands/{name}", EmailSignaturesManage),
    operation("GET", "/callback", WebhooksManage),
    operation("POST", "/callback", WebhooksManage),
    operation("GET", "/callback/connectors/{origin}", WebhooksManage),
    operation("POST", "/callback/connectors/{origin}", WebhooksManage),
    operation("GET", "/callbacks", EventsRead),
    operation("GET", "/callbacks/{id}", EventsRead),
    operation("GET", "/callbacks/signing", WebhooksManage),
    operation("POST", "/callbacks/signing", WebhooksManage),
    operation("DELETE", "/callbacks/signing", WebhooksManage),
    operation("GET", "/campaigns", EmailSignaturesRead),
    operation("GET", "/campaigns/{name}", EmailSignaturesRead),
    operation("PUT", "/campaigns/{name}", EmailSignaturesManage),
    operation("DELETE", "/campaigns/{name}", EmailSignaturesManage),
    operation("POST", "/EU-SES", SignaturesWrite),
    operation("GET", "/events", EventsRead),
    operation("GET", "/events/{id}", EventsRead),
    operation("GET", "/result-keys", ThemesManage),
    operation("GET", "/sandbox/messages", SandboxRead),
    operation("GET", "/signature", SignaturesRead),
    operation("GET", "/signature/{id}", SignaturesRead),
    operation("DELETE", "/signature/{id}", SignaturesWrite),
    operation("GET", "/signature/{id}/audit", AuditRead),
    operation("GET", "/signature/{id}/evidence", AuditRead),
    operation("GET", "/signature/{id}/signedDocument", DocumentsRead),
    operation("GET", "/signature/{id}/validatedDocument", DocumentsRead),
    operation("GET", "/signature/{id}/{actionType}", SignaturesRead),
    operation("POST", "/signature/{id}/{actionType}", SignaturesWrite),
    operation("PATCH", "/signature/{id}/signers/{signer}", SignaturesWrite),
    operation("POST", "/signature/{id}/signers/{signer}/{actionType}", SignaturesWrite),
    operation("GET", "/signature/{id}/signers/{signer}/attachments/{attachment}", DocumentsRead),
    operation("POST", "/signature/{id}/signers/{signer}/attachments/{attachment}/{verdict}", SignaturesWrite),
    operation("GET", "/signature-changes", EmailSignaturesRead),
    operation("GET", "/signature-gallery", EmailSignaturesRead),
    operation("GET", "/signature-images", EmailSignaturesRead),
    operation("POST", "/signature-images", EmailSignaturesManage),
    operation("DELETE", "/signature-images/{name}", EmailSignaturesManage),
    operation("GET", "/signature-rules", EmailSignaturesRead),
    operation("PUT", "/signature-rules", EmailSignaturesManage),
    operation("GET", "/signature-settings", EmailSignaturesRead),
    operation("PUT", "/signature-settings", EmailSignaturesManage),
    operation("GET", "/signature-statistics", EmailSignaturesRead),
    operation("GET", "/signature-templates", EmailSignaturesRead),
    operation("GET", "/signature-templates/{name}", EmailSignaturesRead),
    operation("PUT", "/signature-templates/{name}", EmailSignaturesManage),
    operation("DELETE", "/signature-templates/{name}", EmailSignaturesManage),
    operation("POST", "/signature-templates/{name}/preview", EmailSignaturesRead),
    operation("GET", "/signature-templates/{name}/versions", EmailSignaturesRead),
    operation("GET", "/signature-templates/{name}/versions/{version}", EmailSignaturesRead),
    operation("GET", "/signatures", SignaturesRead),
    operation("POST", "/signatures/preview", SignaturesWrite),
    operation("GET", "/signatures/{id}", SignaturesRead),
    operation("DELETE", "/signatures/{id}", SignaturesWrite),
    operation("GET", "/signatures/{id}/audit", AuditRead),
    operation("GET", "/signatures/{id}/evidence", AuditRead),
    operation("GET", "/signatures/{id}/html", EmailSignaturesRead),
    operation("GET", "/signatures/{id}/json", EmailSignaturesRead),
    operation("GET", "/signatures/{id}/qr", EmailSignaturesRead),
    operation("GET", "/signatures/{id}/signedDocument", DocumentsRead),
    operation("GET", "/signatures/{id}/text", EmailSignaturesRead),
    operation("GET", "/signatures/{id}/validatedDocument", DocumentsRead),
    operation("GET", "/signatures/{id}/vcard", EmailSignaturesRead),
    operation("GET", "/signatures/{id}/{actionType}", SignaturesRead),
    operation("POST", "/signatures/{id}/{actionType}", SignaturesWrite),
    operation("PATCH", "/signatures/{id}/signers/{signer}", SignaturesWrite),
    operation("POST", "/signatures/{id}/signers/{signer}/{actionType}", SignaturesWrite),
    operation("GET", "/signatures/{id}/signers/{signer}/attachments/{attachment}", DocumentsRead),
    operation("POST", "/signatures/{id}/signers/{signer}/attachments/{attachment}/{verdict}", SignaturesWrite),
    operation("GET", "/themes", ThemesManage),
    operation("GET", "/themes/{name}", ThemesManage),
    operation("PUT", "/themes/{name}", ThemesManage),
    operation("DELETE", "/themes/{name}", ThemesManage),
    operation("GET", "/trust", TrustManage),
    operation("PUT", "/trust", TrustManage),
    operation("POST", "/uploads", SignaturesWrite),
    operation("GET", "/user-change-requests", PeopleRead),
    operation("GET", "/user-change-requests/{email}", PeopleRead),
    operation("POST", "/user-change-requests/{email}", PeopleManage),
    operation("PATCH", "/user-change-requests/{email}", PeopleManage),
    operation("DELETE", "/user-change-requests/{email}", PeopleManage),
    operation("PATCH", "/user-change-requests/{email}/{field}", PeopleManage),
    operation("DELETE", "/user-change-requests/{email}/{field}", PeopleManage),
    operation("GET", "/user-groups", PeopleRead),
    operation("PUT", "/user-groups", PeopleManage),
    operation("GET", "/users", PeopleRead),
    operation("POST", "/users", PeopleManage),
    operation("DELETE", "/users", PeopleManage),
    operation("POST", "/users/import", PeopleManage),
    operation("GET", "/users/{email}", PeopleRead),
    operation("DELETE", "/users/{email}", PeopleManage),
    operation("PUT", "/users/{email}/picture", PeopleManage),
    operation("POST", "/verify", Verify),
    operation("GET", "/verify/{id}", Verify),
    operation("GET", "/webhooks", WebhooksManage),
    operation("POST", "/webhooks", WebhooksManage),
    operation("GET", "/webhooks/{id}", WebhooksManage),
    operation("PATCH", "/webhooks/{id}", WebhooksManage),
    operation("DELETE", "/webhooks/{id}", WebhooksManage),
    operation("GET", "/webhooks/{id}/deliveries", WebhooksManage),
    operation("POST", "/webhooks/{id}/deliveries/{delivery}/redeliver", WebhooksManage),
    operation("POST", "/webhooks/{id}/rotate-secret", WebhooksManage),
    operation("POST", "/webhooks/{id}/test", WebhooksManage),
];
