//! Watches the built page: it is embedded in the program, so another page is another program.
//!
//! Cargo alone looks only at files that were there when the program was compiled; without this a program compiled before
//! the page would go on saying that it has none.

use std::path::Path;

/// Where `npm run build` puts the page; the same folder that `http/assets.rs` embeds.
const PAGE: &str = "../../web/dist";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={PAGE}");
    // A folder that is missing would count as changed for ever, and everything would be compiled at each call. Where it
    // cannot be made, say in a sealed source tree, that is all that happens.
    if let Err(error) = std::fs::create_dir_all(Path::new(PAGE)) {
        println!("cargo:warning={PAGE} is missing and cannot be made: {error}");
    }
}
