//! Requests over HTTP, and what their answers mean.

use std::io::{BufRead, BufReader};
use std::time::Duration;

pub use ureq::Agent;
use ureq::http::Request;
use ureq::tls::{RootCerts, TlsConfig};

use super::open_channel::{DeliveryOutcome, RefusalReason};

/// The time to wait for an answer.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Makes the one who asks: it keeps connections open, follows no redirects, as these could carry
/// secrets elsewhere, and uses no proxy but that of the environment.
pub fn agent(connections: usize) -> Agent {
    // A second call changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(TIMEOUT))
        .max_idle_connections(connections)
        .max_idle_connections_per_host(connections)
        .user_agent(concat!("ubugi/", env!("CARGO_PKG_VERSION")))
        .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build())
        .build()
        .into()
}

/// Sends a request and judges its answer; `accepted` are the statuses besides 2xx that mean it has
/// been accepted before.
pub fn send(agent: &Agent, request: Request<Vec<u8>>, accepted: &[u16]) -> DeliveryOutcome {
    exchange(agent, request)
        .map_or_else(|fault| fault, |(status, retry_after)| judge(status, retry_after, accepted))
}

/// Sends a request, as [`send`] does, to an address of the settings: where nothing is there, these
/// are wrong and no reader has left.
pub fn send_to_receiver(
    agent: &Agent,
    request: Request<Vec<u8>>,
    accepted: &[u16],
) -> DeliveryOutcome {
    exchange(agent, request).map_or_else(
        |fault| fault,
        |(status, retry_after)| judge_receiver(status, retry_after, accepted),
    )
}

/// Sends a request; returns the status of its answer and for how long that asks to wait.
fn exchange(
    agent: &Agent,
    request: Request<Vec<u8>>,
) -> Result<(u16, Option<Duration>), DeliveryOutcome> {
    let mut response = match agent.run(request) {
        Ok(response) => response,
        Err(ureq::Error::BadUri(_) | ureq::Error::Http(_)) => {
            return Err(DeliveryOutcome::Refused(RefusalReason::Unfit));
        }
        Err(_) => return Err(DeliveryOutcome::Later(RefusalReason::NoAnswer, None)),
    };
    let status = response.status().as_u16();
    let retry_after = response
        .headers()
        .get("retry-after")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.trim().parse().ok())
        .map(Duration::from_secs);
    // A connection is used again only when its answer was read.
    let _ = response.body_mut().with_config().limit(64 * 1024).read_to_vec();
    Ok((status, retry_after))
}

fn judge_receiver(status: u16, retry_after: Option<Duration>, accepted: &[u16]) -> DeliveryOutcome {
    match judge(status, retry_after, accepted) {
        DeliveryOutcome::Gone => DeliveryOutcome::Stop(RefusalReason::Status(status)),
        outcome => outcome,
    }
}

/// Judges a status (RFC 9110, section 15; RFC 6585, section 4).
fn judge(status: u16, retry_after: Option<Duration>, accepted: &[u16]) -> DeliveryOutcome {
    let why = RefusalReason::Status(status);
    match status {
        200..300 => DeliveryOutcome::Accepted,
        _ if accepted.contains(&status) => DeliveryOutcome::Accepted,
        401 | 403 => DeliveryOutcome::Stop(why),
        408 | 425 | 429 | 500..600 => DeliveryOutcome::Later(why, retry_after),
        404 | 410 => DeliveryOutcome::Gone,
        _ => DeliveryOutcome::Refused(why),
    }
}

/// Opens a list at an address.
///
/// # Errors
/// Returns why there is none.
pub fn fetch(
    agent: &Agent,
    url: &str,
    token: Option<&str>,
) -> Result<impl BufRead + use<>, RefusalReason> {
    let mut request = agent.get(url);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let response = request.call().map_err(|_| RefusalReason::NoAnswer)?;
    let status = response.status().as_u16();
    if status == 200 {
        Ok(BufReader::new(response.into_body().into_reader()))
    } else {
        Err(RefusalReason::Status(status))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_judged() {
        assert_eq!(judge(202, None, &[]), DeliveryOutcome::Accepted);
        assert_eq!(judge(409, None, &[409]), DeliveryOutcome::Accepted);
        assert_eq!(judge(409, None, &[]), DeliveryOutcome::Refused(RefusalReason::Status(409)));
        assert_eq!(
            judge(429, Some(Duration::from_secs(7)), &[]),
            DeliveryOutcome::Later(RefusalReason::Status(429), Some(Duration::from_secs(7)))
        );
        assert_eq!(judge(503, None, &[]), DeliveryOutcome::Later(RefusalReason::Status(503), None));
        assert_eq!(judge(401, None, &[]), DeliveryOutcome::Stop(RefusalReason::Status(401)));
        assert_eq!(judge(410, None, &[]), DeliveryOutcome::Gone);
        assert_eq!(
            judge_receiver(410, None, &[]),
            DeliveryOutcome::Stop(RefusalReason::Status(410))
        );
        assert_eq!(
            judge_receiver(404, None, &[]),
            DeliveryOutcome::Stop(RefusalReason::Status(404))
        );
        assert_eq!(judge_receiver(409, None, &[409]), DeliveryOutcome::Accepted);
        assert_eq!(judge(302, None, &[]), DeliveryOutcome::Refused(RefusalReason::Status(302)));
    }
}
