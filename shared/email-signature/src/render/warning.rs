//! What mail programs make of a signature.

/// A mail program, or a family of them.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Client {
    /// Apple Mail, on any machine.
    AppleMail,
    /// Gmail, in browsers and on phones.
    Gmail,
    /// Outlook for Windows, which renders with Word.
    Outlook,
    /// Thunderbird.
    Thunderbird,
}

/// What to expect.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Code {
    /// A colour that cannot be read on white or at night.
    AppleMailDarkMode,
    /// The signature alone is more than what is shown of a mail.
    GmailClipping,
    /// The signature takes much of what is shown of a mail.
    GmailLarge,
    /// A style sheet was dropped.
    GmailStyleElement,
    /// A picture behind text was dropped.
    OutlookBackground,
    /// Round corners.
    OutlookBorderRadius,
    /// A font that few have.
    OutlookFont,
    /// A bound on the width.
    OutlookMaxWidth,
    /// Padding of what is no cell.
    OutlookPadding,
    /// Pictures from elsewhere.
    ThunderbirdImages,
}

/// What a mail program makes of a signature.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Warning {
    code: Code,
}

impl Warning {
    pub(crate) const fn of(code: Code) -> Self {
        Self { code }
    }

    /// Which mail program.
    #[must_use]
    pub const fn client(self) -> Client {
        match self.code {
            Code::AppleMailDarkMode => Client::AppleMail,
            Code::GmailClipping | Code::GmailLarge | Code::GmailStyleElement => Client::Gmail,
            Code::OutlookBackground
            | Code::OutlookBorderRadius
            | Code::OutlookFont
            | Code::OutlookMaxWidth
            | Code::OutlookPadding => Client::Outlook,
            Code::ThunderbirdImages => Client::Thunderbird,
        }
    }

    /// What to expect.
    #[must_use]
    pub const fn code(self) -> Code {
        self.code
    }

    /// What to expect, in English.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self.code {
            Code::AppleMailDarkMode => {
                "A colour of text is hard to read on white or on the dark page that Apple Mail shows at night."
            }
            Code::GmailClipping => {
                "Gmail shows 102 KB of a mail; this signature alone is larger, and its end is hidden."
            }
            Code::GmailLarge => {
                "Gmail shows 102 KB of a mail; this signature is over 10 KB, and long conversations are cut."
            }
            Code::GmailStyleElement => {
                "A style sheet was dropped: Gmail ignores it when mails are forwarded."
            }
            Code::OutlookBackground => "A background picture was dropped: Outlook does not show it.",
            Code::OutlookBorderRadius => "Outlook shows square corners instead of round ones.",
            Code::OutlookFont => "Outlook shows Times New Roman where the first font of a list is missing.",
            Code::OutlookMaxWidth => {
                "Outlook ignores a least or greatest width; give tables a width of their own."
            }
            Code::OutlookPadding => "Outlook ignores the padding of everything but cells of tables.",
            Code::ThunderbirdImages => {
                "Thunderbird shows images only after the reader allows them; until then their alt text."
            }
        }
    }
}

impl Client {
    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AppleMail => "apple_mail",
            Self::Gmail => "gmail",
            Self::Outlook => "outlook",
            Self::Thunderbird => "thunderbird",
        }
    }
}

impl Code {
    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AppleMailDarkMode => "dark_mode",
            Self::GmailClipping => "clipping",
            Self::GmailLarge => "large",
            Self::GmailStyleElement => "style_element",
            Self::OutlookBackground => "background_image",
            Self::OutlookBorderRadius => "border_radius",
            Self::OutlookFont => "font",
            Self::OutlookMaxWidth => "max_width",
            Self::OutlookPadding => "padding",
            Self::ThunderbirdImages => "remote_images",
        }
    }
}
