//! The command line as readable transcripts: `tests/cmd/*.md`.

use std::path::Path;

#[test]
fn transcripts() {
    let cases = trycmd::TestCases::new();
    cases.case("tests/cmd/*.md").env("NO_COLOR", "1").env("LANG", "en_US.UTF-8");
    for tool in ["cp", "find", "grep", "ln", "mkdir", "sed"] {
        cases.register_bin(tool, Path::new("/bin").join(tool));
    }
}
