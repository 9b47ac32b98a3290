//! Files in, raw features out; rows out into files. 读取外来文件，写出文件
//!
//! A city hands over whatever it has: GeoJSON, GeoPackage, Shapefile in GBK, a spreadsheet with 经度 and 纬度, an OSM extract.
//! This room turns each into one stream of [`RawFeature`]s in WGS84 lon/lat and says, per feature, what it could not read,
//! where that is, and how to mend it. It knows no governance noun: what a "grid" is gets decided by whoever reads the stream.
//!
//! ```no_run
//! let source = geju_formats::open("buildings.shp".as_ref(), &geju_formats::OpenOptions::default())?;
//! for item in source {
//!     match item {
//!         Ok(feature) => println!("{} {:?}", feature.index, feature.geometry),
//!         Err(geju_formats::Trouble::Feature(bad)) => eprintln!("{bad}"),
//!         Err(geju_formats::Trouble::File(broken)) => eprintln!("stopped: {broken}"),
//!     }
//! }
//! # Ok::<(), geju_formats::FormatError>(())
//! ```

mod angle;
pub mod crs;
mod delimited;
mod encoding;
mod feature;
mod flatgeobuf;
mod gate;
mod geojson;
mod geopackage;
mod keyhole;
pub mod limits;
mod osm;
mod records;
mod shapefile;
mod sniff;
mod source;
mod spreadsheet;
mod table;
mod text_file;
mod unzip;
mod wkb;
mod wkt;
pub mod write;

pub use crs::Crs;
pub use encoding::TextEncoding;
pub use feature::{BadFeature, FormatError, Note, RawFeature, RawValue, Trouble};
pub use sniff::{ACCEPTED, Format, sniff};
pub use source::{Detected, OpenOptions, Source, layers, open};
