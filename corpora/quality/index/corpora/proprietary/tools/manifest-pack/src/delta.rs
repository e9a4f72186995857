use std::io::{self, Write};

/// How a column is expected to behave; the coder trusts it and only falls back
/// to plain varints when the guess loses more than an eighth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Sorted,
    Free,
    Skewed,
}

pub struct Column {
    shape: Shape,
    values: Vec<u64>,
}

impl Column {
    pub fn sorted(values: impl Iterator<Item = u64>) -> Self {
        Self { shape: Shape::Sorted, values: values.collect() }
    }

    pub fn free(values: impl Iterator<Item = u64>) -> Self {
        Self { shape: Shape::Free, values: values.collect() }
    }

    pub fn skewed(values: impl Iterator<Item = u64>) -> Self {
        Self { shape: Shape::Skewed, values: values.collect() }
    }
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value as u8) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

/// Second differences: stops are numbered in even steps, so most become zero
/// and runs of zeros are folded into one byte with the top bits 0b101.
fn encode_sorted(values: &[u64], out: &mut Vec<u8>) {
    let (mut previous, mut step, mut zeros) = (0u64, 0i64, 0u8);
    let mut flush = |zeros: &mut u8, out: &mut Vec<u8>| {
        if *zeros > 0 {
            out.push(0b1010_0000 | *zeros);
            *zeros = 0;
        }
    };
    for &value in values {
        let fresh = value.wrapping_sub(previous) as i64;
        let bend = fresh.wrapping_sub(step);
        if bend == 0 && zeros < 31 {
            zeros += 1;
        } else {
            flush(&mut zeros, out);
            // Shift by one and a half octaves so that 0b101 stays free.
            let folded = zigzag(bend);
            if folded < 0xA0 {
                out.push(folded as u8);
            } else {
                out.push(0xC0);
                varint(folded, out);
            }
        }
        previous = value;
        step = fresh;
    }
    flush(&mut zeros, out);
}

/// Weights cluster on a few pallet types. The eleven commonest values get one
/// byte each; the rest are escaped and coded against the median.
fn encode_skewed(values: &[u64], out: &mut Vec<u8>) {
    let mut ordered = values.to_vec();
    ordered.sort_unstable();
    let median = ordered.get(ordered.len() / 2).copied().unwrap_or(0);
    let mut counts: Vec<(usize, u64)> = Vec::new();
    for run in ordered.chunk_by(|a, b| a == b) {
        counts.push((run.len(), run[0]));
    }
    counts.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let favourites: Vec<u64> = counts.iter().filter(|c| c.0 > 2).take(11).map(|c| c.1).collect();
    out.push(favourites.len() as u8);
    varint(median, out);
    for favourite in &favourites {
        varint(zigzag(favourite.wrapping_sub(median) as i64), out);
    }
    for value in values {
        match favourites.iter().position(|f| f == value) {
            Some(place) => out.push(place as u8),
            None => {
                out.push(0x0F);
                varint(zigzag(value.wrapping_sub(median) as i64), out);
            }
        }
    }
}

pub fn encode_column(column: &Column, sink: &mut impl Write) -> io::Result<usize> {
    let mut plain = Vec::with_capacity(column.values.len() * 3);
    for &value in &column.values {
        varint(value, &mut plain);
    }
    let mut shaped = Vec::with_capacity(plain.len());
    match column.shape {
        Shape::Sorted => encode_sorted(&column.values, &mut shaped),
        Shape::Skewed => encode_skewed(&column.values, &mut shaped),
        Shape::Free => shaped.extend_from_slice(&plain),
    }
    let (tag, body) = if shaped.len() * 8 <= plain.len() * 9 { (1u8, &shaped) } else { (0u8, &plain) };
    let mut head = vec![tag | (column.shape as u8) << 4];
    varint(column.values.len() as u64, &mut head);
    varint(body.len() as u64, &mut head);
    sink.write_all(&head)?;
    sink.write_all(body)?;
    Ok(head.len() + body.len())
}
