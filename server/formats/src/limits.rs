//! Every limit of this room, with its reason. A file of any size may be read; what one feature may cost is bounded.

/// Vertices of one feature, 顶点数. The largest real outline we met (a district with its rivers) has 60,000; two million
/// vertices in one outline is a mistake or an attack, and checking it would take minutes.
pub const VERTICES_PER_FEATURE_MAX: usize = 200_000;

/// Text of one GeoJSON feature in bytes. 200,000 vertices with 15 decimals and a height take 12 MB; the rest is attributes.
pub const FEATURE_TEXT_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Nesting of brackets in JSON. A MultiPolygon in a collection nests 10 deep; 64 leaves room and cannot exhaust a stack.
pub const JSON_DEPTH_MAX: usize = 64;

/// Nesting of elements in XML. KML folders in the wild reach about 12.
pub const XML_DEPTH_MAX: usize = 64;

/// Text of one XML element in bytes: 200,000 coordinates of 40 characters.
pub const XML_TEXT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Bytes of one property value as text. Longer text is a document, not an attribute.
pub const PROPERTY_BYTES_MAX: usize = 64 * 1024;

/// Bytes of all property values of one feature together.
pub const PROPERTIES_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Columns of a table, or properties of one feature. The widest census table we met has 300.
pub const COLUMNS_MAX: usize = 500;

/// Bytes of one line of GeoJSON text sequence, and of one CSV record (a WKT column may hold a whole outline).
pub const RECORD_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Rows of a spreadsheet: what the format itself allows.
pub const ROWS_MAX: u32 = 1_048_576;

/// Bytes of one zip entry after unpacking. A sheet with a million rows and ten columns has about 200 MB of XML.
pub const ZIP_ENTRY_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Bytes of the shared strings of a spreadsheet after unpacking: they stay in memory for the whole read.
pub const SHARED_STRINGS_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Bytes of the small parts of a spreadsheet (styles, relations, theme): they are read whole by the library.
pub const SPREADSHEET_PART_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// How many times larger an unpacked entry may be than its packed bytes. XML of spreadsheets reaches 30, deflate's own
/// ceiling is 1,032; small entries are exempt because a few kilobytes harm nobody.
pub const ZIP_RATIO_MAX: u64 = 250;

/// Entries below this size are never a bomb, whatever their ratio.
pub const ZIP_RATIO_FREE_BYTES: u64 = 4 * 1024 * 1024;

/// Entries of a zip archive.
pub const ZIP_ENTRIES_MAX: usize = 10_000;

/// A zipped Shapefile is unpacked to a temporary folder; its parts may take this much disk each.
pub const ZIPPED_SHAPEFILE_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;

/// Bytes of one FlatGeobuf feature: 200,000 vertices of 32 bytes (x, y, z, m), and attributes.
pub const FLATGEOBUF_FEATURE_BYTES_MAX: u32 = 32 * 1024 * 1024;

/// Bytes of a FlatGeobuf header: columns and a CRS.
pub const FLATGEOBUF_HEADER_BYTES_MAX: u32 = 10 * 1024 * 1024;

/// Nodes of an OSM extract whose place is kept in memory while ways are built: 16 bytes each, so 64 million nodes take
/// 1 GiB. A province has about 10 million.
pub const OSM_NODES_MAX: usize = 64_000_000;

/// Node references of member ways kept in memory for OSM relations: 8 bytes each, 512 MiB.
pub const OSM_MEMBER_REFS_MAX: usize = 64_000_000;

/// Pairs of segments looked at while rings of one OSM relation are put together. Ordinary relations need a few per segment.
pub const OSM_SEGMENT_PAIRS_MAX: u64 = 200_000_000;

/// Steps of SQLite's machine a GeoPackage query may take without giving a row, about ten seconds: a view in a foreign
/// file may never end.
pub const GEOPACKAGE_STEPS_PER_ROW_MAX: u64 = 500_000_000;

/// Bytes of one GeoPackage geometry: 200,000 vertices of 32 bytes (x, y, z, m), and the counts of many small rings.
pub const GEOPACKAGE_GEOMETRY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Bytes looked at to tell what a file is and which encoding its text has.
pub const SNIFF_BYTES: usize = 64 * 1024;

/// Bytes of a text file looked through for its first words beyond ASCII: about 200,000 rows of a table, a few milliseconds.
pub const ENCODING_LOOK_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Bytes of such words that are enough to tell the encoding.
pub const ENCODING_SAMPLE_BYTES: usize = 256 * 1024;

/// Features waiting between the reading thread and the caller: enough to keep both busy, few enough to bound memory.
pub const WAITING_FEATURES: usize = 16;

/// Stack of the reading thread.
pub const READER_STACK_BYTES: usize = 8 * 1024 * 1024;
