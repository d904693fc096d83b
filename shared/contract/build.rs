//! Joins the files of the contract, completes them, checks them, and writes the document and the table of its paths.

#[path = "build/complete.rs"]
mod complete;
#[path = "build/join.rs"]
mod join;
#[expect(dead_code, unreachable_pub, reason = "the crate itself uses the rest")]
#[path = "src/node.rs"]
mod node;
#[path = "build/table.rs"]
mod table;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use node::Node;

#[expect(clippy::disallowed_methods, reason = "a build script is told by its environment")]
fn main() -> Result<(), Box<dyn Error>> {
    let source = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../templates/openapi");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println_rerun(&source);
    let mut document = join::join(&source)?;
    complete::alias(&mut document, "/signatures", "/signature")?;
    complete::classes(&mut document)?;
    complete::check(&document)?;
    fs::write(out.join("openapi.json"), document.to_json())?;
    fs::write(out.join("paths.rs"), table::of(&document)?)?;
    Ok(())
}

/// Tells cargo which files decide.
fn println_rerun(source: &Path) {
    println!("cargo::rerun-if-changed={}", source.display());
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=src/node.rs");
}
