//! Lines of a web server's access log, in the common and the combined format, also with the virtual
//! host before them.
//!
//! ```text
//! address ident user [day/Mon/year:hour:minute:second +zone] "method target version" status size
//! … "referer" "user agent"
//! host:port address ident user …
//! ```
//! (Apache HTTP Server, `mod_log_config`: `common`, `combined`, `vhost_combined`; nginx:
//! `combined`.) What follows the user agent is passed over. The address, ident and user of a line
//! are never looked at: a [`LogLine`] has no place for them.

use std::io::{self, BufRead};

use jiff::civil::Date;
use memchr::{memchr, memchr2, memrchr};

/// The longest line that is read, in bytes; longer ones are counted as unreadable and never held.
pub const LONGEST: usize = 64 * 1024;

/// What a line tells, without who it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogLine<'l> {
    /// The virtual host, without its port, where the log has it.
    pub host: Option<&'l [u8]>,
    /// When.
    pub stamp: LogTime,
    /// The method; empty where the request could not be read by the server.
    pub method: &'l [u8],
    /// What was asked for, as written.
    pub target: &'l [u8],
    /// The status of the answer.
    pub status: u16,
    /// The address of the page that led here, where the log has it.
    pub referer: Option<&'l [u8]>,
    /// The user agent, where the log has it.
    pub agent: Option<&'l [u8]>,
}

/// A time as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogTime {
    day: [u8; 11],
    /// Minutes since midnight.
    minutes: i32,
    /// Minutes that its zone is ahead of UTC.
    zone: i32,
}

/// The minutes by which Japan is ahead of UTC; it keeps no summer time.
const JAPAN: i32 = 9 * 60;

impl LogTime {
    /// Reads `10/Oct/2000:13:55:36 -0700`, of which the day is looked at later.
    fn parse(text: &[u8]) -> Option<Self> {
        let text: &[u8; 26] = text.try_into().ok()?;
        let number = |at: usize| -> Option<i32> {
            let (tens, ones) = (text[at].wrapping_sub(b'0'), text[at + 1].wrapping_sub(b'0'));
            (tens < 10 && ones < 10).then(|| i32::from(tens) * 10 + i32::from(ones))
        };
        let is_shaped = text[2] == b'/'
            && text[6] == b'/'
            && text[11] == b':'
            && text[14] == b':'
            && text[17] == b':'
            && text[20] == b' ';
        let (hour, minute, second) = (number(12)?, number(15)?, number(18)?);
        let zone = number(22)? * 60 + number(24)?;
        let zone = match text[21] {
            b'+' => zone,
            b'-' => -zone,
            _ => return None,
        };
        let mut day = [0; 11];
        day.copy_from_slice(&text[..11]);
        (is_shaped && hour < 24 && minute < 60 && second < 61 && zone.abs() < 24 * 60)
            .then_some(Self { day, minutes: hour * 60 + minute, zone })
    }
}

/// Turns times into days in Japan; keeps the last day, as lines of a day stand together.
#[derive(Debug, Default)]
pub struct LogCalendar {
    last: Option<([u8; 11], Date)>,
}

impl LogCalendar {
    /// Returns the day of a time in Japan; nothing for a day that does not exist.
    pub fn day(&mut self, stamp: &LogTime) -> Option<Date> {
        let date = match self.last {
            Some((day, date)) if day == stamp.day => date,
            _ => {
                let date = civil(&stamp.day)?;
                self.last = Some((stamp.day, date));
                date
            }
        };
        match (stamp.minutes - stamp.zone + JAPAN).div_euclid(24 * 60) {
            0 => Some(date),
            1 => date.tomorrow().ok(),
            2 => date.tomorrow().and_then(Date::tomorrow).ok(),
            _ => date.yesterday().ok(),
        }
    }
}

fn civil(day: &[u8; 11]) -> Option<Date> {
    const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let number = |part: &[u8]| {
        part.iter().try_fold(0_i16, |sum, byte| {
            byte.is_ascii_digit().then(|| sum * 10 + i16::from(byte - b'0'))
        })
    };
    let month = MONTHS.chunks_exact(3).position(|name| name == &day[3..6])?;
    Date::new(
        number(&day[7..])?,
        i8::try_from(month + 1).ok()?,
        i8::try_from(number(&day[..2])?).ok()?,
    )
    .ok()
}

impl<'l> LogLine<'l> {
    /// Reads a line without its end; nothing when it is of none of the formats.
    pub fn parse(line: &'l [u8]) -> Option<Self> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let (who, stamp, rest) = split_at_time(line)?;
        let (request, rest) = quoted(rest)?;
        let status = rest
            .get(..4)
            .filter(|part| part[0] == b' ' && part[1..].iter().all(u8::is_ascii_digit))?;
        let status = status[1..].iter().fold(0, |sum, byte| sum * 10 + u16::from(byte - b'0'));
        let size = rest[4..].strip_prefix(b" ")?;
        let end = memchr(b' ', size).unwrap_or(size.len());
        if !(&size[..end] == b"-" || (end > 0 && size[..end].iter().all(u8::is_ascii_digit))) {
            return None;
        }
        let (mut referer, mut agent) = (None, None);
        if let Some(more) =
            size[end..].strip_prefix(b" ").filter(|more| more.first() == Some(&b'"'))
        {
            let (first, more) = quoted(more)?;
            // A cut-off line has lost its user agent, by which crawlers are known.
            let (second, _) = quoted(more.strip_prefix(b" ")?)?;
            (referer, agent) = (Some(first), Some(second));
        }
        let mut parts = request.split(|byte| *byte == b' ');
        let (method, target) = match (parts.next(), parts.next()) {
            (Some(method), Some(target)) => (method, target),
            _ => (&b""[..], &b""[..]),
        };
        Some(Self { host: host(who), stamp, method, target, status, referer, agent })
    }
}

/// Splits a line at its time: what stands before it, the time, and what follows.
fn split_at_time(line: &[u8]) -> Option<(&[u8], LogTime, &[u8])> {
    let mut from = 0;
    while let Some(at) = memchr(b'[', &line[from..]).map(|at| from + at) {
        // A user may be called anything, also "[".
        if at > 0
            && line[at - 1] == b' '
            && line.get(at + 27..at + 29) == Some(&b"] "[..])
            && let Some(stamp) = LogTime::parse(&line[at + 1..at + 27])
        {
            let who = &line[..at - 1];
            return (who.iter().filter(|byte| **byte == b' ').count() >= 2 && who[0] != b' ')
                .then_some((who, stamp, &line[at + 29..]));
        }
        from = at + 1;
    }
    None
}

/// Returns the virtual host without its port, if the line begins with one, before the three parts
/// that every line has.
fn host(who: &[u8]) -> Option<&[u8]> {
    let mut parts = who.split(|byte| *byte == b' ');
    let (first, second, third, _) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let (host, has_port) = match memrchr(b':', first) {
        Some(colon)
            if (2..=6).contains(&(first.len() - colon))
                && first[colon + 1..].iter().all(u8::is_ascii_digit) =>
        {
            (&first[..colon], true)
        }
        _ => (first, false),
    };
    let is_plain = !host.is_empty()
        && host
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    // nginx writes `_` for the server of all other names.
    let is_name = is_plain && (host == b"_" || host.iter().any(u8::is_ascii_alphabetic));
    // An address by which a server was asked for: a site of none, as it is no client's.
    let is_address = is_plain || (host.starts_with(b"[") && host.ends_with(b"]"));
    // Without a port it may be the address's own name, before a user with a space; then no address
    // follows, nor the mark of one that was taken away.
    let is_followed =
        second.iter().any(|byte| matches!(byte, b'.' | b':')) || (second == b"-" && third == b"-");
    let is_virtual =
        if has_port { is_name || (is_address && is_followed) } else { is_name && is_followed };
    is_virtual.then_some(host)
}

/// Reads what stands between quotation marks, in which servers write `\"` for one; returns it as
/// written, and what follows.
fn quoted(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.strip_prefix(b"\"")?;
    let mut from = 0;
    loop {
        let at = from + memchr2(b'"', b'\\', text.get(from..)?)?;
        if text[at] == b'"' {
            return Some((&text[..at], &text[at + 1..]));
        }
        from = at + 2;
    }
}

/// Calls for every line of a log without its end; with nothing for a line that is longer than
/// [`LONGEST`]. Memory does not grow with the log.
///
/// # Errors
/// Fails as reading does.
pub fn each_line(reader: &mut impl BufRead, mut take: impl FnMut(Option<&[u8]>)) -> io::Result<()> {
    let mut carried: Vec<u8> = Vec::new();
    let mut too_long = false;
    loop {
        let buffer = match reader.fill_buf() {
            Ok([]) => break,
            Ok(buffer) => buffer,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let mut rest = buffer;
        while let Some(end) = memchr(b'\n', rest) {
            let piece = &rest[..end];
            if too_long || carried.len() + piece.len() > LONGEST {
                take(None);
            } else if carried.is_empty() {
                take(Some(piece));
            } else {
                carried.extend_from_slice(piece);
                take(Some(&carried));
            }
            carried.clear();
            too_long = false;
            rest = &rest[end + 1..];
        }
        if too_long || carried.len() + rest.len() > LONGEST {
            carried.clear();
            too_long = true;
        } else {
            carried.extend_from_slice(rest);
        }
        let used = buffer.len();
        reader.consume(used);
    }
    if too_long {
        take(None);
    } else if !carried.is_empty() {
        take(Some(&carried));
    }
    Ok(())
}

/// Returns the path that a request asks for, without query and fragment and with its escapes
/// undone; `buffer` holds it where it has any.
///
/// With the host, where the target names one (RFC 9112, 3.2.2).
pub fn path<'l>(target: &'l [u8], buffer: &'l mut Vec<u8>) -> (Option<&'l [u8]>, &'l [u8]) {
    let mut host = None;
    let mut path = target;
    if let Some(rest) = target.strip_prefix(b"http://").or_else(|| target.strip_prefix(b"https://"))
    {
        let end = memchr2(b'/', b'?', rest).unwrap_or(rest.len());
        let authority = &rest[..end];
        host = Some(&authority[..memchr(b':', authority).unwrap_or(end)]);
        path = if end < rest.len() { &rest[end..] } else { b"/" };
    }
    path = &path[..memchr2(b'?', b'#', path).unwrap_or(path.len())];
    if memchr(b'%', path).is_none() {
        return (host, path);
    }
    buffer.clear();
    let hex = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut at = 0;
    while at < path.len() {
        let escaped = match path[at..] {
            [b'%', high, low, ..] => hex(high).zip(hex(low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        buffer.push(escaped.unwrap_or(path[at]));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    (host, &buffer[..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COMBINED: &str = r#"192.0.2.7 - - [21/Nov/2026:09:15:02 +0900] "GET /articles/fever/?from=mail HTTP/1.1" 200 5120 "-" "Mozilla/5.0 (iPhone)""#;

    fn parse(line: &str) -> Option<LogLine<'_>> {
        LogLine::parse(line.as_bytes())
    }

    #[test]
    fn lines_of_the_formats_are_read() {
        let line = parse(COMBINED).expect("a line");
        assert_eq!(
            (line.host, line.method, line.target, line.status),
            (None, &b"GET"[..], &b"/articles/fever/?from=mail"[..], 200)
        );
        assert_eq!(
            (line.referer, line.agent),
            (Some(&b"-"[..]), Some(&b"Mozilla/5.0 (iPhone)"[..]))
        );
        let common = parse(
            r#"2001:db8::1 ident frank [10/Oct/2000:13:55:36 -0700] "HEAD / HTTP/1.0" 304 -"#,
        )
        .expect("a line");
        assert_eq!(
            (common.method, common.status, common.referer, common.agent),
            (&b"HEAD"[..], 304, None, None)
        );
        let vhost = parse(
            r#"hino.example.jp:443 192.0.2.7 - - [21/Nov/2026:09:15:02 +0900] "GET / HTTP/2.0" 200 1 "https://x.example/\"a\"" "A \"quoted\" \\ agent" 0.003 "-""#,
        );
        let vhost = vhost.expect("a line");
        assert_eq!(
            (vhost.host, vhost.agent),
            (Some(&b"hino.example.jp"[..]), Some(&br#"A \"quoted\" \\ agent"#[..]))
        );
        let bare = parse(
            r#"hino.example.jp 192.0.2.7 - - [21/Nov/2026:09:15:02 +0900] "GET / HTTP/2.0" 200 1"#,
        )
        .expect("a line");
        assert_eq!(bare.host, Some(&b"hino.example.jp"[..]));
        let named = parse(
            r#"pc.example.jp - two words [21/Nov/2026:09:15:02 +0900] "GET / HTTP/2.0" 200 1"#,
        )
        .expect("a line");
        assert_eq!(named.host, None, "the name of an address is no host");
        let masked =
            parse(r#"hino.example.jp - - - [21/Nov/2026:09:15:02 +0900] "GET / HTTP/2.0" 200 1"#)
                .expect("a line");
        assert_eq!(masked.host, Some(&b"hino.example.jp"[..]), "the address was taken away");
        // Names that are no site's: the request named an address, or a name that the server does
        // not know.
        for host in ["_", "203.0.113.5", "[2001:db8::5]"] {
            for who in ["192.0.2.7 - -", "2001:db8::1 - a b", "- - -"] {
                let line = format!(
                    r#"{host}:443 {who} [21/Nov/2026:09:15:02 +0900] "GET / HTTP/2.0" 200 1"#
                );
                assert_eq!(parse(&line).expect("a line").host, Some(host.as_bytes()), "{line}");
            }
        }
        for who in [
            "192.0.2.7:51234 - -",
            "192.0.2.7:51234 - two words",
            "2001:db8::1:443 - two words",
            "- - -",
            "- - two words",
        ] {
            let line = format!(r#"{who} [21/Nov/2026:09:15:02 +0900] "GET / HTTP/2.0" 200 1"#);
            assert_eq!(parse(&line).expect("a line").host, None, "{line}");
        }
        // A user with spaces and brackets; a request that the server could not read.
        let odd = parse(r#"192.0.2.7 - a [b] c [21/Nov/2026:09:15:02 +0900] "-" 408 0 "-" "-""#)
            .expect("a line");
        assert_eq!((odd.host, odd.method, odd.status), (None, &b""[..], 408));
        let ipv6 =
            parse(r#"fe80::1 - two words [21/Nov/2026:09:15:02 +0900] "GET / HTTP/1.1" 200 1"#)
                .expect("a line");
        assert_eq!(ipv6.host, None, "an address is no host");
        assert!(parse(&format!("{COMBINED}\r")).is_some());
    }

    #[test]
    fn other_lines_are_not() {
        let bad = [
            "",
            "#Fields: date time c-ip",
            "2026-11-21 00:15:02 192.0.2.7 GET / 200",
            &COMBINED.replace("21/Nov", "21-Nov"),
            &COMBINED.replace("09:15", "24:15"),
            &COMBINED.replace("+0900", "JST"),
            &COMBINED.replace(" 200 ", " OK "),
            &COMBINED.replace("5120", "5k"),
            &COMBINED.replace(" HTTP/1.1\"", ""),
            &COMBINED[..COMBINED.len() - 1],
            COMBINED.split(" \"Mozilla").next().expect("a part"),
            &COMBINED.replace("192.0.2.7 - -", "-"),
            r#"[Sat Nov 21 09:15:02.123456 2026] [core:error] [client 192.0.2.7] "GET /" 200 1"#,
        ];
        for line in bad {
            assert_eq!(parse(line), None, "{line}");
        }
    }

    #[test]
    fn days_are_those_of_japan() {
        let day = |time: &str| {
            LogTime::parse(time.as_bytes())
                .and_then(|stamp| LogCalendar::default().day(&stamp))
                .map(|date| date.to_string())
        };
        let is = |text: &str| Some(text.to_owned());
        assert_eq!(day("30/Apr/2026:14:59:59 +0000"), is("2026-04-30"));
        assert_eq!(day("30/Apr/2026:15:00:00 +0000"), is("2026-05-01"));
        assert_eq!(day("01/May/2026:00:30:00 +0900"), is("2026-05-01"));
        assert_eq!(day("01/May/2026:00:30:00 +1100"), is("2026-04-30"));
        assert_eq!(day("31/Dec/2026:23:00:00 -1200"), is("2027-01-01"));
        assert_eq!(day("31/Dec/2026:23:59:00 -2359"), is("2027-01-02"));
        assert_eq!(day("28/Feb/2028:20:00:00 +0000"), is("2028-02-29"));
        assert_eq!(day("30/Feb/2026:20:00:00 +0000"), None);
        assert_eq!(day("01/May/0026:00:30:00 +0900").as_deref(), Some("0026-05-01"));
    }

    #[test]
    fn paths_lose_queries_and_escapes() {
        let of = |target: &str| {
            let mut buffer = Vec::new();
            let (host, path) = path(target.as_bytes(), &mut buffer);
            (
                host.map(|host| String::from_utf8_lossy(host).into_owned()),
                String::from_utf8_lossy(path).into_owned(),
            )
        };
        assert_eq!(of("/a/?q=%E3%81%82#x"), (None, "/a/".into()));
        assert_eq!(of("/%E7%86%B1/%zz%4"), (None, "/熱/%zz%4".into()));
        assert_eq!(
            of("https://Hino.example.jp:443/a/?b"),
            (Some("Hino.example.jp".into()), "/a/".into())
        );
        assert_eq!(of("http://hino.example.jp"), (Some("hino.example.jp".into()), "/".into()));
        assert_eq!(of("http://hino.example.jp?x"), (Some("hino.example.jp".into()), "".into()));
        assert_eq!(of("*"), (None, "*".into()));
    }

    fn lines(bytes: &[u8], capacity: usize) -> Vec<Option<Vec<u8>>> {
        let mut all = Vec::new();
        each_line(&mut io::BufReader::with_capacity(capacity, bytes), |line| {
            all.push(line.map(<[u8]>::to_vec))
        })
        .expect("memory is readable");
        all
    }

    #[test]
    fn long_lines_are_passed_over_and_never_held() {
        let long = vec![b'x'; LONGEST + 1];
        let text = [b"a\n", &long[..], b"\n\nb\n", &long[..LONGEST], b"\n", &long[..]].concat();
        let expected = vec![
            Some(b"a".to_vec()),
            None,
            Some(vec![]),
            Some(b"b".to_vec()),
            Some(long[..LONGEST].to_vec()),
            None,
        ];
        for capacity in [1, 7, 4096, 1 << 20] {
            assert_eq!(lines(&text, capacity), expected, "{capacity}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), capacity in 1..64_usize) {
            for line in lines(&bytes, capacity).into_iter().flatten() {
                if let Some(line) = LogLine::parse(&line) {
                    LogCalendar::default().day(&line.stamp);
                    path(line.target, &mut Vec::new());
                }
            }
        }

        #[test]
        fn damaged_lines_are_read_without_panic(at in 0..COMBINED.len(), byte in any::<u8>(), cut in 0..COMBINED.len()) {
            let mut line = COMBINED.as_bytes().to_vec();
            line[at] = byte;
            for line in [&line[..], &line[cut..], &line[..cut]] {
                if let Some(line) = LogLine::parse(line) {
                    LogCalendar::default().day(&line.stamp);
                    path(line.target, &mut Vec::new());
                }
            }
        }

        #[test]
        fn lines_are_the_same_whatever_the_buffer(bytes in prop::collection::vec(prop::sample::select(vec![b'a', b'\n', b'\r']), 0..60), capacity in 1..20_usize) {
            let mut whole: Vec<Vec<u8>> = bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            if whole.last().is_some_and(Vec::is_empty) {
                whole.pop();
            }
            prop_assert_eq!(lines(&bytes, capacity).into_iter().flatten().collect::<Vec<_>>(), whole);
        }

        #[test]
        fn who_it_was_is_never_kept(name in "[a-z]{1,8}", site in prop::sample::select(vec!["", "hino.example.jp:443 "]), more in prop::sample::select(vec!["", " two words"])) {
            // The name of an address looks like that of a site.
            let line = format!(r#"{site}pc-{name}.example.net ident-{name} user-{name}{more} [21/Nov/2026:09:15:02 +0900] "GET / HTTP/1.1" 200 1 "-" "-""#);
            let line = LogLine::parse(line.as_bytes()).expect("a line");
            let kept: Vec<u8> = [line.host, Some(line.method), Some(line.target), line.referer, line.agent].into_iter().flatten().flatten().copied().collect();
            let kept = String::from_utf8(kept).expect("UTF-8");
            prop_assert_eq!(kept, format!("{}GET/--", site.trim_end_matches(":443 ")));
        }
    }
}
