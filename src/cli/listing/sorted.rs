//! Keys that are listed in another order than their own: all are read before the first is printed.

use futures::StreamExt as _;
use futures::stream::BoxStream;

use crate::cli::progress::Progress;
use crate::index::{Builder, Index, Query, RowOrder};
use crate::model::{Error, ErrorKind, KeyPage, RecordMeta, Result};

/// Keys in their order. A million take some 40 MB.
pub(super) struct List {
    index: Index,
    order: RowOrder,
}

/// Reads all, and sorts.
///
/// # Errors
/// What reading them fails with, and [`ErrorKind::NotSupported`] for keys of more than 4 GiB.
pub(super) async fn list(
    mut pages: BoxStream<'_, Result<KeyPage>>,
    query: &Query,
    progress: &Progress,
) -> Result<List> {
    let mut builder = Builder::new();
    while let Some(page) = pages.next().await {
        let page = page?;
        progress.add(page.len() as u64);
        builder.add(&page);
    }
    let index = builder.finish();
    if index.left_out() > 0 {
        let problem = "too many keys to be sorted";
        return Err(
            Error::new(ErrorKind::NotSupported, problem).hint("use --prefix, or leave out --sort")
        );
    }
    let order = RowOrder::new(&index, query, &|| true).unwrap_or_default();
    Ok(List { index, order })
}

impl List {
    /// So many rows at most, the first ones.
    pub(super) fn rows(&self, limit: Option<usize>) -> impl Iterator<Item = RecordMeta> {
        let rows = self.order.iter().filter_map(|row| self.index.get(row));
        rows.take(limit.unwrap_or(usize::MAX))
    }
}
