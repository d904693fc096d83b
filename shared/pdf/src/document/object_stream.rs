//! Object streams (ISO 32000-1 section 7.5.7).

use std::sync::Arc;

use super::Document;
use crate::{
    Limits, PdfError,
    object::{Object, ObjectId, Value},
    parser::{Fault, Parser},
    xref::Location,
};

/// Bytes of decoded object streams that are kept.
const KEPT_BYTES: usize = 8 << 20;

/// A decoded object stream.
#[derive(Debug)]
pub(super) struct ObjectStream {
    data: Vec<u8>,
    /// Number of each object and where it begins.
    index: Vec<(u32, usize)>,
}

/// Object streams read last, the most recent one last.
#[derive(Debug, Default)]
pub(super) struct Kept {
    streams: Vec<(u32, Arc<ObjectStream>)>,
}

impl Kept {
    pub(super) fn find(&mut self, number: u32) -> Option<Arc<ObjectStream>> {
        let found = self.streams.iter().position(|(kept, _)| *kept == number)?;
        let kept = self.streams.remove(found);
        let stream = kept.1.clone();
        self.streams.push(kept);
        Some(stream)
    }

    pub(super) fn keep(&mut self, number: u32, stream: Arc<ObjectStream>) {
        self.streams.push((number, stream));
        let mut size: usize = self.streams.iter().map(|(_, stream)| stream.data.len()).sum();
        while size > KEPT_BYTES && self.streams.len() > 1 {
            let (_, dropped) = self.streams.remove(0);
            size -= dropped.data.len();
        }
    }
}

impl ObjectStream {
    pub(super) fn object(&self, number: u32, index: u32, limits: &Limits) -> Result<Object, PdfError> {
        let wrong =
            PdfError::broken(0, "object of the number in the cross-references expected in the object stream");
        let entry = usize::try_from(index).ok().and_then(|index| self.index.get(index)).ok_or(wrong)?;
        if entry.0 != number {
            return Err(PdfError::broken(
                0,
                "object of the number in the cross-references expected in the object stream",
            ));
        }
        let mut parser = Parser::new(self.data.get(entry.1..).unwrap_or_default(), true, limits.depth);
        let parsed = parser.value_with_bytes();
        let (value, raw) = parsed.map_err(|fault| fault_in_stream(fault, entry.1, limits))?;
        let id = ObjectId { number, generation: 0 };
        Ok(Object { id, value, raw, stream_at: None, compressed: true })
    }
}

fn fault_in_stream(fault: Fault, offset: usize, limits: &Limits) -> PdfError {
    match fault {
        Fault::Incomplete => PdfError::broken(offset as u64, "object in the object stream expected"),
        Fault::Syntax(at, what) => PdfError::broken((offset + at) as u64, what),
        Fault::TooDeep => PdfError::over("depth", limits.depth.into(), u64::from(limits.depth) + 1),
    }
}

impl Document {
    pub(super) fn read_object_stream(&self, number: u32) -> Result<ObjectStream, PdfError> {
        let Location::Offset(offset) = self.location(number)? else {
            return Err(PdfError::broken(0, "object stream outside of object streams expected"));
        };
        let at = self.at(offset)?;
        let object = self.reader().object_at(at, Some(number))?;
        self.check_length(&object)?;
        let data = self.stream_data(&object)?;
        let dictionary = object.dictionary().filter(|dictionary| dictionary.name("Type") == Some(b"ObjStm"));
        let dictionary = dictionary.ok_or(PdfError::broken(at, "object stream expected"))?;
        let integer = |key| -> Result<usize, PdfError> {
            let value =
                self.value(dictionary, key)?.as_integer().and_then(|value| usize::try_from(value).ok());
            value.ok_or(PdfError::broken(at, "N and First expected in an object stream"))
        };
        let (count, first) = (integer("N")?, integer("First")?);
        let mut parser = Parser::new(&data, true, self.limits().depth);
        let mut index = Vec::with_capacity(count.min(data.len() / 4));
        for _ in 0..count {
            let pair = parser.unsigned().and_then(|number| Ok((number, parser.unsigned()?)));
            let (number, offset) = pair.map_err(|fault| fault_in_stream(fault, 0, self.limits()))?;
            let start = usize::try_from(offset).ok().and_then(|offset| offset.checked_add(first));
            match (u32::try_from(number), start) {
                (Ok(number), Some(start)) => index.push((number, start)),
                _ => return Err(PdfError::broken(at, "object number in an object stream expected")),
            }
        }
        Ok(ObjectStream { data, index })
    }

    /// The numbers of the objects in an object stream, in its order.
    pub(crate) fn numbers_in_stream(&self, number: u32) -> Result<Vec<u32>, PdfError> {
        Ok(self.read_object_stream(number)?.index.into_iter().map(|(number, _)| number).collect())
    }

    /// The entries that lead to a stream's data must not lie in an object stream: reading could never end.
    fn check_length(&self, object: &Object) -> Result<(), PdfError> {
        let Some(dictionary) = object.dictionary() else { return Ok(()) };
        for key in ["Length", "Filter", "DecodeParms", "N", "First"] {
            if let Some(reference) = dictionary.get(key).and_then(Value::as_reference)
                && matches!(self.location(reference.number)?, Location::Compressed { .. })
            {
                return Err(PdfError::broken(0, "plain length of an object stream expected"));
            }
        }
        Ok(())
    }
}
