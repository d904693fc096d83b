//! Bytes, values and objects at offsets, within limits.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::{
    Limits, PdfError, Prefix, ReadAt,
    object::{Object, ObjectId, Value},
    parser::{Fault, Parser},
    source::Source,
};

/// First window on a source that is not in memory; it grows until a value fits.
const FIRST_WINDOW: u64 = 8 << 10;

/// Reads from the file, and counts what it reads.
pub(crate) struct Reader {
    source: Arc<Source>,
    /// What callers are given to read from: no more than the reader itself sees.
    outer: Arc<dyn ReadAt>,
    /// Where the reader's file ends: that of the source, or earlier.
    size: u64,
    limits: Limits,
    /// Where the header stands: what offsets in the file count from.
    base: u64,
    /// Shared with the readers of earlier revisions, so that they have one bound together.
    work: Arc<AtomicU64>,
}

impl Reader {
    pub(crate) fn new(source: Arc<dyn ReadAt>, limits: &Limits) -> Self {
        let inner = Arc::new(Source::new(source.clone()));
        let size = inner.size();
        Self { source: inner, outer: source, size, limits: limits.clone(), base: 0, work: Arc::default() }
    }

    /// Reads the same source up to an earlier end.
    pub(crate) fn prefix(&self, size: u64) -> Self {
        let size = size.min(self.size);
        Self {
            source: self.source.clone(),
            outer: Arc::new(Prefix::new(self.outer.clone(), size)),
            size,
            limits: self.limits.clone(),
            base: self.base,
            work: self.work.clone(),
        }
    }

    pub(crate) fn set_base(&mut self, base: u64) {
        self.base = base;
    }

    pub(crate) fn base(&self) -> u64 {
        self.base
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn source(&self) -> &Arc<dyn ReadAt> {
        &self.outer
    }

    /// Counts work done.
    ///
    /// # Errors
    ///
    /// [`PdfError::LimitExceeded`] when the document used up its share.
    pub(crate) fn spend(&self, bytes: u64) -> Result<(), PdfError> {
        // A few bytes for each step, so that empty steps end, too.
        let spent = self.work.fetch_add(bytes + 8, Ordering::Relaxed).saturating_add(bytes + 8);
        if spent > self.limits.work_bytes {
            return Err(PdfError::over("work_bytes", self.limits.work_bytes, spent));
        }
        Ok(())
    }

    pub(crate) fn window(&self, offset: u64, length: u64) -> Result<Cow<'_, [u8]>, PdfError> {
        self.source.window(offset, length.min(self.size.saturating_sub(offset)))
    }

    /// Exactly these bytes.
    pub(crate) fn bytes(&self, offset: u64, length: u64) -> Result<Vec<u8>, PdfError> {
        if offset.checked_add(length).is_none_or(|end| end > self.size()) {
            return Err(PdfError::broken(offset, "more bytes expected"));
        }
        self.spend(length)?;
        Ok(self.window(offset, length)?.into_owned())
    }

    /// Runs a parser at an offset of the file, on as large a window as it needs.
    pub(crate) fn parse_at<T>(
        &self,
        offset: u64,
        mut parse: impl FnMut(&mut Parser<'_>) -> Result<T, Fault>,
    ) -> Result<T, PdfError> {
        let most = self.limits.object_bytes;
        let mut length = if self.source.in_memory() { most } else { FIRST_WINDOW.min(most) };
        loop {
            let window = self.window(offset, length)?;
            let at_end = offset.saturating_add(window.len() as u64) >= self.size();
            let mut parser = Parser::new(&window, at_end, self.limits.depth);
            let outcome = parse(&mut parser);
            self.spend(parser.position() as u64)?;
            match outcome {
                Ok(parsed) => return Ok(parsed),
                Err(Fault::Incomplete) if length < most => length = length.saturating_mul(8).min(most),
                Err(Fault::Incomplete) => {
                    return Err(PdfError::over("object_bytes", most, most.saturating_add(1)));
                }
                Err(Fault::Syntax(at, what)) => return Err(PdfError::broken(offset + at as u64, what)),
                Err(Fault::TooDeep) => return Err(self.too_deep()),
            }
        }
    }

    pub(crate) fn too_deep(&self) -> PdfError {
        let depth = u64::from(self.limits.depth);
        PdfError::over("depth", depth, depth + 1)
    }

    /// The object whose header stands at an offset of the file.
    pub(crate) fn object_at(&self, at: u64, number: Option<u32>) -> Result<Object, PdfError> {
        self.parse_at(at, |parser| {
            let found = parser.unsigned()?;
            let generation = parser.unsigned()?;
            let found = u32::try_from(found).map_err(|_| Fault::Syntax(0, "object number expected"))?;
            let generation =
                u16::try_from(generation).map_err(|_| Fault::Syntax(0, "generation expected"))?;
            if number.is_some_and(|number| number != found) {
                return Err(Fault::Syntax(0, "object of the number in the cross-references expected"));
            }
            if !parser.keyword(b"obj")? {
                return Err(Fault::Syntax(parser.position(), "obj expected"));
            }
            let id = ObjectId { number: found, generation };
            if parser.keyword(b"endobj")? {
                return Ok(Object { id, ..Object::null(found) });
            }
            let (value, raw) = parser.value_with_bytes()?;
            let stream_at = match value {
                Value::Dictionary(_) => parser.stream_start()?.map(|start| at + start as u64),
                _ => None,
            };
            Ok(Object { id, value, raw, stream_at, compressed: false })
        })
    }

    /// Where the value of the object begins whose header stands at an offset of the file.
    pub(crate) fn value_at(&self, at: u64) -> Result<u64, PdfError> {
        let length = self.parse_at(at, |parser| {
            parser.unsigned()?;
            parser.unsigned()?;
            if !parser.keyword(b"obj")? {
                return Err(Fault::Syntax(parser.position(), "obj expected"));
            }
            parser.skip();
            Ok(parser.position())
        })?;
        Ok(at + length as u64)
    }

    /// The end of stream data: at its length if `endstream` follows there, else before the next `endstream`.
    pub(crate) fn stream_end(&self, start: u64, length: Option<i64>) -> Result<u64, PdfError> {
        if let Some(end) = length.and_then(|length| start.checked_add(u64::try_from(length).ok()?)) {
            let after = self.window(end, 32)?;
            let text = after.iter().position(|byte| !crate::parser::is_white(*byte)).unwrap_or(after.len());
            let text = after.get(text..).unwrap_or_default();
            if end <= self.size() && (text.starts_with(b"endstream") || text.starts_with(b"endobj")) {
                return Ok(end);
            }
        }
        self.find(start, b"endstream")?.ok_or(PdfError::broken(start, "endstream expected"))
    }

    /// The next place of `needle`, from `start` on.
    pub(crate) fn find(&self, start: u64, needle: &[u8]) -> Result<Option<u64>, PdfError> {
        const STEP: u64 = 256 << 10;
        let mut at = start;
        while at < self.size() {
            let window = self.window(at, STEP + needle.len() as u64)?;
            self.spend(window.len() as u64)?;
            if let Some(found) = memchr::memmem::find(&window, needle) {
                return Ok(Some(at + found as u64));
            }
            at += STEP;
        }
        Ok(None)
    }
}
