//! What goes through the pipes: a question with the file, an answer with the picture.
//!
//! Numbers are little-endian. Nothing that the child says is believed before it is checked.

use std::io::{self, Read, Write};

use pdf::Picture;

use crate::page::{Fault, Scale};

/// What the child is asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Question {
    pub(crate) page: u32,
    pub(crate) scale: Scale,
    /// The most pixels that the picture may have.
    pub(crate) pixels: u64,
    /// The most address space that the child may use.
    pub(crate) memory_bytes: u64,
    /// Seconds of processor time after which the system ends the child.
    pub(crate) cpu_seconds: u64,
    /// The file's length; its bytes follow.
    pub(crate) size: u64,
    pub(crate) password: Option<Vec<u8>>,
}

impl Question {
    pub(crate) fn write(&self, to: &mut impl Write) -> io::Result<()> {
        to.write_all(&self.page.to_le_bytes())?;
        let (kind, number) = match self.scale {
            Scale::Dpi(dpi) => (DPI, dpi),
            Scale::Width(width) => (WIDTH, width),
        };
        to.write_all(&[kind])?;
        to.write_all(&number.to_le_bytes())?;
        for number in [self.pixels, self.memory_bytes, self.cpu_seconds, self.size] {
            to.write_all(&number.to_le_bytes())?;
        }
        let password = self.password.as_deref().unwrap_or_default();
        let length = u32::try_from(password.len()).map_err(io::Error::other)?;
        to.write_all(&[u8::from(self.password.is_some())])?;
        to.write_all(&length.to_le_bytes())?;
        to.write_all(password)
    }

    pub(crate) fn read(from: &mut impl Read) -> io::Result<Self> {
        let page = read_u32(from)?;
        let mut kind = [0];
        from.read_exact(&mut kind)?;
        let scale = match kind {
            [DPI] => Scale::Dpi(read_u32(from)?),
            [WIDTH] => Scale::Width(read_u32(from)?),
            _ => return Err(io::ErrorKind::InvalidData.into()),
        };
        let (pixels, memory_bytes) = (read_u64(from)?, read_u64(from)?);
        let (cpu_seconds, size) = (read_u64(from)?, read_u64(from)?);
        let mut has_password = [0];
        from.read_exact(&mut has_password)?;
        let length = read_u32(from)?;
        let mut password = Vec::new();
        from.take(length.into()).read_to_end(&mut password)?;
        let password = (has_password == [1]).then_some(password);
        Ok(Self { page, scale, pixels, memory_bytes, cpu_seconds, size, password })
    }
}

/// Writes what the child has found.
pub(crate) fn write_answer(to: &mut impl Write, answer: &Result<Picture, Fault>) -> io::Result<()> {
    match answer {
        Ok(picture) => {
            to.write_all(&[DONE])?;
            to.write_all(&picture.width.to_le_bytes())?;
            to.write_all(&picture.height.to_le_bytes())?;
            to.write_all(&picture.rgba)?;
        }
        Err(fault) => to.write_all(&[match fault {
            Fault::NoPage => NO_PAGE,
            Fault::TooLarge => TOO_LARGE,
            _ => UNREADABLE,
        }])?,
    }
    to.flush()
}

/// Reads the child's answer. Whatever is no whole answer is that of a child that broke off.
pub(crate) fn read_answer(from: &mut impl Read, pixels: u64) -> Result<Picture, Fault> {
    let mut kind = [0];
    from.read_exact(&mut kind).map_err(|_| Fault::Crashed)?;
    match kind {
        [DONE] => read_picture(from, pixels),
        [NO_PAGE] => Err(Fault::NoPage),
        [TOO_LARGE] => Err(Fault::TooLarge),
        [UNREADABLE] => Err(Fault::Unreadable),
        _ => Err(Fault::Crashed),
    }
}

fn read_picture(from: &mut impl Read, pixels: u64) -> Result<Picture, Fault> {
    let broken = |_| Fault::Crashed;
    let (width, height) = (read_u32(from).map_err(broken)?, read_u32(from).map_err(broken)?);
    let count = u64::from(width).saturating_mul(height.into());
    if count == 0 || count > pixels {
        return Err(Fault::TooLarge);
    }
    let length = count.saturating_mul(4);
    let mut rgba = Vec::new();
    from.take(length).read_to_end(&mut rgba).map_err(broken)?;
    if u64::try_from(rgba.len()) == Ok(length) {
        Ok(Picture { width, height, rgba })
    } else {
        Err(Fault::Crashed)
    }
}

fn read_u32(from: &mut impl Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    from.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

fn read_u64(from: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    from.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

const DPI: u8 = 1;
const WIDTH: u8 = 2;

const DONE: u8 = 1;
const NO_PAGE: u8 = 2;
const TOO_LARGE: u8 = 3;
const UNREADABLE: u8 = 4;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_question_reads_as_it_was_written() {
        let scales = [Scale::Dpi(72), Scale::Width(1280), Scale::Dpi(u32::MAX)];
        for (password, scale) in [None, Some(Vec::new()), Some(b"secret".to_vec())].into_iter().zip(scales) {
            let question = Question {
                page: 3,
                scale,
                pixels: 1 << 40,
                memory_bytes: 5,
                cpu_seconds: 6,
                size: 7,
                password,
            };
            let mut bytes = Vec::new();
            question.write(&mut bytes).unwrap();
            assert_eq!(Question::read(&mut bytes.as_slice()).unwrap(), question);
        }
    }

    #[test]
    fn an_answer_that_is_cut_or_too_large_is_no_picture() {
        let picture = Picture { width: 2, height: 1, rgba: vec![1, 2, 3, 4, 5, 6, 7, 8] };
        let mut bytes = Vec::new();
        write_answer(&mut bytes, &Ok(picture.clone())).unwrap();
        assert_eq!(read_answer(&mut bytes.as_slice(), 2), Ok(picture));
        assert_eq!(read_answer(&mut bytes.as_slice(), 1), Err(Fault::TooLarge));
        for end in 0..bytes.len() {
            assert_eq!(read_answer(&mut bytes.get(..end).unwrap(), 2), Err(Fault::Crashed));
        }
        assert_eq!(read_answer(&mut b"\nrunning 1 test".as_slice(), 2), Err(Fault::Crashed));
    }

    #[test]
    fn what_the_child_could_not_do_is_told() {
        for fault in [Fault::NoPage, Fault::TooLarge, Fault::Unreadable] {
            let mut bytes = Vec::new();
            write_answer(&mut bytes, &Err(fault)).unwrap();
            assert_eq!(read_answer(&mut bytes.as_slice(), 9), Err(fault));
        }
    }
}
