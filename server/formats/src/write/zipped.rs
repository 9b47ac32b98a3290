//! Formats that hold one layer a file: one layer is the file itself, several travel in a zip archive.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{Done, Layer, Losses, Row, WriteError, WriteOptions, Writer};

type Begin = fn(&Path, WriteOptions) -> Done<Box<dyn Writer>>;

/// One file each.
pub(super) struct Each {
    path: PathBuf,
    ending: &'static str,
    options: WriteOptions,
    begin: Begin,
    current: Option<Box<dyn Writer>>,
    /// Files that are done, by the names they get in the archive.
    parts: Vec<(String, PathBuf)>,
    losses: Losses,
}

impl Each {
    pub(super) fn create(path: &Path, ending: &'static str, options: WriteOptions, begin: Begin) -> Done<Self> {
        Ok(Self {
            path: path.to_owned(),
            ending,
            options,
            begin,
            current: None,
            parts: Vec::new(),
            losses: Losses::new(),
        })
    }

    fn close(&mut self) -> Done {
        if let Some(writer) = self.current.take() {
            add(&mut self.losses, writer.finish()?);
        }
        Ok(())
    }
}

pub(super) fn add(losses: &mut Losses, more: Losses) {
    for (word, n) in more {
        *losses.entry(word).or_default() += n;
    }
}

impl Writer for Each {
    fn layer(&mut self, layer: &Layer) -> Done {
        self.close()?;
        let file = if self.options.layers == 1 {
            self.path.clone()
        } else {
            let name = format!("{}.{}", layer.name, self.ending);
            let file = beside(&self.path, &name);
            self.parts.push((name, file.clone()));
            file
        };
        let mut writer = (self.begin)(&file, self.options)?;
        writer.layer(layer)?;
        self.current = Some(writer);
        Ok(())
    }

    fn row(&mut self, row: &Row) -> Done {
        match &mut self.current {
            Some(writer) => writer.row(row),
            None => Err(WriteError::Other("a row came before its layer".into())),
        }
    }

    fn finish(mut self: Box<Self>) -> Done<Losses> {
        self.close()?;
        if self.options.layers != 1 {
            pack(&self.path, &self.parts)?;
        }
        Ok(std::mem::take(&mut self.losses))
    }
}

/// A file that passes on the way to `path`, in the same folder.
pub(super) fn beside(path: &Path, name: &str) -> PathBuf {
    path.with_file_name(format!("part-{name}"))
}

/// Puts files into one archive and takes them away.
pub(super) fn pack(path: &Path, parts: &[(String, PathBuf)]) -> Done {
    let failed = |error: zip::result::ZipError| match error {
        zip::result::ZipError::Io(error) => error.into(),
        other => WriteError::other(other),
    };
    let mut archive = ZipWriter::new(BufWriter::new(File::create(path)?));
    for (name, part) in parts {
        let mut file = File::open(part)?;
        let big = file.metadata()?.len() > u32::MAX.into();
        let options = SimpleFileOptions::default().large_file(big);
        archive.start_file(name.as_str(), options).map_err(failed)?;
        io::copy(&mut file, &mut archive)?;
        std::fs::remove_file(part)?;
    }
    archive.finish().map_err(failed)?.flush()?;
    Ok(())
}
