//! The WGSL kernels without a device: every variant parses, validates, resolves its constants and
//! translates to SPIR-V; its structs agree with Rust's; its static needs stay within WebGPU's
//! default limits.

use std::collections::BTreeSet;
use std::mem::offset_of;
use std::path::Path;

use collapse_explorer::compute::gpu::{CallInputs, Status, Variant, kernel_names, resolve};
use collapse_explorer::compute::{Program, StatisticsLayout, StepInputs, StepMetrics};
use collapse_explorer::config::{Activation, PosteriorVariance};
use naga::back::pipeline_constants::process_overrides;
use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};

use crate::common::plan;

/// Workgroup memory, invocations and storage buffers every device offers.
const MAX_SHARED_BYTES: u32 = 16_384;
const MAX_INVOCATIONS: u32 = 256;
const MAX_STORAGE_BUFFERS: usize = 8;

fn validate(module: &naga::Module) -> Result<ModuleInfo, String> {
    Validator::new(ValidationFlags::all(), Capabilities::empty())
        .validate(module)
        .map_err(|e| format!("{e:?}"))
}

/// Parses, validates and resolves the constants of a variant.
fn build(variant: Variant) -> Result<(naga::Module, ModuleInfo), String> {
    let source = variant.source().map_err(|e| e.to_string())?;
    let module = naga::front::wgsl::parse_str(&source).map_err(|e| e.emit_to_string(&source))?;
    let info = validate(&module)?;
    let constants = variant
        .constants()
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let (module, info) =
        process_overrides(&module, &info, None, &constants).map_err(|e| format!("{e:?}"))?;
    Ok((module.into_owned(), info.into_owned()))
}

/// What is beyond the default limits, in words.
fn excesses(module: &naga::Module) -> Vec<String> {
    let mut layouter = naga::proc::Layouter::default();
    layouter.update(module.to_ctx()).expect("a laid out module");
    let mut shared = 0;
    let mut storage = 0;
    for (_, variable) in module.global_variables.iter() {
        match variable.space {
            naga::AddressSpace::WorkGroup => shared += layouter[variable.ty].size,
            naga::AddressSpace::Storage { .. } => storage += 1,
            _ => {}
        }
    }
    let entry = &module.entry_points[0];
    let invocations: u32 = entry.workgroup_size.iter().product();
    let mut found = Vec::new();
    if entry.name != "main" || module.entry_points.len() != 1 {
        found.push("it must have the one entry point 'main'".into());
    }
    if shared > MAX_SHARED_BYTES {
        found.push(format!("{shared} bytes of workgroup memory"));
    }
    if invocations > MAX_INVOCATIONS {
        found.push(format!("{invocations} invocations"));
    }
    if storage > MAX_STORAGE_BUFFERS {
        found.push(format!("{storage} storage buffers"));
    }
    found
}

#[test]
fn every_variant_is_valid_and_within_the_default_limits() {
    let mut wrong = Vec::new();
    for variant in Variant::all() {
        match build(variant) {
            Err(error) => wrong.push(format!("{variant:?}: {error}")),
            Ok((module, info)) => {
                wrong.extend(
                    excesses(&module)
                        .iter()
                        .map(|e| format!("{variant:?}: {e}")),
                );
                let size = module.entry_points[0].workgroup_size;
                if size != [variant.workgroup(), 1, 1] {
                    wrong.push(format!("{variant:?}: a workgroup of {size:?}"));
                }
                let options = naga::back::spv::Options::default();
                if let Err(error) = naga::back::spv::write_vec(&module, &info, &options, None) {
                    wrong.push(format!("{variant:?}: {error:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_checks_of_a_shader_can_fail() {
    let module = naga::front::wgsl::parse_str(
        "var<workgroup> big: array<f32, 5000>;
         @compute @workgroup_size(512) fn main() { big[0] = 1.0; }",
    )
    .expect("a module");
    assert_eq!(excesses(&module).len(), 2);
    let source = Variant::plain("adam").source().expect("a kernel");
    let broken = source.replacen("let first =", "let first: u32 =", 1);
    assert_ne!(broken, source);
    assert!(
        naga::front::wgsl::parse_str(&broken).is_err_and(|e| !e.message().is_empty())
            || naga::front::wgsl::parse_str(&broken).is_ok_and(|m| validate(&m).is_err())
    );
}

/// Names and offsets of a struct's members, and its size.
fn layout_of(module: &naga::Module, name: &str) -> (Vec<(String, u32)>, u32) {
    let found = module
        .types
        .iter()
        .find(|(_, t)| t.name.as_deref() == Some(name));
    let (_, ty) = found.unwrap_or_else(|| panic!("no struct {name}"));
    let naga::TypeInner::Struct { members, span } = &ty.inner else {
        panic!("{name} is no struct");
    };
    let members = members
        .iter()
        .map(|m| (m.name.clone().expect("a named member"), m.offset))
        .collect();
    (members, *span)
}

macro_rules! rust_layout {
    ($type:ty: $($field:ident),+ $(,)?) => {
        (
            vec![$((stringify!($field).to_owned(), offset_of!($type, $field) as u32)),+],
            size_of::<$type>() as u32,
        )
    };
}

#[test]
fn structs_have_the_layout_of_their_twins() {
    let module = {
        let source = resolve("test", "//!import step\n", None).expect("the shared struct");
        naga::front::wgsl::parse_str(&source).expect("a module")
    };
    assert_eq!(
        layout_of(&module, "StepInputs"),
        rust_layout!(StepInputs: seed, step, epoch, first, samples, rows, trained, slot, beta,
            learning_rate, correction1, correction2_sqrt, noise, free_bits, alpha, prior_variance)
    );
    assert_eq!(
        layout_of(&module, "CallInputs"),
        rust_layout!(CallInputs: op, rows, width, outputs, count, activation, stream, flags, scale,
            dequantize, logit_lambda)
    );
    assert_eq!(
        layout_of(&module, "Status"),
        rust_layout!(Status: first, latched)
    );
}

/// The value of `const NAME: u32 = VALUE…;` in a kernel.
fn constant(kernel: &'static str, name: &str) -> u32 {
    let source = Variant::plain(kernel).source().expect("a kernel");
    let line = source
        .lines()
        .find_map(|l| l.strip_prefix(&format!("const {name}: u32 = ")))
        .unwrap_or_else(|| panic!("{kernel} has no {name}"));
    line.trim_end_matches("u;").parse().expect("a number")
}

#[test]
fn constants_agree_with_their_twins() {
    assert_eq!(constant("finalize", "ROW") as usize, StepMetrics::ROW);
    let fields = [
        ("MEAN_MU", StatisticsLayout::MEAN_MU),
        ("M2_MU", StatisticsLayout::M2_MU),
        ("SUM_SIGMA2", StatisticsLayout::SUM_SIGMA2),
        ("SUM_KL", StatisticsLayout::SUM_KL),
        ("COLLAPSED", StatisticsLayout::COLLAPSED),
    ];
    for (name, value) in fields {
        assert_eq!(
            constant("latent_statistics", name) as usize,
            value,
            "{name}"
        );
    }
    let source = Variant::plain("gather").source().expect("a kernel");
    assert!(source.contains(&format!("slot * {}u", Status::OPS)));
}

#[test]
fn every_op_has_a_kernel_and_every_file_is_used() {
    let mut used = BTreeSet::new();
    for variance in [PosteriorVariance::PerSample, PosteriorVariance::Global] {
        let plan = plan(4, &[3], &[3], 2, Activation::Relu, variance, 2, 5);
        for program in [Program::Train, Program::Evaluate, Program::Decode] {
            used.extend(plan.ops(program).iter().map(|op| op.kernel().to_owned()));
        }
    }
    let kernels: BTreeSet<String> = kernel_names().map(str::to_owned).collect();
    assert_eq!(used, kernels);

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("shaders");
    let stems = |path: &Path| -> BTreeSet<String> {
        let entries = std::fs::read_dir(path).expect("a readable folder");
        entries
            .map(|e| e.expect("a readable entry").path())
            .filter(|p| p.extension().is_some_and(|e| e == "wgsl"))
            .map(|p| {
                p.file_stem()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned()
            })
            .collect()
    };
    assert_eq!(stems(&folder), kernels);
    // A shared file is used if its first line of comment is in some kernel's text.
    let texts: Vec<String> = Variant::all()
        .iter()
        .map(|v| v.source().expect("a kernel"))
        .collect();
    for stem in stems(&folder.join("shared")) {
        let text = std::fs::read_to_string(folder.join(format!("shared/{stem}.wgsl")))
            .expect("a readable file");
        assert!(
            texts.iter().any(|t| t.contains(&text)),
            "{stem} is not used"
        );
    }
}
