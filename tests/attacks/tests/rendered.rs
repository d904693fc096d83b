//! What pictures of the pages add to the rules: no attack becomes valid by them, and nothing that is in order becomes
//! doubtful.
//!
//! One attack in twenty is tried; with `PARAPHE_FULL` set, all of them.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

use std::time::Duration;

use attacks::{
    attack,
    carrier::CARRIERS,
    judge::{judge, judge_rendered, line},
};
use pades::validate::Report;
use render::{Limits, Renderer, use_program};

fn renderer() -> Renderer {
    use_program(env!("CARGO_BIN_EXE_attack-renderer").into());
    Renderer::new(Limits { total_time: Duration::from_hours(1), ..Limits::default() })
}

#[test]
fn carriers_are_valid_with_pictures_too() {
    let renderer = renderer();
    let refused: Vec<String> = CARRIERS
        .iter()
        .map(|it| (&it.name, judge_rendered(&it.view.bytes, &renderer)))
        .filter(|(_, report)| !report.as_ref().is_ok_and(Report::is_passed))
        .map(|(name, report)| format!("{name}: {}", line(&report)))
        .collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn attacks_stay_refused_with_pictures() {
    let renderer = renderer();
    let step = if std::env::var_os("PARAPHE_FULL").is_some() { 1 } else { 20 };
    let attacks = attack::all();
    let pairs = attacks.iter().flat_map(|attack| CARRIERS.iter().map(move |it| (attack, it)));
    let (mut judged, mut seen, mut passed) = (0, 0, Vec::new());
    for (attack, carrier) in pairs.step_by(step) {
        let Some(bytes) = attack.make(carrier) else { continue };
        judged += 1;
        let report = judge_rendered(&bytes, &renderer);
        if report.as_ref().is_ok_and(Report::is_passed) {
            passed.push(format!("{} | {} | {}", attack.family, attack.name, carrier.name));
        }
        let changes = |report: &Result<Report, String>| {
            report.as_ref().map_or(0, |it| it.signatures.iter().map(|it| it.changes.len()).sum::<usize>())
        };
        seen += usize::from(changes(&report) > changes(&judge(&bytes)));
    }
    eprintln!("{judged} attacks, {seen} of them seen in the pictures too, {} passed", passed.len());
    assert!(
        judged > 0 && seen > 0 && passed.is_empty(),
        "{} of {judged}:\n{}",
        passed.len(),
        passed.join("\n")
    );
}
