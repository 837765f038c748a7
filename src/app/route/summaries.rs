//! What the cursor is on, for what is shown beside it.

use super::super::App;
use super::super::load::{Scope, Subject};
use super::super::summaries::elsewhere;

/// Looks what the cursor is on, and has it read once it has rested there.
pub(in crate::app) fn summarise(app: &mut App) {
    let layout = app.layout();
    if let Some(info) = elsewhere(app).filter(|_| layout.keys.is_some()) {
        let (store, stamp) = (info.store.clone(), (info.records, info.modified_at));
        return app.summaries.on_store(store, stamp, &mut ctx!(app));
    }
    let group = app.keys.group(app.keys.cursor.at).filter(|group| !group.leaf);
    let group = group.filter(|_| layout.record.is_some() && elsewhere(app).is_none());
    match group {
        Some(group) => {
            let prefix = group.prefix.as_bytes().to_vec();
            let subject = Subject::Group(Scope { prefix, numbered: group.numbered });
            let index = app.keys.sync.index().clone();
            app.summaries.on_group(subject, &index, &mut ctx!(app));
        }
        None => app.summaries.elsewhere(&mut ctx!(app)),
    }
}
