//! The line at the top: where one is, and whether all is well.

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use crate::app::{App, Area, SessionState};
use crate::model::{ConnectionState, WatchSource};
use crate::text;
use crate::theme::Role;

use super::Appearance;
use super::paint::{Piece, chart, put, put_all, put_right};

/// From so many columns on, the line has room for the chart.
const WIDE: u16 = 100;
/// From so many columns on, it has room to tell that larder watches.
const NARROW: u16 = 60;

/// Draws the status line; a banner takes its place while the server is away.
pub(super) fn draw(buf: &mut Buffer, area: Area, app: &App, appearance: &Appearance) {
    if area.height == 0 {
        return;
    }
    put(
        buf,
        area.x,
        area.y,
        area.width,
        &" ".repeat(area.width.into()),
        appearance.style(Role::Text),
    );
    if let SessionState::Open(ConnectionState::Down { tries, reason }) = &app.session.state {
        let tried = match tries {
            0 => String::new(),
            1 => ", tried once".to_owned(),
            more => format!(", tried {more} times"),
        };
        let text = format!(" ! no connection{tried} · {reason}");
        let filled = format!("{text:<width$}", width = usize::from(area.width));
        put(
            buf,
            area.x,
            area.y,
            area.width,
            &filled,
            appearance.style(Role::Danger).add_modifier(Modifier::REVERSED),
        );
        return;
    }
    let mut right = area.x + area.width.saturating_sub(1);
    if let Some(latency) = app.session.latency {
        let millis = latency.as_secs_f64() * 1000.0;
        let text =
            if millis < 10.0 { format!("{millis:.1} ms") } else { format!("{millis:.0} ms") };
        right = put_right(buf, right, area.y, 10, &text, appearance.style(Role::Dim));
    }
    if let Some(bars) = app.watch.bars(app.now).filter(|_| area.width >= WIDE) {
        let chart = chart(&bars.map(f64::from), bars.len(), appearance);
        right = put_right(
            buf,
            right.saturating_sub(2),
            area.y,
            12,
            &chart,
            appearance.style(Role::Spark),
        );
        right += 1;
    }
    let text = watching(app, appearance, area.width);
    if !text.is_empty() {
        right =
            put_right(buf, right.saturating_sub(2), area.y, 60, &text, appearance.style(Role::Dim));
    }
    for badge in badges(app) {
        let text = format!(" {badge} ");
        right = put_right(
            buf,
            right.saturating_sub(2),
            area.y,
            14,
            &text,
            appearance.style(Role::Badge),
        );
    }
    let server = format!("{} {}", app.session.server.product, app.session.server.version);
    let label = format!("  {}", app.settings.label);
    let server = format!("  {}", server.trim());
    let pieces: [Piece<'_>; 3] = [
        (" larder", appearance.style(Role::Title)),
        (&label, appearance.style(Role::Text)),
        (&server, appearance.style(Role::Dim)),
    ];
    put_all(buf, area.x, area.y, right.saturating_sub(area.x + 1), &pieces);
}

/// `watching · 12/s`: how changes are found out, and how many there were lately.
fn watching(app: &App, appearance: &Appearance, width: u16) -> String {
    let Some(source) = app.watch.source.as_ref().filter(|_| width >= NARROW) else {
        return String::new();
    };
    if let WatchSource::None { .. } = source {
        return String::new();
    }
    let rate = app.watch.rate(app.now);
    let separator = appearance.symbols.separator;
    match rate {
        rate if rate <= 0.0 => source.to_string(),
        rate => {
            let digits = usize::from(rate < 9.95);
            let records = format!("{source} {separator} {rate:.digits$}/s");
            // What each record brings is not known, but what they bring on average.
            let (all, bytes) = (app.keys.index.len(), app.keys.index.total_bytes());
            if all == 0 || width < WIDE {
                return records;
            }
            #[expect(clippy::cast_sign_loss, reason = "neither factor is negative")]
            let bytes = (rate * bytes as f64 / all as f64) as u64;
            format!("{records} {} {}/s", appearance.symbols.about, text::size(bytes))
        }
    }
}

fn badges(app: &App) -> Vec<&'static str> {
    let mut badges = Vec::new();
    if app.session.server.replica {
        badges.push("replica");
    }
    if app.session.server.cluster {
        badges.push("cluster");
    }
    if app.is_read_only() {
        badges.push("read-only");
    }
    badges
}
