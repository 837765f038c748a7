//! The rest of the crawl, over the panes: crawlers, request queues, datasets.

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use crate::app::layers::crawl::{Doing, Overview, doing};
use crate::app::{App, Area};
use crate::model::{Crawler, StorageInfo, Timestamp};
use crate::text;
use crate::text::cells;
use crate::theme::Role;

use super::Appearance;
use super::border::{Titles, bordered, overlay_keys};
use super::modal::centred;
use super::paint::{put, put_all, put_right};

/// Columns of the numbers, each with a gap before it.
const WIDE: [u16; 6] = [9, 10, 9, 12, 9, 9];
/// The same where there is little room: a choice of three.
const NARROW: [u16; 3] = [9, 9, 8];
/// Below so many columns there is little room.
const LITTLE: u16 = 74;
/// From so many columns on there is room for long names.
const MUCH: u16 = 90;

/// What a table is called, and its columns. Numbers of a table stand below each other.
struct Table {
    title: &'static str,
    short: &'static str,
    none: &'static str,
    heads: [&'static str; 6],
    /// Which columns are shown where there is little room.
    narrow: [usize; 3],
}

const CRAWLERS: Table = Table {
    title: "Crawlers",
    short: "Crawlers",
    none: "no crawler keeps statistics in the default store",
    heads: ["Retries", "Finished", "Failed", "Failed/min", "Per min", "As of"],
    narrow: [1, 2, 4],
};
const QUEUES: Table = Table {
    title: "Request queues",
    short: "Queues",
    none: "no request queues",
    heads: ["Pending", "Handled", "Total", "", "Per min", "Changed"],
    narrow: [0, 1, 4],
};
const DATASETS: Table = Table {
    title: "Datasets",
    short: "Datasets",
    none: "no datasets",
    heads: ["", "Items", "", "", "Per min", "Changed"],
    narrow: [0, 1, 4],
};

enum OverviewLine {
    /// How many there are; `None` where there is nothing below it that has columns.
    Head(&'static Table, Option<u64>),
    Row(&'static Table, TableRow),
    Text(Role, String),
    Gap,
}

/// A name in pieces, and numbers or what is wrong.
struct TableRow {
    name: Vec<(String, Role)>,
    cells: [String; 6],
    /// The column that tells of something bad.
    bad: Option<usize>,
    fault: Option<String>,
}

/// Draws the overview.
pub(super) fn draw(
    buf: &mut Buffer,
    body: Area,
    overview: &Overview,
    app: &App,
    appearance: &Appearance,
) {
    let width = body.width.min(96);
    let lines = lines(overview, app.now, width.saturating_sub(2));
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let area = centred(body, width, height);
    let inner = area.inner();
    let first = overview.overlay.first(lines.len(), inner.height.into());
    let bottom = overlay_keys(overview.overlay.is_long(), app, appearance);
    let (border, title) = (appearance.style(Role::BorderFocus), appearance.style(Role::Title));
    bordered(buf, area, &Titles { top: "The crawl", bottom: &bottom }, appearance, border, title);
    for (line, y) in lines.iter().skip(first).zip(inner.y..inner.y + inner.height) {
        match line {
            OverviewLine::Head(table, total) => {
                let header = appearance.style(Role::Header);
                let heads = total.map(|_| table.heads).unwrap_or_default().map(str::to_owned);
                let room = numbers(buf, inner, y, table, &heads, &|_| header);
                let title = if is_narrow(inner.width) { table.short } else { table.title };
                let counted = total.map(|total| format!("{title} {}", text::count(total)));
                let counted = counted.filter(|title| cells(title) <= usize::from(room));
                put(buf, inner.x + 1, y, room, counted.as_deref().unwrap_or(title), header);
            }
            OverviewLine::Row(table, row) => draw_row(buf, inner, y, table, row, appearance),
            OverviewLine::Text(role, text) => {
                put(
                    buf,
                    inner.x + 1,
                    y,
                    inner.width.saturating_sub(2),
                    text,
                    appearance.style(*role),
                );
            }
            OverviewLine::Gap => {}
        }
    }
}

fn draw_row(
    buf: &mut Buffer,
    inner: Area,
    y: u16,
    table: &Table,
    row: &TableRow,
    appearance: &Appearance,
) {
    let pieces: Vec<_> =
        row.name.iter().map(|(text, role)| (text.as_str(), appearance.style(*role))).collect();
    let Some(fault) = &row.fault else {
        let style = |column| {
            appearance.style(match column {
                5 => Role::Dim,
                column if row.bad == Some(column) => Role::Warning,
                _ => Role::Text,
            })
        };
        let room = numbers(buf, inner, y, table, &row.cells, &style);
        put_all(buf, inner.x + 1, y, room, &pieces);
        return;
    };
    let warning = appearance.style(Role::Warning);
    put(buf, inner.x, y, 1, appearance.symbols.damaged, warning);
    let width = inner.width.saturating_sub(2);
    let used = put_all(buf, inner.x + 1, y, width / 2, &pieces) + 2;
    put(buf, inner.x + 1 + used, y, width.saturating_sub(used), fault, warning);
}

/// Writes the columns of numbers; gives the room that is left for the name.
fn numbers(
    buf: &mut Buffer,
    inner: Area,
    y: u16,
    table: &Table,
    texts: &[String; 6],
    style: &dyn Fn(usize) -> Style,
) -> u16 {
    let columns: Vec<(usize, u16)> = if is_narrow(inner.width) {
        table.narrow.into_iter().zip(NARROW).collect()
    } else {
        WIDE.into_iter().enumerate().collect()
    };
    let mut right = inner.x + inner.width.saturating_sub(1);
    let mut left = right;
    for (column, width) in columns.into_iter().rev() {
        if !texts[column].is_empty() {
            put_right(buf, right, y, width, &texts[column], style(column));
            left = right.saturating_sub(width);
        }
        right = right.saturating_sub(width);
    }
    left.saturating_sub(inner.x + 1)
}

fn is_narrow(width: u16) -> bool {
    width < LITTLE
}

/// All there is to show, in this many columns.
fn lines(overview: &Overview, now: Timestamp, width: u16) -> Vec<OverviewLine> {
    let mut lines = Vec::new();
    let say = |lines: &mut Vec<OverviewLine>, role, text: &str| {
        for row in text::wrap(text, usize::from(width.saturating_sub(2))) {
            lines.push(OverviewLine::Text(role, row));
        }
    };
    if let Some(failure) = &overview.failure {
        say(&mut lines, Role::Danger, &failure.to_string());
    }
    let Some(crawl) = &overview.crawl else {
        if overview.failure.is_none() {
            say(&mut lines, Role::Dim, "reading…");
        }
        return lines;
    };
    let wide = !is_narrow(width);
    let several = crawl.crawlers.rows.len() > 1;
    let spans = wide && (!several || width >= MUCH);
    let mut crawlers = Vec::new();
    for row in &crawl.crawlers.rows {
        crawlers.push(crawler(row, now, several, spans));
    }
    let mut sections = vec![(&CRAWLERS, crawlers, crawl.crawlers.total, &crawl.crawlers.fault)];
    for (table, section) in [(&QUEUES, &crawl.queues), (&DATASETS, &crawl.datasets)] {
        let mut rows = Vec::new();
        for row in &section.rows {
            rows.push(storage(row, table, overview, now, wide));
        }
        sections.push((table, rows, section.total, &section.fault));
    }
    for (table, rows, total, fault) in sections {
        if !lines.is_empty() {
            lines.push(OverviewLine::Gap);
        }
        let shown = rows.len() as u64;
        lines.push(OverviewLine::Head(table, (shown > 0).then_some(total)));
        for row in rows {
            lines.push(OverviewLine::Row(table, row));
        }
        if let Some(fault) = fault {
            say(&mut lines, Role::Warning, fault);
        } else if shown == 0 {
            say(&mut lines, Role::Dim, table.none);
        } else if shown < total {
            let more = format!("and {} more", text::count(total - shown));
            say(&mut lines, Role::Dim, &more);
        }
    }
    lines
}

/// `several`: its number tells it from the others; `spans`: also how long it has run.
fn crawler(crawler: &Crawler, now: Timestamp, several: bool, spans: bool) -> TableRow {
    let (word, role, span) = match doing(crawler, now) {
        Doing::Running => ("running", Role::Ok, "for"),
        Doing::Finished => ("finished", Role::Text, "in"),
        Doing::Silent => ("silent", Role::Warning, "after"),
    };
    let mut name = Vec::new();
    if several {
        let language = if crawler.javascript { "JS " } else { "" };
        name.push((format!("{language}{} ", crawler.number), Role::Text));
    }
    if crawler.fault.is_none() {
        name.push((word.to_owned(), role));
    } else if !several {
        name.push(("statistics".to_owned(), Role::Text));
    }
    if let Some(runtime) = crawler.runtime.filter(|_| spans) {
        let micros = i64::try_from(runtime.as_micros()).unwrap_or(i64::MAX);
        // Under two seconds it is `now`, which is no span.
        let span_of = text::ago(0, micros);
        if span_of != "now" {
            name.push((format!(" {span} {span_of}"), Role::Dim));
        }
    }
    let cells = [
        count(crawler.retries),
        count(crawler.finished),
        count(crawler.failed),
        rate(crawler.failed_per_minute),
        rate(crawler.finished_per_minute),
        ago(crawler.finished_at.or(crawler.persisted_at), now),
    ];
    let bad = crawler.failed.is_some_and(|failed| failed > 0).then_some(2);
    TableRow { name, cells, bad, fault: crawler.fault.clone() }
}

/// `marks`: also whether several clients share it.
fn storage(
    info: &StorageInfo,
    table: &Table,
    overview: &Overview,
    now: Timestamp,
    marks: bool,
) -> TableRow {
    let name = info.name.escaped();
    let name = if name.is_empty() { "(empty name)".to_owned() } else { name };
    let mut name = vec![(name, Role::Text)];
    if info.had_multiple_clients && marks {
        name.push((" shared".to_owned(), Role::Dim));
    }
    let (counts, per_minute) = if table.heads[0].is_empty() {
        ([String::new(), count(info.items), String::new()], overview.dataset_rate(&info.name))
    } else {
        let counts = [info.pending, info.handled, info.total].map(count);
        (counts, overview.queue_rate(&info.name))
    };
    let [first, second, third] = counts;
    let cells = [first, second, third, String::new(), rate(per_minute), ago(info.modified_at, now)];
    TableRow { name, cells, bad: None, fault: info.fault.clone() }
}

fn count(count: Option<u64>) -> String {
    count.map_or_else(none, text::short_count)
}

fn rate(rate: Option<f64>) -> String {
    rate.map_or_else(none, text::rate)
}

fn ago(at: Option<Timestamp>, now: Timestamp) -> String {
    at.map_or_else(none, |at| text::ago(at.micros(), now.micros()))
}

/// What stands where nothing is known.
fn none() -> String {
    "—".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_leave_room_for_names() {
        assert!(WIDE.iter().sum::<u16>() + 16 <= LITTLE);
        assert!(NARROW.iter().sum::<u16>() + 12 <= 38);
    }
}
