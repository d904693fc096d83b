//! Making stream data.

use std::io::Write;

use flate2::{Compression, write::ZlibEncoder};

/// Compresses with the filter `FlateDecode`.
pub(crate) fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    // Writing to memory does not fail, and data cut short would be found by the first reader.
    let written = encoder.write_all(data);
    written.and_then(|()| encoder.finish()).unwrap_or_default()
}
