//! Shapefiles in a zip archive: .shp, .shx, .dbf, .prj and .cpg, a set for each layer and sort of shape.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use ::shapefile::{Point, Polygon, ShapeWriter};
use geo_types::Geometry;

use super::dbf::Dbf;
use super::zipped::{beside, pack};
use super::{Column, Done, Layer, Losses, Row, Shapes, WriteError, WriteOptions, Writer};

const PRJ: &str = r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;
const ENDINGS: [&str; 5] = ["shp", "shx", "dbf", "prj", "cpg"];

pub(super) struct Shapefiles {
    path: PathBuf,
    options: WriteOptions,
    columns: Vec<Column>,
    /// Name of the layer and whether it has spots beside areas.
    layer: (String, bool),
    areas: Option<Set>,
    spots: Option<Set>,
    parts: Vec<(String, PathBuf)>,
    losses: Losses,
}

/// One set of files.
struct Set {
    shapes: ShapeWriter<BufWriter<File>>,
    table: Dbf,
}

impl Shapefiles {
    pub(super) fn create(path: &Path, options: WriteOptions) -> Done<Self> {
        File::create(path)?;
        Ok(Self {
            path: path.to_owned(),
            options,
            columns: Vec::new(),
            layer: Default::default(),
            areas: None,
            spots: None,
            parts: Vec::new(),
            losses: Losses::new(),
        })
    }

    fn set(&mut self, name: &str) -> Done<Set> {
        for ending in ENDINGS {
            let name = format!("{name}.{ending}");
            let part = beside(&self.path, &name);
            self.parts.push((name, part));
        }
        let file = |ending: &str| beside(&self.path, &format!("{name}.{ending}"));
        std::fs::write(file("prj"), PRJ)?;
        std::fs::write(file("cpg"), if self.options.gbk { "GBK" } else { "UTF-8" })?;
        let open = |ending: &str| File::create(file(ending)).map(BufWriter::new);
        Ok(Set {
            shapes: ShapeWriter::with_shx(open("shp")?, open("shx")?),
            table: Dbf::create(&file("dbf"), &self.columns, self.options.gbk)?,
        })
    }

    fn close(&mut self) -> Done {
        for set in [self.areas.take(), self.spots.take()].into_iter().flatten() {
            let Set { mut shapes, table } = set;
            shapes.finalize().map_err(WriteError::other)?;
            table.finish()?;
        }
        Ok(())
    }
}

impl Writer for Shapefiles {
    fn layer(&mut self, layer: &Layer) -> Done {
        self.close()?;
        self.columns = layer.columns.clone();
        self.layer = (layer.name.clone(), layer.shapes == Shapes::Mixed);
        if layer.shapes == Shapes::Areas {
            self.areas = Some(self.set(&layer.name)?);
        }
        Ok(())
    }

    fn row(&mut self, row: &Row) -> Done {
        let is_spot = matches!(row.geometry, Geometry::Point(_));
        if is_spot && self.spots.is_none() {
            // Spots alone go by the layer's own name.
            let name = self.layer.0.clone();
            self.spots = Some(self.set(&name)?);
        } else if !is_spot && self.areas.is_none() {
            let name = format!("{}_area", self.layer.0);
            self.areas = Some(self.set(&name)?);
        }
        let (Some(set), losses) = (
            if is_spot { &mut self.spots } else { &mut self.areas },
            &mut self.losses,
        ) else {
            return Err(WriteError::Other("a row came before its layer".into()));
        };
        match &row.geometry {
            Geometry::Point(p) => set.shapes.write_shape(&Point::new(p.x(), p.y())),
            Geometry::Polygon(p) => set.shapes.write_shape(&Polygon::from(p.clone())),
            Geometry::MultiPolygon(m) => set.shapes.write_shape(&Polygon::from(m.clone())),
            _ => return Err(WriteError::Other("a Shapefile takes spots and areas".into())),
        }
        .map_err(WriteError::other)?;
        set.table.row(&row.values, losses)
    }

    fn finish(mut self: Box<Self>) -> Done<Losses> {
        self.close()?;
        pack(&self.path, &self.parts)?;
        Ok(std::mem::take(&mut self.losses))
    }
}
