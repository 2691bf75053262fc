//! Text that a stranger wrote (a request's `uri`, a token's name, a node's or a contract's words, a file from elsewhere),
//! made fit for a terminal: it stays on one line and cannot move the cursor, paint, or change the direction of what
//! follows. Data for programs is left as it is.

/// `text` on one line. Whatever is no visible character or plain space is shown as an escape, such as `\n` or `\u{1b}`:
/// control characters, ends of lines and paragraphs, marks that change the direction of text, marks that combine with
/// what is before them, and characters without a shape. What was shown once is not changed by showing it again.
pub fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '\'' | '"' => shown.push(character),
            other => shown.extend(other.escape_debug()),
        }
    }
    shown
}

/// As [`shown`], of bytes that ought to be text. Those that are not are shown as `\xff`.
pub fn shown_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(&shown(chunk.valid()));
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
    }
    text
}

/// Several lines that are ours, each as [`shown`]: only the ends of lines stay.
pub fn shown_lines(text: &str) -> String {
    text.split('\n').map(shown).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_only_text_is_shown_as_it_is() {
        for text in ["", "ipfs://brief", "héllo, 世界 — 'quoted' \"twice\" \\n", "10 %"] {
            assert_eq!(shown(text), text);
            assert_eq!(shown_bytes(text.as_bytes()), text);
        }
    }

    #[test]
    fn what_would_begin_a_line_move_the_cursor_or_turn_the_text_round_is_escaped() {
        for (text, expected) in [
            ("a\n  eve gives 99", "a\\n  eve gives 99"),
            ("a\r\u{1b}[2Kb", "a\\r\\u{1b}[2Kb"),
            ("a\tb\0c\u{7f}\u{9b}2K", "a\\tb\\0c\\u{7f}\\u{9b}2K"),
            ("a\u{2028}b\u{2029}c\u{85}", "a\\u{2028}b\\u{2029}c\\u{85}"),
            ("\u{202e}99\u{2066}\u{200f}", "\\u{202e}99\\u{2066}\\u{200f}"),
            ("a\u{200b}b\u{feff}\u{e0041}", "a\\u{200b}b\\u{feff}\\u{e0041}"),
            ("z\u{301}\u{301}", "z\\u{301}\\u{301}"),
        ] {
            assert_eq!(shown(text), expected);
            assert_eq!(shown(expected), expected, "it is not escaped twice");
        }
        assert_eq!(shown_bytes(&[b'a', 0xff, b'b', b'\n', 27]), "a\\xffb\\n\\u{1b}");
        assert_eq!(shown_lines("one\n\u{1b}two\r\n"), "one\n\\u{1b}two\\r\n");
    }
}
