//! The WGSL kernels without a device: every variant parses, validates, resolves its constants and
//! translates to SPIR-V, Metal's and DirectX's language; its structs agree with Rust's; its static needs stay within WebGPU's
//! default limits.

use std::collections::BTreeSet;
use std::mem::offset_of;
use std::path::Path;

use collapse_explorer::compute::gpu::{
    BESIDE_PLANS, BasinInputs, BasinState, CallInputs, PARTS_OF_OPS, Status, StepSlot, Variant,
    kernel_names, resolve,
};
use collapse_explorer::compute::{Program, StatisticsLayout, StepInputs, StepMetrics};
use collapse_explorer::rng::Stream;
use collapse_explorer::theory::Fate;
use collapse_explorer::theory::basin::descent;
use naga::back::pipeline_constants::process_overrides;
use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};

use crate::common::recipes::RECIPES;

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

/// What goes wrong on the way to the languages of Vulkan, Metal and DirectX.
fn translations(module: &naga::Module, info: &ModuleInfo) -> Vec<String> {
    let mut wrong = Vec::new();
    let options = naga::back::spv::Options::default();
    if let Err(error) = naga::back::spv::write_vec(module, info, &options, None) {
        wrong.push(format!("SPIR-V: {error:?}"));
    }
    let options = naga::back::msl::Options {
        lang_version: (2, 0),
        ..naga::back::msl::Options::default()
    };
    let pipeline = naga::back::msl::PipelineOptions::default();
    if let Err(error) = naga::back::msl::write_string(module, info, &options, &pipeline) {
        wrong.push(format!("Metal: {error:?}"));
    }
    let options = naga::back::hlsl::Options {
        // Bindings are numbered by themselves instead of by a list.
        fake_missing_bindings: true,
        ..naga::back::hlsl::Options::default()
    };
    let pipeline = naga::back::hlsl::PipelineOptions::default();
    let mut text = String::new();
    let mut writer = naga::back::hlsl::Writer::new(&mut text, &options, &pipeline);
    if let Err(error) = writer.write(module, info, None) {
        wrong.push(format!("HLSL: {error:?}"));
    }
    wrong
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
                wrong.extend(
                    translations(&module, &info)
                        .into_iter()
                        .map(|e| format!("{variant:?}: {e}")),
                );
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
    ($type:ty: $($($field:ident).+),+ $(,)?) => {
        (
            vec![$((
                [$(stringify!($field)),+].join("."),
                offset_of!($type, $($field).+) as u32,
            )),+],
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
    let (mut members, size) = rust_layout!(StepSlot: inputs.seed, inputs.step, inputs.epoch,
        inputs.first, inputs.samples, inputs.rows, inputs.trained, inputs.slot, inputs.beta,
        inputs.learning_rate, inputs.correction1, inputs.correction2_sqrt, inputs.noise,
        inputs.free_bits, inputs.alpha, inputs.prior_variance, streamed);
    for (name, _) in &mut members {
        *name = name.replace("inputs.", "");
    }
    assert_eq!(layout_of(&module, "StepSlot"), (members, size));
    assert_eq!(
        layout_of(&module, "CallInputs"),
        rust_layout!(CallInputs: op, rows, width, outputs, count, activation, stream, flags, offset,
            scale, dequantize, logit_lambda, first_group, splits, split_depth, edge, repeats, channels,
            likelihood, kernel, stride, padding, large_height, large_width, large_channels,
            small_height, small_width, small_channels, first_sample, sample_count, decoder,
            log_gamma, chunk, block)
    );
    assert_eq!(
        layout_of(&module, "Status"),
        rust_layout!(Status: first, latched)
    );
}

/// The kernel of basin maps has structs of its own.
#[test]
fn structs_of_basin_maps_have_the_layout_of_their_twins() {
    let source = Variant::plain("basin").source().expect("a kernel");
    let module = naga::front::wgsl::parse_str(&source).expect("a module");
    let (mut members, size) = rust_layout!(BasinInputs: target_1, target_2, alpha, ratio,
        collapsible, count, steps, most_steps, padding);
    // WGSL rounds the size up to the alignment of its vectors by itself.
    members.pop();
    assert_eq!(layout_of(&module, "BasinInputs"), (members, size));
    assert_eq!(
        layout_of(&module, "BasinState"),
        rust_layout!(BasinState: w, m, tau, step, excess, fate, steps)
    );
}

/// The value of `const NAME: f32 = VALUE;` in a kernel.
fn float(kernel: &'static str, name: &str) -> f64 {
    let source = Variant::plain(kernel).source().expect("a kernel");
    let line = source
        .lines()
        .find_map(|l| l.strip_prefix(&format!("const {name}: f32 = ")))
        .unwrap_or_else(|| panic!("{kernel} has no {name}"));
    line.trim_end_matches(';').parse().expect("a number")
}

#[test]
fn constants_of_basin_maps_agree_with_their_twins() {
    for (name, value) in [
        ("REACH", descent::REACH),
        ("GROWTH", descent::GROWTH),
        ("ROUNDING", descent::ROUNDING),
        ("BELOW", descent::BELOW),
        ("NEAR", descent::NEAR),
        ("WEAKER", descent::WEAKER),
        ("TAIL", descent::TAIL),
        ("LEAST_NOISE", descent::LEAST_NOISE),
    ] {
        assert_eq!(float("basin", name), value, "{name}");
    }
    for (name, fate) in [
        ("UNFINISHED", Fate::Unfinished),
        ("COLLAPSED", Fate::Collapsed),
        ("POSITIVE", Fate::Positive),
        ("NEGATIVE", Fate::Negative),
    ] {
        assert_eq!(constant("basin", name), fate as u32, "{name}");
    }
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
    assert_eq!(constant("gather", "OPS"), Status::OPS);
    let noise = constant("reparameterize_forward", "NOISE_STREAM");
    for stream in [Stream::Epsilon, Stream::Evaluation] {
        assert_eq!(stream as u32 + noise, stream.beside() as u32);
    }
    let bits = [
        ("TRAIN_ENCODER", StepInputs::TRAIN_ENCODER),
        ("TRAIN_DECODER", StepInputs::TRAIN_DECODER),
        ("LEARN_GAMMA", StepInputs::LEARN_GAMMA),
        ("SET_GAMMA", StepInputs::SET_GAMMA),
    ];
    for (name, value) in bits {
        assert_eq!(constant("adam", name), value, "{name}");
    }
}

#[test]
fn every_op_has_a_kernel_and_every_file_is_used() {
    let mut used = BTreeSet::new();
    for (_, recipe) in RECIPES {
        let plan = recipe.plan();
        for program in [Program::Train, Program::Evaluate, Program::Decode] {
            used.extend(plan.ops(program).iter().map(|op| op.kernel().to_owned()));
        }
    }
    assert!(PARTS_OF_OPS.iter().all(|part| !used.contains(*part)));
    used.extend(PARTS_OF_OPS.map(str::to_owned));
    assert!(BESIDE_PLANS.iter().all(|kernel| !used.contains(*kernel)));
    used.extend(BESIDE_PLANS.map(str::to_owned));
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
