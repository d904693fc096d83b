//! One step of a run: what it did, and how the run goes on.

use std::time::Duration;

use domain::Timestamp;
use shared::BoxError;
use shared::outbound::RetryAfter;
use shared::store::{Phase, Run, RunState, Step};

use crate::api::Trouble;
use crate::{Work, directory, gmail};

/// What a step did, and how the run goes on.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) step: Step,
    pub(crate) phase: Phase,
    pub(crate) place: Option<String>,
    pub(crate) end: End,
}

/// How a run goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    /// All is done.
    Done,
    /// Not before a while: the other side has no time, for this reason.
    Later(Option<RetryAfter>, &'static str),
    /// At once.
    On,
    /// Not at all, for this reason.
    Over(&'static str),
}

/// Takes the next step of a run.
pub(crate) async fn take(work: &Work<'_>, run: &Run) -> Result<Turn, BoxError> {
    match run.phase {
        _ if work.connector.kind().directory().is_none() => gmail::push(work, run).await,
        Phase::Scope => directory::scope(work, run).await,
        Phase::People => directory::people(work, run).await,
        Phase::Missing => directory::missing(work, run).await,
    }
}

impl Turn {
    /// The run goes on at this place.
    pub(crate) fn on(step: Step, phase: Phase, place: Option<String>) -> Self {
        Self { step, phase, place, end: End::On }
    }

    /// The run is over.
    pub(crate) fn over(run: &Run, problem: &'static str) -> Self {
        Self { step: Step::default(), phase: run.phase, place: run.place.clone(), end: End::Over(problem) }
    }

    /// What a failed call comes to, where nothing was done yet.
    pub(crate) fn of(run: &Run, trouble: Trouble) -> Self {
        let end = match trouble {
            Trouble::Later(after, reason) => End::Later(after, reason),
            Trouble::Missing(reason) | Trouble::Over(reason) => End::Over(reason),
        };
        Self { step: Step::default(), phase: run.phase, place: run.place.clone(), end }
    }

    /// The run after this step, and how long it waits before the next.
    pub(crate) fn applied(&self, run: &Run, now: Timestamp) -> (Run, Duration) {
        let came_on = self.place != run.place || self.phase != run.phase;
        let failures = match self.end {
            End::Later(..) if came_on => 1,
            End::Later(..) => run.failures.saturating_add(1),
            End::Done | End::On | End::Over(_) => 0,
        };
        let (state, problem) = match self.end {
            End::Done => (RunState::Done, None),
            End::Later(_, reason) if failures > MOST_FAILURES => (RunState::Failed, Some(reason)),
            End::Later(..) | End::On => (RunState::Running, None),
            End::Over(problem) => (RunState::Failed, Some(problem)),
        };
        let next = Run {
            state,
            phase: self.phase,
            place: self.place.clone(),
            problem: problem.map(str::to_owned),
            failures,
            updated_at: now.unix_ms(),
            ..run.clone()
        };
        let pause = match self.end {
            End::Later(Some(RetryAfter::In(pause)), _) => pause,
            End::Later(Some(RetryAfter::At(at)), _) => at.since(now),
            End::Later(None, _) => SHORTEST_PAUSE * 2_u32.saturating_pow(failures.min(8)),
            End::Done | End::On | End::Over(_) => Duration::ZERO,
        };
        let pause = if matches!(self.end, End::Later(..)) {
            pause.clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
        } else {
            pause
        };
        (next, pause)
    }
}

/// In a row: two hours at the longest pause.
const MOST_FAILURES: u32 = 8;
const SHORTEST_PAUSE: Duration = Duration::from_secs(5);
/// As long as a queue can hold a message back.
const LONGEST_PAUSE: Duration = Duration::from_mins(15);
