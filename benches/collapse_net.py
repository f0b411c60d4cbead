"""The program's networks in PyTorch, from the text of their layers.

Written from the meaning of the text (`src/config/layer.rs`), not from the program's own way of computing:
nested `torch.nn` modules on NCHW images, gradients by autograd. `tests/reference/make_reference.py` compares
the two step by step, `benches/pytorch_compare.py` races them.
"""

import re
from dataclasses import dataclass, field
from typing import List, NamedTuple, Optional

import torch
import torch.nn.functional as F
from torch import nn

ACTIVATIONS = ("linear", "relu", "leaky", "tanh", "sigmoid", "elu", "soft")


# The text.


@dataclass
class Layer:
    """A layer as its text says it."""

    kind: str  # dense, conv, deconv, pool, nearest, bilinear, bias, reshape, res
    size: tuple = ()  # dense: (outputs,); reshape: (height, width, channels)
    channels: Optional[int] = None  # None in a convolution: as many as the reconstruction needs
    kernel: int = 0
    stride: int = 1
    padding: int = 0
    extra: int = 0
    block: List["Layer"] = field(default_factory=list)
    norm: bool = False
    bias: bool = True
    activation: Optional[str] = None

    @property
    def weighted(self):
        return self.kind in ("dense", "conv", "deconv")


def parse(text):
    """The layers of a stack's text, such as `conv32k4s2,res(2*conv32k3):relu,pool,256:bn`."""
    if not text.strip():
        return []
    layers = []
    for item in _items(text):
        repeated = re.match(r"\s*(\d+)\s*\*(.*)$", item, re.S)
        count, item = (int(repeated[1]), repeated[2]) if repeated else (1, item)
        for _ in range(count):
            layers.append(_layer(item.strip()))
    return layers


def _items(text):
    """Splits at the commas outside parentheses."""
    items, depth, start = [], 0, 0
    for at, c in enumerate(text):
        depth += {"(": 1, ")": -1}.get(c, 0)
        if c == "," and depth == 0:
            items.append(text[start:at])
            start = at + 1
    if depth != 0:
        raise ValueError(f"the parentheses of '{text}' do not match")
    return items + [text[start:]]


def _layer(item):
    end = item.rfind(")") + 1 or (item.find(":") if ":" in item else len(item))
    layer = _kind(item[:end].strip(), item)
    for word in filter(None, (w.strip() for w in item[end:].split(":"))):
        if word == "bn":
            layer.norm = True
        elif word == "nobias":
            layer.bias = False
        elif word in ACTIVATIONS:
            layer.activation = word
        else:
            raise ValueError(f"'{word}' in '{item}' is not known")
    return layer


def _kind(body, item):
    if body.startswith("res(") and body.endswith(")"):
        return Layer("res", block=parse(body[4:-1]))
    if body in ("pool", "nearest", "bilinear", "bias"):
        return Layer(body)
    convolution = re.fullmatch(r"(de)?conv(out|\d+)((?:[kspe]\d+)*)", body)
    if convolution:
        transposed, channels, rest = convolution.groups()
        given = {letter: int(digits) for letter, digits in re.findall(r"([kspe])(\d+)", rest)}
        kernel = given.get("k", 4 if transposed else 3)
        return Layer(
            "deconv" if transposed else "conv",
            channels=None if channels == "out" else int(channels),
            kernel=kernel,
            stride=given.get("s", 2 if transposed else 1),
            padding=given.get("p", (kernel - 1) // 2),
            extra=given.get("e", 0),
        )
    if re.fullmatch(r"\d+x\d+x\d+", body):
        return Layer("reshape", size=tuple(int(side) for side in body.split("x")))
    if re.fullmatch(r"\d+", body):
        return Layer("dense", size=(int(body),))
    raise ValueError(f"'{item}' is not a layer")


# The modules.


class Options(NamedTuple):
    """What all layers of a network share."""

    activation: str = "relu"
    alpha: float = 0.1  # of the soft threshold
    norm_epsilon: float = 1e-5
    norm_momentum: float = 0.1
    # True: vectors made of images are in PyTorch's order (channel, row, column), as anybody would write the
    # network. False: in the program's (row, column, channel), so that its weights fit.
    natural: bool = False


class Activation(nn.Module):
    def __init__(self, name, alpha):
        super().__init__()
        self.function = {
            "linear": lambda a: a,
            "relu": F.relu,
            "leaky": lambda a: F.leaky_relu(a, 0.01),
            "tanh": torch.tanh,
            "sigmoid": torch.sigmoid,
            "elu": F.elu,
            "soft": lambda a: F.softshrink(a, alpha),
        }[name]

    def forward(self, a):
        return self.function(a)


class FlatLinear(nn.Module):
    """A linear layer over the flattened input."""

    def __init__(self, inputs, outputs, bias, natural):
        super().__init__()
        self.linear = nn.Linear(inputs, outputs, bias=bias)
        self.natural = natural

    def forward(self, x):
        if x.dim() == 4:
            x = (x if self.natural else x.permute(0, 2, 3, 1)).flatten(1)
        return self.linear(x)


class Convolution(nn.Module):
    """nn.Conv2d with further zeros at the far edges, or nn.ConvTranspose2d."""

    def __init__(self, layer, inputs, outputs):
        super().__init__()
        arguments = {"stride": layer.stride, "padding": layer.padding, "bias": layer.bias}
        if layer.kind == "deconv":
            self.far = 0
            self.conv = nn.ConvTranspose2d(
                inputs, outputs, layer.kernel, output_padding=layer.extra, **arguments
            )
        else:
            self.far = layer.extra
            self.conv = nn.Conv2d(inputs, outputs, layer.kernel, **arguments)

    def forward(self, x):
        if x.dim() == 2:
            x = x[:, :, None, None]
        if self.far:
            x = F.pad(x, (0, self.far, 0, self.far))
        return self.conv(x)


class Reshape(nn.Module):
    def __init__(self, size, natural):
        super().__init__()
        self.size, self.natural = size, natural

    def forward(self, x):
        height, width, channels = self.size
        if x.dim() == 4:
            x = (x if self.natural else x.permute(0, 2, 3, 1)).flatten(1)
        if self.natural:
            return x.reshape(-1, channels, height, width)
        return x.reshape(-1, height, width, channels).permute(0, 3, 1, 2)


class ChannelBias(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        return x + self.bias.reshape((1, -1) + (1,) * (x.dim() - 2))


class Residual(nn.Module):
    """x + block(x), x through a projection where the shapes differ."""

    def __init__(self, block, skip):
        super().__init__()
        self.block, self.skip = block, skip

    def forward(self, x):
        y = self.block(x)
        return y + self.skip(x).reshape(y.shape)


class Tensor(NamedTuple):
    """A tensor of the program's parameter arena and the PyTorch parameters that hold it."""

    name: str
    kind: str  # weight, bias, zero, affine, running, log_sigma2, log_gamma
    fan_in: int  # of the layer; initial weights and biases are uniform in ±1/√fan-in
    module: nn.Module

    def read(self):
        """Its numbers in the program's order."""
        m = self.module
        if self.kind == "weight":
            w = m.weight.detach()
            # Convolutions: rows (i, j, channel of the larger image), columns the smaller image's channels,
            # which is the first axis of both PyTorch layouts.
            return (w.permute(2, 3, 1, 0) if w.dim() == 4 else w.t()).reshape(-1)
        if self.kind in ("bias", "zero"):
            return m.bias.detach().reshape(-1)
        if self.kind == "affine":
            return torch.cat([m.weight.detach(), m.bias.detach()])
        if self.kind == "running":
            return torch.cat([m.running_mean, m.running_var])
        return getattr(m, self.kind).detach().reshape(-1)

    def write(self, values):
        """Takes its numbers in the program's order."""
        m = self.module
        with torch.no_grad():
            if self.kind == "weight":
                w = m.weight
                if w.dim() == 4:
                    small, large, rows, columns = w.shape
                    values = values.reshape(rows, columns, large, small).permute(3, 2, 0, 1)
                else:
                    values = values.reshape(w.shape[1], w.shape[0]).t()
                w.copy_(values)
            elif self.kind in ("bias", "zero"):
                m.bias.copy_(values.reshape(m.bias.shape))
            elif self.kind == "affine":
                m.weight.copy_(values[: len(values) // 2])
                m.bias.copy_(values[len(values) // 2 :])
            elif self.kind == "running":
                m.running_mean.copy_(values[: len(values) // 2])
                m.running_var.copy_(values[len(values) // 2 :])
            else:
                own = getattr(m, self.kind)
                own.copy_(values.reshape(own.shape))


class _Builder:
    """Builds one side; keeps the shape (height, width, channels) and the arena's tensors in its order."""

    def __init__(self, side, shape, options, out_channels=None):
        self.side, self.shape, self.options, self.out_channels = side, shape, options, out_channels
        self.tensors = []
        # Whether batches come as B × n rather than as images.
        self.flat = shape[:2] == (1, 1)

    def size(self):
        height, width, channels = self.shape
        return height * width * channels

    def stack(self, layers):
        return nn.Sequential(*(self.layer(l, f"{self.side}.{at}") for at, l in enumerate(layers)))

    def dense(self, name, outputs, bias=True):
        module = FlatLinear(self.size(), outputs, bias, self.options.natural)
        self.weights(name, module.linear, self.size())
        self.shape, self.flat = (1, 1, outputs), True
        return module

    def weights(self, name, module, fan_in):
        self.tensors.append(Tensor(f"{name}.weight", "weight", fan_in, module))
        if module.bias is not None:
            self.tensors.append(Tensor(f"{name}.bias", "bias", fan_in, module))

    def convolution(self, name, layer):
        height, width, inputs = self.shape
        k, s, p, e = layer.kernel, layer.stride, layer.padding, layer.extra
        outputs = self.out_channels if layer.channels is None else layer.channels
        module = Convolution(layer, inputs, outputs)
        if layer.kind == "deconv":
            side, large = (lambda n: (n - 1) * s + k + e - 2 * p), outputs
        else:
            side, large = (lambda n: (n + 2 * p + e - k) // s + 1), inputs
        self.weights(name, module.conv, k * k * large)
        self.shape, self.flat = (side(height), side(width), outputs), False
        return module

    def norm(self, name):
        kind = nn.BatchNorm1d if self.flat else nn.BatchNorm2d
        channels = self.shape[2]
        module = kind(channels, eps=self.options.norm_epsilon, momentum=self.options.norm_momentum)
        self.tensors.append(Tensor(f"{name}.norm.affine", "affine", 0, module))
        self.tensors.append(Tensor(f"{name}.norm.running", "running", 0, module))
        return module

    def layer(self, layer, name, bare=False):
        """One layer; `bare` leaves its default activation out, for the end of a residual block."""
        steps = []
        height, width, channels = self.shape
        if layer.kind == "dense":
            steps.append(self.dense(name, layer.size[0], layer.bias))
        elif layer.kind in ("conv", "deconv"):
            steps.append(self.convolution(name, layer))
        elif layer.kind == "pool":
            steps.append(nn.MaxPool2d(2))
            self.shape = (height // 2, width // 2, channels)
        elif layer.kind in ("nearest", "bilinear"):
            centres = {"align_corners": False} if layer.kind == "bilinear" else {}
            steps.append(nn.Upsample(scale_factor=2, mode=layer.kind, **centres))
            self.shape = (2 * height, 2 * width, channels)
        elif layer.kind == "bias":
            steps.append(ChannelBias(channels))
            self.tensors.append(Tensor(f"{name}.bias", "zero", 0, steps[-1]))
        elif layer.kind == "reshape":
            steps.append(Reshape(layer.size, self.options.natural))
            self.shape, self.flat = layer.size, False
        elif layer.kind == "res":
            steps.append(self.residual(layer, name))
        if layer.norm:
            steps.append(self.norm(name))
        activation = layer.activation
        if activation is None and (layer.weighted or layer.kind == "res") and not bare:
            activation = self.options.activation
        if layer.weighted and layer.channels is None and layer.kind != "dense":
            activation = None
        if activation not in (None, "linear"):
            steps.append(Activation(activation, self.options.alpha))
        return steps[0] if len(steps) == 1 else nn.Sequential(*steps)

    def residual(self, layer, name):
        before = self.shape
        modules = []
        joint = len(self.tensors)
        for at, inner in enumerate(layer.block):
            last = at == len(layer.block) - 1
            joint = len(self.tensors)
            # The block's last layer is activated once, after the sum, unless it asks otherwise.
            bare = last and inner.activation is None and (inner.weighted or inner.norm)
            modules.append(self.layer(inner, f"{name}.{at}", bare))
            if last and not bare:
                joint = len(self.tensors)
            elif last and inner.norm:
                joint = len(self.tensors) - 2
        block, after, flat = nn.Sequential(*modules), self.shape, self.flat
        skip = nn.Identity()
        if after != before:
            # The projection's tensors stand before those of the step that adds it.
            tensors, self.tensors = self.tensors, []
            self.shape = before
            if after[:2] == (1, 1):
                skip = self.dense(f"{name}.skip", after[2])
            else:
                stride = -(-before[0] // after[0])
                one = Layer("conv", channels=after[2], kernel=1, stride=stride)
                skip = self.convolution(f"{name}.skip", one)
            if self.shape != after:
                raise ValueError(f"{before} goes into {name} and {after} comes out")
            self.tensors = tensors[:joint] + self.tensors + tensors[joint:]
        self.flat = flat
        return Residual(block, skip)


class Vae(nn.Module):
    """Encoder, decoder, log γ, and log σ² if it is shared by all samples."""

    def __init__(self, shape, encoder, decoder, latents, variance="per_sample", options=Options()):
        """`shape` is (height, width, channels); a vector of d numbers is (1, 1, d)."""
        super().__init__()
        self.latents, self.dim, self.image = latents, shape[0] * shape[1] * shape[2], shape
        self.options = options
        encoder_layers, decoder_layers = parse(encoder), parse(decoder)
        build = _Builder("encoder", shape, options)
        body = build.stack(encoder_layers)
        head = build.dense("encoder.head", latents if variance == "global" else 2 * latents)
        self.encoder = nn.Sequential(*body, head)
        self.tensors = build.tensors
        self.log_gamma = nn.Parameter(torch.zeros(()))
        self.log_sigma2 = None
        if variance == "global":
            self.log_sigma2 = nn.Parameter(torch.zeros(latents))
            self.tensors.append(Tensor("log_sigma2", "log_sigma2", 0, self))
        build = _Builder("decoder", (1, 1, latents), options, shape[2])
        body = build.stack(decoder_layers)
        last = decoder_layers[-1] if decoder_layers else None
        ends = last is not None and (
            last.kind == "bias" or (last.kind in ("conv", "deconv") and last.channels is None)
        )
        out = [] if ends else [build.dense("decoder.out", self.dim)]
        if ends and build.size() != self.dim:
            raise ValueError(f"the decoder gives {build.shape}, and the data need {shape}")
        self.decoder = nn.Sequential(*body, *out)
        self.tensors += build.tensors
        self.tensors.append(Tensor("log_gamma", "log_gamma", 0, self))

    def encode(self, x):
        """μ and log σ² of x (NCHW, or B × d)."""
        head = self.encoder(x)
        if self.log_sigma2 is not None:
            return head, self.log_sigma2.expand_as(head)
        return head[:, : self.latents], head[:, self.latents :]

    def decode(self, z):
        """The reconstruction, shaped like x."""
        out = self.decoder(z)
        height, width, channels = self.image
        if height * width == 1:
            return out.reshape(-1, self.dim)
        if out.dim() == 4:
            return out
        if self.options.natural:
            return out.reshape(-1, channels, height, width)
        return out.reshape(-1, height, width, channels).permute(0, 3, 1, 2)

    def forward(self, x, epsilon, beta):
        """(L, mean squared error, mean KL): L = sse/2γ + (d/2) log 2πγ + β KL, means over the batch."""
        mu, log_sigma2 = self.encode(x)
        z = torch.addcmul(mu, torch.exp(0.5 * log_sigma2), epsilon)
        sse = F.mse_loss(self.decode(z), x, reduction="sum") / len(x)
        kl = (0.5 / len(x)) * (mu.square() + log_sigma2.exp() - log_sigma2 - 1.0).sum()
        log_2_pi = 1.8378770664093453
        nll = 0.5 * sse * torch.exp(-self.log_gamma) + 0.5 * self.dim * (log_2_pi + self.log_gamma)
        return nll + beta * kl, sse, kl
