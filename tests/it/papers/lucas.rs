//! Experiments on Lucas et al. and on Li's reproduction of them.

use collapse_explorer::lab::Quiet;
use collapse_explorer::papers::{ALL, Context, Effort, Keep, Paper, Verdict, run};

fn context(data: Option<std::path::PathBuf>) -> Context<'static> {
    Context {
        effort: Effort::Quick,
        data,
        watcher: &Quiet,
        keep: Keep::nothing(),
    }
}

/// All of them are about images; without a folder of data each says how to get them instead of failing.
#[test]
fn without_data_each_says_how_to_get_them() {
    let papers = [Paper::Lucas2019, Paper::Li2022];
    let mut seen = 0;
    for experiment in ALL.into_iter().filter(|e| papers.contains(&e.paper)) {
        let report = run(experiment, &context(None)).expect("a report");
        assert_eq!(
            report.verdict(),
            Some(Verdict::Skipped),
            "{}",
            experiment.id
        );
        assert!(
            report.checks[0].note.contains("--data"),
            "{}",
            experiment.id
        );
        seen += 1;
    }
    assert!(seen >= 8, "{seen}");
}

/// The closed forms of figure 1 against real images, where there are some.
#[test]
fn figure_1_passes_on_mnist() {
    let Some(data) = std::env::var_os("COLLAPSE_DATA") else {
        eprintln!("SKIPPED figure_1_passes_on_mnist: COLLAPSE_DATA is not set");
        return;
    };
    let found = collapse_explorer::papers::find("lucas-fig1").expect("an experiment");
    let report = run(found, &context(Some(data.into()))).expect("a report");
    assert_eq!(report.verdict(), Some(Verdict::Pass), "{:?}", report.checks);
    assert_eq!(report.figures.len(), 3);
}
