//! The crawl as a list, over the panes: request queues, datasets, crawlers, stores.

mod cells;

use ratatui::buffer::Buffer;

use crate::app::layers::crawl::{CrawlRow, Doing, Overview, doing};
use crate::app::{App, Area};
use crate::keymap::{Action, Context};
use crate::model::{Crawl, Timestamp};
use crate::text::{self, visible};
use crate::theme::Role;

use super::Appearance;
use super::border::{TITLE_FRAME, Titles, bordered};
use super::dialog::{Cell, Drawn, Scene};
use super::modal::centred;
use super::named::{self, Named};
use super::paint::{chart, light, marker, put, put_all, put_right};
use cells::{Cells, cells};

/// Width of the dialog, where there is room, in columns.
const WIDTH: u16 = 104;
/// Inner width from which a row's kind and its recent growth have columns of their own, in columns.
const ROOMY: u16 = 72;
/// Inner width from which rows have a chart, in columns.
const WIDE: u16 = 90;
/// Width of the kind of a row, in columns.
const KIND: u16 = 14;
/// Width of a number, with a gap before it, in columns.
const NUMBER: u16 = 9;
/// Widths of the numbers of waiting, done and failed requests where there is little room, in columns.
const NARROW: [u16; 3] = [8, 7, 7];
/// Width of the chart, with a gap before it, in columns.
const CHART: u16 = 14;
/// Width before a row's words, in columns: the cursor, a mark, and a gap where there is room.
const MARKS: [u16; 2] = [2, 3];
/// The sentence for a crawl with nothing in it.
const NONE: &str = "no request queues, datasets, crawlers or stores";

/// Widths of what stands before a name and of the columns behind it, in columns; 0 for one that is left out.
struct Columns {
    marks: u16,
    kind: u16,
    counts: [u16; 3],
    chart: u16,
    per_minute: u16,
    last: u16,
}

impl Columns {
    /// Columns for a dialog of this width; only the counts that these rows have are there.
    fn new(width: u16, rows: &[CrawlRow]) -> Self {
        let from = |least: u16, columns: u16| if width >= least { columns } else { 0 };
        let waits = rows.iter().any(|row| matches!(row, CrawlRow::Queue(_)));
        let fails = rows.iter().any(|row| matches!(row, CrawlRow::Crawler(_)));
        let [waiting, done, failed] = NARROW;
        let narrow = [if waits { waiting } else { 0 }, done, if fails { failed } else { 0 }];
        Self {
            marks: MARKS[usize::from(width >= ROOMY)],
            kind: from(ROOMY, KIND),
            counts: if width >= ROOMY {
                narrow.map(|width| if width > 0 { NUMBER } else { 0 })
            } else {
                narrow
            },
            chart: from(WIDE, CHART),
            per_minute: from(ROOMY, NUMBER),
            last: from(ROOMY, NUMBER),
        }
    }

    /// Cells for a name in a row of this width. The name takes the place of a number that rows of its kind do
    /// not have.
    fn room(&self, width: u16, waits: bool) -> u16 {
        let [waiting, done, failed] = self.counts;
        let numbers = done + failed + self.chart + self.per_minute + self.last;
        let waiting = if waits { waiting } else { 0 };
        width.saturating_sub(1 + self.marks + self.kind + numbers + waiting)
    }
}

/// Width of the dialog in which the longest name has room beside all numbers, in columns.
fn needed(overview: &Overview) -> u16 {
    let named = |row: &CrawlRow| Some((cells::name_of(row)?, matches!(row, CrawlRow::Queue(_))));
    let wide = |(name, waits): (String, bool)| {
        let numbers = NUMBER * (4 + u16::from(waits)) + CHART;
        let name = u16::try_from(text::cells(&visible(&name))).unwrap_or(u16::MAX);
        name.saturating_add(numbers + MARKS[1] + KIND + 3)
    };
    overview.rows.iter().filter_map(named).map(wide).max().unwrap_or(0)
}

/// Cuts the names that have no room, so that those of one kind still differ.
fn cut_names(rows: &[(usize, &CrawlRow)], told: &mut [Cells], columns: &Columns, width: u16) {
    // The kind stands before a name if there is no column for it.
    let at = usize::from(columns.kind == 0);
    let mut kinds: Vec<_> = rows.iter().map(|(_, row)| row.kind()).collect();
    kinds.dedup();
    for kind in kinds {
        let of_kind = |row: &CrawlRow| {
            row.kind() == kind && row.fault().is_none() && cells::name_of(row).is_some()
        };
        let places: Vec<_> = (0..rows.len()).filter(|place| of_kind(rows[*place].1)).collect();
        let Some(first) = places.first().map(|place| &told[*place]) else { continue };
        let before: usize = first.name[..at].iter().map(|(text, _)| text::cells(text)).sum();
        let room = usize::from(columns.room(width, !first.waiting.is_empty()));
        let names: Vec<_> =
            places.iter().map(|place| visible(&told[*place].name[at].0).into_owned()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let cuts = text::cut_apart(&names, room.saturating_sub(before));
        for (place, cut) in places.iter().zip(cuts) {
            told[*place].name[at].0 = cut.text.into_owned();
        }
    }
}

impl Drawn for Overview {
    fn draw(&self, Scene { buf, body, app, appearance }: Scene<'_>) -> Option<Cell> {
        draw(buf, body, self, app, appearance);
        None
    }

    fn named(&self, app: &App, appearance: &Appearance) -> Vec<Named> {
        named(self, app, appearance)
    }

    fn row_at(&self, area: Area, _: &App, cell: Cell) -> Option<usize> {
        let inner = area.inner();
        let body = if self.failure.is_some() { below(inner) } else { inner };
        below(body).row_at(cell, self.cursor.top, self.rows.len())
    }
}

/// The keys in the border.
fn named(overview: &Overview, app: &App, appearance: &Appearance) -> Vec<Named> {
    use crate::app::Dialog as _;
    let all = [
        (Action::Open, "open"),
        (Action::FailedRequests, "error pages"),
        (Action::Details, "details"),
        (Action::Close, "close"),
    ];
    let named = all.into_iter().filter(|(action, _)| overview.allows(*action)).collect();
    let place = text::cells(&place(overview, app));
    let room = usize::from(app.layout().body.width.min(WIDTH)).saturating_sub(TITLE_FRAME + place);
    named::fit(named, Context::Crawl, room, app, appearance)
}

/// The place of the cursor, where not all rows are seen.
fn place(overview: &Overview, app: &App) -> String {
    let height = overview.height(app.layout().body.height);
    named::place(overview.cursor.at, overview.rows.len(), height)
}

/// Draws the overview.
fn draw(buf: &mut Buffer, body: Area, overview: &Overview, app: &App, appearance: &Appearance) {
    let failure = u16::from(overview.failure.is_some());
    let rows = u16::try_from(overview.rows.len().max(1)).unwrap_or(u16::MAX);
    let height = rows.saturating_add(3 + failure);
    let area = centred(body, body.width.min(WIDTH.max(needed(overview))), height);
    let inner = area.inner();
    let (border, title) = (appearance.style(Role::BorderFocus), appearance.style(Role::Title));
    let top = overview
        .crawl
        .as_ref()
        .map_or_else(|| "The crawl".to_owned(), |crawl| titled(crawl, app.now));
    let named = named(overview, app, appearance);
    let bottom = place(overview, app) + &named::line(&named, Context::Crawl, app, appearance);
    bordered(buf, area, &Titles { top: &top, bottom: &bottom }, appearance, border, title);
    let mut rest = inner;
    if let Some(why) = &overview.failure {
        let width = inner.width.saturating_sub(2);
        put(buf, inner.x + 1, inner.y, width, &why.problem, appearance.style(Role::Danger));
        rest = below(rest);
    }
    if overview.rows.is_empty() {
        let word = match (&overview.crawl, &overview.failure) {
            (None, None) => "reading…",
            (None, Some(_)) => "",
            (Some(_), _) => NONE,
        };
        put(
            buf,
            rest.x + 1,
            rest.y,
            rest.width.saturating_sub(2),
            word,
            appearance.style(Role::Dim),
        );
        return;
    }
    if rest.height == 0 {
        return;
    }
    let columns = Columns::new(rest.width, &overview.rows);
    header(buf, rest, &columns, appearance);
    rest = below(rest);
    let shown = overview.rows.iter().enumerate().skip(overview.cursor.top);
    let shown: Vec<_> = shown.take(rest.height.into()).collect();
    let mut told: Vec<_> = shown
        .iter()
        .map(|(_, row)| cells(row, overview.per_minute(row), app.now, columns.kind == 0))
        .collect();
    cut_names(&shown, &mut told, &columns, rest.width);
    for (((at, row), told), y) in shown.into_iter().zip(told).zip(rest.y..) {
        let place = Area { y, height: 1, ..rest };
        draw_row(buf, place, (row, told, &columns), overview, appearance);
        if at == overview.cursor.at {
            marker(buf, place, true, appearance);
            light(buf, place, appearance.style(Role::Cursor));
        }
    }
}

/// `The crawl · running 4 min`: with several crawlers, about the one with the newest statistics.
fn titled(crawl: &Crawl, now: Timestamp) -> String {
    let last = |at: Option<Timestamp>| at.map_or(i64::MIN, Timestamp::micros);
    let crawlers = crawl.crawlers.rows.iter().filter(|row| row.fault.is_none());
    let Some(crawler) = crawlers.max_by_key(|row| last(row.persisted_at)) else {
        let parts = [crawl.queues.total, crawl.datasets.total, crawl.crawlers.total];
        let faults = [&crawl.queues.fault, &crawl.datasets.fault, &crawl.crawlers.fault];
        let none = parts == [0; 3] && faults.iter().all(|fault| fault.is_none());
        return if none { "The crawl · none found" } else { "The crawl" }.to_owned();
    };
    let since = |at: Option<Timestamp>| {
        at.map_or_else(String::new, |at| format!(" {}", text::since(at.micros(), now.micros())))
    };
    let state = match doing(crawler, now) {
        Doing::Running => {
            let ran = crawler.runtime.and_then(|ran| i64::try_from(ran.as_micros()).ok());
            let told = crawler.persisted_at.map_or(0, |at| now.micros() - at.micros()).max(0);
            let words = ran.map(|ran| text::ago(0, ran.saturating_add(told)));
            let span = words.filter(|words| words != "now").unwrap_or_default();
            format!("running {span}").trim_end().to_owned()
        }
        Doing::Finished => format!("finished{}", since(crawler.finished_at)),
        Doing::Silent => match crawler.persisted_at {
            Some(at) => format!("silent, last heard{}", since(Some(at))),
            None => "silent".to_owned(),
        },
    };
    format!("The crawl · {state}")
}

fn below(area: Area) -> Area {
    Area { y: area.y + 1, height: area.height.saturating_sub(1), ..area }
}

fn header(buf: &mut Buffer, row: Area, columns: &Columns, appearance: &Appearance) {
    let style = appearance.style(Role::Header);
    let heads = ["Last", "Per min", "", "Failed", "Done", "Waiting"];
    numbers(buf, row, columns, &heads.map(|head| (head.to_owned(), style)));
    let left = columns.room(row.width, true);
    if columns.kind > 0 {
        put(buf, row.x + columns.marks, row.y, columns.kind, "What", style);
        put(buf, row.x + columns.marks + columns.kind, row.y, left, "Name", style);
    } else {
        put(buf, row.x + columns.marks, row.y, left, "What", style);
    }
}

/// Writes the numbers of a row, from the right edge on.
fn numbers(
    buf: &mut Buffer,
    row: Area,
    columns: &Columns,
    texts: &[(String, ratatui::style::Style); 6],
) {
    let [waiting, done, failed] = columns.counts;
    let widths = [columns.last, columns.per_minute, columns.chart, failed, done, waiting];
    let mut right = row.x + row.width.saturating_sub(1);
    for ((text, style), width) in texts.iter().zip(widths) {
        if width > 0 {
            put_right(buf, right, row.y, width - 1, text, *style);
        }
        right = right.saturating_sub(width);
    }
}

fn draw_row(
    buf: &mut Buffer,
    place: Area,
    (row, told, columns): (&CrawlRow, Cells, &Columns),
    overview: &Overview,
    appearance: &Appearance,
) {
    let Cells { mut name, waiting, done, failed, per_minute, last } = told;
    let style = |role| appearance.style(role);
    let (x, y) = (place.x + columns.marks, place.y);
    if columns.kind > 0 {
        put(buf, x, y, columns.kind - 1, row.kind(), style(Role::Dim));
    }
    let x = x + columns.kind;
    if let Some(fault) = row.fault() {
        // With little room, the sign stands where the cursor's would, apart from the name.
        let sign = place.x + u16::from(columns.marks > MARKS[0]);
        put(buf, sign, y, 1, appearance.symbols.damaged, style(Role::Warning));
        let pieces: Vec<_> =
            name.iter().map(|(text, role)| (text.as_str(), style(*role))).collect();
        let width = place.width.saturating_sub(columns.marks + 1 + columns.kind);
        let used = put_all(buf, x, y, width / 2, &pieces);
        let used = if used > 0 { used + 2 } else { 0 };
        put(buf, x + used, y, width.saturating_sub(used), fault, style(Role::Warning));
        return;
    }
    let bad = !failed.is_empty() && failed != "0" && failed != cells::NONE;
    let failed_role = if bad { Role::Danger } else { Role::Text };
    let bars = chart(&overview.bars(row), usize::from(CHART) - 2, appearance);
    let texts = [
        (last, style(Role::Dim)),
        (per_minute, style(Role::Text)),
        (bars, style(Role::Spark)),
        (failed, style(failed_role)),
        (done, style(Role::Text)),
        (waiting, style(Role::Text)),
    ];
    let room = columns.room(place.width, !texts[5].0.is_empty());
    numbers(buf, place, columns, &texts);
    fit_pieces(&mut name, room);
    let pieces: Vec<_> = name.iter().map(|(text, role)| (text.as_str(), style(*role))).collect();
    put_all(buf, x, y, room, &pieces);
}

/// Leaves out the pieces behind a name that do not have room whole.
fn fit_pieces(name: &mut Vec<(String, Role)>, room: u16) {
    let wide = |name: &[(String, Role)]| {
        name.iter().map(|(text, _)| text::cells(&visible(text))).sum::<usize>()
    };
    while wide(name) > room.into() && name.last().is_some_and(|(text, _)| text.starts_with(' ')) {
        name.pop();
    }
}
