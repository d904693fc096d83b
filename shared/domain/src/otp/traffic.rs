//! When text messages look as if somebody earned from them.

/// Text messages with a code to one block of numbers within an hour.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Traffic {
    /// How many were sent.
    pub sent: u32,
    /// How many of their codes came back right.
    pub verified: u32,
}

impl Traffic {
    /// Whether sending has to stop: of many codes, too few came back.
    ///
    /// People type most of the codes they ask for. Pumped traffic, whose maker shares in the price of each
    /// message, types none.
    #[must_use]
    pub fn is_suspicious(self) -> bool {
        let (sent, verified) = (u64::from(self.sent), u64::from(self.verified));
        sent >= ENOUGH_SENT && verified * 100 < sent * LEAST_VERIFIED_PERCENT
    }
}

/// Fewer say nothing: the last ones may still be typed.
const ENOUGH_SENT: u64 = 50;
const LEAST_VERIFIED_PERCENT: u64 = 30;

#[cfg(test)]
mod tests {
    use super::Traffic;

    #[test]
    fn few_or_well_answered_messages_raise_no_suspicion() {
        for (sent, verified, expected) in [
            (0, 0, false),
            (49, 0, false),
            (50, 0, true),
            (50, 14, true),
            (50, 15, false),
            (51, 15, true),
            (1000, 299, true),
            (1000, 300, false),
            (u32::MAX, u32::MAX, false),
            (u32::MAX, 0, true),
            (0, 5, false),
        ] {
            assert_eq!(Traffic { sent, verified }.is_suspicious(), expected, "{verified} of {sent}");
        }
    }

    #[test]
    fn of_a_thousand_pumped_messages_fifty_leave_and_of_honest_ones_all() {
        let send = |answered: fn(u32) -> bool| {
            let mut traffic = Traffic::default();
            for number in 0..1000 {
                if !traffic.is_suspicious() {
                    traffic.sent += 1;
                    traffic.verified += u32::from(answered(number));
                }
            }
            traffic.sent
        };
        assert_eq!(send(|_| false), 50);
        assert_eq!(send(|number| number % 5 == 0), 50);
        assert_eq!(send(|number| number % 10 < 8), 1000);
        assert_eq!(send(|number| number % 3 == 0), 1000);
    }
}
