//! Keys that are listed in another order than their own: all keys are read before the first is printed.

use futures::StreamExt as _;
use futures::stream::BoxStream;

use crate::cli::progress::Progress;
use crate::index::{Builder, Index, Query, RowOrder};
use crate::model::{Error, ErrorKind, KeyPage, RecordMeta, Result};

/// Keys in their order. A million keys take some 40 MB.
pub(super) struct List {
    index: Index,
    order: RowOrder,
}

/// Reads all keys and sorts them.
///
/// # Errors
/// The error of reading them, and [`ErrorKind::NotSupported`] for keys of more than 4 GiB.
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
    /// The first rows, at most this number.
    pub(super) fn rows(&self, limit: Option<usize>) -> impl Iterator<Item = RecordMeta> {
        let rows = self.order.iter().filter_map(|row| self.index.get(row));
        rows.take(limit.unwrap_or(usize::MAX))
    }
}
