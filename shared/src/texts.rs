//! Where text messages of a tenant may go, and how many of them: what the operator allows, less what the tenant does
//! not.

use domain::access::Mode;
use domain::value::{PhoneNumber, SmsPolicy};
use domain::{Refusal, TenantId};

use crate::edge::SmsDestinations;
use crate::store::{StoreError, TenantTextLimits};

/// The rules of every tenant.
#[derive(Clone, Debug)]
pub struct Texts {
    operator: SmsDestinations,
    tenants: TenantTextLimits,
}

/// The rules of one tenant.
#[derive(Clone, Debug)]
pub struct TextRules {
    are_sent: bool,
    destinations: SmsPolicy,
    daily_budget: Option<u32>,
}

impl Texts {
    /// What the operator allows, and what tenants made of it.
    #[must_use]
    pub const fn new(operator: SmsDestinations, tenants: TenantTextLimits) -> Self {
        Self { operator, tenants }
    }

    /// The rules of a tenant as they are now.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn rules(&self, tenant: &TenantId) -> Result<TextRules, StoreError> {
        let limits = self.tenants.of(tenant).await?;
        let Self { operator, .. } = self;
        Ok(TextRules {
            // In a sandbox none leaves, and none costs anything.
            are_sent: operator.is_enabled || tenant.mode() == Mode::Test,
            destinations: match &limits.countries {
                Some(only) => operator.policy.within(only),
                None => operator.policy.clone(),
            },
            daily_budget: limits.daily_budget,
        })
    }
}

impl TextRules {
    /// Where they may go; none where none are sent.
    #[must_use]
    pub fn destinations(&self) -> Option<&SmsPolicy> {
        self.are_sent.then_some(&self.destinations)
    }

    /// Checks that messages may go to a number as soon as any are sent.
    ///
    /// # Errors
    ///
    /// [`Refusal::SmsNotAllowed`], with the reason.
    pub fn check(&self, number: &PhoneNumber) -> Result<(), Refusal> {
        self.destinations.check(number)
    }

    /// How many may be sent in a day, where the operator allows so many.
    #[must_use]
    pub fn daily_budget(&self, of_operator: u32) -> u32 {
        self.daily_budget.map_or(of_operator, |it| it.min(of_operator))
    }
}
