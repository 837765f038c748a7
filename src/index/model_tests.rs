//! Compares indexes and selections with a sorted map.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Builder, Change, Filter, Index, Query, RowOrder, Sort, compare, groups, totals};
use crate::model::{ContentType, Key, KeyPage, RecordMeta, RecordState};

type Model = BTreeMap<Vec<u8>, RecordMeta>;

fn key() -> impl Strategy<Value = Vec<u8>> {
    // Keys that share more than a byte can count, and more than a chunk can hold.
    let long = "l".repeat(300);
    let huge = "h".repeat(70_000);
    let prefix = prop_oneof![
        40 => prop::sample::select(vec!["", "page-", "aaaaaaaaaaaaaaaaaaaaa", "\0\0\0\0\0\0\0\0"])
            .prop_map(str::to_owned),
        8 => Just(long),
        1 => Just(huge),
    ];
    let byte = prop::sample::select(vec![0, b'a', b'A', b'b', b'1', b'-', 0xff]);
    (prefix, prop::collection::vec(byte, 0..5)).prop_map(|(prefix, rest)| {
        let mut key = prefix.into_bytes();
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
        RecordState::WrongSize(1 << 40),
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
    let rows: Vec<RecordMeta> = index.iter().collect();
    assert_eq!(rows, model.values().cloned().collect::<Vec<_>>());
    assert_eq!(index.total_bytes(), model.values().map(|meta| meta.size).sum::<u64>());
    for (row, key) in model.keys().enumerate() {
        assert_eq!(index.find(key), Ok(row));
        let longer = [key.as_slice(), b"\0"].concat();
        assert_eq!(index.find(&longer).is_ok(), model.contains_key(&longer));
        assert_eq!(index.get(row).as_ref(), model.get(key));
    }
    assert_eq!(index.get(model.len()), None);
    let middle = model.len() / 3..model.len() / 2;
    let mut rows = Vec::new();
    index.for_each_row(middle.clone(), |row| rows.push(row.to_meta()));
    assert_eq!(
        rows,
        model.values().take(middle.end).skip(middle.start).cloned().collect::<Vec<_>>()
    );
    let sums: (u64, u64) = totals(index)
        .iter()
        .fold((0, 0), |(records, bytes), total| (records + total.1, bytes + total.2));
    assert_eq!(sums, (model.len() as u64, index.total_bytes()));
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
        pack in any::<bool>(),
    ) {
        let (mut builder, mut model) = (Builder::new(), Model::new());
        for records in &pages {
            builder.add(&page(records));
            put(&mut model, records);
            assert_same(&builder.snapshot(), &model);
        }
        let mut index = builder.finish();
        assert_same(&index, &model);
        if pack {
            index = index.packed();
            assert!(index.is_packed());
            assert_same(&index, &model);
        }
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
        pack in any::<bool>(),
        filter in prop::sample::select(vec!["", "a", "A", "ab", "page", "e-a", "aaaaaaaaaaaaaaaaaaaaaaa"]),
    ) {
        let (mut builder, mut model) = (Builder::new(), Model::new());
        builder.add(&page(&records));
        put(&mut model, &records);
        let index = builder.finish();
        let index = if pack { index.packed() } else { index };
        let query = Query { sort, descending, filter: filter.into(), ..Query::default() };
        let selection = RowOrder::new(&index, &query, &|| true).unwrap();

        let mut expected: Vec<&RecordMeta> =
            model.values().filter(|meta| has(meta.key.as_bytes(), filter)).collect();
        expected.sort_by(|a, b| {
            let order = match sort {
                Sort::Key | Sort::Newest => a.key.cmp(&b.key),
                Sort::Size => a.size.cmp(&b.size),
                Sort::ContentType => a.content_type.cmp(&b.content_type),
            };
            if descending { order.reverse() } else { order }.then(a.key.cmp(&b.key))
        });
        let rows: Vec<RecordMeta> = selection.iter().map(|row| index.row(row)).collect();
        prop_assert_eq!(rows.iter().collect::<Vec<_>>(), expected);
        prop_assert_eq!(selection.len(), rows.len());
        prop_assert_eq!(selection.total_bytes(), rows.iter().map(|meta| meta.size).sum::<u64>());
        for row in 0..index.len() {
            match selection.position_of(row) {
                Some(position) => prop_assert_eq!(selection.get(position), Some(row)),
                None => prop_assert!(!has(index.row(row).key.as_bytes(), filter)),
            }
        }
    }

    #[test]
    fn a_page_is_compared_with_what_is_known(
        known in prop::collection::vec(record(), 0..200),
        seen in prop::collection::vec(record(), 0..60),
    ) {
        let (mut builder, mut model) = (Builder::new(), Model::new());
        builder.add(&page(&known));
        put(&mut model, &known);
        let index = builder.finish();
        for index in [index.packed(), index] {
            let changes = compare(&index, &page(&seen));
            let mut wanted = model.clone();
            put(&mut wanted, &seen);
            assert_same(&index.apply(&changes), &wanted);
            let news = wanted.iter().filter(|(key, meta)| model.get(*key) != Some(meta));
            prop_assert_eq!(changes.len(), news.count());
        }
    }

    #[test]
    fn groups_hold_every_record_once(
        records in prop::collection::vec(record(), 0..300),
        fuzzy in prop::sample::select(vec!["a", "ab", "pb"]),
    ) {
        let (mut builder, mut model) = (Builder::new(), Model::new());
        builder.add(&page(&records));
        put(&mut model, &records);
        let index = builder.finish();
        let query = Query { filter: fuzzy.into(), matching: Filter::Fuzzy, ..Query::default() };
        let found = RowOrder::new(&index, &query, &|| true).unwrap();
        let packed = index.packed();
        prop_assert_eq!(RowOrder::new(&packed, &query, &|| true), Some(found));
        for prefix in [&b""[..], b"page-", b"page", b"zz"] {
            let groups = groups(&packed, prefix, false);
            prop_assert_eq!(&groups, &super::groups(&index, prefix, false));
            let mut row = index.find(prefix).unwrap_or_else(|at| at);
            for (position, group) in groups.iter(&index).enumerate() {
                prop_assert_eq!(groups.row(position), Some(row));
                let name = group.prefix.as_bytes();
                // The keys are sorted: those behind the prefix no longer begin with it.
                let within: Vec<_> = model
                    .range(name.to_vec()..)
                    .take_while(|(key, _)| key.starts_with(name))
                    .filter(|(key, _)| {
                        let goes_on = || key.get(name.len()).is_some_and(u8::is_ascii_digit);
                        let within = key.starts_with(name) && (!group.numbered || goes_on());
                        if group.leaf { *key == name } else { within }
                    })
                    .collect();
                prop_assert_eq!(within.len() as u64, group.records);
                prop_assert_eq!(within.iter().map(|(_, meta)| meta.size).sum::<u64>(), group.bytes);
                for row in row..row + within.len() {
                    prop_assert_eq!(groups.position_of(row), position);
                }
                row += within.len();
            }
            let end = index.find(prefix).unwrap_or_else(|at| at)
                + model.keys().filter(|key| key.starts_with(prefix)).count();
            prop_assert_eq!(row, end);
            prop_assert_eq!(groups.get(&index, groups.len()), None);
        }
    }
}

proptest! {
    // Thousands of records each.
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn chunks_split_and_merge_and_lose_nothing(
        rounds in prop::collection::vec((0..3000_u32, 0..1500_u32, 1..4_u32, any::<bool>()), 1..6),
    ) {
        let (mut index, mut model) = (Builder::new().finish(), Model::new());
        for (start, count, step, set) in rounds {
            let mut changes = Vec::new();
            for number in (start..start + count).step_by(step as usize) {
                // Out of order, and across digits.
                let key = format!("page-{}", number ^ 1);
                if set {
                    let size = u64::from(number + count);
                    let meta = RecordMeta { key: key.as_str().into(), size, ..RecordMeta::default() };
                    put(&mut model, std::slice::from_ref(&meta));
                    changes.push(Change::Set(meta));
                } else {
                    model.remove(key.as_bytes());
                    changes.push(Change::Remove(key.as_str().into()));
                }
            }
            index = index.apply(&changes);
            assert_same(&index, &model);
            let least = 3000 + 40 * index.len();
            prop_assert!(index.heap_bytes() < least, "{} of {}", index.heap_bytes(), index.len());
        }
    }
}
