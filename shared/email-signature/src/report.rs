//! What a run of a connector did, or would do.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// What became of a person, or would.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Action {
    /// Is new here.
    Created,
    /// Is another than before.
    Changed,
    /// Is deleted.
    Deleted,
    /// Is switched off.
    Disabled,
    /// Could not be worked on, for the reason beside it.
    Failed,
    /// Is nobody here, for the reason beside it.
    LeftOut,
    /// Has the signature now.
    Pushed,
    /// Is as before.
    Unchanged,
}

/// A line of a report.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReportLine {
    /// Who: an address or, of an entry without one, what the directory calls it.
    pub who: String,
    /// What became of it.
    pub action: Action,
    /// The fields that changed.
    pub fields: Vec<String>,
    /// Why, in a word; none where nothing is to be said.
    pub reason: Option<&'static str>,
    /// Fields of the directory whose text does not fit here.
    pub unfit: Vec<String>,
}

/// The lines of a step, and how many there were of each kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    lines: Vec<ReportLine>,
    counts: BTreeMap<&'static str, u64>,
}

impl Action {
    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Deleted => "deleted",
            Self::Disabled => "disabled",
            Self::Failed => "failed",
            Self::LeftOut => "left_out",
            Self::Pushed => "pushed",
            Self::Unchanged => "unchanged",
        }
    }
}

impl ReportLine {
    /// A line without more to say.
    #[must_use]
    pub fn new(who: &str, action: Action) -> Self {
        let who = who.chars().take(MAX_WHO_CHARS).collect();
        Self { who, action, fields: Vec::new(), reason: None, unfit: Vec::new() }
    }

    /// The same with a reason.
    #[must_use]
    pub fn because(self, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..self }
    }
}

impl Report {
    /// Adds a line. Who is as before is counted, and named only if there is something to say.
    pub fn add(&mut self, line: ReportLine) {
        *self.counts.entry(line.action.as_str()).or_default() += 1;
        if line.action != Action::Unchanged || line.reason.is_some() || !line.unfit.is_empty() {
            self.lines.push(line);
        }
    }

    /// How many there were, by the words of [`Action`].
    #[must_use]
    pub const fn counts(&self) -> &BTreeMap<&'static str, u64> {
        &self.counts
    }

    /// Whether nobody is named.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The lines, as they are kept and shown.
    #[must_use]
    pub fn lines(&self) -> Vec<Value> {
        let line = |it: &ReportLine| {
            json!({
                "who": it.who, "action": it.action.as_str(), "fields": it.fields, "reason": it.reason, "unfit": it.unfit,
            })
        };
        self.lines.iter().map(line).collect()
    }
}

const MAX_WHO_CHARS: usize = 254;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_as_before_is_counted_and_not_named() {
        let mut report = Report::default();
        report.add(ReportLine::new("ada@example.com", Action::Unchanged));
        assert!(report.is_empty());
        report.add(ReportLine::new("grace@example.com", Action::LeftOut).because("guest"));
        report.add(ReportLine { unfit: vec!["title".to_owned()], ..ReportLine::new("x", Action::Unchanged) });
        assert_eq!(report.counts(), &BTreeMap::from([("left_out", 1), ("unchanged", 2)]));
        assert_eq!(report.lines().len(), 2);
        assert_eq!(
            report.lines().first(),
            Some(
                &json!({ "who": "grace@example.com", "action": "left_out", "fields": [], "reason": "guest", "unfit": [] })
            )
        );
    }
}
