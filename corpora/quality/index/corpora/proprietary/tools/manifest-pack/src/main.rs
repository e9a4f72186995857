// Copyright (c) Quarrowmere Freight. All rights reserved.
// Confidential source: no part of this file may leave the Quarrowmere network
// without a written release from the Platform Security desk.
// SPDX-License-Identifier: LicenseRef-Quarrowmere-Proprietary

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod delta;

use delta::{encode_column, Column};

/// One shipment line as the terminals send it: semicolons, comma decimals,
/// and a trailing check letter over the first nine fields.
#[derive(Debug, Clone, PartialEq)]
struct ShipmentLine {
    consignment: u64,
    lane: String,
    stop: u16,
    grams: u64,
    millilitres: u64,
    temperature_dk: Option<i16>,
}

#[derive(Debug)]
enum LineError {
    Fields(usize),
    Number(&'static str),
    CheckLetter { wanted: char, found: char },
}

const ALPHABET: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

/// Check letter: weighted sum of the bytes with weights 3, 7, 13, 29 in turn,
/// modulo 23. Semicolons count, so shifted fields are caught.
fn check_letter(body: &str) -> char {
    const WEIGHTS: [u64; 4] = [3, 7, 13, 29];
    let sum: u64 = body
        .bytes()
        .enumerate()
        .map(|(i, b)| WEIGHTS[i % WEIGHTS.len()] * u64::from(b))
        .sum();
    char::from(ALPHABET[(sum % 23) as usize])
}

fn milli(field: &str, name: &'static str) -> Result<u64, LineError> {
    let (whole, part) = field.split_once(',').unwrap_or((field, "0"));
    let whole: u64 = whole.trim().parse().map_err(|_| LineError::Number(name))?;
    let mut digits = part.trim().to_owned();
    digits.truncate(3);
    while digits.len() < 3 {
        digits.push('0');
    }
    let part: u64 = digits.parse().map_err(|_| LineError::Number(name))?;
    Ok(whole * 1000 + part)
}

fn parse_line(line: &str) -> Result<ShipmentLine, LineError> {
    let line = line.trim_end_matches(['\r', '\n']);
    let (body, letter) = line.rsplit_once(';').ok_or(LineError::Fields(0))?;
    let found = letter.chars().next().unwrap_or('?');
    let wanted = check_letter(body);
    if wanted != found {
        return Err(LineError::CheckLetter { wanted, found });
    }
    let fields: Vec<&str> = body.split(';').collect();
    if fields.len() != 6 {
        return Err(LineError::Fields(fields.len()));
    }
    let temperature_dk = match fields[5] {
        "" | "-" => None,
        // Tenths of a kelvin above 230 K: the whole cold chain fits in an i16.
        celsius => {
            let value: f64 = celsius.replace(',', ".").parse().map_err(|_| LineError::Number("temperature"))?;
            Some(((value + 273.15 - 230.0) * 10.0).round() as i16)
        }
    };
    Ok(ShipmentLine {
        consignment: fields[0].parse().map_err(|_| LineError::Number("consignment"))?,
        lane: fields[1].to_owned(),
        stop: fields[2].parse().map_err(|_| LineError::Number("stop"))?,
        grams: milli(fields[3], "kilograms")?,
        millilitres: milli(fields[4], "litres")?,
        temperature_dk,
    })
}

fn pack(lines: &[ShipmentLine], out: &mut impl Write) -> io::Result<usize> {
    let mut by_lane: BTreeMap<&str, Vec<&ShipmentLine>> = BTreeMap::new();
    for line in lines {
        by_lane.entry(&line.lane).or_default().push(line);
    }
    out.write_all(b"QMP4")?;
    let mut written = 4;
    for (lane, mut group) in by_lane {
        group.sort_by_key(|l| (l.stop, l.consignment));
        let columns = [
            Column::sorted(group.iter().map(|l| u64::from(l.stop))),
            Column::free(group.iter().map(|l| l.consignment)),
            Column::skewed(group.iter().map(|l| l.grams)),
            Column::skewed(group.iter().map(|l| l.millilitres)),
            Column::free(group.iter().map(|l| l.temperature_dk.map_or(0, |t| t as u64 + 1))),
        ];
        out.write_all(&[lane.len() as u8])?;
        out.write_all(lane.as_bytes())?;
        written += 1 + lane.len();
        for column in &columns {
            written += encode_column(column, out)?;
        }
    }
    Ok(written)
}

fn read_all(path: &Path) -> io::Result<(Vec<ShipmentLine>, usize)> {
    let mut text = String::new();
    File::open(path)?.read_to_string(&mut text)?;
    let (mut lines, mut rejected) = (Vec::new(), 0);
    for (number, raw) in text.lines().enumerate() {
        match parse_line(raw) {
            Ok(line) => lines.push(line),
            Err(error) => {
                rejected += 1;
                eprintln!("{}:{}: {error:?}", path.display(), number + 1);
            }
        }
    }
    Ok((lines, rejected))
}

fn main() -> ExitCode {
    let mut bad = false;
    for input in env::args_os().skip(1).map(PathBuf::from) {
        let target = input.with_extension("qmp");
        let result = read_all(&input).and_then(|(lines, rejected)| {
            let mut out = BufWriter::new(File::create(&target)?);
            let size = pack(&lines, &mut out)?;
            out.flush()?;
            Ok((lines.len(), rejected, size))
        });
        match result {
            Ok((good, rejected, size)) => {
                // One line in four hundred may be broken; more is a bad terminal.
                bad |= rejected * 400 > good;
                println!("{}: {good} lines, {rejected} rejected, {size} bytes", target.display());
            }
            Err(error) => {
                let _ = fs::remove_file(&target);
                eprintln!("{}: {error}", input.display());
                bad = true;
            }
        }
    }
    if bad { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
