//! Tables: a cursor in the cells, rows sorted and filtered by a column, a row as a record.

use larder::app::{Effect, Event, Slot};

use crate::stage::{Stage, computed, record, store};

const CSV: &str = "name,price,shop\ncup,9,a\npot,10,b\npan,1.5,a\n";

fn on(text: &str) -> Stage {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("shop", 1)]);
    stage.open(&[record("items.csv", "text/csv", text)]);
    stage.keys("<tab><enter>");
    stage
}

fn answer(stage: &mut Stage, slot: Slot) {
    let (ticket, read) = stage.take(slot);
    stage.event(Event::Loaded(slot, ticket, Ok(computed(read))));
}

/// The first cell of each shown row.
fn names(stage: &Stage) -> Vec<String> {
    let preview = stage.app.record.preview().unwrap();
    let cell = |line| String::from_utf8(preview.cell(line, 0).to_vec()).unwrap();
    (0..preview.lines()).map(cell).collect()
}

#[test]
fn a_key_sorts_by_the_column_under_the_cursor_and_the_other_way() {
    let mut stage = on(CSV);
    assert!(stage.frame().contains(" name · row 1 of 3 "), "{}", stage.frame());
    stage.keys("js");
    answer(&mut stage, Slot::Table);
    assert_eq!(names(&stage), ["cup", "pan", "pot"]);
    stage.keys("ls");
    answer(&mut stage, Slot::Table);
    assert_eq!(names(&stage), ["pan", "cup", "pot"]);
    assert!(stage.frame().contains(" price · sorted · row 1 of 3 "), "{}", stage.frame());
    stage.keys("js");
    answer(&mut stage, Slot::Table);
    assert_eq!(names(&stage), ["pot", "cup", "pan"]);
    // A second key before the first is answered: only the last arrangement is shown.
    stage.keys("s");
    let (ticket, read) = stage.take(Slot::Table);
    stage.keys("hs");
    stage.event(Event::Loaded(Slot::Table, ticket, Ok(computed(read))));
    assert_eq!(names(&stage), ["pot", "cup", "pan"]);
    answer(&mut stage, Slot::Table);
    assert_eq!(names(&stage), ["cup", "pan", "pot"]);
    stage.keys("<esc>");
    assert_eq!(names(&stage), ["cup", "pot", "pan"], "as they are stored");
}

#[test]
fn rows_are_kept_by_what_is_typed_or_by_a_value_that_is_chosen() {
    let mut stage = on(CSV);
    stage.keys("l/>5<enter>");
    answer(&mut stage, Slot::Table);
    assert_eq!(names(&stage), ["cup", "pot"]);
    let frame = stage.frame();
    assert!(frame.contains("price · price >5 · row 1 of 2, of 3 in all"), "{frame}");
    stage.keys("lt");
    answer(&mut stage, Slot::Column);
    let frame = stage.frame();
    assert!(frame.contains("shop: 2 values in 2 rows"), "{frame}");
    assert!(frame.contains("50.0 %"), "{frame}");
    stage.keys("j<enter>");
    answer(&mut stage, Slot::Table);
    assert_eq!(names(&stage), ["pot"]);
    stage.keys("/<backspace>zz<enter>");
    answer(&mut stage, Slot::Table);
    assert!(names(&stage).is_empty());
    stage.keys("<enter>");
    assert_eq!(stage.notice(), "no row is kept by the filter");
    stage.keys("x");
    answer(&mut stage, Slot::Table);
    assert_eq!(names(&stage).len(), 3);
    stage.keys("x");
    assert_eq!(stage.notice(), "all rows are shown as they are stored");
}

#[test]
fn a_row_is_shown_as_a_record_and_the_next_one_by_a_key() {
    let mut stage = on(CSV);
    stage.keys("<enter>");
    let frame = stage.frame();
    assert!(frame.contains("Row 1 of 3") && frame.contains("price  9"), "{frame}");
    stage.keys("<right><right>");
    assert!(stage.frame().contains("Row 3 of 3") && stage.frame().contains("price  1.5"));
    stage.keys("<right><left><esc>");
    assert!(stage.frame().contains("row 2 of 3"), "{}", stage.frame());
    stage.keys("lY");
    let copied = stage.asked.iter().find_map(|effect| match effect {
        Effect::Copy { what, bytes } => Some((*what, bytes.clone())),
        _ => None,
    });
    assert_eq!(copied, Some(("cell", "10".into())));
}

#[test]
fn the_order_is_made_again_for_a_record_that_changed_and_the_cursor_goes_with_the_table() {
    let mut stage = on(CSV);
    stage.keys("s");
    answer(&mut stage, Slot::Table);
    stage.keys("jj");
    let again = |stage: &mut Stage, text: &str| {
        let now = record("items.csv", "text/csv", text);
        let set = vec![now.meta.clone()];
        stage.noticed(larder::model::WatchEvent::Records { set, removed: vec![] });
        stage.show(&[now]);
    };
    again(&mut stage, CSV);
    assert_eq!(names(&stage), ["cup", "pan", "pot"], "the same bytes keep their order");
    assert!(stage.frame().contains("row 3 of 3"));
    again(&mut stage, &format!("{CSV}bowl,2,c\n"));
    answer(&mut stage, Slot::Table);
    assert_eq!(names(&stage), ["bowl", "cup", "pan", "pot"]);
    assert!(stage.app.table().is_some());
    again(&mut stage, "");
    assert!(stage.app.table().is_none() && stage.app.layer().is_none());
}
