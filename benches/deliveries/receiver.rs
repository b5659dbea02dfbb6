//! Who is told: a server that answers at once, or never.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub(crate) struct Receiver {
    address: SocketAddr,
    count: Arc<AtomicUsize>,
    /// How long after it was due each came, in microseconds.
    late: Arc<Mutex<Vec<i64>>>,
}

impl Receiver {
    pub(crate) fn start(answers: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (count, late) = (Arc::<AtomicUsize>::default(), Arc::<Mutex<Vec<i64>>>::default());
        let (counting, noting) = (Arc::clone(&count), Arc::clone(&late));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (Ok(stream), counting, noting) = (stream, Arc::clone(&counting), Arc::clone(&noting))
                else {
                    continue;
                };
                // What goes wrong is the server's going away.
                std::thread::spawn(move || converse(stream, answers, &counting, &noting));
            }
        });
        Self { address, count, late }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub(crate) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    pub(crate) fn wait(&self, count: usize) {
        while self.count() < count {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    pub(crate) fn late(&self) -> Vec<i64> {
        self.late.lock().expect("whole").clone()
    }
}

fn converse(
    stream: TcpStream,
    answers: bool,
    count: &AtomicUsize,
    late: &Mutex<Vec<i64>>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    loop {
        let (mut length, mut line) = (0, String::new());
        while stream.read_line(&mut line)? > 2 {
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.trim_end().parse().unwrap_or_default();
            }
            line.clear();
        }
        if line.is_empty() {
            return Ok(());
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        let now = super::queue::now();
        // The body's beginning says when it was due: {"due":1795654742834616
        let due = std::str::from_utf8(&body[7..23]).ok().and_then(|text| text.parse::<i64>().ok());
        if let Some(due) = due {
            late.lock().expect("whole").push(now - due);
        }
        count.fetch_add(1, Ordering::Relaxed);
        if !answers {
            std::thread::sleep(Duration::from_secs(60));
        }
        stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")?;
    }
}
