//! Checks whether this user may write: the system is asked, and nothing is tried. All of this blocks.

use rustix::fs::{self, Access, AtFlags, FileType};

use super::folder::Folder;
use super::os_error;
use super::root::Root;
use crate::model::{Error, Examined, Result, Right};

/// Limit on the folders of stores that are checked.
const STORES: usize = 1000;

/// Why nothing can be made or removed in this folder, if so.
pub(super) fn refused(folder: &Folder) -> Option<Error> {
    let wanted = Access::WRITE_OK | Access::EXEC_OK;
    let why = fs::accessat(folder, ".", wanted, AtFlags::EACCESS).err()?;
    Some(os_error::writing(folder.path(), why))
}

/// The rights of the user.
pub(super) fn examine(root: &Root) -> Result<Examined> {
    // Without any stores, their folder has to be made.
    let Some(stores) = root.stores()? else {
        let allowed = refused(&root.own_folder()?).is_none();
        let command = "writing to the storage's folder";
        let rights = vec![Right { to: "create stores", command, allowed: Some(allowed) }];
        return Ok(Examined { rights, ..Examined::default() });
    };
    let mut names = Vec::new();
    stores.names_while(|name, kind| {
        if kind == FileType::Directory {
            names.push(name.to_owned());
        }
        names.len() < STORES
    })?;
    let folders = names.iter().map(|name| stores.folder(name));
    let changes = folders.flatten().flatten().all(|folder| refused(&folder).is_none());
    let right = |to, command, allowed| Right { to, command, allowed: Some(allowed) };
    let rights = vec![
        right("change records", "writing to the folder of a store", changes),
        right("create stores", "writing to key_value_stores", refused(&stores).is_none()),
    ];
    Ok(Examined { rights, ..Examined::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_write_may_change_and_create() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::open(folder.path()).unwrap();
        let told = || {
            let rights = examine(&root).unwrap().rights;
            rights.iter().map(|right| (right.to, right.allowed)).collect::<Vec<_>>()
        };
        assert_eq!(told(), [("create stores", Some(true))]);
        std::fs::create_dir_all(folder.path().join("key_value_stores/shop")).unwrap();
        assert_eq!(told(), [("change records", Some(true)), ("create stores", Some(true))]);
    }
}
