//! The inputs that are kept, and inputs made of them.

use std::fs;
use std::path::{Path, PathBuf};

use fastrand::Rng;

/// One input that is kept.
pub struct Entry {
    /// Its file.
    pub path: PathBuf,
    /// What is in it.
    pub data: Vec<u8>,
}

/// The corpus of a target, in the order of its files.
///
/// # Panics
/// When there is none, or nothing in it.
pub fn entries(target: &str) -> Vec<Entry> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut entries: Vec<Entry> = files
        .map(|file| {
            let path = file.expect("a folder can be read").path();
            let data = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            Entry { path, data }
        })
        .collect();
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!entries.is_empty(), "{} is empty", folder.display());
    entries
}

/// An input made of those that are kept, by some changes of the kinds that libFuzzer makes.
pub fn derive(entries: &[Entry], random: &mut Rng) -> Vec<u8> {
    /// Changes of one input.
    const MOST_CHANGES: usize = 5;
    let mut data = random
        .choice(entries)
        .map(|entry| entry.data.clone())
        .unwrap_or_default();
    for _ in 0..random.usize(1..=MOST_CHANGES) {
        change(&mut data, entries, random);
    }
    data
}

fn change(data: &mut Vec<u8>, entries: &[Entry], random: &mut Rng) {
    /// Bytes that a change takes out or puts in.
    const LONGEST: usize = 24;
    const WORDS: [&[u8]; 12] = [
        b"\n",
        b"\t",
        b"\"",
        b"{}",
        b"[]",
        b"null",
        b"true",
        b"0",
        b"-1",
        b"4294967296",
        b"\\ud800",
        b"\xff",
    ];
    let at = random.usize(0..=data.len());
    let end = data.len().min(at + random.usize(0..=LONGEST));
    match random.u8(0..6) {
        0 => drop(data.drain(at..end)),
        1 => drop(data.splice(at..at, random.choice(WORDS).unwrap_or_default().iter().copied())),
        2 => data[at..end].iter_mut().take(1).for_each(|byte| *byte = random.u8(..)),
        3 => {
            let copy = data[at..end].to_vec();
            let to = random.usize(0..=data.len());
            drop(data.splice(to..to, copy));
        }
        4 => {
            let other = random
                .choice(entries)
                .map(|entry| entry.data.as_slice())
                .unwrap_or_default();
            let from = random.usize(0..=other.len());
            data.truncate(at);
            data.extend(&other[from..]);
        }
        _ => {
            let mut lines: Vec<&[u8]> = data.split(|byte| *byte == b'\n').collect();
            let (one, two) = (random.usize(0..lines.len()), random.usize(0..lines.len()));
            lines.swap(one, two);
            *data = lines.join(&b'\n');
        }
    }
}
