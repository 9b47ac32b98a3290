//! The Python with shapely in it, which some stories ask for a second opinion.

use std::process::Command;

/// What a script printed, or `None` where that Python is absent.
pub fn python(script: &str, arguments: &[&str]) -> Option<String> {
    let program = std::env::var_os("GEJU_TEST_PYTHON")?;
    if !std::path::Path::new(&program).is_file() {
        return None;
    }
    let output = Command::new(program)
        .arg("-c")
        .arg(script)
        .args(arguments)
        .output()
        .ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}
