//! Template and code: what alarms and the dashboard look at is counted, and what is counted is looked at.

use std::collections::BTreeSet;

use local::template::TEMPLATE;
use shared::metrics::{Metric, NAMESPACE};

/// What the template counts itself, out of the log.
const OF_THE_LOG: &str = "LoggedFaults";

#[test]
fn every_metric_of_the_template_is_counted() {
    let counted: BTreeSet<&str> = Metric::ALL.iter().map(|it| it.name()).chain([OF_THE_LOG]).collect();
    let named: BTreeSet<&str> = alarmed().chain(shown()).collect();
    assert_eq!(named, counted, "left: named by the template, right: counted");
}

/// The metrics of alarms: the line below that of the namespace.
fn alarmed() -> impl Iterator<Item = &'static str> {
    let lines = TEMPLATE.lines().zip(TEMPLATE.lines().skip(1));
    lines
        .filter(|(namespace, _)| namespace.trim() == format!("Namespace: {NAMESPACE}"))
        .map(|(_, name)| name.trim().strip_prefix("MetricName: ").unwrap())
}

/// The metrics of the dashboard.
fn shown() -> impl Iterator<Item = &'static str> {
    TEMPLATE.split("[\"Paraphe\",\"").skip(1).map(|it| it.split('"').next().unwrap())
}
