//! The content types of an index, each once.

use std::collections::HashMap;

use crate::model::ContentType;

/// Gives each content type a place in a list. The first is the unknown type.
#[derive(Debug, Clone)]
pub(super) struct Names {
    list: Vec<ContentType>,
    places: HashMap<ContentType, u16>,
}

impl Default for Names {
    fn default() -> Self {
        let places = HashMap::from([(ContentType::UNKNOWN, 0)]);
        Self { list: vec![ContentType::UNKNOWN], places }
    }
}

impl Names {
    /// The type's place; that of the unknown type if there are too many.
    pub(super) fn place(&mut self, name: &ContentType) -> u16 {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let Ok(place) = u16::try_from(self.list.len()) else { return 0 };
        self.list.push(name.clone());
        self.places.insert(name.clone(), place);
        place
    }

    /// The type's place, if it has one, or will never have its own.
    pub(super) fn known(&self, name: &ContentType) -> Option<u16> {
        let full = self.list.len() > usize::from(u16::MAX);
        self.places.get(name).copied().or(full.then_some(0))
    }

    pub(super) fn get(&self, place: u16) -> &ContentType {
        &self.list[usize::from(place)]
    }

    pub(super) fn list(&self) -> &[ContentType] {
        &self.list
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let text: usize = self.list.iter().map(|name| name.as_str().len()).sum();
        let entry = size_of::<ContentType>() + size_of::<u16>() + 1;
        text + self.list.capacity() * size_of::<ContentType>() + self.places.capacity() * entry
    }
}
