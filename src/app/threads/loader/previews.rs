//! The side thread of the data loader that looks at data before they are loaded: it may do so while others load.

use std::sync::Arc;

use crate::app::state::protocol::{NoPreview, PreviewRequest, Previewed, Strip};
use crate::data::{self, Preview, Store};
use crate::thread::{Handle, Latest, Link, Newest, Waker, caught};

/// Longest side in pixels of a preview's pictures on screen.
const SIDE: usize = 128;

/// A handle to the thread; dropping it cancels, stops and joins.
pub(crate) struct Previews {
    requests: Latest<PreviewRequest>,
    answers: Latest<Previewed>,
    newest: Newest,
    handle: Handle,
}

impl Previews {
    /// Starts the thread, idle; what is kept in `store` is known to be decoded already.
    ///
    /// # Errors
    /// The system's error if it cannot start a thread.
    pub fn spawn(store: Store, waker: Waker) -> std::io::Result<Self> {
        let (requests, answers) = (Latest::default(), Latest::default());
        let newest = Newest::default();
        let (inbox, shown, valid) = (requests.clone(), answers.clone(), newest.clone());
        let handle = Handle::spawn("data-previews", waker, move |link| {
            while let Some(request) = link.next(|| inbox.take()) {
                if let Some(answer) = answer(request, &store, &link, &valid) {
                    link.show(&shown, answer);
                }
            }
        })?;
        Ok(Self {
            requests,
            answers,
            newest,
            handle,
        })
    }

    /// Asks; an older question still unanswered is given up.
    pub fn ask(&self, request: PreviewRequest) {
        self.newest.set(request.number);
        self.requests.put(request);
        self.handle.nudge();
    }

    /// The newest answer, if one came since the last call.
    pub fn answer(&self) -> Option<Previewed> {
        self.answers.take()
    }
}

/// The answer to a question; none if it was given up for a newer one, which will be answered.
fn answer(
    request: PreviewRequest,
    store: &Store,
    link: &Link,
    newest: &Newest,
) -> Option<Previewed> {
    let wanted = |_: data::Progress| !link.is_stopping() && newest.is(request.number);
    let made = caught(|| {
        let preview = data::preview_cancellable(&request.config, request.seed, store, &wanted)?;
        let strip = strip(&preview);
        Ok::<_, data::Error>((Arc::new(preview), Arc::new(strip)))
    });
    let outcome = match made {
        Ok(Ok(made)) => Ok(made),
        Ok(Err(data::Error::Cancelled)) => return None,
        Ok(Err(error)) => Err(NoPreview {
            reason: error.to_string(),
            choice_may_help: choice_may_help(&error),
        }),
        Err(reason) => Err(NoPreview {
            reason: format!("looking at {} panicked: {reason}", request.config.source),
            choice_may_help: false,
        }),
    };
    Some(Previewed { request, outcome })
}

fn choice_may_help(error: &data::Error) -> bool {
    matches!(
        error,
        data::Error::Folder { .. }
            | data::Error::Choice { .. }
            | data::Error::NoSuchLabel { .. }
            | data::Error::Preprocessing { .. }
            | data::Error::TooLarge { .. }
    )
}

/// The pictures of a preview; none of plain vectors.
fn strip(preview: &Preview) -> Strip {
    let (data, shape) = (&preview.first, preview.first.shape);
    if !shape.is_image() {
        return Strip {
            item: [0; 2],
            items: Vec::new(),
        };
    }
    // Large pictures are thinned out: the window shows them small.
    let step = shape.height.max(shape.width).div_ceil(SIDE);
    let (width, height) = (shape.width.div_ceil(step), shape.height.div_ceil(step));
    let items = (0..data.len())
        .map(|item| {
            let row = data.display_row(item);
            let pixel = |y: usize, x: usize| {
                let at = (y * shape.width + x) * shape.channels;
                [0, 1, 2].map(|c| row[at + c.min(shape.channels - 1)])
            };
            (0..shape.height)
                .step_by(step)
                .flat_map(|y| (0..shape.width).step_by(step).map(move |x| (y, x)))
                .flat_map(|(y, x)| pixel(y, x))
                .collect()
        })
        .collect();
    Strip {
        item: [width, height],
        items,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Dataset, ImageShape, Pixels};

    fn preview(height: usize, width: usize, channels: usize, bytes: Vec<u8>) -> Preview {
        Preview {
            first: Dataset {
                shape: ImageShape {
                    height,
                    width,
                    channels,
                },
                pixels: Pixels::Bytes(bytes),
                ..Dataset::default()
            },
            count: 1,
            bytes: 0,
            on_disk: false,
            labels: Vec::new(),
            arrays: Vec::new(),
            decoding: None,
        }
    }

    #[test]
    fn pictures_are_rgb_and_large_ones_thinned_out() {
        let grey = strip(&preview(2, 2, 1, vec![1, 2, 3, 4]));
        assert_eq!(grey.item, [2, 2]);
        assert_eq!(grey.items, [[1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]]);
        let bytes = (0..300 * 200)
            .flat_map(|i| [(i % 200) as u8, 0, 9])
            .collect();
        let large = strip(&preview(300, 200, 3, bytes));
        assert_eq!(large.item, [67, 100]);
        assert_eq!(large.items[0].len(), 67 * 100 * 3);
        assert_eq!(large.items[0][3..6], [3, 0, 9]);
        assert!(strip(&preview(1, 6, 1, vec![0; 6])).items.is_empty());
    }
}
