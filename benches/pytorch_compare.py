"""Step times of the program and of PyTorch on the same networks, in one run on one machine.

    python3 benches/pytorch_compare.py [--binary PATH] [--seconds S] [--rounds N] [--net NAME]

Both make the same step: 128 samples gathered from bytes that are already in memory, forward with a fresh ε,
L = sse/2γ + (d/2) log 2πγ + β KL, backward, Adam, in float32. They take turns, network by network and round by
round, so that a machine that slows down slows both. Prints a table in Markdown; worth reading where the load
average beside it is near zero, because PyTorch's threads suffer more from a busy machine than the program's.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
ITEMS = 4096
# Parts of a round, the first to warm up; the median of the others counts. The program's `bench` does the same.
PARTS = 8
# Seconds after which the program counts as stuck.
LIMIT = 600
# Threads that a program left spinning get this long to go to sleep.
PAUSE = 0.3
# The networks of a program whose report names no layers: d, encoder, decoder, κ, σ.
KNOWN = {
    "Lucas MLP 784-1024-512-200": (784, "1024,512", "512,1024", 200, "per_sample"),
    "Asperti 784-256-64-32-16": (784, "256,64,32", "32,64,256", 16, "per_sample"),
    "linear 784-16": (784, "", "", 16, "global"),
    "small 5-8-5": (5, "8", "8", 5, "per_sample"),
}
# Activations that the report calls otherwise than the layers' text.
WORDS = {"identity": "linear", "leaky_relu": "leaky", "soft_threshold": "soft"}

try:
    import torch
except ImportError:
    message = "PyTorch is not installed for this Python, so there is nothing to compare with."
    print(message, file=sys.stderr)
    sys.exit(2)

from collapse_net import Options, Vae  # noqa: E402


class Program:
    """The program's own `bench`."""

    def __init__(self, path, device):
        self.path, self.device = path, device
        text = subprocess.run([path, "bench", "--help"], capture_output=True, text=True).stdout
        self.has_filter = "--net" in text

    def bench(self, seconds, net=None):
        """The report on all networks, or on those whose name contains `net`."""
        command = [self.path, "bench", "--json", "--device", self.device, "--seconds", str(seconds)]
        if net is not None and self.has_filter:
            command += ["--net", net]
        # Heavy networks overrun their seconds; nothing that is well takes this long.
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"{' '.join(command)} was not done in {LIMIT} s") from None
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} failed: {done.stderr.strip()}")
        return json.loads(done.stdout)


def network(report, device):
    """The PyTorch network of a report's entry; none if the entry says too little."""
    if "encoder" not in report:
        if report["name"] not in KNOWN:
            return None
        dim, encoder, decoder, latents, variance = KNOWN[report["name"]]
        layers = {"encoder": encoder, "decoder": decoder}
        report = {"dim": dim, "latents": latents, "variance": variance, **layers}
    shape = report.get("shape") or [1, 1, report["dim"]]
    if shape[0] == 1 or shape[1] == 1:
        shape = [1, 1, shape[0] * shape[1] * shape[2]]
    variance = "global" if "global" in str(report["variance"]).lower() else "per_sample"
    activation = str(report.get("activation", "relu")).lower()
    options = Options(activation=WORDS.get(activation, activation), natural=True)
    net = Vae(tuple(shape), report["encoder"], report["decoder"], report["latents"], variance, options)
    net.log_gamma.requires_grad_(False)  # γ is held in the program's `bench`
    return net.to(device)


class Run:
    """A network in training; `step()` makes one step."""

    def __init__(self, report, device, fused=None, graph=False):
        torch.manual_seed(0)
        self.net, self.batch = network(report, device), report["batch"]
        self.device, self.parameters = device, sum(p.numel() for p in self.net.parameters())
        height, width, channels = self.net.image
        shape = (ITEMS, channels, height, width) if height * width > 1 else (ITEMS, self.net.dim)
        if self.net.dim >= 64:
            self.data = torch.randint(0, 256, shape, dtype=torch.uint8).to(device)
        else:
            self.data = torch.randn(shape).to(device)
        trained = [p for p in self.net.parameters() if p.requires_grad]
        more = {"capturable": True} if graph else {}
        self.adam = torch.optim.Adam(trained, lr=1e-3, eps=1e-8, fused=fused, **more)
        self.order, self.at = torch.randperm(ITEMS, device=device), 0
        self.graph = None
        if graph:
            self.capture()

    def shuffle(self):
        self.order.copy_(torch.randperm(ITEMS, device=self.device))
        self.at = 0

    def work(self, chosen):
        x = self.data[chosen]
        if x.dtype == torch.uint8:
            x = x.to(torch.float32).mul_(1.0 / 255.0)
        epsilon = torch.randn(self.batch, self.net.latents, device=self.device)
        loss, _, _ = self.net(x, epsilon, 1.0)
        self.adam.zero_grad(set_to_none=True)
        loss.backward()
        self.adam.step()

    def capture(self):
        """Records the step once; the place in the order counts on the device."""
        count = torch.zeros((), dtype=torch.int64, device=self.device)
        row = torch.arange(self.batch, device=self.device)

        def step():
            self.work(self.order[(count + row) % ITEMS])
            count.add_(self.batch)

        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                step()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            step()
        self.graph = graph

    def step(self):
        if self.at + self.batch > ITEMS:
            self.shuffle()
        if self.graph is not None:
            self.graph.replay()
        else:
            self.work(self.order[self.at : self.at + self.batch])
        self.at += self.batch

    def finish(self):
        if self.device == "cuda":
            torch.cuda.synchronize()

    def parts(self, seconds):
        """Times of a step in ms, one for each part of a round but the first."""
        part = seconds / PARTS
        times, steps = [], 1
        for _ in range(PARTS):
            self.finish()
            begin, done = time.perf_counter(), 0
            while True:
                for _ in range(steps):
                    self.step()
                done += steps
                self.finish()
                spent = time.perf_counter() - begin
                if spent >= part:
                    break
            times.append(1e3 * spent / done)
            # Look at the clock some twenty times a part.
            steps = max(1, min(64, int(done / spent * part / 20)))
        return times[1:]

    def milliseconds(self, seconds):
        """Median time of a step over the parts of a round."""
        return statistics.median(self.parts(seconds))


class Products(Run):
    """The matrix products of a dense network's step and nothing else: the peak that its shapes allow."""

    def __init__(self, report):
        self.device, self.products = "cpu", []
        layers = [m for m in network(report, "cpu").modules() if isinstance(m, torch.nn.Linear)]
        rows = report["batch"]
        for layer in layers:
            outputs, inputs = layer.weight.shape
            x, y = torch.randn(rows, inputs), torch.randn(rows, outputs)
            weight = layer.weight.detach()
            self.products.append((x, weight.t(), torch.empty(rows, outputs)))
            self.products.append((y.t(), x, torch.empty(outputs, inputs)))
            # The gradient of the data is never formed.
            if layer is not layers[0]:
                self.products.append((y, weight, torch.empty(rows, inputs)))

    def step(self):
        for a, b, out in self.products:
            torch.mm(a, b, out=out)


def is_dense(net):
    """Whether every parameter but log γ belongs to a fully connected layer."""
    layers = [m for m in net.modules() if isinstance(m, torch.nn.Linear)]
    return sum(p.numel() for m in layers for p in m.parameters()) >= sum(p.numel() for p in net.parameters()) - 1


def cpu_runs(report):
    """Runs with PyTorch's default Adam and with its fused one; `None` if the layers are not known."""
    if network(report, "cpu") is None:
        return None
    runs = {"default Adam": Run(report, "cpu")}
    try:
        runs["fused Adam"] = Run(report, "cpu", fused=True)
    except (RuntimeError, ValueError):
        pass  # an older PyTorch has no fused Adam on the CPU
    if is_dense(runs["default Adam"].net):
        runs["its products alone"] = Products(report)
    return runs


def spread(times):
    """Half the range in percent of the median."""
    return 50.0 * (max(times) - min(times)) / statistics.median(times)


def commit():
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip() or "unknown"


def default_binary():
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / "release" / "collapse-explorer"


def compare(program, contestants, reports, arguments):
    """Lets the program and the contestants take turns; times by (network, contestant)."""
    times = {(r["name"], who): [] for r in reports for who in ["ours", *contestants[r["name"]]]}
    for round_ in range(arguments.rounds):
        together = None if program.has_filter else program.bench(arguments.seconds, arguments.net)
        for report in reports:
            name = report["name"]
            print(f"round {round_ + 1} of {arguments.rounds}: {name}", file=sys.stderr)
            time.sleep(PAUSE)
            nets = (together or program.bench(arguments.seconds, name))["nets"]
            own = next(n for n in nets if n["name"] == name)
            times[name, "ours"].append(own["milliseconds_per_step"])
            for who, run in contestants[name].items():
                times[name, who].append(run.milliseconds(arguments.seconds))
    return times


def table(title, program, contestants, reports, arguments, notes):
    times = compare(program, contestants, reports, arguments)
    print(f"\n{title}\n")
    print("| net | ours, ms per step | PyTorch | ms per step | PyTorch / ours | spread, ours and PyTorch |")
    print("|---|---:|---|---:|---:|---:|")
    for report in reports:
        name = report["name"]
        own = times[name, "ours"]
        ours = statistics.median(own)
        for who in contestants[name]:
            theirs = times[name, who]
            median = statistics.median(theirs)
            print(
                f"| {name} | {ours:.4g} | {who} | {median:.4g} | {median / ours:.2f} |"
                f" ±{spread(own):.0f} %, ±{spread(theirs):.0f} % |"
            )
    for note in notes:
        print(f"\n{note}")
    sys.stdout.flush()


def load():
    return " ".join(f"{v:.2f}" for v in os.getloadavg())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    option = parser.add_argument
    option("--binary", type=pathlib.Path, default=default_binary(), help="the program, in release")
    option("--seconds", type=float, default=2.0, help="seconds of each network, program and round")
    option("--rounds", type=int, default=5, help="turns of each")
    option("--net", help="only networks whose name contains this")
    arguments = parser.parse_args()
    if not arguments.binary.is_file():
        advice = "build it with cargo build --release or name it with --binary"
        print(f"{arguments.binary} is not there; {advice}.", file=sys.stderr)
        return 2
    before = load()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    torch.set_num_threads(cores)
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = False

    program = Program(str(arguments.binary), "cpu")
    report = program.bench(0.1, arguments.net)
    wanted = [n for n in report["nets"] if (arguments.net or "").lower() in n["name"].lower()]
    contestants, reports = {}, []
    for net in wanted:
        runs = cpu_runs(net)
        if runs is None:
            print(f"{net['name']}: its layers are not known, left out", file=sys.stderr)
            continue
        contestants[net["name"]] = runs
        # log γ counts in the program even where it is held, and in PyTorch's module too.
        theirs = runs["default Adam"].parameters
        if theirs != net["parameters"]:
            counts = f"{net['parameters']} parameters, PyTorch's {theirs}"
            raise RuntimeError(f"{net['name']} has {counts}")
        reports.append(net)
    versions = f"PyTorch {torch.__version__}, Python {platform.python_version()}"
    print(f"Measured {datetime.date.today()} at commit {commit()}, {versions}.")
    threads = f"PyTorch with {torch.get_num_threads()} threads"
    print(f"{report['machine']}; {threads}. Load average before: {before}.")
    notes = [
        f"Medians of {arguments.rounds} rounds of {arguments.seconds:g} s each, in turn; "
        f"the spread is half the range."
    ]
    table("CPU, float32, batch 128:", program, contestants, reports, arguments, notes)
    if torch.cuda.is_available():
        gpu_table(arguments, reports)
    print(f"\nLoad average after: {load()}.")
    return 0


def gpu_table(arguments, reports):
    """The same on a GPU, eager and as a CUDA graph."""
    program = Program(str(arguments.binary), "gpu")
    try:
        report = program.bench(0.1, arguments.net)
    except RuntimeError as error:
        print(f"\nThe program found no GPU: {error}")
        return
    contestants = {
        r["name"]: {
            "CUDA eager": Run(r, "cuda", fused=True),
            "CUDA graph": Run(r, "cuda", fused=True, graph=True),
        }
        for r in reports
    }
    theirs = f"PyTorch on {torch.cuda.get_device_name()}, TF32 off"
    title = f"GPU ({report['device']}; {theirs}), float32, batch 128:"
    table(title, program, contestants, reports, arguments, [])


if __name__ == "__main__":
    sys.exit(main())
