//! Which paths there can be. Names are plain: whoever wants another writes no link that this program made.

use std::path::{Path, PathBuf};

/// The longest path that is looked at.
const LONGEST: usize = 512;

/// The file below `root` that a path names; `None` if it is no path of plain names. Names have letters, digits, `-`, `_` and `.`,
/// and do not begin with a `.`: nothing is escaped, hidden, or above.
pub fn below(root: &Path, path: &str) -> Option<PathBuf> {
    let is_plain = |name: &str| {
        let of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        !name.is_empty() && !name.starts_with('.') && name.bytes().all(of_name)
    };
    if path.len() > LONGEST || !path.split('/').all(is_plain) {
        return None;
    }
    Some(path.split('/').fold(root.to_owned(), |at, name| at.join(name)))
}

/// Whether a file is really below `root`, wherever links lead.
pub fn is_below(root: &Path, file: &Path) -> bool {
    match (root.canonicalize(), file.canonicalize()) {
        (Ok(root), Ok(file)) => file.starts_with(root),
        _ => false,
    }
}

/// What a browser is told that a file is.
pub fn kind(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("wasm") => "application/wasm",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_make_a_path() {
        let root = Path::new("/root");
        assert_eq!(below(root, "requests/7/log-0.json"), Some("/root/requests/7/log-0.json".into()));
        for trick in [
            "",
            "/",
            "..",
            "../x",
            "a/../../x",
            "a//b",
            "./a",
            "a/",
            ".journal/0",
            "a/.hidden",
            "%2e%2e/x",
            "..%2fx",
            "a\\b",
            "a\0b",
            "a:b",
            "c:",
            "~root",
            "\u{2024}\u{2024}/x",
            &"x".repeat(600),
        ] {
            assert_eq!(below(root, trick), None, "{trick}");
        }
    }
}
