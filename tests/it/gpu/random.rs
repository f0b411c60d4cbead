//! The random stream on a device: integers bit for bit, floats closely.

use collapse_explorer::compute::gpu::resolve;
use collapse_explorer::rng::{Stream, normal, permute, threefry2x32, unit_from_bits};

/// Numbers asked for, and words of answer to each.
const COUNT: usize = 4096;
const WORDS: usize = 5;

/// Item i: the two words of a Threefry call, the uniform of the first, a normal, and a permuted
/// index, as bits.
const KERNEL: &str = "//!import random
@group(0) @binding(0) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = id.x;
    let words = threefry2x32(vec2<u32>(i * 2654435761u, 3u), vec2<u32>(i, ~i));
    out[5u * i] = words.x;
    out[5u * i + 1u] = words.y;
    out[5u * i + 2u] = bitcast<u32>(unit_from_bits(words.x));
    out[5u * i + 3u] = bitcast<u32>(random_normal(7u, 3u, i, 11u));
    out[5u * i + 4u] = permute(5u, i / 1000u, 1000u, i % 1000u);
}";

/// The kernel's output.
fn answers() -> Vec<[u32; WORDS]> {
    let backends = wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12;
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends,
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let adapters = pollster::block_on(instance.enumerate_adapters(backends));
    let adapter = adapters.first().expect("an adapter");
    let request = adapter.request_device(&wgpu::DeviceDescriptor::default());
    let (device, queue) = pollster::block_on(request).expect("a device");
    let source = resolve("test", KERNEL, None).expect("the shared random stream");
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: None,
        source: wgpu::ShaderSource::Wgsl(source.into()),
    });
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: None,
        layout: None,
        module: &module,
        entry_point: None,
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    });
    let size = (COUNT * WORDS * 4) as u64;
    let buffer = |usage| {
        device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size,
            usage,
            mapped_at_creation: false,
        })
    };
    let out = buffer(wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC);
    let staging = buffer(wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
    let bindings = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: None,
        layout: &pipeline.get_bind_group_layout(0),
        entries: &[wgpu::BindGroupEntry {
            binding: 0,
            resource: out.as_entire_binding(),
        }],
    });
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, &bindings, &[]);
        pass.dispatch_workgroups((COUNT / 64) as u32, 1, 1);
    }
    encoder.copy_buffer_to_buffer(&out, 0, &staging, 0, size);
    queue.submit([encoder.finish()]);
    staging.map_async(wgpu::MapMode::Read, .., |result| result.expect("a mapping"));
    device
        .poll(wgpu::PollType::wait_indefinitely())
        .expect("a finished device");
    let view = staging.get_mapped_range(..).expect("mapped bytes");
    view.chunks_exact(WORDS * 4)
        .map(bytemuck::pod_read_unaligned)
        .collect()
}

#[test]
fn random_integers_are_exact_and_normals_close() {
    for (i, got) in answers().into_iter().enumerate() {
        let i = i as u32;
        let [a, b] = threefry2x32([i.wrapping_mul(2_654_435_761), 3], [i, !i]);
        let order = permute(5, i / 1000, 1000, i % 1000);
        let exact = [a, b, unit_from_bits(a).to_bits(), order];
        assert_eq!([got[0], got[1], got[2], got[4]], exact, "number {i}");
        let expected = normal(7, Stream::Epsilon, i, 11);
        let got = f32::from_bits(got[3]);
        assert!(
            (expected - got).abs() < 2e-6 * (1.0 + expected.abs()),
            "{i}: {expected} {got}"
        );
    }
}
