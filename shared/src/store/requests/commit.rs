//! Commits a move with its evidence, and everything that must be stored with it, in one transaction.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::RequestId;
use domain::message::MessageKind;
use domain::request::Stored;
use domain::transition::{ChainName, Changes, Transition};
use domain::value::DocumentId;
use serde::Serialize;

use super::super::disclosures;
use super::super::evidence::EventItem;
use super::super::items::{ChallengeItem, RequestItem};
use super::super::keys;
use super::super::messages::{MessageItem, SentItem};
use super::super::outbox::Outbox;
use super::super::sealed::SealedItem;
use super::{Fetch, Requests, StoreError};
use crate::metrics;

impl Requests {
    /// Stores the next state, its evidence, disclosures, messages and deadlines in one transaction, and
    /// opens the transition.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] when the request changed since it was loaded: nothing was stored.
    pub async fn commit<T: Stored>(&self, transition: Transition<T>) -> Result<T, StoreError> {
        self.commit_with(transition, &[], &[]).await
    }

    /// As [`Requests::commit`]; also stores documents to be fetched, and forgets others.
    ///
    /// # Errors
    ///
    /// As [`Requests::commit`].
    pub async fn commit_with<T: Stored>(
        &self,
        transition: Transition<T>,
        fetches: &[Fetch],
        fetched_documents: &[DocumentId],
    ) -> Result<T, StoreError> {
        let (mut next, changes) = transition.into_parts();
        let id = next.facts().id.clone();
        let mut actions = vec![self.request_action(&next)?];
        actions.extend(self.evidence_actions(&next, &changes)?);
        actions.extend(self.beside_actions(&next, &changes)?);
        let pk = keys::request_pk(&id);
        for fetch in fetches {
            let item = FetchItem {
                pk: pk.clone(),
                sk: keys::fetch_sk(&fetch.document),
                url: fetch.url.clone(),
                object: fetch.object.clone(),
                tenant: next.facts().tenant.to_string(),
                purge_at: next.facts().purge_at().unix_seconds(),
            };
            actions.push(self.table.put_new_action(&item)?);
        }
        for document in fetched_documents {
            actions.push(self.table.delete_action(&pk, &keys::fetch_sk(document))?);
        }
        self.table.transact(actions).await.map_err(|error| commit_error(error, id))?;
        for event in &changes.evidence {
            metrics::note(event.kind);
        }
        next.mark_stored();
        Ok(next)
    }

    fn request_action(&self, request: &impl Stored) -> Result<TransactWriteItem, StoreError> {
        let facts = request.facts();
        let tenant = (keys::tenant_pk(&facts.tenant), keys::tenant_sk(facts.created_at, &facts.id));
        let item = RequestItem::of(request, keys::request_pk(&facts.id), keys::REQUEST, tenant);
        self.table.replace_action(&item, facts.version)
    }

    fn evidence_actions(
        &self,
        request: &impl Stored,
        changes: &Changes,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let Some((table, key)) = &self.evidence else {
            return Err(StoreError::Unavailable {
                operation: "commit",
                source: "this function does not write evidence".into(),
            });
        };
        let facts = request.facts();
        let purge_at = facts.purge_at().unix_seconds();
        let mut actions = Vec::new();
        let chains = [(ChainName::Event, &changes.evidence), (ChainName::Custody, &changes.custody)];
        for (chain, events) in chains {
            for event in events {
                let outbox = Outbox::of(request, &changes.notifications, (chain, event.seq));
                let item = EventItem::of(&facts.id, chain, event, (outbox, purge_at));
                actions.push(table.put_new_action(&item)?);
            }
        }
        for (chain, disclosure) in &changes.disclosures {
            let salt = facts.key_salt(&disclosure.owner);
            if let Some(item) = disclosures::seal(&facts.id, purge_at, *chain, disclosure, (key, salt))? {
                actions.push(self.table.put_action(&item)?);
            }
        }
        Ok(actions)
    }

    fn beside_actions(
        &self,
        request: &impl Stored,
        changes: &Changes,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let facts = request.facts();
        let pk = keys::request_pk(&facts.id);
        let mut actions = Vec::new();
        for (signatory, challenge) in &changes.challenges {
            let sk = keys::challenge_sk(signatory);
            actions.push(match challenge {
                Some(challenge) => {
                    let item = ChallengeItem::of(pk.clone(), sk, challenge);
                    self.table.put_action(&item)?
                }
                None => self.table.delete_action(&pk, &sk)?,
            });
        }
        for message in &changes.messages {
            // The text of an OTP message exists only in the process that made the code, which therefore
            // claims the message as it commits it.
            let claimed = message.kind == MessageKind::Otp;
            let item = MessageItem::of(&facts.id, message, claimed, facts.purge_at().unix_seconds());
            actions.push(self.table.put_new_action(&item)?);
        }
        for message in &changes.settled_messages {
            actions.push(self.table.delete_action(&pk, &keys::message_sk(message))?);
        }
        for sent in &changes.sent_messages {
            let item = SentItem::of(&facts.id, sent, facts.updated_at);
            actions.push(self.table.put_action(&item)?);
        }
        for due in &changes.due {
            let item = DueItemStored {
                pk: pk.clone(),
                sk: keys::due_sk_of_item(due.what),
                due_pk: keys::due_partition(due.what.as_str(), &facts.id),
                due_sk: keys::due_sort(due.at, &facts.id, ""),
            };
            actions.push(self.table.put_action(&item)?);
        }
        for kind in &changes.done {
            actions.push(self.table.delete_action(&pk, &keys::due_sk_of_item(*kind))?);
        }
        if let Some(item) = SealedItem::of(request, changes) {
            actions.push(self.table.put_action(&item)?);
        }
        Ok(actions)
    }
}

#[derive(Serialize)]
struct FetchItem {
    pk: String,
    sk: String,
    url: String,
    object: String,
    tenant: String,
    purge_at: i64,
}

#[derive(Serialize)]
struct DueItemStored {
    pk: String,
    sk: String,
    due_pk: String,
    due_sk: String,
}

fn commit_error<R>(error: SdkError<TransactWriteItemsError, R>, id: RequestId) -> StoreError
where
    R: std::fmt::Debug + Send + Sync + 'static,
{
    if let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() {
        let lost_race = cancelled
            .cancellation_reasons()
            .iter()
            .any(|reason| matches!(reason.code(), Some("ConditionalCheckFailed" | "TransactionConflict")));
        if lost_race {
            return StoreError::Conflict(id);
        }
    }
    StoreError::Unavailable { operation: "TransactWriteItems", source: Box::new(error) }
}
