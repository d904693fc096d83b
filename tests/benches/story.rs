//! What a request with one signatory costs from create to DONE: CPU time and AWS calls of every step.
//!
//! `cargo bench -p tests --bench story`. CPU time is that of the whole process, the emulated services
//! included, so it is an upper bound of what the functions take. Steps are averaged over many requests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a program that prints figures"
)]

use std::collections::BTreeMap;

use tests::{CONTRACT, Ceremony, Door, ada, body};

/// Requests that are measured, after one that warms up.
const ROUNDS: u32 = 50;

#[derive(Default)]
struct Step {
    cpu_ns: u64,
    calls: BTreeMap<String, u64>,
}

struct Meter {
    door: Door,
    steps: Vec<(&'static str, Step)>,
    cpu_before: u64,
}

impl Meter {
    fn begin(&mut self) {
        self.door.cloud.clear_calls();
        self.cpu_before = cpu_ns();
    }

    fn end(&mut self, name: &'static str) {
        let cpu_ns = cpu_ns().saturating_sub(self.cpu_before);
        if self.steps.iter().all(|(known, _)| *known != name) {
            self.steps.push((name, Step::default()));
        }
        let step = &mut self.steps.iter_mut().find(|(known, _)| *known == name).unwrap().1;
        step.cpu_ns += cpu_ns;
        for (call, count) in self.door.cloud.calls() {
            *step.calls.entry(format!("{}:{}", call.service, call.operation)).or_default() += count;
        }
        self.begin();
    }
}

/// CPU time of all threads of this process so far, in nanoseconds.
fn cpu_ns() -> u64 {
    let tasks = std::fs::read_dir("/proc/self/task").expect("a Linux machine");
    tasks
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok())
        .filter_map(|text| text.split_whitespace().next()?.parse::<u64>().ok())
        .sum()
}

async fn story(meter: &mut Meter) {
    let door = meter.door.clone();
    meter.begin();
    let answer = door.post("/EU-SES", &body(CONTRACT, &[ada()])).await.expect(200);
    meter.end("create");
    door.settle().await;
    meter.end("check the document, invite");
    let ceremony = Ceremony::new(door.clone(), answer.text("/data/id"), &[ada()]);
    let sha256 = ceremony.read(ada()).await;
    meter.end("open the document");
    let _sent = ceremony.ask(ada(), &sha256).await.expect(202);
    meter.end("ask for a code");
    let _signed = ceremony.answer(ada(), &sha256, &ceremony.code(ada())).await.expect(200);
    meter.end("sign");
    door.settle().await;
    meter.end("seal, close, tell everyone");
    assert_eq!(ceremony.state().await, "DONE");
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut meter = Meter { door: Door::open().await, steps: Vec::new(), cpu_before: 0 };
        story(&mut meter).await;
        meter.steps.clear();
        for _ in 0..ROUNDS {
            story(&mut meter).await;
        }
        let per_round = |sum: u64| f64::from(u32::try_from(sum).unwrap_or(u32::MAX)) / f64::from(ROUNDS);
        let mut total_us = 0;
        for (name, step) in &meter.steps {
            total_us += step.cpu_ns / 1000;
            println!("{name:<28} {:>8.2} ms CPU", per_round(step.cpu_ns / 1000) / 1000.0);
            for (call, count) in &step.calls {
                println!("    {call:<40} {:>6.1}", per_round(*count));
            }
        }
        println!("{:<28} {:>8.2} ms CPU; aim: under 150", "in all", per_round(total_us) / 1000.0);
    });
}
