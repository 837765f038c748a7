//! Turns a value's bytes and content type into rows to show, without losing a byte.

mod unit;
mod visible;
mod width;

pub use visible::{visible, visible_bytes};
pub use width::{cells, fit, fit_middle};
// STUB
pub mod json { use bytes::Bytes; #[derive(Debug)] pub struct JsonFault{pub line:usize,pub column:usize,pub offset:usize,pub message:String}
pub fn check(_b:&[u8])->Result<(),JsonFault>{Ok(())} pub fn compact(b:&[u8])->Vec<u8>{b.to_vec()} pub fn pretty(b:&[u8])->String{String::from_utf8_lossy(b).into_owned()} #[allow(dead_code)] fn x(_:Bytes){} }
use crate::storage::Record;
#[derive(Debug,Clone,Copy,PartialEq,Eq,Default)] pub enum Mode{#[default]Auto,Text,Hex,Raw}
#[derive(Debug,Clone,Copy,PartialEq,Eq)] pub enum Kind{Json,Text,Hex,None,Empty}
#[derive(Debug,Clone,Copy,PartialEq,Eq)] pub enum Hit{No,Match,Current}
#[derive(Debug,Clone,Copy,PartialEq,Eq)] pub enum Role{Plain,Key,String,Number,Literal,Punctuation,Offset,Hex,Ascii,Symbol,Dim}
#[derive(Debug)] pub struct Preview; #[derive(Debug,Clone,Copy,Default,PartialEq,Eq)] pub struct Scroll{pub line:usize,pub sub:usize,pub column:usize}
#[derive(Debug,Clone,Copy)] pub struct Viewport{pub width:u16,pub height:u16,pub wrap:bool}
#[derive(Debug,Clone)] pub struct Matches; impl Matches{pub fn len(&self)->usize{0} pub fn is_empty(&self)->bool{true} pub fn from_here(&mut self,_:&Preview,_:Scroll){} pub fn next(&mut self){} pub fn previous(&mut self){} pub fn current_offset(&self)->Option<usize>{None} pub fn position(&self)->Option<usize>{None} pub fn is_capped(&self)->bool{false}}
pub struct Span{pub text:String,pub role:Role,pub hit:Hit} pub struct Row{pub number:Option<usize>,pub spans:Vec<Span>}
impl Preview{ pub fn build_as(_:&Record,_:Mode)->Self{Self} pub fn kind(&self)->Kind{Kind::Text} pub fn note(&self)->Option<&str>{None}
pub fn rows(&self,_:Scroll,_:Viewport,_:Option<&Matches>)->Vec<Row>{vec![]} pub fn scroll_by(&self,s:Scroll,_:isize,_:Viewport)->Scroll{s} pub fn top(&self)->Scroll{Scroll::default()} pub fn bottom(&self,_:Viewport)->Scroll{Scroll::default()}
pub fn sideways(&self,s:Scroll,_:isize,_:Viewport)->Scroll{s} pub fn fraction(&self,_:Scroll,_:Viewport)->f32{0.0} pub fn reveal(&self,s:Scroll,_:usize,_:Viewport)->Scroll{s} pub fn find(&self,_:&str)->Matches{Matches}}
