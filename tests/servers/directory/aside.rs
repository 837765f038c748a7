//! Set aside in a directory: beside the stores, found by the next run, refused where writes are.

use larder::model::{Aside, AsideList, ErrorKind};
use larder::storage::Options;

use super::{Directory, connect};
use crate::contract::{put, store};
use crate::short::Short as _;

#[tokio::test]
async fn asides_are_no_stores_and_are_found_by_the_next_run() {
    let made = Directory::with(&Options::default()).await;
    let shop = store(made.storage(), "shop").await;
    put(made.storage(), &shop, "key", "x").await;
    let info = made.storage().set_aside(&Aside::Store(shop.clone())).await.unwrap();
    assert_eq!(made.storage().all_stores().await.unwrap(), []);
    let path = made.folder.path().join(".larder/aside").join(info.id.as_str());
    assert!(path.join("store/key").exists(), "beside the stores");
    assert!(made.store("shop").parent().unwrap().exists());

    let next = connect(made.folder.path(), &Options::default()).await;
    assert_eq!(next.asides(AsideList::All).await.unwrap(), std::slice::from_ref(&info));
    let options = Options { read_only: true, ..Options::default() };
    let reads = connect(made.folder.path(), &options).await;
    assert_eq!(reads.asides(AsideList::All).await.unwrap().len(), 1);
    assert_eq!(
        reads.restore(&info.id, &larder::model::Progress::default()).await.unwrap_err().kind,
        ErrorKind::ReadOnly
    );
    assert_eq!(reads.discard(&info.id).await.unwrap_err().kind, ErrorKind::ReadOnly);
    let refused = reads.set_aside(&Aside::Store(shop.clone())).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::ReadOnly);

    next.restore(&info.id, &larder::model::Progress::default()).await.unwrap();
    assert_eq!(next.get_metadata(&shop).await.unwrap().records, Some(1));
    assert!(!path.exists());
}
