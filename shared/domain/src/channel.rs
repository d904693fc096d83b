//! The ways by which a signatory proves who they are.

/// A way that a one-time password goes.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Channel {
    /// To the signatory's mailbox.
    Email,
    /// To the signatory's phone, as a text message.
    Sms,
}

impl Channel {
    /// Its word on the wire, in evidence and in stores.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }

    /// Reads that word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Email, Self::Sms].into_iter().find(|it| it.as_str() == text)
    }
}

/// The channels whose control a signatory must prove. The integrator chooses; no later call can ask for
/// less.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Channels {
    /// A code by mail and another by text message.
    Both,
    /// A code by mail.
    Email,
    /// A code by text message.
    Sms,
}

impl Channels {
    /// All of them, in the order of [`Channel`].
    #[must_use]
    pub const fn each(self) -> &'static [Channel] {
        match self {
            Self::Both => &[Channel::Email, Channel::Sms],
            Self::Email => &[Channel::Email],
            Self::Sms => &[Channel::Sms],
        }
    }

    /// The channels that these are; none for no channel at all.
    #[must_use]
    pub fn of(channels: &[Channel]) -> Option<Self> {
        match (channels.contains(&Channel::Email), channels.contains(&Channel::Sms)) {
            (true, true) => Some(Self::Both),
            (true, false) => Some(Self::Email),
            (false, true) => Some(Self::Sms),
            (false, false) => None,
        }
    }

    /// Whether a code goes this way.
    #[must_use]
    pub fn has(self, channel: Channel) -> bool {
        self.each().contains(&channel)
    }
}
