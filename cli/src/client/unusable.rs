//! What cannot be used, and ends the program with 2.

use crate::client::text::shown;
use std::fmt;

/// Something about the command line, or a file it names, that cannot be used. The program exits with 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable(pub String);

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It may quote a file that somebody else wrote.
        f.write_str(&shown(&self.0))
    }
}

impl std::error::Error for Unusable {}
