//! A server that strangers talk to: what it gives, and what it refuses.

use hosting::{
    files::{Files, Hash},
    serve, Limits, Site,
};
use std::{
    env, fs,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::PathBuf,
    sync::{
        atomic::{AtomicU32, Ordering},
        Arc,
    },
    thread,
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, runtime::Runtime};

const TOKEN: &str = "a-long-token";

/// A server that is gone with the test, and its folder too.
struct Server {
    folder: PathBuf,
    address: SocketAddr,
    runtime: Option<Runtime>,
}

impl Server {
    fn new(limits: Limits) -> Self {
        Self::with_token(limits, Some(TOKEN))
    }

    fn with_token(limits: Limits, token: Option<&str>) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("atomic-hosting-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        for (file, text) in [
            ("page/index.html", "<p>the page</p>"),
            ("page/assets/app.js", "run()"),
            ("page/.secret", "secret"),
            ("index/manifest.json", "{}"),
            ("index/requests/7.json", "{\"request\":7}"),
            ("index/manifest.json.lock", "lock"),
            ("index/.journal/0000000001", "journal"),
            ("outside.json", "outside"),
        ] {
            let file = folder.join(file);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            fs::write(file, text).expect("a file");
        }
        let files = Files::open(&folder.join("files"), token.map(str::as_bytes)).expect("files");
        let (page, index) = (Some(folder.join("page")), Some(folder.join("index")));
        let site = Arc::new(Site { page, index, files: Some(files), limits });
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("tokio");
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).expect("a port");
        let address = listener.local_addr().expect("an address");
        runtime.spawn(serve(listener, site, std::future::pending()));
        Self { folder, address, runtime: Some(runtime) }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
        stream
    }

    /// Sends these bytes, and returns all that comes back.
    fn say(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        // Whoever is refused is not listened to until the end.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(&self, path: &str) -> String {
        self.say(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())
    }

    fn put_as(&self, token: &str, name: &str, bytes: &[u8]) -> String {
        let head = format!(
            "PUT /files/{name} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
             Content-Length: {}\r\n\r\n",
            bytes.len()
        );
        self.say(&[head.as_bytes(), bytes].concat())
    }

    fn put(&self, bytes: &[u8]) -> String {
        self.put_as(TOKEN, &Hash::of(bytes).text(), bytes)
    }

    /// The names in the folder of files.
    fn kept(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.join("files")).expect("files");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    /// Waits until there is no unfinished file any more.
    fn settles(&self) {
        let begun = Instant::now();
        while self.kept().iter().any(|name| name.ends_with(".part")) {
            assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", self.kept());
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default()
}

fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let head = answer.split("\r\n\r\n").next()?;
    head.lines().filter_map(|line| line.split_once(": ")).find(|(known, _)| *known == name).map(|(_, value)| value)
}

fn quick() -> Limits {
    Limits { pause: Duration::from_millis(400), connection: Duration::from_secs(5), ..Limits::default() }
}

#[test]
fn the_page_and_the_index_are_there_with_their_types() {
    let server = Server::new(Limits::default());
    for (path, kind, end) in [
        ("/", "text/html; charset=utf-8", "<p>the page</p>"),
        ("/index.html", "text/html; charset=utf-8", "<p>the page</p>"),
        ("/assets/app.js", "text/javascript; charset=utf-8", "run()"),
        ("/index/manifest.json", "application/json", "{}"),
        ("/index/requests/7.json?x=1", "application/json", "{\"request\":7}"),
    ] {
        let answer = server.get(path);
        assert_eq!((status(&answer), header(&answer, "content-type")), (200, Some(kind)), "{path}");
        assert!(answer.ends_with(end), "{answer}");
        assert_eq!(header(&answer, "x-content-type-options"), Some("nosniff"));
    }
    assert_eq!(header(&server.get("/index/manifest.json"), "access-control-allow-origin"), Some("*"));
    let tag = header(&server.get("/"), "etag").expect("a tag").to_owned();
    let again = server
        .say(format!("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nIf-None-Match: {tag}\r\n\r\n").as_bytes());
    assert_eq!(status(&again), 304);
    let head = server.say(b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(head.ends_with("\r\n\r\n") && header(&head, "content-length") == Some("15"), "{head}");
    assert_eq!(
        status(&server.say(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")),
        405
    );
}

#[test]
fn no_path_leads_out_of_its_folder_or_to_what_is_hidden() {
    let server = Server::new(Limits::default());
    for path in [
        "/.secret",
        "/../outside.json",
        "/index/../outside.json",
        "/index/..%2foutside.json",
        "/index/%2e%2e/outside.json",
        "/index/....//outside.json",
        "/index//etc/passwd",
        "/index/.journal/0000000001",
        "/index/manifest.json.lock",
        "/index/",
        "/index",
        "/files/",
        "/files",
        "/files/../outside.json",
        "/assets",
        "/assets/",
        "/etc/passwd",
        "//etc/passwd",
        "/index/requests",
        "/index/requests/",
        "/index/requests/7.json/",
        "/index/requests/7.json%00.html",
        "/index\\manifest.json",
    ] {
        let answer = server.get(path);
        assert!(matches!(status(&answer), 404 | 400), "{path}: {answer}");
        assert!(!answer.contains("outside\n") && !answer.contains("secret\n") && !answer.contains("root:"), "{answer}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../outside.json", server.folder.join("index/link.json")).expect("a link");
        assert_eq!(status(&server.get("/index/link.json")), 404, "a link that leads out");
        std::os::unix::fs::symlink("manifest.json", server.folder.join("index/same.json")).expect("a link");
        assert_eq!(status(&server.get("/index/same.json")), 200);
    }
}

#[test]
fn a_file_comes_back_as_it_was_put_and_as_a_download() {
    let server = Server::new(Limits::default());
    let bytes: Vec<u8> = b"<script>alert(1)</script>".iter().copied().cycle().take(300_000).collect();
    let name = Hash::of(&bytes).text();
    assert_eq!(status(&server.get(&format!("/files/{name}"))), 404);
    assert_eq!(status(&server.put(&bytes)), 201);
    assert_eq!(status(&server.put(&bytes)), 200, "it is there already");
    for path in [format!("/files/{name}"), format!("/files/0x{name}")] {
        let answer = server.get(&path);
        assert_eq!(status(&answer), 200);
        assert_eq!(answer.split_once("\r\n\r\n").expect("a body").1.as_bytes(), bytes);
        for (name, value) in [
            ("content-type", "application/octet-stream"),
            ("content-disposition", "attachment"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "sandbox; default-src 'none'"),
        ] {
            assert_eq!(header(&answer, name), Some(value));
        }
    }
    assert_eq!(server.kept(), [name]);
}

#[test]
fn nobody_puts_a_file_without_the_token() {
    let server = Server::new(Limits::default());
    let name = Hash::of(b"x").text();
    for token in ["", "a-long-toke", "a-long-token2", "b-long-token", "a long token"] {
        assert_eq!(status(&server.put_as(token, &name, b"x")), 401, "{token}");
    }
    let without = format!("PUT /files/{name} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx");
    assert_eq!(status(&server.say(without.as_bytes())), 401);
    assert_eq!(server.kept(), Vec::<String>::new());
    let closed = Server::with_token(Limits::default(), None);
    assert_eq!(status(&closed.put(b"x")), 403);
}

#[test]
fn a_wrong_hash_is_refused_and_leaves_nothing() {
    let server = Server::new(Limits::default());
    let answer = server.put_as(TOKEN, &Hash::of(b"this").text(), b"that");
    assert_eq!(status(&answer), 422);
    assert!(answer.contains(&Hash::of(b"that").text()), "it says which it is: {answer}");
    for name in ["x", "0", &Hash::of(b"that").text()[1..]] {
        assert_eq!(status(&server.put_as(TOKEN, name, b"that")), 404, "{name}");
    }
    server.settles();
    assert_eq!(server.kept(), Vec::<String>::new());
}

#[test]
fn a_file_that_is_too_large_is_refused_whether_it_says_so_or_not() {
    let server = Server::new(Limits { file: 1_000, ..quick() });
    assert_eq!(status(&server.put(&[7; 1_000])), 201);
    assert_eq!(status(&server.put(&[7; 1_001])), 413);
    let name = Hash::of(&[8; 2_000]).text();
    let head = format!(
        "PUT /files/{name} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n"
    );
    let answer = server.say(&[head.as_bytes(), &[8; 2_000], b"\r\n0\r\n\r\n"].concat());
    assert_eq!(status(&answer), 413, "{answer}");
    server.settles();
    assert_eq!(server.kept().len(), 1);
}

#[test]
fn where_there_is_no_room_a_file_is_refused_and_its_part_is_free_again() {
    let server = Server::new(Limits { space: 1_000, ..quick() });
    assert_eq!(status(&server.put(&[1; 600])), 201);
    for _ in 0..3 {
        assert_eq!(status(&server.put(&[2; 600])), 507);
        server.settles();
    }
    assert_eq!(status(&server.put(&[3; 400])), 201);
    assert_eq!(status(&server.put(&[4; 1])), 507);
    assert_eq!(server.kept().len(), 2);
}

#[test]
fn half_an_upload_leaves_nothing() {
    let server = Server::new(quick());
    let name = Hash::of(&[5; 1_000]).text();
    let head = format!(
        "PUT /files/{name} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: 1000\r\n\r\n"
    );
    let mut gone = server.connect();
    gone.write_all(&[head.as_bytes(), &[5; 500]].concat()).expect("half of it");
    drop(gone);
    let mut silent = server.connect();
    silent.write_all(&[head.as_bytes(), &[5; 500]].concat()).expect("half of it");
    let mut answer = String::new();
    let _ = silent.read_to_string(&mut answer);
    assert_eq!(status(&answer), 408, "whoever says nothing more is let go: {answer}");
    server.settles();
    assert_eq!(server.kept(), Vec::<String>::new());
    assert_eq!(status(&server.put(&[5; 1_000])), 201);
}

#[test]
fn what_a_killed_server_left_unfinished_is_removed_when_it_starts() {
    let folder = env::temp_dir().join(format!("atomic-hosting-parts-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("7.part"), "half").expect("a part");
    fs::write(folder.join(Hash::of(b"whole").text()), "whole").expect("a file");
    let files = Files::open(&folder, None).expect("files");
    assert_eq!((files.used(), folder.join("7.part").exists()), (5, false));
    fs::remove_dir_all(&folder).expect("gone");
}

#[test]
fn slow_clients_are_let_go_and_keep_nobody_else_out() {
    let server = Server::new(Limits { connections: 4, ..quick() });
    let begun = Instant::now();
    let mut slow: Vec<_> = (0..4).map(|_| server.connect()).collect();
    for stream in &mut slow {
        stream.write_all(b"GET / HTTP/1.1\r\nHos").expect("half a head");
    }
    // All places are taken until the slow ones are let go.
    assert_eq!(status(&server.get("/")), 200);
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    for mut stream in slow {
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert!(matches!(status(&String::from_utf8_lossy(&answer)), 0 | 408), "nothing is served");
    }
}

#[test]
fn a_client_that_does_not_read_is_let_go_with_its_connection() {
    let server = Server::new(Limits { connections: 1, connection: Duration::from_secs(1), ..Limits::default() });
    fs::write(server.folder.join("page/large.bin"), vec![0; 32 << 20]).expect("a large file");
    let mut deaf = server.connect();
    deaf.write_all(b"GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n").expect("a question");
    thread::sleep(Duration::from_millis(100));
    assert_eq!(status(&server.get("/")), 200);
    drop(deaf);
}

#[test]
fn what_is_no_http_is_refused() {
    let server = Server::new(quick());
    for bytes in [&b"hello\r\n\r\n"[..], b"GET  / HTTP/1.1\r\n\r\n", b"\0\0\0\0\r\n\r\n", &[b'x'; 40_000]] {
        assert!(matches!(status(&server.say(bytes)), 0 | 400 | 414 | 431), "{:?}", &bytes[..4]);
    }
    assert_eq!(status(&server.get("/")), 200);
}
