//! What the browser of an editor is given: every town's pages as they would be published, and word of every change.
//!
//! A page comes with one script more than it will have in public; it keeps a connection open on which it hears when the page is another one.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::UnboundedReceiverStream;

use super::live::{Answer, Live, Subject};
use crate::diagnostic::{Diagnostics, Severity, Tongue, render};
use crate::render::meta::CONTENT_SECURITY_POLICY;
use crate::supervision::seal;

const BAR: &str = include_str!("static/bar.js");
const START: &str = include_str!("static/start.css");
/// Takes the place of a site's service worker, so that what was looked at yesterday is not what is seen today.
const NO_WORKER: &str =
    "self.addEventListener(\"install\", () => self.skipWaiting());\nself.addEventListener(\"activate\", (event) => event.waitUntil(self.registration.unregister()));\n";

/// What an open page hears.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "lowercase")]
pub enum Word {
    /// The page is another one now.
    Reload,
    /// Only its style sheets are others.
    Style,
    /// The page lies at another address now.
    Go {
        /// Where.
        address: String,
    },
    /// What is wrong, as text; nothing if all is well.
    Faults {
        /// One text a fault.
        faults: Vec<String>,
    },
}

/// A page that somebody has open.
#[derive(Debug)]
struct Reader {
    code: String,
    path: String,
    subject: Option<Subject>,
    seen: Seen,
    words: mpsc::UnboundedSender<Word>,
}

/// What was sent of a page: the hash of its bytes, and of its bytes without the names of its style sheets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Seen {
    whole: String,
    without_styles: String,
}

impl Seen {
    fn of(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let lines = text.lines().filter(|line| !line.contains("rel=\"stylesheet\"") && !line.contains(".css\""));
        Self { whole: seal(bytes), without_styles: seal(lines.collect::<Vec<_>>().join("\n").as_bytes()) }
    }
}

/// What all requests share.
#[derive(Debug)]
pub struct Desk {
    live: RwLock<Live>,
    faults: RwLock<Vec<String>>,
    readers: Mutex<Vec<Reader>>,
    tongue: Tongue,
}

fn held<T>(lock: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desk {
    /// Begins with an edition.
    pub fn new(live: Live, tongue: Tongue) -> Self {
        let faults = told(&live.faults, tongue);
        Self { live: RwLock::new(live), faults: RwLock::new(faults), readers: Mutex::default(), tongue }
    }

    fn live(&self) -> Live {
        self.live.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn faults(&self) -> Vec<String> {
        self.faults.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts another edition in front, if it can be published; what is wrong with it is told either way. Returns how many open pages changed.
    pub fn turn(&self, live: Live) -> usize {
        let is_good = live.faults.errors() == 0;
        *self.faults.write().unwrap_or_else(PoisonError::into_inner) = told(&live.faults, self.tongue);
        if is_good {
            *self.live.write().unwrap_or_else(PoisonError::into_inner) = live;
        }
        let (live, faults) = (self.live(), self.faults());
        let mut changed = 0;
        held(&self.readers).retain_mut(|reader| {
            let _ = reader.words.send(Word::Faults { faults: faults.clone() });
            if is_good && let Some(word) = reader.look(&live) {
                changed += 1;
                return reader.words.send(word).is_ok();
            }
            !reader.words.is_closed()
        });
        changed
    }
}

impl Reader {
    /// Looks at the page again and says what the browser is to do.
    fn look(&mut self, live: &Live) -> Option<Word> {
        let Some(answer) = live.file(&self.code, &self.path) else {
            let address = self.subject.as_ref().and_then(|subject| live.address(&self.code, subject));
            return Some(address.map_or(Word::Reload, |address| Word::Go { address }));
        };
        let seen = Seen::of(answer.made.bytes.as_deref().unwrap_or_default());
        let before = std::mem::replace(&mut self.seen, seen);
        self.subject = answer.subject;
        match () {
            () if before.whole == self.seen.whole => None,
            () if before.without_styles == self.seen.without_styles => Some(Word::Style),
            () => Some(Word::Reload),
        }
    }
}

fn told(faults: &Diagnostics, tongue: Tongue) -> Vec<String> {
    let errors = faults.iter().filter(|found| found.severity == Severity::Error);
    errors.map(|found| render::render(&Diagnostics::from(found.clone()), render::Format::Human, tongue, false).trim_end().to_owned()).collect()
}

/// Serves until the process ends.
///
/// # Errors
/// Fails when the connection cannot be listened to.
pub async fn serve(desk: Arc<Desk>, listener: std::net::TcpListener) -> std::io::Result<()> {
    let address = listener.local_addr()?;
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let routes = Router::new()
        .route("/", get(start))
        .route("/_ubugi/bar.js", get(|| async { typed("text/javascript; charset=utf-8", BAR) }))
        .route("/_ubugi/start.css", get(|| async { typed("text/css; charset=utf-8", START) }))
        .route("/_ubugi/events", get(events))
        .route("/{code}", get(|Path(code): Path<String>| async move { moved(&format!("/{code}/")) }))
        .route("/{code}/", get(|state: State<Arc<Desk>>, Path(code): Path<String>| async move { file(state, code, String::new()).await }))
        .route("/{code}/{*path}", get(|state: State<Arc<Desk>>, Path((code, path)): Path<(String, String)>| async move { file(state, code, path).await }))
        .with_state(desk)
        .layer(middleware::from_fn(move |request: Request, next: Next| async move {
            if is_own_host(request.headers(), address) { next.run(request).await } else { StatusCode::MISDIRECTED_REQUEST.into_response() }
        }));
    axum::serve(listener, routes).await
}

/// Tells whether a request may come from the editor's own browser: its host is this machine's or the one that was asked for, so that no other
/// site can read drafts by a name that leads here.
fn is_own_host(headers: &HeaderMap, address: SocketAddr) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    !address.ip().is_loopback() || matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

fn typed(kind: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn moved(to: &str) -> Response {
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, to.to_owned())]).into_response()
}

fn kind_of(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "rss" => "application/rss+xml; charset=utf-8",
        "atom" => "application/atom+xml; charset=utf-8",
        "xml" => "application/xml",
        "opml" => "text/x-opml; charset=utf-8",
        "ics" => "text/calendar; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Makes one file; editions answer from their own thread, so this one may wait.
async fn made(desk: &Desk, code: &str, path: &str) -> Option<Answer> {
    let (live, code, path) = (desk.live(), code.to_owned(), path.to_owned());
    tokio::task::spawn_blocking(move || live.file(&code, &path)).await.ok()?
}

async fn file(State(desk): State<Arc<Desk>>, code: String, path: String) -> Response {
    if path == "sw.js" {
        return typed("text/javascript; charset=utf-8", NO_WORKER);
    }
    let is_page = path.is_empty() || path.ends_with('/') || path.ends_with(".html");
    let name = if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.clone() };
    if let Some(answer) = made(&desk, &code, &name).await {
        let Some(bytes) = answer.made.bytes else { return broken(&answer.made.faults, desk.tongue) };
        return if is_page { typed("text/html; charset=utf-8", with_bar(bytes)) } else { typed(kind_of(&name), bytes) };
    }
    if !is_page && made(&desk, &code, &format!("{path}/index.html")).await.is_some() {
        return moved(&format!("/{code}/{path}/"));
    }
    let page = match made(&desk, &code, "404.html").await.and_then(|answer| answer.made.bytes) {
        Some(bytes) => typed("text/html; charset=utf-8", with_bar(bytes)),
        None => typed("text/plain; charset=utf-8", "404"),
    };
    (StatusCode::NOT_FOUND, page).into_response()
}

/// A page that a template's fault kept from being made.
fn broken(faults: &Diagnostics, tongue: Tongue) -> Response {
    let text = told(faults, tongue).join("\n\n");
    let page = format!(
        "<!doctype html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\"><title>ubugi</title><link rel=\"stylesheet\" href=\"/_ubugi/start.css\"></head>\n<body><main><pre>{}</pre></main></body></html>\n",
        escape(&text)
    );
    (StatusCode::INTERNAL_SERVER_ERROR, typed("text/html; charset=utf-8", with_bar(page.into_bytes()))).into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Adds the script to a page.
fn with_bar(bytes: Vec<u8>) -> Vec<u8> {
    let script = b"<script type=\"module\" src=\"/_ubugi/bar.js\"></script>\n";
    match memchr::memmem::find(&bytes, b"</head>") {
        Some(at) => [&bytes[..at], script, &bytes[at..]].concat(),
        None => bytes,
    }
}

async fn start(State(desk): State<Arc<Desk>>) -> Response {
    let live = desk.live();
    let towns: String = live.towns.iter().map(|town| format!("<li><a href=\"/{0}/\"><b>{1}</b> <span>{0}</span></a></li>\n", escape(&town.code), escape(&town.name))).collect();
    let title = match desk.tongue {
        Tongue::Ja => "産着：下見",
        Tongue::En => "Ubugi: preview",
    };
    let page = format!(
        "<!doctype html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title><link rel=\"stylesheet\" href=\"/_ubugi/start.css\"></head>\n<body><main><h1>{title}</h1>\n<ul>\n{towns}</ul></main></body></html>\n"
    );
    typed("text/html; charset=utf-8", with_bar(page.into_bytes()))
}

#[derive(Deserialize)]
struct Asked {
    page: String,
}

async fn events(State(desk): State<Arc<Desk>>, Query(asked): Query<Asked>) -> Response {
    let (code, path) = asked.page.trim_start_matches('/').split_once('/').unwrap_or_default();
    let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
    let name = if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.into_owned() };
    let (words, heard) = mpsc::unbounded_channel();
    let _ = words.send(Word::Faults { faults: desk.faults() });
    let answer = made(&desk, code, &name).await;
    let (subject, bytes) = answer.map_or((None, None), |answer| (answer.subject, answer.made.bytes));
    let seen = bytes.map(|bytes| Seen::of(&bytes)).unwrap_or_default();
    held(&desk.readers).push(Reader { code: code.to_owned(), path: name, subject, seen, words });
    let stream = UnboundedReceiverStream::new(heard).map(|word| Ok::<_, Infallible>(Event::default().data(serde_json::to_string(&word).unwrap_or_default())));
    Sse::new(stream).keep_alive(KeepAlive::default()).into_response()
}
