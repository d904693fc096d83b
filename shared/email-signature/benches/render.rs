//! What a signature costs: ten thousand persons, one after the other, on one core.

#![allow(clippy::unwrap_used, missing_docs, reason = "benches")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use email_signature::Template;
use email_signature::render::Variant;
use email_signature::template::gallery::GALLERY;
use stage::{Sender, Stage, senders};

#[path = "../tests/signatures/stage.rs"]
mod stage;

const PEOPLE: usize = 10_000;

fn ten_thousand(bencher: &mut Criterion) {
    let stage = Stage::new();
    let templates: Vec<Template> = GALLERY.iter().map(|it| it.template().unwrap()).collect();
    let people: Vec<Sender> = std::iter::repeat_with(senders).flatten().take(PEOPLE).collect();
    let mut group = bencher.benchmark_group("render");
    group.throughput(Throughput::Elements(PEOPLE.try_into().unwrap())).sample_size(10);
    group.bench_function("ten_thousand_people", |it| {
        it.iter(|| {
            for (sender, template) in people.iter().zip(templates.iter().cycle()) {
                black_box((sender.name, stage.render(template, sender, Variant::Normal)));
            }
        });
    });
    group.finish();
    bencher.bench_function("compile/portrait", |it| {
        it.iter(|| black_box(&GALLERY).last().unwrap().template().unwrap());
    });
}

criterion_group!(benches, ten_thousand);
criterion_main!(benches);
