//! `translate`: β of a loss in somebody's code.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

use serde::Serialize;

use crate::convention::{ErrorTerm, Reading, Sizes, notebook, read_loss};

use super::args::TranslateArguments;
use super::error::Error;

/// Most bytes of a file; notebooks hold pictures.
const LIMIT: u64 = 64 << 20;

/// The JSON object; its keys are a contract.
#[derive(Debug, Serialize)]
struct Report {
    beta: Option<f64>,
    weight: Option<f64>,
    eta_enc: Option<f64>,
    found: Vec<String>,
    assumed: Vec<String>,
    unread: Vec<String>,
}

/// Runs the command.
pub(super) fn run(arguments: &TranslateArguments) -> Result<(), Error> {
    let gamma = crate::config::positive("γ", arguments.gamma.unwrap_or(1.0))?;
    for (name, size) in [
        ("data dimension", arguments.dim),
        ("latents", arguments.latent),
        ("batch", arguments.batch),
    ] {
        if let Some(size) = size {
            crate::config::in_range(name, size, 1, 1_000_000_000)?;
        }
    }
    let name = if arguments.file == Path::new("-") {
        "standard input".to_owned()
    } else {
        format!("'{}'", arguments.file.display())
    };
    let code = code(&arguments.file, &name)?;
    let reading = read_loss(&code).ok_or(Error::NoLoss(name))?;
    let report = report(reading, arguments, gamma);
    let mut out = std::io::stdout().lock();
    let text = if arguments.json {
        serde_json::to_string(&report).map_err(|e| Error::Print(e.into()))? + "\n"
    } else {
        describe(&report)
    };
    out.write_all(text.as_bytes()).map_err(Error::Print)
}

/// The code of a file or of standard input; of a notebook, that of its cells.
fn code(path: &Path, name: &str) -> Result<String, Error> {
    let read = |source| Error::Read {
        name: name.to_owned(),
        source,
    };
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        let stdin = std::io::stdin().lock();
        stdin
            .take(LIMIT + 1)
            .read_to_end(&mut bytes)
            .map_err(read)?;
    } else {
        let file = File::open(path).map_err(read)?;
        file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(read)?;
    }
    if bytes.len() as u64 > LIMIT {
        return Err(Error::TooLong {
            name: name.to_owned(),
            limit: LIMIT,
        });
    }
    let text = String::from_utf8(bytes).map_err(|e| Error::NotText {
        name: name.to_owned(),
        byte: e.utf8_error().valid_up_to(),
    })?;
    if path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("ipynb"))
    {
        return notebook(&text).map_err(|reason| Error::Convention {
            name: name.to_owned(),
            reason,
        });
    }
    Ok(text)
}

fn report(reading: Reading, arguments: &TranslateArguments, gamma: f64) -> Report {
    let Reading {
        mut assumed,
        mut unread,
        ..
    } = reading.clone();
    // What was given, else what the code says, else nothing.
    let own = reading.sizes;
    let mut sizes = [1; 3];
    for (at, (option, symbol, given, own)) in [
        ("--dim", "d", arguments.dim, own.dim),
        ("--latent", "κ", arguments.latent, own.latents),
        ("--batch", "the batch", arguments.batch, own.batch),
    ]
    .into_iter()
    .enumerate()
    {
        match given.or(own) {
            Some(size) => sizes[at] = size,
            None if reading.needs()[at] => {
                unread.push(format!("{symbol}, on which β depends: give {option}"));
            }
            None => {}
        }
        if let (None, Some(size), true) = (given, own, reading.needs()[at]) {
            assumed.push(format!("{symbol} = {size}, as the code says"));
        }
    }
    if arguments.gamma.is_none() && reading.form.error == ErrorTerm::Squared {
        assumed.push("γ = 1".into());
    }
    let sizes = Sizes {
        dim: sizes[0],
        latents: sizes[1],
        batch: sizes[2],
        gamma,
    };
    let beta = reading
        .beta(&sizes)
        .filter(|b| b.is_finite() && unread.is_empty());
    if beta.is_none() && unread.is_empty() {
        unread.push("a β beyond all numbers at these sizes and γ".into());
    }
    let known = unread.iter().all(|u| !u.contains("on which β depends"));
    Report {
        beta: beta.map(short),
        weight: reading
            .weight
            .filter(|_| known)
            .map(|w| short(w.at(&sizes))),
        eta_enc: reading.eta_enc.map(short),
        found: reading.found,
        assumed,
        unread,
    }
}

/// A number without what rounding left behind: twelve digits.
fn short(value: f64) -> f64 {
    format!("{value:.11e}").parse().unwrap_or(value)
}

fn describe(report: &Report) -> String {
    let mut text = match report.beta {
        Some(beta) => format!("β = {beta}\n"),
        None => "no β\n".to_owned(),
    };
    for (what, lines) in [
        ("found", &report.found),
        ("assumed", &report.assumed),
        ("not read", &report.unread),
    ] {
        for line in lines {
            text += &format!("{what}: {line}\n");
        }
    }
    text
}
