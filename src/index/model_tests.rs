//! Holds indexes and selections against a sorted map.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Builder, Change, Index, Selection, Sort};
use crate::storage::{ContentType, Key, KeyPage, RecordMeta, RecordState};

type Model = BTreeMap<Vec<u8>, RecordMeta>;

fn key() -> impl Strategy<Value = Vec<u8>> {
    let prefix =
        prop::sample::select(vec!["", "page-", "aaaaaaaaaaaaaaaaaaaaa", "\0\0\0\0\0\0\0\0"]);
    let byte = prop::sample::select(vec![0, b'a', b'A', b'b', 0xff]);
    (prefix, prop::collection::vec(byte, 0..5)).prop_map(|(prefix, rest)| {
        let mut key = prefix.as_bytes().to_vec();
        key.extend(rest);
        key
    })
}

fn record() -> impl Strategy<Value = RecordMeta> {
    let types = vec!["", "text/plain", "application/json", "image/png"];
    let states = vec![
        RecordState::Whole,
        RecordState::Whole,
        RecordState::NoValue,
        RecordState::BadMetadata("{".into()),
    ];
    let sizes = prop_oneof![0..4_u64, Just(u64::from(u32::MAX)), (1_u64 << 32)..(1_u64 << 33)];
    let columns = (key(), prop::sample::select(types), sizes, prop::sample::select(states));
    columns.prop_map(|(key, content_type, size, state)| RecordMeta {
        key: Key::from(key),
        content_type: ContentType::from(content_type),
        size,
        state,
    })
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        record().prop_map(Change::Set),
        key().prop_map(|key| Change::Remove(Key::from(key))),
    ]
}

fn page(records: &[RecordMeta]) -> KeyPage {
    let mut page = KeyPage::default();
    for meta in records {
        let state = Some(meta.state.clone()).filter(|state| *state != RecordState::Whole);
        page.push(meta.key.as_bytes(), meta.content_type.as_str(), meta.size, state);
    }
    page
}

fn put(model: &mut Model, records: &[RecordMeta]) {
    for meta in records {
        model.insert(meta.key.as_bytes().to_vec(), meta.clone());
    }
}

fn assert_same(index: &Index, model: &Model) {
    let rows: Vec<RecordMeta> = index.iter().map(|row| row.to_meta()).collect();
    assert_eq!(rows, model.values().cloned().collect::<Vec<_>>());
    assert_eq!(index.total_bytes(), model.values().map(|meta| meta.size).sum::<u64>());
    for (row, key) in model.keys().enumerate() {
        assert_eq!(index.find(key), Ok(row));
        let longer = [key.as_slice(), b"\0"].concat();
        assert_eq!(index.find(&longer).is_ok(), model.contains_key(&longer));
    }
}

fn has(key: &[u8], filter: &str) -> bool {
    let fold = !filter.bytes().any(|byte| byte.is_ascii_uppercase());
    let key = if fold { key.to_ascii_lowercase() } else { key.to_vec() };
    filter.is_empty() || key.windows(filter.len()).any(|part| part == filter.as_bytes())
}

proptest! {
    #[test]
    fn an_index_is_a_sorted_map(
        pages in prop::collection::vec(prop::collection::vec(record(), 0..120), 0..4),
        changes in prop::collection::vec(prop::collection::vec(change(), 0..30), 0..3),
    ) {
        let (mut builder, mut model) = (Builder::new(), Model::new());
        for records in &pages {
            builder.add(&page(records));
            put(&mut model, records);
            assert_same(&builder.snapshot(), &model);
        }
        let mut index = builder.finish();
        assert_same(&index, &model);
        for changes in &changes {
            index = index.apply(changes);
            for change in changes {
                match change {
                    Change::Set(meta) => put(&mut model, std::slice::from_ref(meta)),
                    Change::Remove(key) => drop(model.remove(key.as_bytes())),
                }
            }
            assert_same(&index, &model);
        }
    }

    #[test]
    fn a_selection_is_a_filtered_sorted_list(
        records in prop::collection::vec(record(), 0..200),
        sort in prop::sample::select(vec![Sort::Key, Sort::Size, Sort::ContentType]),
        descending in any::<bool>(),
        filter in prop::sample::select(vec!["", "a", "A", "ab", "page", "e-a", "aaaaaaaaaaaaaaaaaaaaaaa"]),
    ) {
        let (mut builder, mut model) = (Builder::new(), Model::new());
        builder.add(&page(&records));
        put(&mut model, &records);
        let index = builder.finish();
        let selection = Selection::new(&index, sort, descending, filter, &|| true).unwrap();

        let mut expected: Vec<&RecordMeta> =
            model.values().filter(|meta| has(meta.key.as_bytes(), filter)).collect();
        expected.sort_by(|a, b| {
            let order = match sort {
                Sort::Key => a.key.cmp(&b.key),
                Sort::Size => a.size.cmp(&b.size),
                Sort::ContentType => a.content_type.cmp(&b.content_type),
            };
            if descending { order.reverse() } else { order }.then(a.key.cmp(&b.key))
        });
        let rows: Vec<RecordMeta> = selection.iter().map(|row| index.row(row).to_meta()).collect();
        prop_assert_eq!(rows.iter().collect::<Vec<_>>(), expected);
        prop_assert_eq!(selection.len(), rows.len());
        prop_assert_eq!(selection.total_bytes(), rows.iter().map(|meta| meta.size).sum::<u64>());
        for row in 0..index.len() {
            match selection.position_of(row) {
                Some(position) => prop_assert_eq!(selection.get(position), Some(row)),
                None => prop_assert!(!has(index.row(row).key, filter)),
            }
        }
    }
}
