//! Which user agents are programs and not browsers, by a short list of words.
//!
//! Most crawlers say what they are: their user agent holds one of these words (RFC 9110, 10.1.5,
//! asks for a name; the words are our choice, and `docs/report.md` lists them). A program that
//! pretends to be a browser counts as one.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// Words in lower case; a user agent with one of them is a program's.
pub const WORDS: [&str; 26] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "archiver",
    "scan",
    "monitor",
    "uptime",
    "check",
    "preview",
    "facebookexternalhit",
    "mediapartners",
    "headless",
    "lighthouse",
    "validator",
    "fetch",
    "curl/",
    "wget",
    "python",
    "java/",
    "go-http-client",
    "libwww",
    "okhttp",
    "axios",
    "ruby",
    "httpclient",
];

/// Names that hold one of the words and are none: a maker of telephones.
const INNOCENT: [&str; 1] = ["cubot"];

static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .build(INNOCENT.iter().chain(&WORDS))
        .ok()
});

/// Returns whether a user agent is a program's; so is one that says nothing, as every browser says
/// something.
pub fn is_program(agent: &[u8]) -> bool {
    matches!(agent, b"" | b"-")
        || FINDER.as_ref().is_some_and(|finder| {
            finder.find_iter(agent).any(|found| found.pattern().as_usize() >= INNOCENT.len())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_from_browsers() {
        let programs = [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (compatible; bingbot/2.0)",
            "Mozilla/5.0 (compatible; Yahoo! Slurp)",
            "Baiduspider",
            "curl/8.5.0",
            "Wget/1.21",
            "python-requests/2.31",
            "facebookexternalhit/1.1;line-poker/1.0",
            "Mozilla/5.0 HeadlessChrome/120.0",
            "CUBOT and AhrefsBot",
            "-",
            "",
        ];
        for agent in programs {
            assert!(is_program(agent.as_bytes()), "{agent}");
        }
        let browsers = [
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, \
             like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
             Chrome/126.0.0.0 Mobile Safari/537.36",
            "Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 (KHTML, like Gecko) \
             Chrome/78.0 Mobile Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, \
             like Gecko) Mobile/15E148 Safari Line/14.9.0",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
             Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) YJApp-IOS \
             jp.co.yahoo.ipn.appli/4.116.0",
        ];
        for agent in browsers {
            assert!(!is_program(agent.as_bytes()), "{agent}");
        }
    }
}
