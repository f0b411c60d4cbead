//! The marks of formats that are not read, and what to do with a file of each.

/// A format that is not read.
pub(super) struct Known {
    /// Where its mark stands, and the mark.
    pub(super) at: usize,
    pub(super) mark: &'static [u8],
    /// What it is.
    pub(super) what: &'static str,
    /// What to do.
    pub(super) next: &'static str,
}

const fn known(at: usize, mark: &'static [u8], what: &'static str, next: &'static str) -> Known {
    Known {
        at,
        mark,
        what,
        next,
    }
}

const PICTURE: &str = "give the folder that holds the pictures";
const CONVERT_PICTURE: &str = "convert the pictures to PNG and give the folder that holds them";
pub(super) const UNPACK: &str = "unpack it and open what it holds";
const DECOMPRESS: &str = "decompress it and open what it holds";
const FILM: &str =
    "extract its frames as PNG files (ffmpeg -i FILE frames/%06d.png) and give their folder";
pub(super) const NOT_DATA: &str = "give the data themselves";
const PANDAS_SQL: &str = "export a table: import sqlite3, pandas; pandas.read_sql(\"select * from NAME\", \
                          sqlite3.connect(\"FILE\")).to_csv(\"x.csv\", index=False)";
const PARQUET: &str =
    "convert it: import pandas; pandas.read_parquet(\"FILE\").to_csv(\"x.csv\", index=False)";
const FEATHER: &str =
    "convert it: import pandas; pandas.read_feather(\"FILE\").to_csv(\"x.csv\", index=False)";
const R_DATA: &str = "save the table as text, in R: write.csv(x, \"x.csv\", row.names = FALSE)";
const NUMPY: &str = "save the numbers as an array: numpy.save(\"x.npy\", a)";
pub(super) const TORCH: &str = "save the tensor as an array: import torch, numpy; numpy.save(\"x.npy\", torch.load(\"FILE\").numpy()) \
                     (of a tuple or dictionary, one of its tensors)";
pub(super) const PICKLE: &str = "a pickle can run any program, so it is not opened; if you trust it: import pickle, numpy; a = \
                      pickle.load(open(\"FILE\", \"rb\")); numpy.save(\"x.npy\", a)";
pub(super) const JOBLIB: &str =
    "save the array: import joblib, numpy; numpy.save(\"x.npy\", joblib.load(\"FILE\"))";
pub(super) const CIFAR: &str = "get the binary version (cifar-10-binary.tar.gz), or convert it: import pickle, numpy; b = \
                     pickle.load(open(\"FILE\", \"rb\"), encoding=\"bytes\"); numpy.savez(\"x.npz\", \
                     x=b[b\"data\"].reshape(-1, 3, 32, 32), y=b[b\"labels\"])";
pub(super) const TFRECORD: &str = "save the arrays: import numpy, tensorflow_datasets as tfds; d = tfds.as_numpy(tfds.load(NAME, \
                        split=\"train\", batch_size=-1)); numpy.savez(\"x.npz\", x=d[\"image\"], y=d[\"label\"])";
pub(super) const EXCEL: &str = "save the sheet as CSV";
pub(super) const HDF5: &str = "convert it: import h5py, numpy; f = h5py.File(\"FILE\"); print(list(f)); numpy.save(\"x.npy\", \
                    f[\"NAME\"][:])";
pub(super) const MAT_4: &str = "save it anew, in MATLAB: save('x.mat', '-v7'), or in Python: import scipy.io; \
                     scipy.io.savemat(\"x.mat\", scipy.io.loadmat(\"FILE\"))";
pub(super) const WEB: &str = "it was probably saved in place of the file because the site wants a login or a click: download it \
                   again";
const LFS: &str = "the file itself was not fetched: run git lfs pull in its repository";

/// Formats of data, told by a mark in their first bytes.
pub(super) const DATA: &[Known] = &[
    known(0, b"\x89HDF\r\n\x1a\n", "an HDF5 file", HDF5),
    known(0, b"PAR1", "a Parquet file", PARQUET),
    known(0, b"ARROW1", "an Arrow (Feather) file", FEATHER),
    known(0, b"FEA1", "a Feather file", FEATHER),
    known(0, b"Obj\x01", "an Avro file", PARQUET),
    known(0, b"ORC", "an ORC file", PARQUET),
    known(0, b"SQLite format 3\0", "an SQLite database", PANDAS_SQL),
    known(
        16,
        b"\xde\xc0\xef\xbe",
        "an LMDB database",
        "read its entries with the program that made it (in Python, lmdb.open) and save them as one array: numpy.save(\"x.npy\", a)",
    ),
    known(0, b"\x0a\x23\xd7\xce", "an MXNet RecordIO file", NUMPY),
    known(0, b"RDX2\n", "an R data file (.rda)", R_DATA),
    known(0, b"RDX3\n", "an R data file (.rda)", R_DATA),
    known(0, b"X\n\0\0\0\x02", "an R data file (.rds)", R_DATA),
    known(0, b"X\n\0\0\0\x03", "an R data file (.rds)", R_DATA),
    known(0, b"A\n2\n", "an R data file (.rds)", R_DATA),
    known(0, b"A\n3\n", "an R data file (.rds)", R_DATA),
    known(
        0,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an old Office file, perhaps Excel (.xls)",
        EXCEL,
    ),
    known(
        0,
        b"<stata_dta>",
        "a Stata file",
        "convert it: import pandas; pandas.read_stata(\"FILE\").to_csv(\"x.csv\", index=False)",
    ),
    known(
        0,
        b"$FL2",
        "an SPSS file",
        "convert it: import pandas; pandas.read_spss(\"FILE\").to_csv(\"x.csv\", index=False)",
    ),
    known(0, b"CDF\x01", "a NetCDF file", NUMPY),
    known(0, b"CDF\x02", "a NetCDF file", NUMPY),
    known(0, b"CDF\x05", "a NetCDF file", NUMPY),
    known(
        0,
        b"SIMPLE  =",
        "a FITS file",
        "save its array: import astropy.io.fits, numpy; numpy.save(\"x.npy\", astropy.io.fits.getdata(\"FILE\"))",
    ),
    known(128, b"DICM", "a DICOM picture", CONVERT_PICTURE),
    known(344, b"n+1\0", "a NIfTI volume", NUMPY),
    known(
        0,
        b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.",
        "a PyTorch file of the old kind",
        TORCH,
    ),
    known(
        257,
        b"ustar",
        "a tar archive",
        "unpack it (tar xf FILE) and open the folder",
    ),
    known(0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", UNPACK),
    known(0, b"Rar!\x1a\x07", "a RAR archive", UNPACK),
    known(
        0,
        b"BZh",
        "a bzip2 file",
        "decompress it (bunzip2 FILE) and open what it holds",
    ),
    known(
        0,
        b"\xfd7zXZ\0",
        "an xz file",
        "decompress it (unxz FILE) and open what it holds",
    ),
    known(
        0,
        b"\x28\xb5\x2f\xfd",
        "a Zstandard file",
        "decompress it (zstd -d FILE) and open what it holds",
    ),
    known(0, b"\x04\x22\x4d\x18", "an LZ4 file", DECOMPRESS),
    known(
        0,
        b"\x1f\x9d",
        "a file of the old compress program (.Z)",
        "decompress it (uncompress FILE) and open what it holds",
    ),
    known(
        0,
        b"\x1f\x8b",
        "gzip inside gzip",
        "decompress it once (gunzip FILE)",
    ),
    known(0, b"II*\0", "a TIFF picture", PICTURE),
    known(0, b"MM\0*", "a TIFF picture", PICTURE),
    known(0, b"8BPS", "a Photoshop picture", CONVERT_PICTURE),
    known(
        0,
        b"\x76\x2f\x31\x01",
        "an OpenEXR picture",
        CONVERT_PICTURE,
    ),
    known(0, b"\0\0\0\x0cjP  ", "a JPEG 2000 picture", CONVERT_PICTURE),
    known(4, b"ftypheic", "a HEIC picture", CONVERT_PICTURE),
    known(4, b"ftypavif", "an AVIF picture", CONVERT_PICTURE),
    known(4, b"ftyp", "a film (MP4)", FILM),
    known(0, b"\x1a\x45\xdf\xa3", "a film (Matroska or WebM)", FILM),
    known(8, b"AVI ", "a film (AVI)", FILM),
    known(
        8,
        b"WAVE",
        "a sound",
        "save its samples, cut to vectors of one length, as an array: numpy.save(\"x.npy\", a)",
    ),
    known(
        0,
        b"fLaC",
        "a sound (FLAC)",
        "save its samples, cut to vectors of one length, as an array: numpy.save(\"x.npy\", a)",
    ),
    known(
        0,
        b"ID3",
        "a sound (MP3)",
        "save its samples, cut to vectors of one length, as an array: numpy.save(\"x.npy\", a)",
    ),
    known(
        0,
        b"version https://git-lfs.github.com/spec/",
        "a Git LFS pointer instead of the file",
        LFS,
    ),
];

/// Other formats, which nobody takes for data once they know.
pub(super) const OTHER: &[Known] = &[
    known(0, b"\x89PNG", "a PNG picture", PICTURE),
    known(0, b"\xff\xd8\xff", "a JPEG picture", PICTURE),
    known(0, b"GIF8", "a GIF picture", PICTURE),
    known(0, b"BM", "a BMP picture", PICTURE),
    known(8, b"WEBP", "a WebP picture", PICTURE),
    known(0, b"%PDF", "a PDF document", NOT_DATA),
    known(0, b"GGUF", "weights of a network (GGUF)", NOT_DATA),
    known(0, b"\x7fELF", "a program", NOT_DATA),
    known(0, b"MZ", "a program", NOT_DATA),
];
