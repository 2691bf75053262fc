//! Tables for people.

use super::paint::Paint;
use crate::client::text::shown;

/// Columns under their heads, or without heads if those are all empty: first words, then numbers.
pub struct Table {
    rows: Vec<Vec<String>>,
    /// How many columns are words; the others are numbers.
    words: usize,
    indent: &'static str,
}

impl Table {
    /// The first column is words, the others are numbers; two spaces from the margin.
    pub fn new(heads: &[&str]) -> Self {
        Self { rows: vec![heads.iter().map(|head| (*head).to_owned()).collect()], words: 1, indent: "  " }
    }

    /// The first `words` columns are words.
    pub fn with_words(self, words: usize) -> Self {
        Self { words, ..self }
    }

    /// All columns are words; at the margin.
    pub fn of_words(heads: &[&str]) -> Self {
        Self { words: heads.len(), indent: "", ..Self::new(heads) }
    }

    /// Adds a row, each cell of it on one line, whoever wrote it.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| shown(&cell)).collect());
    }

    /// Whether there is nothing but heads.
    pub fn is_empty(&self) -> bool {
        self.rows.len() == 1
    }

    /// The table, one line per row.
    pub fn show(&self, paint: Paint) -> String {
        let columns = self.rows[0].len();
        let width = |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<_> = (0..columns).map(width).collect();
        let mut shown = String::new();
        let without_heads = self.rows[0].iter().all(String::is_empty);
        for (index, row) in self.rows.iter().enumerate().skip(usize::from(without_heads)) {
            let cells = row.iter().zip(&widths).enumerate();
            let line: Vec<_> = cells
                .map(|(column, (cell, width))| match column {
                    column if column < self.words => format!("{cell:<width$}"),
                    _ => format!("{cell:>width$}"),
                })
                .collect();
            let line = line.join("  ");
            let line = line.trim_end();
            let line = if index == 0 { paint.faint(line) } else { line.to_owned() };
            shown.push_str(&format!("{}{line}\n", self.indent));
        }
        shown
    }
}

/// Lines of `name  value`, the values under each other.
pub fn pairs<'a>(lines: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let mut table = Table::of_words(&["", ""]);
    for (name, value) in lines {
        table.row([name.to_owned(), value]);
    }
    table.show(Paint::NONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_stand_under_each_other() {
        assert_eq!(pairs([("time", "now".into()), ("a", "1".into())]), "time  now\na     1\n");
    }

    #[test]
    fn a_cell_stays_on_one_line() {
        assert_eq!(pairs([("asks", "x\nreward  9".into())]), "asks  x\\nreward  9\n");
    }

    #[test]
    fn words_begin_and_numbers_end_under_each_other() {
        let mut table = Table::new(&["", "state", "bond"]).with_words(2);
        assert!(table.is_empty());
        table.row(["ada", "seated", "5"].map(str::to_owned));
        table.row(["benedict", "", "1,000"].map(str::to_owned));
        assert_eq!(
            table.show(Paint::NONE),
            "            state    bond\n  ada       seated      5\n  benedict          1,000\n"
        );
    }
}
