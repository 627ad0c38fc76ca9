//! The editors' server as a program: what is saved is heard and seen, whatever is saved, and
//! nothing ends it.
#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests"
)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::sample::quick;

use serde_json::Value;

const CODE: &str = "132128";
const ARTICLE: &str = "content/articles/watched.md";
const DAY: &str = "2026-11-21";
/// What is allowed on a machine that is busy with other tests.
const LONG: Duration = Duration::from_secs(20);

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn article(text: &str) -> String {
    format!(
        "---\ntitle: 見られる記事\ndescription: 保存すると変わる記事。\nstages: [newborn]\ntopics: [fever]\n\
         published: 2026-11-01\n---\n{text}\n"
    )
}

/// A copy of this repository's project with an article more.
struct Site {
    folder: tempfile::TempDir,
    port: u16,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("project");
        for entry in ["content", "themes", "municipalities", "ubugi.yaml"] {
            for found in walkdir::WalkDir::new(repository().join(entry)) {
                let found = found.expect("reads");
                let to = root.join(found.path().strip_prefix(repository()).expect("below"));
                if found.file_type().is_file() {
                    fs::create_dir_all(to.parent().expect("a parent")).expect("makes");
                    fs::copy(found.path(), to).expect("copies");
                }
            }
        }
        // It is given back at once and nobody else asks for one of a number.
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a port")
            .port();
        let site = Self { folder, port };
        site.save(ARTICLE, article("最初"));
        site
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    fn save(&self, path: &str, text: impl AsRef<[u8]>) {
        fs::write(self.at(path), text).expect("writes");
    }

    fn command(&self, what: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ubugi"));
        command
            .args([what, "--lang", "en", "--date", DAY, "--only", CODE, "--project"])
            .arg(self.root());
        command
    }

    /// A page as a new build would publish it, at the address at which the server shows it.
    fn built(&self, page: &str) -> String {
        let settings = "municipalities/132128-hino/municipality.yaml";
        let before = fs::read_to_string(self.at(settings)).expect("reads");
        let base = before.lines().find(|line| line.starts_with("base_url:")).expect("an address");
        self.save(
            settings,
            before.replace(base, &format!("base_url: http://127.0.0.1:{}/{CODE}", self.port)),
        );
        let out = self.folder.path().join("dist");
        let run = self.command("build").arg("--out").arg(&out).output().expect("runs");
        self.save(settings, &before);
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        fs::read_to_string(out.join(CODE).join(page).join("index.html")).expect("is built")
    }
}

/// The running program.
struct Server {
    child: Child,
    port: u16,
    said: Arc<Mutex<String>>,
}

impl Server {
    fn start(site: &Site) -> Self {
        let mut command = site.command("serve");
        command.args(["--port", &site.port.to_string()]);
        Self::spawn(command, site.port)
    }

    fn spawn(mut command: Command, port: u16) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let said = Arc::new(Mutex::new(String::new()));
        let streams: [Box<dyn std::io::Read + Send>; 2] = [
            Box::new(child.stdout.take().expect("a stream")),
            Box::new(child.stderr.take().expect("a stream")),
        ];
        for stream in streams {
            let said = Arc::clone(&said);
            thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let mut said = said.lock().expect("holds");
                    said.push_str(&line);
                    said.push('\n');
                }
            });
        }
        let server = Self { child, port, said };
        server.says(&format!("http://127.0.0.1:{port}/"));
        server
    }

    fn said(&self) -> String {
        self.said.lock().expect("holds").clone()
    }

    fn until<T>(&self, what: &str, mut find: impl FnMut() -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            if let Some(found) = find() {
                return found;
            }
            assert!(
                began.elapsed() < LONG,
                "{what}: not within {LONG:?}; it said:\n{}",
                self.said()
            );
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until it has said something.
    fn says(&self, text: &str) {
        self.until(text, || self.said().contains(text).then_some(()));
    }

    fn forget(&self) {
        self.said.lock().expect("holds").clear();
    }

    fn ask(&self, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("connects");
        stream.set_read_timeout(Some(LONG)).expect("sets");
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n",
            self.port
        )
        .expect("sends");
        stream
    }

    /// The status and the body of a page, without what the server adds for itself.
    fn page(&self, path: &str) -> (u16, String) {
        let mut answer = Vec::new();
        self.ask(&format!("/{CODE}/{path}")).read_to_end(&mut answer).expect("answers");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let status =
            head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (
            status,
            body.lines()
                .filter(|line| !line.contains("/_ubugi/"))
                .fold(String::new(), |all, line| all + line + "\n"),
        )
    }

    fn shows(&self, path: &str, text: &str) {
        self.until(text, || self.page(path).1.contains(text).then_some(()));
    }

    /// Listens as an open page does.
    fn listen(&self, path: &str) -> Receiver<Value> {
        let (words, heard) = mpsc::channel();
        let stream =
            self.ask(&format!("/_ubugi/events?pages=%5B%7B%22page%22:%22/{CODE}/{path}%22%7D%5D"));
        thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                if let Some(word) =
                    line.strip_prefix("data:").and_then(|data| serde_json::from_str(data).ok())
                    && words.send(word).is_err()
                {
                    return;
                }
            }
        });
        heard
    }

    /// What of its memory is in use, in MB.
    fn memory(&self) -> f64 {
        let status =
            fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
        line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1024.0
    }

    fn lives(&mut self) {
        assert_eq!(
            self.child.try_wait().expect("asks"),
            None,
            "it ended; it said:\n{}",
            self.said()
        );
        assert!(!self.said().contains("panicked"), "{}", self.said());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for a word; others are passed over.
fn hear(heard: &Receiver<Value>, what: &str) -> Value {
    let began = Instant::now();
    loop {
        let left =
            LONG.checked_sub(began.elapsed()).unwrap_or_else(|| panic!("`{what}` was not heard"));
        let word = heard.recv_timeout(left).unwrap_or_else(|_| panic!("`{what}` was not heard"));
        if word["what"] == what {
            return word;
        }
    }
}

const PAGE: &str = "articles/watched/";

#[test]
fn a_save_is_heard_and_then_seen() {
    let site = Site::new();
    let mut server = Server::start(&site);
    server.shows(PAGE, "最初");
    let heard = server.listen(PAGE);
    hear(&heard, "faults");
    let mut took = Vec::new();
    for number in 0..10 {
        let (text, temporary) = (format!("保存 {number} 回目"), site.at("content/articles/.new"));
        fs::write(&temporary, article(&text)).expect("writes");
        let began = Instant::now();
        fs::rename(temporary, site.at(ARTICLE)).expect("renames");
        hear(&heard, "reload");
        took.push(began.elapsed());
        assert!(server.page(PAGE).1.contains(&text), "what is heard of is there");
    }
    took.sort();
    println!("from save to word: median {:?}, most {:?}", took[5], took[9]);
    assert!(took[5] < Duration::from_secs(1), "{took:?}");
    server.lives();
}

#[test]
fn after_a_thousand_saves_in_half_a_minute_the_page_is_what_a_build_makes() {
    // In both the last save is that of the ninth file.
    let saves = if quick(1_000) == 1_000 { 1_000_u32 } else { 250 };
    let site = Site::new();
    let mut server = Server::start(&site);
    let began = Instant::now();
    for number in 0..saves {
        let path = if number % 2 == 0 {
            ARTICLE.to_owned()
        } else {
            format!("content/articles/watched-{}.md", number % 30)
        };
        if number % 7 == 0 {
            site.save("content/articles/.new", article(&format!("保存 {number}")));
            fs::rename(site.at("content/articles/.new"), site.at(&path)).expect("renames");
        } else {
            site.save(&path, article(&format!("保存 {number}")));
        }
        thread::sleep((Duration::from_millis(30) * (number + 1)).saturating_sub(began.elapsed()));
    }
    server.shows(PAGE, &format!("保存 {}", saves - 2));
    server.shows("articles/watched-9/", &format!("保存 {}", saves - 1));
    for page in [PAGE, "articles/watched-9/", "topics/fever/"] {
        let built = site.built(page);
        server.until(page, || (server.page(page).1.trim_end() == built.trim_end()).then_some(()));
    }
    server.lives();
}

#[test]
fn five_hundred_files_at_once_are_seen() {
    let site = Site::new();
    let mut server = Server::start(&site);
    for number in 0..500 {
        site.save(
            &format!("content/articles/many-{number}.md"),
            article(&format!("多数 {number}")),
        );
    }
    server.shows("articles/many-499/", "多数 499");
    server.shows("articles/many-0/", "多数 0");
    for number in 0..500 {
        fs::remove_file(site.at(&format!("content/articles/many-{number}.md"))).expect("removes");
    }
    server.until("gone", || (server.page("articles/many-250/").0 == 404).then_some(()));
    server.lives();
}

/// Each fault is told, the pages stay, and all is well once it is mended.
#[test]
fn bad_input_is_told_and_the_server_lives() {
    let site = Site::new();
    let mut server = Server::start(&site);
    let mut round = 0;
    let mut recovers = |server: &mut Server, after: &str| {
        round += 1;
        site.save(ARTICLE, article(&format!("回復 {round}")));
        server
            .until(after, || server.page(PAGE).1.contains(&format!("回復 {round}")).then_some(()));
        server.lives();
        server.forget();
    };
    recovers(&mut server, "nothing yet");
    let noise: Vec<u8> =
        (0..4_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for (name, bytes) in [
        ("random bytes", noise.as_slice()),
        ("nothing", b""),
        ("half of the front matter", b"---\ntitle: [half\n"),
        ("no end", "---\ntitle: あ".as_bytes()),
    ] {
        site.save(ARTICLE, bytes);
        server.says("watched.md");
        server.says("the pages stay as they were");
        assert!(server.page(PAGE).1.contains("回復"), "{name}");
        recovers(&mut server, name);
    }
    let settings = fs::read(site.at("ubugi.yaml")).expect("reads");
    for bytes in [&noise[..], b"title: {ja: \n", b""] {
        site.save("ubugi.yaml", bytes);
        server.says("ubugi.yaml");
        server.says("the pages stay as they were");
        site.save("ubugi.yaml", &settings);
        server.says("mended");
        recovers(&mut server, "ubugi.yaml");
    }
    fs::remove_file(site.at(ARTICLE)).expect("removes");
    assert!(Command::new("mkfifo").arg(site.at(ARTICLE)).status().expect("runs").success());
    server.says("neither a file nor a folder");
    fs::remove_file(site.at(ARTICLE)).expect("removes");
    recovers(&mut server, "a pipe");
    fs::remove_file(site.at(ARTICLE)).expect("removes");
    fs::create_dir(site.at(ARTICLE)).expect("makes");
    site.save(&format!("{ARTICLE}/noise.md"), &noise);
    server.says("noise.md");
    fs::remove_dir_all(site.at(ARTICLE)).expect("removes");
    recovers(&mut server, "a folder");
    // The superuser reads everything.
    fs::set_permissions(site.at(ARTICLE), std::os::unix::fs::PermissionsExt::from_mode(0o000))
        .expect("sets");
    if fs::read(site.at(ARTICLE)).is_err() {
        server.says("cannot be read");
    }
    fs::set_permissions(site.at(ARTICLE), std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .expect("sets");
    recovers(&mut server, "unreadable");
    for path in ["ubugi.yaml", "content", "themes", "municipalities"] {
        let away = site.folder.path().join("away");
        fs::rename(site.at(path), &away).expect("renames");
        server.says("the pages stay as they were");
        assert!(server.page(PAGE).1.contains("回復"), "{path} is away");
        server.forget();
        fs::rename(&away, site.at(path)).expect("renames");
        server.says("mended");
        recovers(&mut server, path);
    }
    let away = site.folder.path().join("away");
    fs::rename(site.root(), &away).expect("renames");
    server.says("the project cannot be read");
    assert!(server.page(PAGE).1.contains("回復"), "the project is away");
    thread::sleep(Duration::from_secs(1));
    assert_eq!(server.said().matches("cannot be read").count(), 1, "it is told once");
    fs::rename(&away, site.root()).expect("renames");
    server.says("the project can be read again");
    recovers(&mut server, "the project");
}

/// Where the system's limit is reached it says so, and what is saved is seen all the same.
#[test]
fn a_warning_is_told_when_a_change_brings_it_and_not_again() {
    let site = Site::new();
    let server = Server::start(&site);
    let settings = "municipalities/132128-hino/municipality.yaml";
    let before = fs::read_to_string(site.at(settings)).expect("reads");
    let brand =
        before.lines().find(|line| line.trim_start().starts_with("primary:")).expect("a colour");
    site.save(settings, before.replace(brand, "  primary: \"#fde047\""));
    server.says("warning[UB0505]: #fde047 is hard to read");
    server.says(&format!("--> {settings}:"));
    server.forget();
    site.save(ARTICLE, article("second"));
    server.says(&format!("{ARTICLE} →"));
    // A fault of one file hides no warning that would come back as a new one.
    site.save(ARTICLE, "no front matter");
    server.says("error[UB0301]");
    site.save(ARTICLE, article("third"));
    server.says("mended");
    site.save(settings, &before);
    server.says(&format!("{settings} →"));
    assert!(!server.said().contains("UB0505"), "{}", server.said());
}

/// A stand-in for the program of the desktop that opens the browser.
#[test]
fn the_browser_is_opened_at_the_preview() {
    let site = Site::new();
    let (programs, opened) =
        (site.folder.path().join("programs"), site.folder.path().join("opened"));
    fs::create_dir(&programs).expect("makes");
    fs::write(
        programs.join("xdg-open"),
        format!("#!/bin/sh\necho \"$1\" >> '{}'\n", opened.display()),
    )
    .expect("writes");
    fs::set_permissions(programs.join("xdg-open"), fs::Permissions::from_mode(0o755))
        .expect("sets");
    let mut command = site.command("serve");
    let path = std::env::var("PATH").expect("a path");
    command
        .args(["--open", "--port", &site.port.to_string()])
        .env("PATH", format!("{}:{path}", programs.display()));
    let server = Server::spawn(command, site.port);
    let asked = server.until("the browser", || {
        fs::read_to_string(&opened).ok().filter(|asked| asked.ends_with('\n'))
    });
    assert_eq!(asked, format!("http://127.0.0.1:{}/\n", site.port));
}

#[test]
fn where_no_more_folders_can_be_watched_they_are_polled() {
    // The limit of a user namespace of its own.
    let limited = |script: &str| {
        let mut command = Command::new("unshare");
        command.args([
            "--user",
            "--map-root-user",
            "sh",
            "-c",
            &format!("echo 10 > /proc/sys/user/max_inotify_watches && {script}"),
            "sh",
        ]);
        command
    };
    if !limited("true").output().is_ok_and(|run| run.status.success()) {
        println!("not tested: this system lets nobody make a user namespace");
        return;
    }
    let site = Site::new();
    let mut command = limited("exec \"$@\"");
    let serve = site.command("serve");
    command
        .arg(serve.get_program())
        .args(serve.get_args())
        .args(["--port", &site.port.to_string()]);
    let mut server = Server::spawn(command, site.port);
    server.says("max_user_watches");
    for number in 0..3 {
        site.save(ARTICLE, article(&format!("見に行く {number}")));
        server.shows(PAGE, &format!("見に行く {number}"));
    }
    server.lives();
}

#[test]
fn memory_does_not_grow_with_the_rebuilds() {
    let site = Site::new();
    let mut server = Server::start(&site);
    let heard = server.listen(PAGE);
    hear(&heard, "faults");
    let rebuilds = |usual: usize| u32::try_from(quick(usual)).expect("few");
    let after = |rebuilds: u32, name: &str| {
        for number in 0..rebuilds {
            site.save(ARTICLE, article(&format!("{name} {number}")));
            hear(&heard, "reload");
        }
        server.memory()
    };
    let (early, late) = (after(rebuilds(60), "先"), after(rebuilds(240), "後"));
    println!("{early:.0} MB after {} rebuilds, {late:.0} MB later", rebuilds(60));
    assert!(late < early * 1.25 + 8.0, "{early} MB, then {late} MB");
    server.lives();
}
