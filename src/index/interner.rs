//! Interned content types of an index.

use std::collections::HashMap;

use crate::model::ContentType;

/// Content types by a 16-bit id. Id 0 is the unknown type.
#[derive(Debug, Clone)]
pub(super) struct Interner {
    list: Vec<ContentType>,
    ids: HashMap<ContentType, u16>,
}

impl Default for Interner {
    fn default() -> Self {
        let ids = HashMap::from([(ContentType::UNKNOWN, 0)]);
        Self { list: vec![ContentType::UNKNOWN], ids }
    }
}

impl Interner {
    /// Id of a type, added if new; 0 once all ids are taken.
    pub(super) fn intern(&mut self, name: &ContentType) -> u16 {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let Ok(id) = u16::try_from(self.list.len()) else { return 0 };
        self.list.push(name.clone());
        self.ids.insert(name.clone(), id);
        id
    }

    /// Id of a type, if it has one or will never have its own.
    pub(super) fn id(&self, name: &ContentType) -> Option<u16> {
        let full = self.list.len() > usize::from(u16::MAX);
        self.ids.get(name).copied().or(full.then_some(0))
    }

    pub(super) fn get(&self, id: u16) -> &ContentType {
        &self.list[usize::from(id)]
    }

    pub(super) fn list(&self) -> &[ContentType] {
        &self.list
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let text: usize = self.list.iter().map(|name| name.as_str().len()).sum();
        let entry = size_of::<ContentType>() + size_of::<u16>() + 1;
        text + self.list.capacity() * size_of::<ContentType>() + self.ids.capacity() * entry
    }
}
