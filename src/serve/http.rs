//! What the browser of an editor is given: every town's pages as they would be published, and word
//! of every change.
//!
//! A page comes with one script more than it will have in public, which draws the bar and keeps a
//! connection open. What the preview itself needs lies below `/_ubugi/`; everything else comes out
//! of an edition, so that no address leads to a file of the disk.

use std::borrow::Cow;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;

use super::address::PreviewAddress;
use super::desk::Desk;
use super::page_seal::PageSeal;
use super::reader::ShownPage;
use super::shell;
use super::subject::PageSubject;
use crate::diagnostic::{Diagnostics, Tongue};
use crate::render::html::escape;
use crate::render::part::feed_format::FORMATS;
use crate::render::part::general::CONTENT_SECURITY_POLICY;

/// The preview's own files.
const OWN: [(&str, &str, &str); 17] = [
    ("bar.css", CSS, include_str!("static/bar.css")),
    ("bar.js", JS, include_str!("static/bar.js")),
    ("drawn.js", JS, include_str!("static/drawn.js")),
    ("note.js", JS, include_str!("static/note.js")),
    ("overlay.js", JS, include_str!("static/overlay.js")),
    ("page.css", CSS, include_str!("static/page.css")),
    ("page.js", JS, include_str!("static/page.js")),
    ("panel.js", JS, include_str!("static/panel.js")),
    ("panels.js", JS, include_str!("static/panels.js")),
    ("preview.js", JS, include_str!("static/preview.js")),
    ("shell.css", CSS, include_str!("static/shell.css")),
    ("shell.js", JS, include_str!("static/shell.js")),
    ("stream.js", JS, include_str!("static/stream.js")),
    ("styles.js", JS, include_str!("static/styles.js")),
    ("tokens.css", CSS, include_str!("static/tokens.css")),
    ("toolbar.js", JS, include_str!("static/toolbar.js")),
    ("words.js", JS, include_str!("static/words.js")),
];
/// The page where one begins.
const START: &str = "/";
/// The beginning of the addresses of what the preview itself needs, and what lies there.
const BELOW: &str = "/_ubugi/";
const EVENTS: &str = "/_ubugi/events";
const ABOUT: &str = "/_ubugi/about";
const FRAME: &str = "/_ubugi/frame";
const SIDE: &str = "/_ubugi/side";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const BYTES: &str = "application/octet-stream";
/// Takes the place of a site's service worker, so that what was looked at yesterday, or served at
/// this port by something else, is not what is seen today: copies are thrown away, and pages that
/// an earlier worker gave are fetched anew.
const NO_WORKER: &str = include_str!("static/no-worker.js");
/// The interval at which unused views are looked for.
const SWEEP: Duration = Duration::from_secs(30);

/// Serves until the process ends.
///
/// # Errors
/// Fails when the connection cannot be listened to.
pub async fn serve(
    desk: Arc<Desk>,
    listener: std::net::TcpListener,
    names: Vec<String>,
) -> std::io::Result<()> {
    let address = listener.local_addr()?;
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let swept = Arc::clone(&desk);
    tokio::spawn(async move {
        let mut every = tokio::time::interval(SWEEP);
        loop {
            every.tick().await;
            // If it fails, it is done again the next time.
            let _ = waiting(&swept, Desk::sweep).await;
        }
    });
    let (tongue, held) = (desk.guide().tongue, Arc::clone(&desk));
    let routes = Router::new()
        .route(EVENTS, get(events))
        .route(ABOUT, get(about))
        .route(FRAME, get(|state: State<Arc<Desk>>| async move { shelled(&state, "frame") }))
        .route(SIDE, get(|state: State<Arc<Desk>>| async move { shelled(&state, "side") }))
        .route("/_ubugi/{name}", get(own))
        // Browsers ask for it unbidden where a page names no icon.
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
        .fallback(any)
        .with_state(desk)
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            let is_own = is_own_host(request.headers(), address, &names);
            let is_allowed = is_allowed(&request, &held);
            async move {
                let mut response = match (is_own, is_allowed) {
                    (false, _) => stranger(request.headers(), tongue),
                    (true, false) => from_elsewhere(tongue),
                    (true, true) => next.run(request).await,
                };
                response.headers_mut().insert(
                    "cross-origin-resource-policy",
                    HeaderValue::from_static("same-origin"),
                );
                response
            }
        }));
    axum::serve(listener, routes).await
}

/// Returns whether a request may come from the editor's own browser, so that no other site can read
/// drafts by a name that leads here (DNS rebinding).
///
/// Addresses cannot be rebound. Of names, only this machine's by `localhost` count where one
/// listens for this machine alone; where others may connect, also names without a dot and those of
/// domains that no one can register (RFC 6762, RFC 8375, and `.internal` and `.lan`), and in both
/// cases those that the editor named.
fn is_own_host(headers: &HeaderMap, address: SocketAddr, names: &[String]) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let host = match host.rsplit_once(':') {
        Some((host, port))
            if port.bytes().all(|byte| byte.is_ascii_digit())
                && (!host.contains(':') || host.ends_with(']')) =>
        {
            host
        }
        _ => host,
    };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if host == "localhost"
        || host.ends_with(".localhost")
        || names.iter().any(|name| name.eq_ignore_ascii_case(&host))
    {
        return true;
    }
    if let Ok(ip) = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        return !address.ip().is_loopback() || ip.is_loopback();
    }
    let is_local = !host.is_empty()
        && (!host.contains('.')
            || [".local", ".home.arpa", ".internal", ".lan"]
                .iter()
                .any(|domain| host.ends_with(domain)));
    !address.ip().is_loopback() && is_local
}

/// Returns whether what asks may: other sites may lead here by a link to a page, but neither embed
/// nor fetch anything, and not have a view opened that no one looks at (Fetch Metadata,
/// <https://www.w3.org/TR/fetch-metadata/>; browsers that do not send it are believed).
fn is_allowed(request: &Request, desk: &Desk) -> bool {
    let said = |name: &str| {
        request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    };
    if said("sec-fetch-site") != "cross-site" {
        return true;
    }
    let path = percent_encoding::percent_decode_str(request.uri().path()).decode_utf8_lossy();
    let is_page = said("sec-fetch-mode") == "navigate"
        && said("sec-fetch-dest") == "document"
        && !path.starts_with(BELOW);
    is_page
        && request.method() == Method::GET
        && PreviewAddress::parse(&path).is_none_or(|spot| desk.holds(&spot.view))
}

fn stranger(headers: &HeaderMap, tongue: Tongue) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.split(':').next().unwrap_or_default();
    let text = match tongue {
        Tongue::Ja => format!(
            "この名前（{name}）では下見できません。この名前を使うときは `ubugi serve --name {name}` で始めてください。\n"
        ),
        Tongue::En => format!(
            "The preview is not answering to this name ({name}). Start it with `ubugi serve --name \
             {name}` to use it.\n"
        ),
    };
    (StatusCode::MISDIRECTED_REQUEST, typed("text/plain; charset=utf-8", text)).into_response()
}

fn from_elsewhere(tongue: Tongue) -> Response {
    let text = match tongue {
        Tongue::Ja => {
            "ほかのサイトからは、リンクで開けるのは開いたことのある見かたのページだけで、埋めこみや読みこみはできません。アドレス欄にこのアドレスを入れなおすと、開けます。\n"
        }
        Tongue::En => {
            "From other sites a link opens only pages of views that are open already, and nothing \
             can be embedded or fetched. Enter this address in the address bar to open it.\n"
        }
    };
    (StatusCode::FORBIDDEN, typed("text/plain; charset=utf-8", text)).into_response()
}

fn typed(kind: &str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_str(kind).unwrap_or(HeaderValue::from_static(BYTES)),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    // As it will be published, but for the preview's own frames.
    let policy = CONTENT_SECURITY_POLICY
        .replace("frame-ancestors 'none'", "frame-ancestors 'self'; frame-src 'self'");
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Leads on within this host: two slashes at the beginning would name another one (RFC 3986,
/// section 4.2).
fn moved(to: &str) -> Response {
    let to = format!("/{}", to.trim_start_matches(['/', '\\']));
    (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response()
}

/// Returns the media type of a file of a site. Below a folder of feeds the registry of their
/// formats knows it.
fn kind_of(path: &str) -> Cow<'static, str> {
    let format = FORMATS
        .iter()
        .find(|format| path.strip_suffix(format.extension).is_some_and(|rest| rest.ends_with('.')));
    if let Some(format) = format.filter(|_| path.split('/').any(|part| part == "feeds")) {
        return format!("{}; charset=utf-8", format.media_type).into();
    }
    let kind = match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => HTML,
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => JS,
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "avif" => "image/avif",
        "xml" => "application/xml",
        "opml" => "text/x-opml; charset=utf-8",
        "ics" => "text/calendar; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        _ => BYTES,
    };
    kind.into()
}

/// Does what takes its time on a thread that may wait: editions answer from their own.
async fn waiting<T: Send + 'static>(
    desk: &Arc<Desk>,
    work: impl FnOnce(&Desk) -> T + Send + 'static,
) -> Option<T> {
    let desk = Arc::clone(desk);
    tokio::task::spawn_blocking(move || work(&desk)).await.ok()
}

async fn own(Path(name): Path<String>) -> Response {
    match OWN.iter().find(|(own, ..)| *own == name) {
        Some((_, kind, text)) => typed(kind, *text),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn shelled(desk: &Desk, mode: &str) -> Response {
    let tongue = desk.guide().tongue;
    typed(HTML, with_bar(shell::empty(mode, tongue).into_bytes(), &PageSeal::default(), None, desk))
}

/// Everything that is not the preview's own.
async fn any(State(desk): State<Arc<Desk>>, method: Method, uri: Uri) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    if uri.path().ends_with("/sw.js") {
        return typed(JS, NO_WORKER);
    }
    let decoded = percent_encoding::percent_decode_str(uri.path()).decode_utf8_lossy().into_owned();
    let Some(spot) = PreviewAddress::parse(&decoded) else { return no_view(&desk, &decoded) };
    let asked = spot.clone();
    match waiting(&desk, move |desk| desk.has(&asked.view)).await {
        Some(true) => {}
        _ => return no_view(&desk, &decoded),
    }
    if spot.code.is_empty() {
        if !spot.view.is_plain() && !decoded.ends_with('/') {
            return moved(&format!("{}/", uri.path()));
        }
        let page = waiting(&desk, move |desk| desk.start(&spot.view))
            .await
            .flatten()
            .unwrap_or_default()
            .into_bytes();
        let seen = PageSeal::of(&page);
        return typed(HTML, with_bar(page, &seen, None, &desk));
    }
    let home = spot.clone();
    if spot.path.is_empty()
        && !decoded.ends_with('/')
        && waiting(&desk, move |desk| desk.file(&home)).await.flatten().is_some()
    {
        return moved(&format!("{}/", uri.path()));
    }
    file(&desk, spot, &uri).await
}

async fn file(desk: &Arc<Desk>, spot: PreviewAddress, uri: &Uri) -> Response {
    let name = spot.file();
    let asked = spot.clone();
    if let Some(answer) = waiting(desk, move |desk| desk.file(&asked)).await.flatten() {
        if answer.made.faults.errors() > 0 {
            let (address, faults, made) =
                (uri.path().to_owned(), answer.made.faults.clone(), answer.made.bytes.is_some());
            // Telling may wait for a terminal.
            let _ = waiting(desk, move |desk| desk.note_broken(&address, &faults, made)).await;
        }
        let Some(bytes) = answer.made.bytes else {
            return broken(&answer.made.faults, answer.subject.as_ref(), desk);
        };
        if !name.ends_with(".html") {
            return typed(&kind_of(&name), bytes);
        }
        let seen = PageSeal::of(&bytes);
        return typed(HTML, with_bar(bytes, &seen, answer.subject.as_ref(), desk));
    }
    let page_below = |path: String| PreviewAddress { path, ..spot.clone() };
    let below = page_below(format!("{}/", spot.path));
    if !spot.path.ends_with('/')
        && !spot.path.ends_with(".html")
        && waiting(desk, move |desk| desk.file(&below)).await.flatten().is_some()
    {
        return moved(&format!("{}/", uri.path()));
    }
    let lost = page_below("404.html".to_owned());
    let page = waiting(desk, move |desk| desk.file(&lost))
        .await
        .flatten()
        .and_then(|answer| answer.made.bytes);
    let page = page.unwrap_or_else(|| {
        shell::no_town(&spot.view, &spot.code, desk.guide().tongue).into_bytes()
    });
    (StatusCode::NOT_FOUND, typed(HTML, with_bar(page, &PageSeal::default(), None, desk)))
        .into_response()
}

fn no_view(desk: &Desk, path: &str) -> Response {
    let part = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let (plain, _) = desk.plain();
    let page = shell::no_view(part, &plain.themes, desk.guide().tongue);
    (StatusCode::NOT_FOUND, typed(HTML, page)).into_response()
}

/// A page that a template's fault kept from being made.
fn broken(faults: &Diagnostics, subject: Option<&PageSubject>, desk: &Desk) -> Response {
    let page = shell::broken(faults, desk.guide().tongue).into_bytes();
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        typed(HTML, with_bar(page, &PageSeal::default(), subject, desk)),
    )
        .into_response()
}

/// Adds the script to a page, with what the page was when it was made.
fn with_bar(
    bytes: Vec<u8>,
    seen: &PageSeal,
    subject: Option<&PageSubject>,
    desk: &Desk,
) -> Vec<u8> {
    let about = subject
        .map(|subject| {
            format!(
                " data-source=\"{}\" data-language=\"{}\"",
                escape(&subject.source),
                escape(&subject.language)
            )
        })
        .unwrap_or_default();
    let tongue = shell::tag(desk.guide().tongue);
    let script = format!(
        "<script type=\"module\" src=\"{BELOW}bar.js\" data-run=\"{}\" data-seal=\"{}\"{about} \
         data-tongue=\"{tongue}\" data-start=\"{START}\" data-below=\"{BELOW}\" \
         data-about=\"{ABOUT}\" \
         data-events=\"{EVENTS}\" data-frame=\"{FRAME}\" data-side=\"{SIDE}\"></script>\n",
        escape(desk.run()),
        seen.text()
    );
    match memchr::memmem::find(&bytes, b"</head>") {
        Some(at) => [&bytes[..at], script.as_bytes(), &bytes[at..]].concat(),
        None => bytes,
    }
}

#[derive(Deserialize)]
struct PageAsked {
    page: String,
}

async fn about(State(desk): State<Arc<Desk>>, Query(asked): Query<PageAsked>) -> Response {
    let path = percent_encoding::percent_decode_str(&asked.page).decode_utf8_lossy().into_owned();
    let Some(spot) = PreviewAddress::parse(&path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match waiting(&desk, move |desk| desk.about(&spot))
        .await
        .flatten()
        .and_then(|about| serde_json::to_string(&about).ok())
    {
        Some(text) => typed("application/json", text),
        None => (StatusCode::NOT_FOUND, typed("application/json", "null")).into_response(),
    }
}

#[derive(Deserialize)]
struct PagesAsked {
    pages: String,
}

async fn events(State(desk): State<Arc<Desk>>, Query(asked): Query<PagesAsked>) -> Response {
    let Ok(asked) = serde_json::from_str::<Vec<ShownPage>>(&asked.pages) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let Some(heard) = waiting(&desk, move |desk| desk.listen(asked)).await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let stream = ReceiverStream::new(heard).map(|word| {
        Ok::<_, Infallible>(Event::default().data(serde_json::to_string(&word).unwrap_or_default()))
    });
    let mut response = Sse::new(stream).keep_alive(KeepAlive::default()).into_response();
    response
        .headers_mut()
        .insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_own(host: &str, address: &str, names: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_str(host).expect("a host"));
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        is_own_host(&headers, address.parse().expect("an address"), &names)
    }

    #[test]
    fn names_that_others_can_register_are_refused() {
        for host in [
            "127.0.0.1:4000",
            "localhost:4000",
            "localhost",
            "LOCALHOST.:4000",
            "[::1]:4000",
            "x.localhost:4000",
            "127.0.0.2",
        ] {
            assert!(is_own(host, "127.0.0.1:4000", &[]), "{host}");
            assert!(is_own(host, "[::1]:4000", &[]), "{host}");
            assert!(is_own(host, "0.0.0.0:4000", &[]), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:4000",
            "localhost.evil.example:4000",
            "127.0.0.1.evil.example",
            "127.0.0.1@evil.example",
            "",
            "xlocalhost.example",
            ":4000",
        ] {
            for address in ["127.0.0.1:4000", "0.0.0.0:4000", "192.168.1.5:4000"] {
                assert!(!is_own(host, address, &[]), "{host} at {address}");
            }
        }
    }

    #[test]
    fn the_names_of_an_office_network_count_where_it_may_connect() {
        for host in [
            "192.168.1.5:4000",
            "kenko-pc:4000",
            "kenko-pc.local:4000",
            "pc.home.arpa",
            "pc.internal:4000",
            "[fe80::1]:4000",
        ] {
            assert!(is_own(host, "0.0.0.0:4000", &[]), "{host}");
            assert!(!is_own(host, "127.0.0.1:4000", &[]), "{host}");
        }
        assert!(is_own(
            "PC12.city.example.lg.jp:4000",
            "0.0.0.0:4000",
            &["pc12.city.example.lg.jp"]
        ));
        assert!(
            is_own("pc12.city.example.lg.jp", "127.0.0.1:4000", &["pc12.city.example.lg.jp"]),
            "behind a tunnel that the editor knows of"
        );
        assert!(!is_own("pc13.city.example.lg.jp", "0.0.0.0:4000", &["pc12.city.example.lg.jp"]));
    }

    #[test]
    fn nobody_is_led_to_another_host() {
        for (to, found) in [
            ("//132128/", "/132128/"),
            ("/132128/", "/132128/"),
            ("/\\evil.example/", "/evil.example/"),
        ] {
            assert_eq!(
                moved(to).headers().get(header::LOCATION).and_then(|to| to.to_str().ok()),
                Some(found)
            );
        }
    }
}
