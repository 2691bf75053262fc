//! Which web pages may talk to the node. A browser says where a page is from; programs say nothing.

use http::{header, HeaderMap, Request, Response, StatusCode, Uri};
use jsonrpsee::server::HttpBody;
use std::{
    future::{ready, Future},
    pin::Pin,
    task::{Context, Poll},
};
use tower::{Layer, Service};

/// User interfaces that are known to be what they say. Each of them asks its user which node to talk to.
pub const KNOWN: [&str; 3] = ["https://polkadot.js.org", "https://contracts-ui.substrate.io", "https://ui.use.ink"];

/// What stands for all pages.
pub const ANY: &str = "any";

/// The pages that may talk to the node: those of this machine, those that are [`KNOWN`], and others that are named.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    named: Vec<String>,
    any: bool,
}

impl Origins {
    /// With these beside the usual ones; `any` stands for all.
    pub fn new(named: Vec<String>) -> Self {
        let any = named.iter().any(|origin| origin == ANY);
        // Browsers write them so.
        let written = |origin: String| origin.trim_end_matches('/').to_ascii_lowercase();
        Self { named: named.into_iter().map(written).collect(), any }
    }

    /// Whether this page may.
    pub fn allow(&self, origin: &str) -> bool {
        self.any || KNOWN.contains(&origin) || self.named.iter().any(|named| named == origin) || is_local(origin)
    }

    /// Whether whoever sends these headers may: a page from elsewhere says so.
    fn allow_request(&self, headers: &HeaderMap) -> bool {
        match headers.get(header::ORIGIN) {
            None => true,
            Some(origin) => origin.to_str().is_ok_and(|origin| self.allow(origin)),
        }
    }
}

/// Whether a page is from this machine.
fn is_local(origin: &str) -> bool {
    let Ok(uri) = origin.parse::<Uri>() else { return false };
    let local = matches!(uri.host(), Some("localhost" | "127.0.0.1" | "[::1]"));
    local && matches!(uri.scheme_str(), Some("http" | "https"))
}

/// Turns everybody else away.
#[derive(Clone)]
pub struct Guard(pub Origins);

impl<S> Layer<S> for Guard {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded { inner, origins: self.0.clone() }
    }
}

/// A service behind the [`Guard`].
#[derive(Clone)]
pub struct Guarded<S> {
    inner: S,
    origins: Origins,
}

type Answering<E> = Pin<Box<dyn Future<Output = Result<Response<HttpBody>, E>> + Send>>;

impl<S, B> Service<Request<B>> for Guarded<S>
where
    S: Service<Request<B>, Response = Response<HttpBody>>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = Response<HttpBody>;
    type Error = S::Error;
    type Future = Answering<S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        if self.origins.allow_request(request.headers()) {
            return Box::pin(self.inner.call(request));
        }
        let words = "this page may not talk to this node; whoever started the node may let it, with --origin\n";
        let mut refusal = Response::new(HttpBody::from(words));
        *refusal.status_mut() = StatusCode::FORBIDDEN;
        Box::pin(ready(Ok(refusal)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_this_machine_and_known_ones_may_and_others_only_if_they_are_named() {
        let usual = Origins::default();
        for origin in ["http://localhost:3000", "https://127.0.0.1", "http://[::1]:8080", "https://polkadot.js.org"] {
            assert!(usual.allow(origin), "{origin}");
        }
        for origin in [
            "https://evil.example",
            "https://polkadot.js.org.evil.example",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://polkadot.js.org",
            "http://localhost@evil.example",
            "file://localhost",
            "null",
            "",
        ] {
            assert!(!usual.allow(origin), "{origin}");
        }
        let named = Origins::new(vec!["https://market.example/".into()]);
        assert!(named.allow("https://market.example") && !named.allow("https://market.example.evil"));
        let written = Origins::new(vec!["HTTPS://Market.Example".into(), "chrome-extension://abcd".into()]);
        assert!(written.allow("https://market.example") && written.allow("chrome-extension://abcd"));
        assert!(Origins::new(vec!["any".into()]).allow("https://evil.example"));
    }
}
