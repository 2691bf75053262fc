//! Reads TOML files: which keys there are, what kind of value each has, and where a mistake is.

use crate::client::text::shown;
use chain::amounts;
use interfaces::{Balance, Points, Timestamp};
use std::{cell::RefCell, fmt, ops::Range};
use toml_edit::{ImDocument, Item, TableLike};

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    pub message: String,
    /// The text of the line.
    pub source: String,
    /// How many characters of it the problem is about.
    pub width: usize,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        // Somebody else may have written the file. What is escaped is longer than it was.
        let length = |from: usize, count: usize| {
            shown(&self.source.chars().skip(from).take(count).collect::<String>()).chars().count()
        };
        let before = length(0, self.column - 1);
        let width = length(self.column - 1, self.width);
        writeln!(f, "{}:{}:{}: {}", shown(&self.file), self.line, self.column, shown(&self.message))?;
        writeln!(f, " {number} | {}", shown(&self.source))?;
        write!(f, " {margin} | {}{}", " ".repeat(before), "^".repeat(width.max(1)))
    }
}

impl std::error::Error for Problem {}

/// A mistake at a range of bytes of the file.
#[derive(Debug)]
pub struct Mistake {
    pub span: Range<usize>,
    pub message: String,
}

pub type Read<T> = Result<T, Mistake>;

/// Reads a file as `read` reads its outermost table.
pub fn parse<T>(file: &str, text: &str, read: impl FnOnce(&Fields) -> Read<T>) -> Result<T, Problem> {
    let document = ImDocument::parse(text).map_err(|error| {
        let message = error.message().trim().replace('\n', ", ");
        problem(file, text, Mistake { span: error.span().unwrap_or(0..0), message })
    })?;
    let fields = Fields::new("the file", document.as_table(), 0..0);
    let value = read(&fields).and_then(|value| fields.finish().map(|()| value));
    value.map_err(|mistake| problem(file, text, mistake))
}

pub fn problem(file: &str, text: &str, mistake: Mistake) -> Problem {
    let start = mistake.span.start.min(text.len());
    let line_start = text[..start].rfind('\n').map_or(0, |end| end + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |end| start + end);
    let end = mistake.span.end.clamp(start, line_end.max(start));
    Problem {
        file: file.to_owned(),
        line: text[..start].matches('\n').count() + 1,
        column: text[line_start..start].chars().count() + 1,
        message: mistake.message,
        source: text[line_start..line_end].to_owned(),
        width: text[start..end].chars().count(),
    }
}

/// A table of the file. It remembers which keys were asked for, so that any other is a mistake.
pub struct Fields<'a> {
    /// Its name in messages.
    name: &'static str,
    table: &'a dyn TableLike,
    span: Range<usize>,
    known: RefCell<Vec<&'static str>>,
}

impl<'a> Fields<'a> {
    fn new(name: &'static str, table: &'a dyn TableLike, span: Range<usize>) -> Self {
        Self { name, table, span, known: RefCell::default() }
    }

    pub fn of(name: &'static str, item: &'a Item) -> Read<Self> {
        match item.as_table_like() {
            Some(table) => Ok(Self::new(name, table, span(item))),
            None => Err(expected(item, &format!("{name}: a table of keys"))),
        }
    }

    fn item(&self, key: &'static str) -> Option<&'a Item> {
        self.known.borrow_mut().push(key);
        self.table.get(key)
    }

    pub fn optional<T>(&self, key: &'static str, read: impl FnOnce(&'a Item) -> Read<T>) -> Read<Option<T>> {
        self.item(key)
            .map(|item| read(item).map_err(|mistake| Mistake { message: prefixed(key, mistake.message), ..mistake }))
            .transpose()
    }

    pub fn required<T>(&self, key: &'static str, read: impl FnOnce(&'a Item) -> Read<T>) -> Read<T> {
        let message = || format!("`{key}` is missing in {}", self.name);
        self.optional(key, read)?.ok_or_else(|| Mistake { span: self.span.clone(), message: message() })
    }

    pub fn or<T>(&self, key: &'static str, default: T, read: impl FnOnce(&'a Item) -> Read<T>) -> Read<T> {
        Ok(self.optional(key, read)?.unwrap_or(default))
    }

    /// Refuses a key that there was once, and says what is in its place.
    pub fn gone(&self, key: &'static str, instead: &str) -> Read<()> {
        match self.table.get(key) {
            None => Ok(()),
            Some(item) => Err(refused(item, format!("`{key}`: {instead}"))),
        }
    }

    /// Refuses keys that nothing asked for.
    pub fn finish(self) -> Read<()> {
        let known = self.known.into_inner();
        for (key, _) in self.table.iter() {
            if !known.contains(&key) {
                let span = self.table.get_key_value(key).and_then(|(key, _)| key.span()).unwrap_or(self.span);
                let message = format!("`{key}` is not a key of {}; expected one of {}", self.name, known.join(", "));
                return Err(Mistake { span, message });
            }
        }
        Ok(())
    }
}

/// Messages name the innermost key.
pub fn prefixed(key: &str, message: String) -> String {
    match message.starts_with('`') {
        true => message,
        false => format!("`{key}`: {message}"),
    }
}

pub fn span(item: &Item) -> Range<usize> {
    item.span().unwrap_or(0..0)
}

pub fn expected(item: &Item, what: &str) -> Mistake {
    let found = match item.type_name() {
        "array of tables" | "array" => "a list",
        "inline table" | "table" => "a table",
        "integer" => "a whole number",
        "float" => "a number with a fraction",
        "boolean" => "true or false",
        "string" => "a text in quotes",
        other => other,
    };
    Mistake { span: span(item), message: format!("this is {found}; expected {what}") }
}

pub fn refused(item: &Item, message: String) -> Mistake {
    Mistake { span: span(item), message }
}

pub fn text(item: &Item) -> Read<&str> {
    item.as_str().ok_or_else(|| expected(item, "a text in quotes"))
}

pub fn owned(item: &Item) -> Read<String> {
    text(item).map(str::to_owned)
}

pub fn boolean(item: &Item) -> Read<bool> {
    item.as_bool().ok_or_else(|| expected(item, "true or false"))
}

pub fn integer<T: TryFrom<i64>>(item: &Item) -> Read<T> {
    const WHAT: &str = "a whole number";
    let number = item.as_integer().ok_or_else(|| expected(item, WHAT))?;
    T::try_from(number).map_err(|_| refused(item, format!("{number} is out of range here")))
}

/// Texts in quotes, read by one of [`amounts`].
pub fn quoted<T>(read: fn(&str) -> Result<T, String>) -> impl Fn(&Item) -> Read<T> {
    move |item| read(text(item)?).map_err(|why| refused(item, why))
}

pub fn amount(item: &Item) -> Read<Balance> {
    quoted(amounts::amount)(item)
}

pub fn duration(item: &Item) -> Read<Timestamp> {
    quoted(amounts::duration)(item)
}

pub fn ppm(item: &Item) -> Read<u32> {
    quoted(amounts::fraction_ppm)(item)
}

pub fn bps(item: &Item) -> Read<u16> {
    quoted(amounts::fraction_bps)(item)
}

/// Basis points of something that may be many times the whole.
pub fn many_bps(item: &Item) -> Read<u32> {
    const BPS_PPM: u32 = 100;
    match ppm(item)? {
        ppm if ppm % BPS_PPM == 0 => Ok(ppm / BPS_PPM),
        _ => Err(refused(item, "this is finer than a basis point (0.01 %)".into())),
    }
}

pub fn score(item: &Item) -> Read<u8> {
    let score = integer::<u8>(item)?;
    match score <= interfaces::market::MAX_SCORE {
        true => Ok(score),
        false => Err(refused(item, format!("a score is at most {}", interfaces::market::MAX_SCORE))),
    }
}

/// Reputation.
pub fn points(item: &Item) -> Read<Points> {
    integer::<u64>(item).map(Points::from)
}

/// The items of a list, of a list of tables, or a single one.
pub fn each<T>(item: &Item, read: impl Fn(&Item) -> Read<T>) -> Read<Vec<T>> {
    match item {
        Item::ArrayOfTables(tables) => tables.iter().map(|table| read(&Item::Table(table.clone()))).collect(),
        _ => match item.as_array() {
            Some(values) => values.iter().map(|value| read(&Item::Value(value.clone()))).collect(),
            None => Ok(vec![read(item)?]),
        },
    }
}
