//! The little of Markdown that descriptions use: paragraphs, tables, code.

use maud::{Markup, html};

/// A description.
pub(crate) fn words(text: &str) -> Markup {
    html! {
        @for block in text.split("\n\n").map(str::trim).filter(|it| !it.is_empty()) {
            @if block.starts_with('|') { (table(block)) } @else { p { (line(block)) } }
        }
    }
}

/// Rows of cells; the second row only says that the first is the head.
fn table(block: &str) -> Markup {
    let rows: Vec<Vec<&str>> =
        block.lines().map(|it| it.trim().trim_matches('|').split('|').map(str::trim).collect()).collect();
    html! {
        div class="wide" tabindex="0" {
            table {
                @for (index, row) in rows.iter().enumerate().filter(|(index, _)| *index != 1) {
                    tr {
                        @for cell in row {
                            @if index == 0 { th scope="col" { (line(cell)) } } @else { td { (line(cell)) } }
                        }
                    }
                }
            }
        }
    }
}

/// Text with code between grave accents.
fn line(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}
