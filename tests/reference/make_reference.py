"""Ten Adam steps of three networks in PyTorch, float64, for the program's own steps to be compared with.

    python3 tests/reference/make_reference.py

writes `tests/reference/*.json`, which `tests/it/training/reference.rs` reads. Nothing here comes from the program
but the meaning of its settings: the networks are `torch.nn` modules, the gradients autograd's, the optimiser
`torch.optim.Adam`. Initial weights, the order of the batches and ε come from the same random stream, written a
second time in `rng.py`. They are float32 numbers in the program, and so is x; the run starts from the same.

The program hands its devices the constants of a step (learning rate, Adam's bias corrections and ε, the ε and
momentum of a normalisation) as float32, whatever the device computes in. The main run uses them as rounded, so
that a float64 device differs by summation order alone; `plain_loss` is the loss of a second run whose constants
are PyTorch's own.
"""

import json
import pathlib
import sys

import numpy as np
import torch

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "benches")]

import rng  # noqa: E402
from collapse_net import Options, Vae  # noqa: E402

STEPS = 10
F32 = np.float32

RUNS = {
    # Lucas et al. 2019 on images of the size of MNIST's; log γ is learned.
    "lucas": {
        "shape": [28, 28, 1],
        "encoder": "1024,512",
        "decoder": "512,1024",
        "latents": 200,
        "activation": "relu",
        "variance": "per_sample",
        "preprocess": "none",
        "items": 512,
        "batch": 128,
        "seed": 5,
        "beta": 1.0,
        "gamma": 1.0,
        "gamma_mode": "learned",
        "learning_rate": 1e-3,
    },
    # Every kind of layer: strides, padding at the far edge, transposed convolutions with and without extra rows,
    # normalised images and vectors, residual blocks with and without a projection, both resamplings, pooling.
    "convolutional": {
        "shape": [16, 16, 2],
        "encoder": "conv6k3s2:bn:nobias,res(2*conv6k3:bn:nobias),conv8k4s2:leaky,res(conv10k3s2,conv10k3),"
        "conv8k2p0e1,pool,24:elu",
        "decoder": "32:bn,2x2x8,deconv8k3s2e1:bn:nobias,res(conv6k3:tanh,conv8k3:sigmoid),bilinear,"
        "conv6k3p0e2:soft,nearest,bias,deconvoutk5s1p2",
        "latents": 6,
        "activation": "relu",
        "variance": "global",
        "preprocess": "none",
        "items": 200,
        "batch": 32,
        "seed": 11,
        "beta": 0.5,
        "gamma": 0.3,
        "gamma_mode": "learned",
        "learning_rate": 1e-3,
    },
    # After Wang & Ziyin 2022: one tanh layer on each side, γ held, β above 1. Dequantised bytes.
    "wang": {
        "shape": [1, 64, 1],
        "encoder": "256",
        "decoder": "256",
        "latents": 8,
        "activation": "tanh",
        "variance": "per_sample",
        "preprocess": "dequantize",
        "items": 300,
        "batch": 64,
        "seed": 3,
        "beta": 3.0,
        "gamma": 0.05,
        "gamma_mode": "fixed",
        "learning_rate": 1e-3,
    },
}


def data_bytes(items, dim):
    """The data set: a byte for every (item, place), of low rank but for the overflow."""
    n, p = np.arange(items)[:, None], np.arange(dim)[None, :]
    return (((n % 31) * (p % 29) + 7 * (p % 13) * (n % 5)) % 256).astype(np.uint8)


def batch_of(run, data, step):
    """x of a step as the program has it: float32, rounded where the program rounds."""
    items, size = run["items"], run["batch"]
    per_epoch = items // size
    epoch, first = step // per_epoch, step % per_epoch * size
    chosen = [rng.permute(run["seed"], epoch, items, first + row) for row in range(size)]
    values = data[chosen].astype(F32)
    if run["preprocess"] == "dequantize":
        u = rng.uniforms(run["seed"], rng.DEQUANTIZE, data.size, step).reshape(data.shape)
        x = (values + u[chosen]) * (F32(1) / F32(256))
    else:
        x = values * (F32(1) / F32(255))
    height, width, channels = run["shape"]
    x = torch.from_numpy(x.astype(np.float64))
    if height > 1 and width > 1:
        x = x.reshape(size, height, width, channels).permute(0, 3, 1, 2)
    return x


def initialise(net, run):
    """The program's initial parameters (`src/model/init.rs`)."""
    for index, tensor in enumerate(net.tensors):
        if tensor.kind == "log_gamma":
            values = np.array([F32(np.log(run["gamma"]))])
        elif tensor.kind in ("weight", "bias"):
            bound = F32(1) / np.sqrt(F32(tensor.fan_in))
            count = tensor.read().numel()
            u = rng.uniforms(run["seed"], rng.INIT, count, index)
            values = bound * (F32(2) * u - F32(1))
        else:
            continue  # as PyTorch has them: 0, gains and variances 1
        tensor.write(torch.from_numpy(values.astype(np.float64)))


def adam_constants(run, step, rounded):
    """The learning rate and ε that make PyTorch's update the wanted one.

    The program computes p −= (r/c₁) m/(√v/c₂ + ε) with r, ε, c₁ = 1 − β₁ᵗ and c₂ = √(1 − β₂ᵗ) rounded to float32,
    PyTorch p −= (r'/d₁) m/(√v/d₂ + ε') with its own d₁ and d₂.
    """
    if not rounded:
        return run["learning_rate"], 1e-8
    d1, d2 = 1.0 - 0.9 ** (step + 1), (1.0 - 0.999 ** (step + 1)) ** 0.5
    c1, c2 = float(F32(d1)), float(F32(d2))
    rate, epsilon = float(F32(run["learning_rate"])), float(F32(1e-8))
    return rate * (d1 / c1) * (c2 / d2), epsilon * c2 / d2


def train(run, rounded):
    """The steps' metrics, and the network as it was and as it is."""
    torch.set_default_dtype(torch.float64)
    constant = (lambda v: float(F32(v))) if rounded else float
    height, width, channels = run["shape"]
    image = height > 1 and width > 1
    options = Options(
        activation=run["activation"],
        alpha=constant(0.1),
        norm_epsilon=constant(1e-5),
        norm_momentum=constant(0.1),
    )
    shape = (height, width, channels) if image else (1, 1, height * width * channels)
    net = Vae(shape, run["encoder"], run["decoder"], run["latents"], run["variance"], options)
    initialise(net, run)
    net.log_gamma.requires_grad_(run["gamma_mode"] == "learned")
    before = [tensor.read().clone() for tensor in net.tensors]
    data = data_bytes(run["items"], net.dim)
    trained = [p for p in net.parameters() if p.requires_grad]
    adam = torch.optim.Adam(trained, lr=run["learning_rate"], betas=(0.9, 0.999), eps=1e-8)
    metrics = {"loss": [], "sse": [], "kl": [], "gamma": []}
    for step in range(STEPS):
        x = batch_of(run, data, step)
        epsilon = rng.normals(run["seed"], rng.EPSILON, len(x) * net.latents, step)
        epsilon = torch.from_numpy(epsilon.astype(np.float64)).reshape(len(x), net.latents)
        gamma = net.log_gamma.exp().item()
        loss, sse, kl = net(x, epsilon, run["beta"])
        adam.zero_grad()
        loss.backward()
        adam.param_groups[0]["lr"], adam.param_groups[0]["eps"] = adam_constants(run, step, rounded)
        adam.step()
        for name, value in (("loss", loss), ("sse", sse), ("kl", kl)):
            metrics[name].append(value.item())
        metrics["gamma"].append(gamma)
    return metrics, net, before


def summary(tensor, before):
    """What is kept of a tensor after the last step."""
    values, count = tensor.read(), tensor.read().numel()
    places = sorted({0, count // 3, count // 2, count - 1})
    return {
        "name": tensor.name,
        "len": count,
        "sum": values.sum().item(),
        "squares": values.square().sum().item(),
        # ‖now − start‖², which the start does not drown.
        "moved": (values - before).square().sum().item(),
        "elements": [[place, values[place].item()] for place in places],
    }


def random_answers():
    """Some of the stream, so that a difference there is found there."""
    seed = 5
    normals = rng.normals(seed, rng.EPSILON, 4001, 7)
    uniforms = rng.uniforms(seed, rng.INIT, 4001, 2)
    return {
        "seed": seed,
        "normals_step": 7,
        "normals": [[i, int(normals[i].view(np.uint32))] for i in (0, 1, 2, 3, 1000, 4000)],
        "normals_bits_sum": int(normals.view(np.uint32).astype(np.uint64).sum()),
        "uniforms_step": 2,
        "uniforms": [[i, int(uniforms[i].view(np.uint32))] for i in (0, 1, 2, 3, 1000, 4000)],
        "uniforms_bits_sum": int(uniforms.view(np.uint32).astype(np.uint64).sum()),
        "epoch": 2,
        "order": [rng.permute(seed, 2, 300, i) for i in range(300)],
    }


def compact(value, depth=0):
    """JSON with one line for every tensor and series."""
    if isinstance(value, dict) and depth < 2:
        inner = ",\n".join(f"{json.dumps(k)}: {compact(v, depth + 1)}" for k, v in value.items())
        return "{\n" + inner + "\n}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(json.dumps(v) for v in value) + "\n]"
    return json.dumps(value)


def main():
    rng.check()
    torch.manual_seed(0)
    written = {"random": random_answers()}
    for name, run in RUNS.items():
        metrics, net, before = train(run, rounded=True)
        plain, _, _ = train(run, rounded=False)
        written[name] = {
            "torch": torch.__version__,
            "run": run,
            "steps": metrics,
            "plain_loss": plain["loss"],
            "tensors": [summary(t, b) for t, b in zip(net.tensors, before)],
        }
        print(f"{name}: {len(net.tensors)} tensors, loss {metrics['loss'][0]:.6f} → {metrics['loss'][-1]:.6f}")
    for name, content in written.items():
        (HERE / f"{name}.json").write_text(compact(content) + "\n")


if __name__ == "__main__":
    main()
