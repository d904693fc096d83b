//! Leave to call a stranger, so that nobody's slow endpoints hold up others.
//!
//! Each of them has a few calls at one time, and those of a tenant that fail have few in all.

use domain::TenantId;
use shared::edge::system_rng;
use shared::store::{Callee, Slot, StoreError};

use crate::Deps;

/// Leave to have one call under way. It ends by itself when it is not given back.
#[derive(Debug)]
pub(crate) struct Leave {
    of_callee: (Callee, Slot),
    of_failing: Option<(Callee, Slot)>,
}

impl Leave {
    /// Who is called.
    pub(crate) const fn callee(&self) -> &Callee {
        &self.of_callee.0
    }

    /// Whether nothing got through to them of late.
    pub(crate) const fn is_failing(&self) -> bool {
        self.of_callee.1.is_failing
    }
}

/// Leave to call an endpoint or server of a tenant.
///
/// None while it has as many calls under way as it may have, or fails and the tenant has as many calls under way to
/// those that do.
pub(crate) async fn take(
    deps: &Deps,
    tenant: &TenantId,
    callee: Callee,
) -> Result<Option<Leave>, StoreError> {
    let now = deps.clock.now();
    let Some(slot) = deps.health.take_slot(&callee, now, &mut system_rng()).await? else { return Ok(None) };
    let is_failing = slot.is_failing;
    let of_callee = (callee, slot);
    if !is_failing {
        return Ok(Some(Leave { of_callee, of_failing: None }));
    }
    let failing = Callee::failing_of(tenant);
    match deps.health.take_slot(&failing, now, &mut system_rng()).await {
        Ok(Some(slot)) => Ok(Some(Leave { of_callee, of_failing: Some((failing, slot)) })),
        other => {
            end(deps, of_callee).await;
            other.map(|_| None)
        }
    }
}

/// Gives leave back. What came of the call counts whether or not that goes well.
pub(crate) async fn give_back(deps: &Deps, leave: Leave) {
    if let Some(leave) = leave.of_failing {
        end(deps, leave).await;
    }
    end(deps, leave.of_callee).await;
}

async fn end(deps: &Deps, (callee, slot): (Callee, Slot)) {
    if let Err(error) = deps.health.give_slot_back(&callee, slot).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "leave to call was not given back");
    }
}
