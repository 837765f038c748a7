//! One store, for programs: values by their Rust types, keys, and changes.

use std::io;

use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use super::{Changes, Storage};
use crate::model::{
    ContentType, Error, ErrorKind, Family, JsonLayout, Key, OpenBy, Reading, Record, RecordMeta,
    RecordState, Result, Scan, SetValue, StoreInfo, StoreName, Value, Want, Write, WriteOutcome,
    Written,
};

/// A store of a storage, by its internal name. It is not looked up before its first use.
///
/// ```
/// use larder::model::OpenBy;
/// use larder::storage::{self, Options, Target};
///
/// #[derive(serde::Serialize, serde::Deserialize, PartialEq, Debug)]
/// struct Page {
///     title: String,
///     price: f64,
/// }
///
/// # #[tokio::main]
/// # async fn main() -> larder::model::Result<()> {
/// # let folder = tempfile::tempdir().unwrap();
/// # let target = folder.path().to_str().unwrap();
/// // A directory; `redis://127.0.0.1:6379` is as good.
/// let storage = storage::connect(&Target::parse(target)?, &Options::default()).await?;
/// let shop = storage.open_store(&OpenBy::Name("shop".into())).await?;
///
/// let tin = Page { title: "Tin".into(), price: 2.5 };
/// shop.set_json("page-1", &tin).await?;
/// assert_eq!(shop.get_json::<Page>("page-1").await?, Some(tin));
/// assert_eq!(shop.get_json::<Page>("page-2").await?, None);
///
/// shop.set_text("note", "sold out").await?;
/// assert_eq!(shop.get_text("note").await?.as_deref(), Some("sold out"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Store<'a> {
    storage: &'a dyn Storage,
    name: StoreName,
}

impl dyn Storage {
    /// The store of this internal name: its name, else its alias, else `default`.
    pub fn store(&self, name: impl Into<StoreName>) -> Store<'_> {
        Store { storage: self, name: name.into() }
    }

    /// Opens a store as [`open`](Storage::open) does; creates it where it is missing, except by id.
    ///
    /// # Errors
    /// Those of [`open`](Storage::open).
    pub async fn open_store(&self, by: &OpenBy) -> Result<Store<'_>> {
        Ok(self.store(self.open(by).await?.info.store))
    }
}

impl<'a> Store<'a> {
    /// The internal name.
    pub fn name(&self) -> &StoreName {
        &self.name
    }

    /// The store's metadata, record count and times.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such store.
    pub async fn info(&self) -> Result<StoreInfo> {
        self.storage.get_metadata(&self.name).await
    }

    /// A record as it is stored, damaged or not; `None` if there is none.
    pub async fn get(&self, key: impl Into<Key>) -> Result<Option<Record>> {
        let reading = self.storage.read(&self.name, &key.into(), Want::Whole).await?;
        Ok(reading.map(Reading::into_record))
    }

    /// A JSON value as a Rust type; None is read as `null`. `None` if there is no such record.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] if the record is not whole, or its value is not JSON (Python's `NaN` is not,
    /// here); [`ErrorKind::Usage`] if it has another content type, or cannot be read as this Rust type;
    /// [`ErrorKind::NotSupported`] if it is nested over 127 deep.
    pub async fn get_json<T: DeserializeOwned>(&self, key: impl Into<Key>) -> Result<Option<T>> {
        let Some(record) = self.whole(key.into()).await? else { return Ok(None) };
        let key = record.meta.key.named();
        let content_type = &record.meta.content_type;
        let json: &[u8] = match content_type.family() {
            Family::None => b"null",
            _ if content_type.is_json() => &record.value,
            _ => {
                let problem = format!("{key} is {content_type}, not JSON");
                return Err(Error::new(ErrorKind::Usage, problem));
            }
        };
        serde_json::from_slice(json).map(Some).map_err(|why| match why.classify() {
            serde_json::error::Category::Data => {
                Error::new(ErrorKind::Usage, format!("{key} is not such a value: {why}"))
            }
            // JSON that Crawlee reads may be nested deeper than the 128 levels that serde_json reads.
            _ if why.to_string().starts_with("recursion limit") => {
                let problem = format!("{key} is nested too deep: {why}");
                Error::new(ErrorKind::NotSupported, problem).hint("read its bytes with get")
            }
            _ => Error::new(ErrorKind::Damaged, format!("{key} is not JSON: {why}")),
        })
    }

    /// A value as UTF-8 text, whatever its content type; `None` if there is no such record.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] if the record is not whole; [`ErrorKind::Usage`] if it is not UTF-8.
    pub async fn get_text(&self, key: impl Into<Key>) -> Result<Option<String>> {
        let Some(record) = self.whole(key.into()).await? else { return Ok(None) };
        let key = record.meta.key.named();
        String::from_utf8(record.value.into())
            .map(Some)
            .map_err(|_| Error::new(ErrorKind::Usage, format!("{key} is not UTF-8")))
    }

    /// Sets a value as JSON, in Crawlee's layout for this storage; `null` is stored as None.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for a value that is not JSON, such as a map whose keys are not texts; and those
    /// of [`set_bytes`](Self::set_bytes).
    pub async fn set_json<T: Serialize + ?Sized>(
        &self,
        key: impl Into<Key>,
        value: &T,
    ) -> Result<RecordMeta> {
        let layout = self.storage.session().json_layout;
        let json = json(value, layout)
            .map_err(|why| Error::new(ErrorKind::Usage, format!("it cannot be JSON: {why}")))?;
        let value = if json == "null" { Value::None } else { Value::Json(json) };
        self.set(key.into(), value, None).await
    }

    /// Sets a text, as `text/plain`.
    ///
    /// # Errors
    /// Those of [`set_bytes`](Self::set_bytes).
    pub async fn set_text(
        &self,
        key: impl Into<Key>,
        text: impl Into<String>,
    ) -> Result<RecordMeta> {
        self.set(key.into(), Value::Text(text.into()), None).await
    }

    /// Sets bytes of any content type. Replaces whatever is there; [`Storage::commit`] compares before.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such store, [`ErrorKind::ReadOnly`] where writing is not
    /// allowed, [`ErrorKind::InDoubt`] if the connection broke and it is unknown whether it was written; it
    /// is never written twice.
    pub async fn set_bytes(
        &self,
        key: impl Into<Key>,
        bytes: impl Into<Bytes>,
        content_type: impl Into<ContentType>,
    ) -> Result<RecordMeta> {
        self.set(key.into(), Value::Bytes(bytes.into()), Some(content_type.into())).await
    }

    /// Deletes a record; returns whether there was one.
    ///
    /// # Errors
    /// Those of [`set_bytes`](Self::set_bytes).
    pub async fn delete(&self, key: impl Into<Key>) -> Result<bool> {
        let write = Write::Delete { store: self.name.clone(), keys: vec![key.into()] };
        Ok(self.write(&write).await?.records > 0)
    }

    /// The records whose keys start with `prefix`, in Crawlee's order by the keys' bytes, without their
    /// values. They are read a page at a time, on demand.
    ///
    /// ```
    /// # use futures::TryStreamExt as _;
    /// # use larder::{model::OpenBy, storage::{self, Options, Target}};
    /// # #[tokio::main]
    /// # async fn main() -> larder::model::Result<()> {
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let target = Target::parse(folder.path().to_str().unwrap())?;
    /// # let storage = storage::connect(&target, &Options::default()).await?;
    /// # let shop = storage.open_store(&OpenBy::Default).await?;
    /// for key in ["page-2", "page-1", "shelf"] {
    ///     shop.set_text(key, "…").await?;
    /// }
    /// let pages: Vec<_> = shop.keys("page-").try_collect().await?;
    /// assert_eq!(pages[0].key.as_str(), Some("page-1"));
    /// assert_eq!((pages.len(), pages[1].size), (2, 3));
    /// # Ok(())
    /// # }
    /// ```
    pub fn keys(&self, prefix: impl Into<Vec<u8>>) -> BoxStream<'a, Result<RecordMeta>> {
        let pages = self.storage.scan(&self.name, Scan::sorted().with_prefix(prefix));
        pages.map_ok(|page| stream::iter(page.to_metas()).map(Ok)).try_flatten().boxed()
    }

    /// The changes from now on, record by record.
    ///
    /// ```
    /// # use larder::model::{OpenBy, RecordEvent};
    /// # use larder::storage::{self, Options, Target};
    /// # #[tokio::main]
    /// # async fn main() -> larder::model::Result<()> {
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let target = Target::parse(folder.path().to_str().unwrap())?;
    /// # let storage = storage::connect(&target, &Options::default()).await?;
    /// # let shop = storage.open_store(&OpenBy::Default).await?;
    /// let mut changes = shop.changes().await?;
    /// shop.set_text("page-1", "sold out").await?;
    /// 'watching: while let Some(events) = changes.next().await? {
    ///     for event in events {
    ///         if let RecordEvent::New(record) = event {
    ///             assert_eq!(record.key.as_str(), Some("page-1"));
    ///             break 'watching;
    ///         }
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The store is not there or cannot be read.
    pub async fn changes(&self) -> Result<Changes<'a>> {
        Changes::begin(self.storage, self.name.clone(), false).await
    }

    /// The present records, as new ones, and then the changes: no change in between is missed.
    ///
    /// # Errors
    /// The store is not there or cannot be read.
    pub async fn records_and_changes(&self) -> Result<Changes<'a>> {
        Changes::begin(self.storage, self.name.clone(), true).await
    }

    /// A record, if both of its halves are there.
    async fn whole(&self, key: Key) -> Result<Option<Record>> {
        let Some(record) = self.get(key).await? else { return Ok(None) };
        let what = match &record.meta.state {
            RecordState::Whole | RecordState::WrongSize(_) | RecordState::BareFile => {
                return Ok(Some(record));
            }
            RecordState::NoValue => "has no value",
            RecordState::SeveralFiles(_) => "is several files",
            _ => "has no metadata that can be read",
        };
        let problem = format!("{} {what}", record.meta.key.named());
        Err(Error::new(ErrorKind::Damaged, problem))
    }

    async fn set(
        &self,
        key: Key,
        value: Value,
        content_type: Option<ContentType>,
    ) -> Result<RecordMeta> {
        let (value, content_type) = value.encode(content_type);
        let size = value.len() as u64;
        let meta = RecordMeta { key: key.clone(), content_type, size, ..RecordMeta::default() };
        let set = SetValue::new(self.name.clone(), key, value, meta.content_type.clone());
        let write = Write::Set(set);
        Ok(self.write(&write).await?.meta.unwrap_or(meta))
    }

    /// Writes once, and finds out the outcome where no answer came.
    async fn write(&self, write: &Write) -> Result<Written> {
        let doubt = match self.storage.write(write).await {
            Err(why) if why.kind == ErrorKind::InDoubt => why,
            answered => return answered,
        };
        match self.storage.resolve(write).await? {
            WriteOutcome::Applied(written) | WriteOutcome::There(written) => Ok(written),
            WriteOutcome::Refused(why) => Err(why),
            WriteOutcome::NotApplied => {
                let problem = "connection lost, the write was not made";
                Err(Error::new(ErrorKind::Connection, problem).hint("try again"))
            }
            _ => Err(doubt),
        }
    }
}

/// A value in the layout of Python's `json.dumps`.
fn json<T: Serialize + ?Sized>(value: &T, layout: JsonLayout) -> serde_json::Result<String> {
    let mut bytes = Vec::new();
    match layout {
        JsonLayout::OneLine => {
            value.serialize(&mut Serializer::with_formatter(&mut bytes, OneLine))?;
        }
        JsonLayout::Indented => {
            value.serialize(&mut Serializer::with_formatter(&mut bytes, PrettyFormatter::new()))?;
        }
    }
    // The output of serde_json is UTF-8.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A formatter for one line, with a space behind each comma and colon.
struct OneLine;

impl Formatter for OneLine {
    fn begin_array_value<W: io::Write + ?Sized>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_key<W: io::Write + ?Sized>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_value<W: io::Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }
}
