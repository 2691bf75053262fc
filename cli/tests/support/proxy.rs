//! A connection that can be cut.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        atomic::{AtomicUsize, Ordering},
        Arc, Mutex,
    },
    thread,
};

/// Stands between us and a node, until it is cut.
pub struct Proxy {
    pub url: String,
    streams: Arc<Mutex<Vec<TcpStream>>>,
    cuts: Arc<AtomicUsize>,
}

impl Proxy {
    pub fn to(url: &str) -> Self {
        Self::cutting(url, None)
    }

    /// Cuts the first connection over which the node says this, before we hear it.
    pub fn cutting_at(url: &str, word: &'static str) -> Self {
        Self::cutting(url, Some(word))
    }

    /// How often it was cut by what the node said.
    pub fn cuts(&self) -> usize {
        self.cuts.load(Ordering::SeqCst)
    }

    fn cutting(url: &str, word: Option<&'static str>) -> Self {
        let node = url.trim_start_matches("ws://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("ws://{}", listener.local_addr().expect("an address"));
        let streams = Arc::new(Mutex::new(Vec::new()));
        let known = streams.clone();
        let cuts = Arc::new(AtomicUsize::new(0));
        let counted = cuts.clone();
        thread::spawn(move || {
            for ours in listener.incoming().map_while(Result::ok) {
                let Ok(theirs) = TcpStream::connect(&node) else { return };
                for (from, to, word) in [(&ours, &theirs, None), (&theirs, &ours, word)] {
                    let (from, to) = (from.try_clone().expect("a stream"), to.try_clone().expect("a stream"));
                    let counted = counted.clone();
                    thread::spawn(move || pass_on(from, to, word, &counted));
                }
                known.lock().expect("no panic").extend([ours, theirs]);
            }
        });
        Self { url, streams, cuts }
    }

    /// Ends all connections; new ones can be made.
    pub fn cut(&self) {
        for stream in self.streams.lock().expect("no panic").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// Passes everything on, but ends both sides in place of the first message with this word, if none was ended before.
fn pass_on(mut from: TcpStream, mut to: TcpStream, word: Option<&str>, cuts: &AtomicUsize) {
    let mut buffer = [0; 65_536];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        let has = |word: &str| buffer[..read].windows(word.len()).any(|part| part == word.as_bytes());
        if word.is_some_and(has) && cuts.compare_exchange(0, 1, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
            let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
            return;
        }
        if to.write_all(&buffer[..read]).is_err() {
            return;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
