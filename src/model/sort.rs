//! Sorting of lists that are not long, compiled once for all of them: the sorts of the standard library take
//! 3 to 7 KB of code for each type and order.

use std::cmp::Ordering;

/// Sorts a list. Items that are equal stay in their order. Takes a `usize` an item beside the list.
pub(crate) fn sort_by<T>(items: &mut [T], order: impl Fn(&T, &T) -> Ordering) {
    let mut places = sorted(items.len(), &|a, b| order(&items[a], &items[b]));
    put(&mut places, &mut |a, b| items.swap(a, b));
}

/// Sorts a list by a key of each item, which is asked for at each comparison. Items whose keys are equal stay
/// in their order.
pub(crate) fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// The places of the items in the order in which they belong.
fn sorted(len: usize, order: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<_> = (0..len).collect();
    places.sort_by(|a, b| order(*a, *b));
    places
}

/// Swaps items until at each place is the one that `places` names for it, which costs a swap an item at most.
fn put(places: &mut [usize], swap: &mut dyn FnMut(usize, usize)) {
    for first in 0..places.len() {
        let mut at = first;
        loop {
            let from = std::mem::replace(&mut places[at], at);
            if from == first {
                break;
            }
            swap(at, from);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_list_is_sorted_as_the_standard_library_sorts_it(
            keys in prop::collection::vec(0u8..20, 0..200),
        ) {
            let mut items: Vec<_> = keys.iter().enumerate().map(|(at, key)| (*key, at)).collect();
            let mut expected = items.clone();
            expected.sort_by_key(|(key, _)| *key);
            sort_by_key(&mut items, |(key, _)| *key);
            prop_assert_eq!(&items, &expected);
            expected.sort_by(|(a, _), (b, _)| b.cmp(a));
            sort_by(&mut items, |(a, _), (b, _)| b.cmp(a));
            prop_assert_eq!(&items, &expected);
        }
    }
}
