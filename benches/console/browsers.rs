//! People who look at pages.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How many look at the same time.
const BROWSERS: usize = 4;

/// A page, and the token to see it with.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) path: String,
    pub(crate) token: String,
}

impl Page {
    /// Loads it; tells how long that took.
    pub(crate) fn load(&self, address: SocketAddr) -> Duration {
        let begun = Instant::now();
        let answer = get(address, &self.path, &self.token);
        let took = begun.elapsed();
        // Some pages want to know of what; that is an answer, too.
        let status: u16 = answer.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_default();
        let is_made = (200..500).contains(&status) && ![401, 403, 429].contains(&status);
        assert!(is_made, "{}: {}", self.path, answer.lines().next().unwrap_or_default());
        took
    }
}

/// The whole answer, head and body.
pub(crate) fn get(address: SocketAddr, path: &str, token: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("a request");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    String::from_utf8_lossy(&answer).into_owned()
}

/// Some who load one page after the other.
pub(crate) struct Browsers {
    ends: Arc<AtomicBool>,
    began: Instant,
    threads: Vec<JoinHandle<usize>>,
}

impl Browsers {
    /// Each rests between two pages.
    pub(crate) fn start(address: SocketAddr, pages: &[Page], rest: Duration) -> Self {
        let ends = Arc::new(AtomicBool::new(false));
        let browse = |first: usize| {
            let (ends, pages) = (Arc::clone(&ends), pages.to_vec());
            std::thread::spawn(move || {
                let mut loaded = 0;
                for page in pages.iter().cycle().skip(first) {
                    if ends.load(Ordering::Relaxed) {
                        break;
                    }
                    page.load(address);
                    loaded += 1;
                    std::thread::sleep(rest);
                }
                loaded
            })
        };
        let threads = (0..BROWSERS).map(|number| browse(number * pages.len() / BROWSERS)).collect();
        Self { ends, began: Instant::now(), threads }
    }

    /// Ends it; tells how many pages a second there were.
    pub(crate) fn stop(self) -> f64 {
        self.ends.store(true, Ordering::Relaxed);
        let loaded: usize = self.threads.into_iter().map(|thread| thread.join().expect("it looks on")).sum();
        loaded as f64 / self.began.elapsed().as_secs_f64()
    }
}
