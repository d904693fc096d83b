//! Time-stamps that are taken over by later ones before they end, for as long as evidence is kept: whoever holds an
//! old one, and those that took it over one after the other, holds a time that is shown by one that is still relied on.

use std::time::Duration;

use domain::Timestamp;
use pades::TimestampToken;
use pades::policy::CryptoPolicy;
use tlog::Renewal;

use super::{Log, TOKEN, day, path, read_note};
use crate::store::error::StoreError;

/// A time-stamp with what it is over.
struct Stamp {
    /// Where it lies, without an ending.
    path: String,
    note: Vec<u8>,
    token: Vec<u8>,
}

impl Log {
    /// The text that is to be time-stamped today so that every time-stamp that nothing has taken over is taken over.
    /// None while that has time.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when a time-stamp cannot be read, [`StoreError::Unavailable`].
    pub async fn to_renew(&self, now: Timestamp) -> Result<Option<String>, StoreError> {
        let (state, now_s) = (self.state().await?, now.unix_seconds());
        if state.stamped.is_empty() || state.renew_at.is_some_and(|at| now_s < at) {
            return Ok(None);
        }
        let mut renewal = Renewal::default();
        let mut due = i64::MAX;
        for stamp in self.left_over().await? {
            let token = TimestampToken::from_der(&stamp.token);
            let token = token.map_err(|error| StoreError::corrupt(&stamp.path, error))?;
            due = due.min(renew_at(&token));
            renewal.add(&stamp.path, &stamp.note, &stamp.token);
        }
        if now_s < due {
            self.note(super::StateItem { renew_at: Some(due), ..state }).await?;
            return Ok(None);
        }
        let today = format!("{RENEWALS}{}", day(now));
        let has_fresh = renewal.paths().any(|it| it.starts_with(STAMPS));
        // One a day at most, and none of a renewal alone.
        if !has_fresh || self.archive.get(&path(&format!("{today}.tst"))).await?.is_some() {
            return Ok(None);
        }
        // Whoever began one today may have died before it was stamped.
        match self.archive.get(&path(&format!("{today}.txt"))).await? {
            Some(begun) => {
                String::from_utf8(begun).map(Some).map_err(|error| StoreError::corrupt(&today, error))
            }
            None => Ok(Some(renewal.to_text())),
        }
    }

    /// Keeps a time-stamp over what it takes over, beside that.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn renewed(
        &self,
        (text, token): (&str, &TimestampToken),
        now: Timestamp,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let today = format!("{RENEWALS}{}", day(now));
        self.write_once(&format!("{today}.txt"), text.as_bytes().to_vec(), until).await?;
        let der = token.der().to_vec();
        self.archive.put_once(&path(&format!("{today}.tst")), TOKEN, der, until).await?;
        // What it did not take over, because it was begun before, is found when that is absent.
        let state = self.state().await?;
        self.note(super::StateItem { renew_at: None, ..state }).await
    }

    /// Every time-stamp that nothing has taken over: the last renewal, and those of checkpoints since.
    async fn left_over(&self) -> Result<Vec<Stamp>, StoreError> {
        let renewals = self.tokens(RENEWALS, None).await?;
        let mut left = Vec::new();
        let mut after = None;
        if let Some(last) = renewals.last() {
            let stamp = self.stamp(last).await?;
            after = last_of(&stamp)?;
            left.push(stamp);
        }
        for name in self.tokens(STAMPS, after).await? {
            left.push(self.stamp(&name).await?);
        }
        Ok(left)
    }

    /// The files that tie the entry at `index` to a time: the newest time-stamp of a checkpoint, the first one that is
    /// over the entry, each with a proof that it is, and the renewals of that one.
    pub(super) async fn stamps_of(
        &self,
        index: u64,
        since: Timestamp,
        newest: &str,
    ) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let mut files = Vec::new();
        if newest.is_empty() {
            return Ok(files);
        }
        let newest = format!("{STAMPS}{newest}");
        let first = self.first_over(index, since).await?;
        for name in first.iter().chain((first.as_ref() != Some(&newest)).then_some(&newest)) {
            let stamp = self.stamp(name).await?;
            let (note, checkpoint) = read_note(name, stamp.note.clone())?;
            if checkpoint.size > index {
                let proof = self.proof_in(index, (checkpoint.size, note)).await?;
                files.push((in_bundle(name, "tlog-proof"), proof));
            }
            files.extend([(in_bundle(name, "txt"), stamp.note), (in_bundle(name, "tst"), stamp.token)]);
        }
        let Some(first) = first else { return Ok(files) };
        let from = first.replace(STAMPS, RENEWALS);
        // The one of its own day can have come before it.
        let mut wanted = first;
        for name in self.tokens(RENEWALS, Some(from)).await? {
            let stamp = self.stamp(&name).await?;
            let renewal = read(&stamp)?;
            if renewal.paths().any(|it| it == wanted) {
                wanted.clone_from(&name);
                files.extend([(in_bundle(&name, "txt"), stamp.note), (in_bundle(&name, "tst"), stamp.token)]);
            }
        }
        Ok(files)
    }

    /// The first time-stamp since an instant whose checkpoint is over the entry at `index`.
    async fn first_over(&self, index: u64, since: Timestamp) -> Result<Option<String>, StoreError> {
        for name in self.tokens(STAMPS, Some(format!("{STAMPS}{}", day(since)))).await? {
            let note = self.archive.get(&path(&format!("{name}.txt"))).await?;
            let note = note.ok_or_else(|| StoreError::corrupt(&name, "the checkpoint is missing"))?;
            if read_note(&name, note)?.1.size > index {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    /// The paths of the time-stamps in a folder, in their order: those of the day of `from` and after it.
    async fn tokens(&self, folder: &str, from: Option<String>) -> Result<Vec<String>, StoreError> {
        let mut after = from.map(|it| path(&it));
        let mut found = Vec::new();
        loop {
            let page = self.archive.list(&path(folder), after.as_deref(), PAGE).await?;
            let is_last = i32::try_from(page.len()).is_ok_and(|it| it < PAGE);
            after = page.last().cloned();
            let tokens = page.iter().filter_map(|it| it.strip_prefix("log/")?.strip_suffix(".tst"));
            found.extend(tokens.map(str::to_owned));
            if is_last {
                return Ok(found);
            }
        }
    }

    async fn stamp(&self, name: &str) -> Result<Stamp, StoreError> {
        let missing = || StoreError::corrupt(name, "a file is missing");
        let note = self.archive.get(&path(&format!("{name}.txt"))).await?.ok_or_else(missing)?;
        let token = self.archive.get(&path(&format!("{name}.tst"))).await?.ok_or_else(missing)?;
        Ok(Stamp { path: name.to_owned(), note, token })
    }
}

/// From when on a time-stamp is to be renewed, Unix seconds: when three quarters of the time that it has have gone, and
/// at the latest after a year, so that no renewal has too much to take over. A quarter is left for an authority that
/// is away, or goes on with a certificate that ends as soon.
pub(super) fn renew_at(token: &TimestampToken) -> i64 {
    let made = token.generated_at_unix_ms().div_euclid(1000);
    let left = token.ends_at(&CryptoPolicy::default()).map_or(i64::MAX, |end| end.saturating_sub(made));
    made.saturating_add((left / 4).saturating_mul(3).min(YEAR_S))
}

/// The last time-stamp of a checkpoint that a renewal took over: what comes after it is to be listed.
fn last_of(renewal: &Stamp) -> Result<Option<String>, StoreError> {
    let read = read(renewal)?;
    // Both files of a day come before the next one.
    Ok(read.paths().rfind(|it| it.starts_with(STAMPS)).map(|it| format!("{it}.txt")))
}

fn read(renewal: &Stamp) -> Result<Renewal, StoreError> {
    let text = str::from_utf8(&renewal.note).ok();
    let read = text.and_then(Renewal::parse);
    read.ok_or_else(|| StoreError::corrupt(&renewal.path, "is no renewal"))
}

/// The name of a file of the log in a bundle: `log/stamp-2026-11-23.tst`.
fn in_bundle(name: &str, ending: &str) -> String {
    format!("log/{}.{ending}", name.replacen("s/", "-", 1))
}

const STAMPS: &str = "stamps/";
const RENEWALS: &str = "renewals/";
/// Keys of one listing.
const PAGE: i32 = 500;
const YEAR_S: i64 = Duration::from_hours(365 * 24).as_secs().cast_signed();
