//! A connection that can be cut.

use std::{
    io,
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// Stands between us and a node, until it is cut.
pub struct Proxy {
    pub url: String,
    streams: Arc<Mutex<Vec<TcpStream>>>,
}

impl Proxy {
    pub fn to(url: &str) -> Self {
        let node = url.trim_start_matches("ws://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("ws://{}", listener.local_addr().expect("an address"));
        let streams = Arc::new(Mutex::new(Vec::new()));
        let known = streams.clone();
        thread::spawn(move || {
            for ours in listener.incoming().map_while(Result::ok) {
                let Ok(theirs) = TcpStream::connect(&node) else { return };
                for (from, to) in [(&ours, &theirs), (&theirs, &ours)] {
                    let (mut from, mut to) = (from.try_clone().expect("a stream"), to.try_clone().expect("a stream"));
                    thread::spawn(move || io::copy(&mut from, &mut to));
                }
                known.lock().expect("no panic").extend([ours, theirs]);
            }
        });
        Self { url, streams }
    }

    /// Ends all connections; new ones can be made.
    pub fn cut(&self) {
        for stream in self.streams.lock().expect("no panic").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}
