//! One aside on the disk: its folder, its description, its lock. All of this blocks.

use std::time::Duration;

use rustix::fs::{self, AtFlags};
use rustix::io::Errno;

use super::super::folder::read_text;
use super::super::folder::{FileStat, Folder};
use super::super::lock::{WriteOptions, wait_for_lock};
use super::super::names::TemporaryKind;
use super::super::names::{self, FileKind};
use super::super::remove::empty;
use super::super::rename::rename_new;
use super::super::root::Root;
use super::super::style;
use super::super::temporary::{Like, TemporaryFile, sync};
use super::super::{os_error, set::unlink};
use super::about::About;
use crate::model::{Aside, AsideId, AsideInfo, Error, ErrorKind, Result, Timestamp};
use crate::storage::naming::new_id;

/// Larder's own directory in a storage's.
pub(super) const LARDER: &[u8] = b".larder";
/// The directory of all asides.
const ASIDE: &[u8] = b"aside";
/// The directory of asides that are being removed.
const DISCARDED: &[u8] = b"discarded";
/// The file with the description.
const ABOUT: &[u8] = b"about.json";
/// The directory that was set aside.
pub(super) const STORE: &[u8] = b"store";
/// The empty store for the swap; after it, the store that was set aside, until it is renamed.
pub(super) const NEW: &[u8] = b"new";

/// The folder of an aside, locked where it is to be changed.
pub(super) struct Entry {
    pub(super) id: AsideId,
    pub(super) folder: Folder,
    pub(super) about: About,
}

impl Entry {
    /// Makes a locked aside without contents; `folder` is the store's.
    pub(super) fn create(
        root: &Root,
        aside: &Aside,
        folder: &Folder,
        options: WriteOptions,
    ) -> Result<Self> {
        let style = style::of(folder)?;
        let (larder, made) = root.own_folder()?.make_folder(LARDER)?;
        let (asides, made_asides) = larder.make_folder(ASIDE)?;
        let id = loop {
            let id = AsideId::new(new_id()?);
            let id = id.ok_or_else(|| Error::new(ErrorKind::Io, "no id could be made"))?;
            if asides.stat(id.as_str().as_bytes())?.is_none() {
                break id;
            }
        };
        let (own, _) = asides.make_folder(id.as_str().as_bytes())?;
        let about = About::new(aside, style);
        let entry = Self { id, folder: own, about };
        wait_for_lock(&entry.folder, options.lock_timeout)?;
        kill_point();
        let like = folder.stat(names::METADATA)?.filter(|stat| stat.is_file);
        let written = entry.write_about(like, options);
        if let Err(error) = written {
            entry.remove_if_empty(root);
            return Err(error);
        }
        if options.durable {
            sync(&entry.folder)?;
            sync(&asides)?;
            if made || made_asides {
                sync(&larder)?;
                sync(&root.own_folder()?)?;
            }
        }
        Ok(entry)
    }

    fn write_about(&self, like: Option<FileStat>, options: WriteOptions) -> Result<()> {
        let (kind, text) = (TemporaryKind::Store, self.about.text());
        let like = Like::Sibling(like);
        TemporaryFile::write(&self.folder, kind, text.as_bytes(), like, options.durable)?
            .replace(ABOUT)
    }

    /// The facts about it, with this number of records.
    pub(super) fn info(&self, records: u64) -> AsideInfo {
        let about = &self.about;
        AsideInfo {
            id: self.id.clone(),
            aside: about.aside.clone(),
            records,
            at: about.at,
            maker: about.maker.clone(),
            expires_at: Some(about.expires_at()),
            in_steps: about.in_steps,
            replicas: None,
        }
    }

    /// Prolongs it, since some of it was not put back.
    pub(super) fn prolong(&mut self, options: WriteOptions) -> Result<()> {
        self.about.prolong();
        self.write_about(self.folder.stat(ABOUT)?, options)
    }

    /// Records that its contents were moved one by one.
    pub(super) fn note_steps(&mut self, options: WriteOptions) -> Result<()> {
        self.about.in_steps = true;
        self.write_about(self.folder.stat(ABOUT)?, options)
    }

    /// Opens and locks an aside.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if nothing is set aside under this id, and [`ErrorKind::Timeout`] if
    /// another larder has it.
    pub(super) fn open(root: &Root, id: &AsideId, options: WriteOptions) -> Result<Self> {
        let none = || {
            Error::new(ErrorKind::NotFound, format!("nothing is set aside as {id}"))
                .hint("it has been restored or discarded")
        };
        let entry = Self::look(root, id)?.ok_or_else(none)?;
        wait_for_lock(&entry.folder, options.lock_timeout)?;
        // Its last owner may have finished with it just now.
        let again = Self::look(root, id)?.ok_or_else(none)?;
        if !again.folder.is_same(&entry.folder) || entry.kept()?.is_none() {
            return Err(none());
        }
        Ok(entry)
    }

    /// Opens an aside without its lock; `None` if it is not there, or has no description.
    pub(super) fn look(root: &Root, id: &AsideId) -> Result<Option<Self>> {
        let Some(asides) = asides(root)? else { return Ok(None) };
        let Some(folder) = asides.folder(id.as_str().as_bytes())? else { return Ok(None) };
        let text = read_text(&folder, ABOUT)
            .map_err(|why| os_error::reading(&folder.path_of(ABOUT), why))?;
        let about = text.and_then(|(text, _)| About::read(&text));
        Ok(about.map(|about| Self { id: id.clone(), folder, about }))
    }

    /// The directory that is set aside; `None` if there is none, not yet or no longer.
    pub(super) fn kept(&self) -> Result<Option<Folder>> {
        if let Some(store) = self.folder.folder(STORE)? {
            let counts = match self.about.aside {
                Aside::Store(_) => true,
                Aside::Records(_) => holds_more_than_metadata(&store)?,
            };
            return Ok(counts.then_some(store));
        }
        let new = self.folder.folder(NEW)?;
        Ok(match new {
            Some(new) if holds_more_than_metadata(&new)? => Some(new),
            _ => None,
        })
    }

    /// Renames the swapped store to its final name.
    pub(super) fn settle(&self) -> Result<()> {
        match rename_new(&self.folder, NEW, &self.folder, STORE) {
            Ok(()) | Err(Errno::NOENT | Errno::EXIST) => Ok(()),
            Err(why) => Err(os_error::writing(&self.folder.path_of(STORE), why)),
        }
    }

    /// Removes the empty store that was made for the swap.
    pub(super) fn remove_new(&self) {
        remove_empty_store(&self.folder, NEW);
    }

    /// Removes the aside, if it has nothing but a store's metadata; returns whether it did.
    pub(super) fn remove_if_empty(&self, root: &Root) -> bool {
        if !matches!(self.kept(), Ok(None)) {
            return false;
        }
        remove_empty_store(&self.folder, NEW);
        remove_empty_store(&self.folder, STORE);
        self.remove(root)
    }

    /// Removes the aside's own folder, which no longer contains a store.
    pub(super) fn remove(&self, root: &Root) -> bool {
        let stays = |name| self.folder.stat(name).map_or(true, |stat| stat.is_some());
        if stays(NEW) || stays(STORE) {
            return false;
        }
        let _ = unlink(&self.folder, &TemporaryKind::Store.name());
        let _ = unlink(&self.folder, ABOUT);
        if let Ok(Some(asides)) = asides(root) {
            asides.remove_if_empty(self.id.as_str().as_bytes());
        }
        true
    }

    /// Makes it no aside any more in one step, then removes its contents.
    pub(super) fn discard(&self, root: &Root, options: WriteOptions) -> Result<()> {
        let (larder, _) = root.own_folder()?.make_folder(LARDER)?;
        let (asides, _) = larder.make_folder(ASIDE)?;
        let (discarded, _) = larder.make_folder(DISCARDED)?;
        let name = self.id.as_str().as_bytes();
        kill_point();
        rename_new(&asides, name, &discarded, name)
            .map_err(|why| os_error::writing(self.folder.path(), why))?;
        kill_point();
        if options.durable {
            sync(&asides)?;
        }
        free(&discarded, name, &self.folder)
    }
}

/// Removes a directory with its contents.
fn free(discarded: &Folder, name: &[u8], folder: &Folder) -> Result<()> {
    empty(folder, 0)?;
    kill_point();
    match fs::unlinkat(discarded, name, AtFlags::REMOVEDIR) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(why) => Err(os_error::writing(&discarded.path_of(name), why)),
    }
}

/// The directory of all asides; `None` if there never was one.
fn asides(root: &Root) -> Result<Option<Folder>> {
    let Some(larder) = root.own_folder()?.folder(LARDER)? else { return Ok(None) };
    larder.folder(ASIDE)
}

/// The ids of all asides, complete or not.
pub(super) fn ids(root: &Root) -> Result<Vec<AsideId>> {
    let Some(asides) = asides(root)? else { return Ok(Vec::new()) };
    let mut ids = Vec::new();
    asides.each_name(|name, kind| {
        let id = std::str::from_utf8(name).ok().and_then(AsideId::new);
        ids.extend(id.filter(|_| kind.is_dir()));
    })?;
    Ok(ids)
}

/// Removes what killed larders leave, asides without contents and half discarded ones, and expired asides.
pub(super) fn sweep(root: &Root, options: WriteOptions) {
    let now = Timestamp::now();
    let swept = || -> Result<()> {
        let Some(larder) = root.own_folder()?.folder(LARDER)? else { return Ok(()) };
        for id in ids(root)? {
            match Entry::look(root, &id)? {
                Some(entry) if is_ownerless(&entry.folder) => {
                    let is_empty = entry.remove_if_empty(root);
                    // Checked under its lock, since a restore that leaves some of it prolongs it.
                    let entry = Entry::look(root, &id)?.filter(|_| !is_empty);
                    if let Some(entry) = entry.filter(|it| it.about.expires_at() <= now) {
                        crate::logs::info!("{id} has expired, and is removed");
                        entry.discard(root, options)?;
                    }
                }
                Some(_) => {}
                None => remove_unknown(&larder, &id)?,
            }
        }
        let Some(discarded) = larder.folder(DISCARDED)? else { return Ok(()) };
        let mut names = Vec::new();
        discarded.each_name(|name, kind| {
            if kind.is_dir() {
                names.push(name.to_vec());
            }
        })?;
        for name in names {
            if let Some(folder) = discarded.folder(&name)?
                && is_ownerless(&folder)
            {
                free(&discarded, &name, &folder)?;
            }
        }
        Ok(())
    };
    if let Err(error) = swept() {
        crate::logs::warn!("what an earlier run set aside was not tidied up: {error}");
    }
}

/// Whether no larder uses the folder, which is then locked. A process that is just being started holds the
/// locks of its parent for a moment.
fn is_ownerless(folder: &Folder) -> bool {
    wait_for_lock(folder, Duration::from_millis(50)).is_ok()
}

/// Removes a folder that was made for an aside and has no description, if it is empty.
fn remove_unknown(larder: &Folder, id: &AsideId) -> Result<()> {
    let Some(asides) = larder.folder(ASIDE)? else { return Ok(()) };
    let name = id.as_str().as_bytes();
    if let Some(folder) = asides.folder(name)?
        && is_ownerless(&folder)
    {
        let _ = unlink(&folder, &TemporaryKind::Store.name());
        asides.remove_if_empty(name);
    }
    Ok(())
}

/// Whether a store's folder contains anything but the store's metadata.
pub(super) fn holds_more_than_metadata(folder: &Folder) -> Result<bool> {
    let mut more = false;
    folder.names_while(|name, _| {
        more =
            !matches!(names::classify(name), FileKind::StoreMetadata | FileKind::LarderTemporary);
        !more
    })?;
    Ok(more)
}

/// Removes a store's folder that contains only its metadata.
pub(super) fn remove_empty_store(parent: &Folder, name: &[u8]) {
    let Ok(Some(folder)) = parent.folder(name) else { return };
    if !matches!(holds_more_than_metadata(&folder), Ok(false)) {
        return;
    }
    let _ = unlink(&folder, &TemporaryKind::Store.name());
    let _ = unlink(&folder, names::METADATA);
    parent.remove_if_empty(name);
}

/// A point at which tests kill the process: between any two changes of the disk.
#[cfg(test)]
pub(super) fn kill_point() {
    super::tests::kill_point();
}

#[cfg(not(test))]
pub(super) fn kill_point() {}
