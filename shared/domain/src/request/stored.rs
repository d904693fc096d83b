//! What a store needs of whatever a move leads to.

use super::attempt::AfterAttempt;
use super::ceremony::{AfterAsking, Issued};
use super::facts::Facts;
use super::knowledge::AfterTelling;
use super::roster::AfterAct;
use super::{AnyRequest, Done, Draft, Open, Received, Rejected, Request, Signed, StateRecord};

/// Something that holds a request, and so can be stored.
pub trait Stored {
    /// What is known of the request in any state.
    fn facts(&self) -> &Facts;
    /// Its state, as plain data.
    fn state_record(&self) -> StateRecord;
    /// Counts one more storing. For the store, once the transaction stands.
    fn mark_stored(&mut self);
}

macro_rules! stored_states {
    ($($state:ty => |$it:ident| $record:expr;)*) => {$(
        impl Stored for Request<$state> {
            fn facts(&self) -> &Facts {
                &self.facts
            }

            fn state_record(&self) -> StateRecord {
                let $it = &self.state;
                $record
            }

            fn mark_stored(&mut self) {
                self.facts.version += 1;
            }
        }
    )*};
}

stored_states! {
    Received => |_it| StateRecord::Received;
    Draft => |it| StateRecord::Draft(it.document.clone());
    Open => |it| StateRecord::Open(it.document.clone());
    Signed => |it| StateRecord::Signed(it.document.clone());
    Done => |it| StateRecord::Done(it.document.clone(), it.sealed.clone());
    Rejected => |it| StateRecord::Rejected(it.failure.clone());
}

impl Stored for AnyRequest {
    fn facts(&self) -> &Facts {
        Self::facts(self)
    }

    fn state_record(&self) -> StateRecord {
        self.record().1
    }

    fn mark_stored(&mut self) {
        self.facts_mut().version += 1;
    }
}

macro_rules! stored_by_delegation {
    ($($type:ty => |$it:ident| $inner:expr, $inner_mut:expr;)*) => {$(
        impl Stored for $type {
            fn facts(&self) -> &Facts {
                let $it = self;
                let inner: &dyn Stored = $inner;
                inner.facts()
            }

            fn state_record(&self) -> StateRecord {
                let $it = self;
                let inner: &dyn Stored = $inner;
                inner.state_record()
            }

            fn mark_stored(&mut self) {
                let $it = self;
                let inner: &mut dyn Stored = $inner_mut;
                inner.mark_stored();
            }
        }
    )*};
}

stored_by_delegation! {
    Issued => |it| &it.request, &mut it.request;
    AfterAsking => |it| match it { Self::Issued(it) => it, Self::Refused(it, _) => it },
        match it { Self::Issued(it) => it, Self::Refused(it, _) => it };
    AfterTelling => |it| match it { Self::Told(it) | Self::Refused(it, _) => it },
        match it { Self::Told(it) | Self::Refused(it, _) => it };
    AfterAct => |it| match it { Self::Open(it) => it, Self::Signed(it) => it },
        match it { Self::Open(it) => it, Self::Signed(it) => it };
    AfterAttempt => |it| match it { Self::Acted(it) => it, Self::Refused(it, _) => it },
        match it { Self::Acted(it) => it, Self::Refused(it, _) => it };
}
