//! Appending 10,000 leaves, and a proof from tiles of a tree of a million.
#![allow(missing_docs, clippy::indexing_slicing, clippy::unwrap_used, reason = "a bench")]

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use tlog::{Edge, Nodes, TileId, inclusion, leaf_hash, tiles_of_inclusion};

fn leaves(count: u64) -> impl Iterator<Item = tlog::Hash> {
    (0..count).map(|it| leaf_hash(&it.to_be_bytes()))
}

fn append(c: &mut Criterion) {
    c.bench_function("append 10,000 leaves", |b| {
        b.iter(|| {
            let mut edge = Edge::default();
            let tiles = edge.append(leaves(10_000));
            black_box((tiles.len(), edge.root()))
        });
    });
}

fn prove(c: &mut Criterion) {
    const SIZE: u64 = 1_000_000;
    let mut edge = Edge::default();
    let tiles: BTreeMap<TileId, Vec<u8>> =
        edge.append(leaves(SIZE)).into_iter().map(|tile| (tile.id, tile.bytes)).collect();
    c.bench_function("prove one of 1,000,000 leaves", |b| {
        b.iter(|| {
            let wanted = tiles_of_inclusion(456_789, SIZE);
            let nodes = Nodes::new(SIZE, wanted.into_iter().map(|id| (id, tiles[&id].clone())));
            black_box(inclusion(&nodes, 456_789, SIZE).unwrap())
        });
    });
}

criterion_group!(benches, append, prove);
criterion_main!(benches);
