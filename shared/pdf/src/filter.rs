//! Stream filters (ISO 32000-1 section 7.4): those that streams of structure use.

use std::io::Read;

use crate::{
    Limits, PdfError,
    object::{Dictionary, Value},
    parser::{hex_value, is_white},
};

/// Colour components of a sample that a predictor may name: those of `DeviceN` (ISO 32000-1 annex C).
const MOST_COLORS: u64 = 32;
/// Bits of a component that a predictor may name (ISO 32000-1 table 8).
const MOST_BITS: u64 = 16;
/// Samples in a row that a predictor may name. No image is that wide.
const MOST_COLUMNS: u64 = 1 << 24;

/// Decodes stream data by the `/Filter` and `/DecodeParms` of a dictionary whose values are direct.
pub(crate) fn decode(
    filters: &[(Vec<u8>, Dictionary)],
    data: &[u8],
    limits: &Limits,
) -> Result<Vec<u8>, PdfError> {
    let mut decoded = data.to_vec();
    for (name, parameters) in filters {
        decoded = match name.as_slice() {
            b"FlateDecode" | b"Fl" => predict(inflate(&decoded, limits)?, parameters)?,
            b"LZWDecode" | b"LZW" => {
                let early = parameters.integer("EarlyChange") != Some(0);
                predict(lzw(&decoded, early, limits)?, parameters)?
            }
            b"ASCIIHexDecode" | b"AHx" => ascii_hex(&decoded),
            b"ASCII85Decode" | b"A85" => ascii_85(&decoded),
            b"RunLengthDecode" | b"RL" => run_length(&decoded, limits)?,
            b"Crypt" if parameters.name("Name").is_none_or(|name| name == b"Identity") => decoded,
            other => {
                return Err(PdfError::UnsupportedFilter {
                    name: String::from_utf8_lossy(other).into_owned(),
                });
            }
        };
    }
    Ok(decoded)
}

fn over(limits: &Limits) -> PdfError {
    PdfError::over("expanded_bytes", limits.expanded_bytes, limits.expanded_bytes.saturating_add(1))
}

/// Keeps what could be inflated when the data is damaged behind it, as readers do.
fn inflate(data: &[u8], limits: &Limits) -> Result<Vec<u8>, PdfError> {
    let mut inflated = Vec::with_capacity(data.len().saturating_mul(3).min(1 << 20));
    let mut decoder = flate2::read::ZlibDecoder::new(data).take(limits.expanded_bytes.saturating_add(1));
    let outcome = decoder.read_to_end(&mut inflated);
    if inflated.len() as u64 > limits.expanded_bytes {
        return Err(over(limits));
    }
    if outcome.is_err() && inflated.is_empty() {
        return Err(PdfError::broken(0, "deflated stream data expected"));
    }
    Ok(inflated)
}

fn lzw(data: &[u8], early_change: bool, limits: &Limits) -> Result<Vec<u8>, PdfError> {
    const CLEAR: usize = 256;
    const END: usize = 257;
    let mut output: Vec<u8> = Vec::new();
    // Each entry is a run of the output: its start and its length.
    let mut table: Vec<(usize, usize)> = Vec::new();
    let mut previous: Option<(usize, usize)> = None;
    let (mut bits, mut held, mut width) = (0_u32, 0_u32, 9_u32);
    let mut bytes = data.iter();
    loop {
        while held < width {
            let Some(byte) = bytes.next() else { return Ok(output) };
            bits = bits << 8 | u32::from(*byte);
            held += 8;
        }
        held -= width;
        let code = (bits >> held & ((1 << width) - 1)) as usize;
        bits &= (1 << held) - 1;
        if code == END {
            return Ok(output);
        }
        if code == CLEAR {
            table.clear();
            previous = None;
            width = 9;
            continue;
        }
        let start = output.len();
        let known = if code < CLEAR { None } else { table.get(code - 258).copied() };
        match (known, previous) {
            _ if code < CLEAR => output.push(u8::try_from(code).unwrap_or_default()),
            (Some((from, length)), _) => output.extend_from_within(from..from + length),
            (None, Some((from, length))) if code - 258 == table.len() => {
                output.extend_from_within(from..from + length);
                output.extend_from_within(from..=from);
            }
            _ => return Err(PdfError::broken(0, "LZW code in range expected")),
        }
        if output.len() as u64 > limits.expanded_bytes {
            return Err(over(limits));
        }
        if let Some((from, length)) = previous
            && table.len() < 4096 - 258
        {
            // The entry is the previous run and the first byte after it, which now stands behind it.
            table.push((from, length + 1));
        }
        previous = Some((start, output.len() - start));
        width = match table.len() + 259 + usize::from(early_change) - 1 {
            0..512 => 9,
            512..1024 => 10,
            1024..2048 => 11,
            _ => 12,
        };
    }
}

fn ascii_hex(data: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> =
        data.iter().take_while(|byte| **byte != b'>').copied().filter_map(hex_value).collect();
    digits
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit) << (4 * (2 - pair.len())))
        .collect()
}

fn ascii_85(data: &[u8]) -> Vec<u8> {
    let mut output = Vec::with_capacity(data.len() / 5 * 4);
    let mut group: Vec<u32> = Vec::with_capacity(5);
    for byte in data.iter().filter(|byte| !is_white(**byte)) {
        match byte {
            b'z' if group.is_empty() => output.extend_from_slice(&[0; 4]),
            b'!'..=b'u' => group.push(u32::from(byte - b'!')),
            _ => break,
        }
        if group.len() == 5 {
            output.extend_from_slice(&base_85(&group));
            group.clear();
        }
    }
    let partial = group.len();
    if partial > 1 {
        group.resize(5, 84);
        output.extend(base_85(&group).into_iter().take(partial - 1));
    }
    output
}

fn base_85(group: &[u32]) -> [u8; 4] {
    group.iter().fold(0_u32, |value, digit| value.wrapping_mul(85).wrapping_add(*digit)).to_be_bytes()
}

fn run_length(data: &[u8], limits: &Limits) -> Result<Vec<u8>, PdfError> {
    let mut output = Vec::new();
    let mut rest = data;
    while let Some((length, after)) = rest.split_first() {
        let length = usize::from(*length);
        match length {
            0..128 => {
                let (run, behind) = after.split_at(after.len().min(length + 1));
                output.extend_from_slice(run);
                rest = behind;
            }
            128 => break,
            _ => {
                let Some((byte, behind)) = after.split_first() else { break };
                output.resize(output.len() + 257 - length, *byte);
                rest = behind;
            }
        }
        if output.len() as u64 > limits.expanded_bytes {
            return Err(over(limits));
        }
    }
    Ok(output)
}

/// Undoes a predictor (ISO 32000-1 section 7.4.4.4).
fn predict(data: Vec<u8>, parameters: &Dictionary) -> Result<Vec<u8>, PdfError> {
    let predictor = parameters.integer("Predictor").unwrap_or(1);
    if predictor < 2 {
        return Ok(data);
    }
    let parameter = |key, default: u64, most: u64| match parameters.get(key).map(Value::as_integer) {
        None => Some(default),
        Some(value) => {
            value.and_then(|value| u64::try_from(value).ok()).filter(|value| (1..=most).contains(value))
        }
    };
    let wrong = || PdfError::broken(0, "predictor parameters in range expected");
    let colors = parameter("Colors", 1, MOST_COLORS).ok_or_else(wrong)?;
    let bits = parameter("BitsPerComponent", 8, MOST_BITS).ok_or_else(wrong)?;
    let columns = parameter("Columns", 1, MOST_COLUMNS).ok_or_else(wrong)?;
    let pixel = usize::try_from(colors * bits).unwrap_or_default().div_ceil(8);
    let row = usize::try_from(colors * bits * columns).unwrap_or_default().div_ceil(8);
    // A row of which the data holds only a part needs no room for the rest.
    let row = row.min(data.len());
    if row == 0 {
        return Ok(data);
    }
    if predictor >= 10 {
        return Ok(png(&data, row, pixel));
    }
    if bits != 8 {
        return Err(PdfError::UnsupportedFilter {
            name: "TIFF predictor on samples other than bytes".to_owned(),
        });
    }
    let mut data = data;
    for line in data.chunks_mut(row) {
        for index in pixel..line.len() {
            let left = line.get(index - pixel).copied().unwrap_or_default();
            if let Some(byte) = line.get_mut(index) {
                *byte = byte.wrapping_add(left);
            }
        }
    }
    Ok(data)
}

fn png(data: &[u8], row: usize, pixel: usize) -> Vec<u8> {
    let mut output = Vec::with_capacity(data.len());
    let mut above = vec![0_u8; row];
    for line in data.chunks(row + 1) {
        let Some((kind, samples)) = line.split_first() else { break };
        let mut current: Vec<u8> = Vec::with_capacity(row);
        for (index, sample) in samples.iter().enumerate() {
            let before =
                |line: &[u8]| index.checked_sub(pixel).and_then(|left| line.get(left)).copied().unwrap_or(0);
            let (left, corner) = (before(&current), before(&above));
            let up = above.get(index).copied().unwrap_or_default();
            let predicted = match kind {
                1 => left,
                2 => up,
                3 => left.midpoint(up),
                4 => paeth(left, up, corner),
                _ => 0,
            };
            current.push(sample.wrapping_add(predicted));
        }
        output.extend_from_slice(&current);
        current.resize(row, 0);
        above = current;
    }
    output
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(up) - i16::from(corner);
    let distance = |value: u8| (estimate - i16::from(value)).abs();
    if distance(left) <= distance(up) && distance(left) <= distance(corner) {
        left
    } else if distance(up) <= distance(corner) {
        up
    } else {
        corner
    }
}

#[cfg(test)]
mod tests;
