//! A million keys: building their index, changing it, filtering and sorting it.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use larder::index::{Builder, Change, Selection, Sort};
use larder::storage::{Key, KeyPage};

const RECORDS: u64 = 1_000_000;

/// Keys of 26 bytes in the order of a hash, as a walk gives them.
fn filled() -> Builder {
    let mut builder = Builder::new();
    let mut page = KeyPage::default();
    for number in 0..RECORDS {
        let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let key = format!("shop-page-{mixed:016x}");
        page.push(key.as_bytes(), "application/json; charset=utf-8", mixed % 100_000, None);
        if page.len() == 1000 {
            builder.add(&std::mem::take(&mut page));
        }
    }
    builder
}

fn index(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("index of 1M");
    group.sample_size(10);
    let builder = filled();
    group.bench_function("sort", |bencher| {
        bencher.iter_batched(|| builder.clone(), Builder::finish, BatchSize::PerIteration);
    });
    let index = builder.finish();
    println!("{} bytes a record", index.heap_bytes() / index.len());
    group.bench_function("apply one change", |bencher| {
        let change = Change::Remove(Key::from("shop-page-"));
        bencher.iter(|| black_box(&index).apply(std::slice::from_ref(&change)));
    });
    for (name, sort, filter) in [
        ("filter with few matches", Sort::Key, "abcde"),
        ("filter with all matches", Sort::Key, "page"),
        ("filter in any case, beyond ascii", Sort::Key, "ä"),
        ("sort by size", Sort::Size, ""),
        ("sort by content type", Sort::ContentType, ""),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| Selection::new(black_box(&index), sort, false, filter, &|| true));
        });
    }
    group.finish();
}

criterion_group!(benches, index);
criterion_main!(benches);
