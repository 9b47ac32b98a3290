//! The doors of this house's OGC wing.

use super::{api, collections, conformance, items, landing, one, queryables, tiles, write};
use crate::http::doors::{Door, GEOJSON, IF_MATCH, IF_NONE_MATCH, JSON, KEY, Parameter, header, query};
use crate::http::tiles::MVT;
use axum::routing::{MethodRouter, delete, get, options, post, put};

const CRS_ENUM: &str = r#"{"type":"string","enum":["http://www.opengis.net/def/crs/OGC/1.3/CRS84","http://www.opengis.net/def/crs/EPSG/0/4326","http://www.opengis.net/def/crs/EPSG/0/4490","http://www.opengis.net/def/crs/EPSG/0/3857"],"default":"http://www.opengis.net/def/crs/OGC/1.3/CRS84"}"#;

const FORMAT: Parameter = query(
    "f",
    r#"{"type":"string","enum":["json","geojson"]}"#,
    "Format of the answer; there is one",
);
const SET_FORMAT: Parameter = query(
    "f",
    r#"{"type":"string","enum":["json","tilejson"]}"#,
    "Metadata as OGC has it, or TileJSON",
);
const TILE_FORMAT: Parameter = query(
    "f",
    r#"{"type":"string","enum":["mvt"]}"#,
    "Format of the tile; there is one",
);
const SELECTION: Parameter = query(
    "collections",
    r#"{"type":"string","example":"compound,building"}"#,
    "Layers, joined by commas; all where none is named",
);
const CRS: Parameter = query(
    "crs",
    CRS_ENUM,
    "Coordinate system of the answer, axes as its authority has them",
);
const CONTENT_CRS: Parameter = header(
    "Content-Crs",
    r#"{"type":"string"}"#,
    "Coordinate system of the body, <uri>",
);

const ITEMS: &str = "/ogc/collections/{collection}/items";
const ITEM: &str = "/ogc/collections/{collection}/items/{id}";

pub fn doors() -> Vec<Door> {
    let mut all = meta();
    all.extend(features());
    all.extend(tile_doors());
    all
}

fn meta() -> Vec<Door> {
    let read = |path, handler: MethodRouter<_>, says| Door::new("GET", path, handler, says).takes(&[FORMAT]);
    vec![
        read("/ogc", get(landing), "Landing page").answers(200, JSON, "OgcLinks"),
        read("/ogc/api", get(api::description), "These doors in OpenAPI 3.0").answers(200, api::MEDIA, "OpenApi"),
        read("/ogc/conformance", get(conformance), "What is conformed to").answers(200, JSON, "OgcConformance"),
        read("/ogc/collections", get(collections), "Layers").answers(200, JSON, "OgcCollections"),
        read("/ogc/collections/{collection}", get(one), "One layer")
            .answers(200, JSON, "OgcCollection")
            .refuses(&[404]),
        read(
            "/ogc/collections/{collection}/queryables",
            get(queryables::of),
            "What items of a layer may be chosen by, as a JSON Schema",
        )
        .answers(200, queryables::MEDIA, "OgcQueryables")
        .refuses(&[404]),
    ]
}

fn features() -> Vec<Door> {
    let choice = [
        query(
            "bbox",
            r#"{"type":"string","example":"104.0,30.6,104.1,30.7"}"#,
            "Lower left and upper right corner; items whose ground meets the box",
        ),
        query("bbox-crs", CRS_ENUM, "Coordinate system of bbox"),
        query(
            "limit",
            r#"{"type":"integer","minimum":1,"maximum":1000,"default":100}"#,
            "Items on one page; at most 1,000 come, however many are asked for",
        ),
        query(
            "offset",
            r#"{"type":"integer","minimum":0,"default":0}"#,
            "Items to pass over; the link to the next page is steadier",
        ),
        query("cursor", r#"{"type":"string"}"#, "Part of the link to the next page"),
        query(
            "datetime",
            r#"{"type":"string","example":"2026-01-01/.."}"#,
            "Items in force, or standing, at this time or within this stretch",
        ),
        query(
            "filter",
            r#"{"type":"string","example":"name LIKE '%A%'"}"#,
            "CQL2, at most 16 KiB; the queryables say by what",
        ),
        query(
            "filter-lang",
            r#"{"type":"string","enum":["cql2-text","cql2-json","cql-text"],"default":"cql2-text"}"#,
            "Language of filter; cql-text is what older programs call cql2-text",
        ),
        query("filter-crs", CRS_ENUM, "Coordinate system of the shapes in filter"),
        CRS,
        FORMAT,
    ];
    vec![
        Door::new(
            "GET",
            ITEMS,
            get(items::list),
            "Items of a layer by id; any queryable as name=value",
        )
        .takes(&choice)
        .answers(200, GEOJSON, "OgcItems")
        // An address with a long filter in it does not fit into a request's head.
        .says_nothing(431)
        .refuses(&[404, 422]),
        Door::new("POST", ITEMS, post(write::create), "Draw a place")
            .takes(&[CONTENT_CRS, KEY])
            .body("OgcNewItem")
            .answers(201, GEOJSON, "OgcItem")
            .refuses(&[404, 405]),
        Door::new(
            "OPTIONS",
            ITEMS,
            options(write::options_of_items),
            "What may be done here",
        )
        .says_nothing(200)
        .refuses(&[404]),
        Door::new("GET", ITEM, get(items::one), "One item")
            .takes(&[CRS, FORMAT, IF_NONE_MATCH])
            .answers(200, GEOJSON, "OgcItem")
            .says_nothing(304)
            .refuses(&[404]),
        Door::new("PUT", ITEM, put(write::replace), "Replace a place by a new version")
            .takes(&[CONTENT_CRS, IF_MATCH])
            .body("OgcNewItem")
            .answers(200, GEOJSON, "OgcItem")
            .refuses(&[404, 405, 412, 428]),
        Door::new("DELETE", ITEM, delete(write::delete), "Retire a place")
            .takes(&[IF_MATCH])
            .says_nothing(204)
            .refuses(&[404, 405, 412, 428]),
        Door::new(
            "OPTIONS",
            ITEM,
            options(write::options_of_item),
            "What may be done here",
        )
        .says_nothing(200)
        .refuses(&[404]),
    ]
}

fn tile_doors() -> Vec<Door> {
    let tile = |path, handler: MethodRouter<_>, says| {
        Door::new("GET", path, handler, says)
            .untouched()
            .answers(200, MVT, "Tile")
            .says_nothing(204)
            .says_nothing(304)
            .refuses(&[404, 422, 503])
    };
    vec![
        Door::new(
            "GET",
            "/ogc/tileMatrixSets",
            get(tiles::matrix_sets),
            "Tile matrix sets",
        )
        .takes(&[FORMAT])
        .answers(200, JSON, "OgcAny"),
        Door::new(
            "GET",
            "/ogc/tileMatrixSets/{tileMatrixSetId}",
            get(tiles::matrix_set),
            "One tile matrix set",
        )
        .takes(&[FORMAT])
        .answers(200, JSON, "OgcAny")
        .refuses(&[404]),
        Door::new(
            "GET",
            "/ogc/tiles",
            get(tiles::sets_of_all),
            "Tile sets of all layers together",
        )
        .takes(&[FORMAT])
        .answers(200, JSON, "OgcTilesets"),
        Door::new(
            "GET",
            "/ogc/tiles/{tileMatrixSetId}",
            get(tiles::set_of_all),
            "Metadata of the tiles of all layers together",
        )
        .takes(&[SET_FORMAT, SELECTION])
        .answers(200, JSON, "OgcTileset")
        .refuses(&[404]),
        tile(
            "/ogc/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
            get(tiles::tile_of_all),
            "One tile of all layers together",
        )
        .takes(&[TILE_FORMAT, SELECTION, IF_NONE_MATCH]),
        Door::new(
            "GET",
            "/ogc/collections/{collection}/tiles",
            get(tiles::sets_of_one),
            "Tile sets of a layer",
        )
        .takes(&[FORMAT])
        .answers(200, JSON, "OgcTilesets")
        .refuses(&[404]),
        Door::new(
            "GET",
            "/ogc/collections/{collection}/tiles/{tileMatrixSetId}",
            get(tiles::set_of_one),
            "Metadata of the tiles of a layer",
        )
        .takes(&[SET_FORMAT])
        .answers(200, JSON, "OgcTileset")
        .refuses(&[404]),
        tile(
            "/ogc/collections/{collection}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
            get(tiles::tile_of_one),
            "One tile of a layer",
        )
        .takes(&[TILE_FORMAT, IF_NONE_MATCH]),
    ]
}
