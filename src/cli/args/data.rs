//! Which data a command works on, and what their numbers mean.

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser};

use crate::cli::error::Error;
use crate::config::{
    Colour, Constant, Crop, DataConfig, DataSource, ImageOptions, Missing, Preprocess, Scale, Split,
};

/// Reads a data source; a path need not be UTF-8.
pub(super) fn data_source() -> impl TypedValueParser<Value = DataSource> {
    OsStringValueParser::new().try_map(DataSource::from_os)
}

/// Which data.
#[derive(Debug, Clone, Args)]
pub struct DataArguments {
    /// digits, faces, gaussian:9,5,2,1,0.3, or the path of a file or folder: IDX, CIFAR binaries, NumPy, MATLAB,
    /// HDF5, tables as text, pictures, CelebA.
    #[arg(long, value_parser = data_source())]
    pub data: DataSource,
    /// Which split, where the data have several: auto is train where there is one, else what there is, which is then said.
    #[arg(long, value_enum, default_value_t)]
    pub split: Split,
    /// Use the first N items in file order.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// How values become x.
    #[arg(long, value_enum, default_value_t)]
    pub preprocess: Preprocess,
    /// λ of --preprocess logit [default: 1e-6, for colour 0.05].
    #[arg(long, value_name = "LAMBDA", allow_negative_numbers = true)]
    pub logit_lambda: Option<f64>,
    /// What stored values mean.
    #[command(flatten)]
    pub values: ValueArguments,
    /// How pictures become items.
    #[command(flatten)]
    pub pictures: PictureArguments,
}

/// What the numbers in a file mean.
#[derive(Debug, Clone, Default, Args)]
pub struct ValueArguments {
    /// What stored values are divided by: auto (decided by the values and stated), none, minmax, or a number such as 255
    /// or 65535.
    #[arg(
        long,
        value_name = "SCALE",
        default_value_t,
        allow_negative_numbers = true
    )]
    pub scale: Scale,
    /// Array to take where a file holds several, or set of images where a folder does.
    #[arg(long, value_name = "NAME")]
    pub array: Option<String>,
    /// Missing values of a table: refuse, drop their lines, or put the column's mean.
    #[arg(long, value_enum, default_value_t)]
    pub missing: Missing,
    /// Columns of a table that never change: keep or drop.
    #[arg(long, value_enum, default_value_t)]
    pub constant: Constant,
}

impl ValueArguments {
    /// `config` with what is asked for here.
    pub(super) fn asked(&self, config: DataConfig) -> DataConfig {
        DataConfig {
            scale: self.scale,
            array: self.array.clone(),
            missing: self.missing,
            constant: self.constant,
            ..config
        }
    }
}

/// How pictures become items, and which of them.
#[derive(Debug, Clone, Default, Args)]
pub struct PictureArguments {
    /// Bring pictures to this side [default: their own; folders of pictures at most 64].
    #[arg(long, value_name = "PIXELS")]
    pub side: Option<usize>,
    /// Part of a picture that is kept: auto (the centred square; CelebA's usual crop), none, or the side of the
    /// centred square in pixels.
    #[arg(long, value_name = "CROP", default_value_t)]
    pub crop: Crop,
    /// Grey or colour.
    #[arg(long, value_enum, default_value_t)]
    pub colour: Colour,
    /// Mirror pictures along their diagonal, which turns those upright that were stored column by column (EMNIST); of a
    /// table, take the columns as items.
    #[arg(long)]
    pub transpose: bool,
    /// Only items of these classes, by name or number: 0,1 or cat,dog.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub classes: Vec<String>,
    /// Labels to take where there are several: fine or coarse (CIFAR-100), an attribute (CelebA), hair, glasses,
    /// smile, pose or light (faces).
    #[arg(long, value_name = "NAME")]
    pub label: Option<String>,
}

impl PictureArguments {
    /// `config` with what is asked for here.
    pub(super) fn asked(&self, config: DataConfig) -> DataConfig {
        DataConfig {
            image: ImageOptions {
                side: self.side,
                crop: self.crop,
                colour: self.colour,
            },
            transpose: self.transpose,
            classes: self.classes.clone(),
            label: self.label.clone(),
            ..config
        }
    }
}

impl DataArguments {
    /// The validated request.
    ///
    /// # Errors
    /// [`Error::Config`] for a limit, a side or a crop of zero, or a λ out of range; [`Error::Usage`] for a λ without a
    /// logit.
    pub fn config(&self) -> Result<DataConfig, Error> {
        if self.logit_lambda.is_some() && self.preprocess != Preprocess::Logit {
            return Err(Error::Usage(
                "--logit-lambda needs --preprocess logit".into(),
            ));
        }
        let config = self.pictures.asked(self.values.asked(DataConfig {
            source: self.data.clone(),
            split: self.split,
            limit: self.limit,
            preprocess: self.preprocess,
            logit_lambda: self.logit_lambda,
            ..DataConfig::default()
        }));
        config.validate()?;
        Ok(config)
    }
}
