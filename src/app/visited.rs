//! The places that were left by a jump: back to them, and forward again.

use crate::model::{Key, StoreName};

use super::App;

/// Limit on the places that are kept in each direction.
const MOST: usize = 100;

/// A place: a store, and the key under the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The store.
    pub store: StoreName,
    /// The key, if there is one.
    pub key: Option<Key>,
}

/// The places behind the present one and ahead of it, the nearest last.
#[derive(Debug, Clone, Default)]
pub struct Visited {
    behind: Vec<Place>,
    ahead: Vec<Place>,
}

impl Visited {
    /// Takes note of a place that is left by a jump. What one went back from is forgotten then.
    pub(super) fn leave(&mut self, place: Place) {
        self.ahead.clear();
        put(&mut self.behind, place);
    }

    /// Goes a step back, or forward; gives the place to go to. `here`: the present place.
    pub(super) fn step(&mut self, back: bool, here: Option<Place>) -> Option<Place> {
        let (from, to) = if back {
            (&mut self.behind, &mut self.ahead)
        } else {
            (&mut self.ahead, &mut self.behind)
        };
        // One may stand where one came from.
        while from.last().is_some() && from.last() == here.as_ref() {
            from.pop();
        }
        let place = from.pop()?;
        if let Some(here) = here {
            put(to, here);
        }
        Some(place)
    }

    /// Whether there is a place to go to.
    pub(super) fn has(&self, back: bool) -> bool {
        !(if back { &self.behind } else { &self.ahead }).is_empty()
    }
}

/// The present place: the store that is open, and the key under the cursor.
pub(super) fn here(app: &App) -> Option<Place> {
    let store = app.keys.store.clone()?;
    Some(Place { store, key: app.keys.current().map(|meta| meta.key) })
}

/// Takes note of the present place, which is about to be left.
pub(super) fn leave(app: &mut App) {
    if let Some(place) = here(app) {
        app.visited.leave(place);
    }
}

/// Adds a place, unless it is the last one already; the oldest is forgotten.
fn put(places: &mut Vec<Place>, place: Place) {
    if places.last() == Some(&place) {
        return;
    }
    if places.len() == MOST {
        places.remove(0);
    }
    places.push(place);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(key: &str) -> Place {
        Place { store: "shop".into(), key: Some(key.into()) }
    }

    #[test]
    fn one_goes_back_and_forward_and_a_new_jump_begins_anew() {
        let mut visited = Visited::default();
        assert!(!visited.has(true) && visited.step(true, Some(place("a"))).is_none());
        for key in ["a", "b", "b"] {
            visited.leave(place(key));
        }
        assert_eq!(visited.step(true, Some(place("c"))), Some(place("b")));
        assert_eq!(visited.step(true, Some(place("b"))), Some(place("a")));
        assert_eq!(visited.step(true, Some(place("a"))), None);
        assert_eq!(visited.step(false, Some(place("a"))), Some(place("b")));
        assert_eq!(visited.step(false, Some(place("b"))), Some(place("c")));
        assert!(!visited.has(false));
        assert_eq!(visited.step(true, Some(place("c"))), Some(place("b")));
        visited.leave(place("b"));
        assert!(!visited.has(false), "a jump goes on from here");
        (0..200).for_each(|at| visited.leave(place(&at.to_string())));
        assert_eq!(visited.behind.len(), MOST);
    }
}
