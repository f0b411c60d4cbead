"""The program's random stream (`src/rng.rs`) in numpy, bit for bit.

Every operation is on uint32 or float32 arrays, one rounding each, as the program's are.
"""

import numpy as np

INIT, SHUFFLE, EPSILON, EVALUATION, DEQUANTIZE, PRIOR, DATA = range(1, 8)
U32, F32 = np.uint32, np.float32


def threefry2x32(key, counter):
    """Threefry-2×32 with 20 rounds (Salmon et al. 2011); `counter` may hold arrays."""
    with np.errstate(over="ignore"):
        k0, k1 = U32(key[0]), U32(key[1])
        schedule = [k0, k1, U32(0x1BD11BDA) ^ k0 ^ k1]
        x0 = np.asarray(counter[0], U32) + k0
        x1 = np.asarray(counter[1], U32) + k1
        for group in range(5):
            for rotation in ((13, 15, 26, 6), (17, 29, 16, 24))[group % 2]:
                x0 = x0 + x1
                x1 = ((x1 << U32(rotation)) | (x1 >> U32(32 - rotation))) ^ x0
            x0 = x0 + schedule[(group + 1) % 3]
            x1 = x1 + schedule[(group + 2) % 3] + U32(group + 1)
        return x0, x1


def unit_from_bits(bits):
    """A float in (0, 1) from the upper 24 bits."""
    return ((bits >> U32(8)).astype(F32) + F32(0.5)) * F32(2.0**-24)


def portable_ln(x):
    """Natural logarithm by exponent split and a polynomial."""
    with np.errstate(over="ignore"):
        shifted = x.view(U32) - U32(0x3F3504F3)
        exponent = shifted.view(np.int32) >> np.int32(23)
        mantissa = ((shifted & U32(0x007FFFFF)) + U32(0x3F3504F3)).view(F32)
    s = (mantissa - F32(1)) / (mantissa + F32(1))
    s2 = s * s
    series = F32(0.2222222)
    for term in (0.2857143, 0.4, 0.6666667, 2.0):
        series = F32(term) + s2 * series
    return s * series + exponent.astype(F32) * F32(np.log(2.0))


def portable_cos_sin(bits):
    """(cos 2πu, sin 2πu): the top two bits are the quadrant, the next 22 the angle in it."""
    quadrant = bits >> U32(30)
    fraction = ((bits >> U32(8)) & U32(0x003FFFFF)).astype(F32)
    t = ((fraction + F32(0.5)) * F32(2.0**-22) - F32(0.5)) * F32(np.pi / 2)
    t2 = t * t
    sin = t * (F32(1) - t2 * (F32(0.16666667) - t2 * (F32(8.333333e-3) - t2 * F32(1.984127e-4))))
    inner = F32(4.1666667e-2) - t2 * (F32(1.3888889e-3) - t2 * F32(2.480159e-5))
    cos = F32(1) - t2 * (F32(0.5) - t2 * inner)
    half = F32(np.sqrt(0.5))
    c, s = (cos - sin) * half, (cos + sin) * half
    turned = [quadrant == 0, quadrant == 1, quadrant == 2]
    return np.select(turned, [c, -s, -c], s), np.select(turned, [s, c, -s], -c)


def uniforms(seed, stream, count, step):
    """The uniforms 0..count of a (stream, step)."""
    calls = np.arange((count + 1) // 2, dtype=U32)
    words = threefry2x32((seed, stream), (calls, U32(step)))
    return unit_from_bits(np.stack(words, 1).reshape(-1)[:count])


def normals(seed, stream, count, step):
    """The standard normals 0..count of a (stream, step), in pairs by Box and Muller."""
    calls = np.arange((count + 1) // 2, dtype=U32)
    a, b = threefry2x32((seed, stream), (calls, U32(step)))
    radius = np.sqrt(F32(-2) * portable_ln(unit_from_bits(a)))
    cos, sin = portable_cos_sin(b)
    return np.stack([radius * cos, radius * sin], 1).reshape(-1)[:count]


def permute(seed, epoch, n, index):
    """Place `index` of the epoch's order of n samples: a keyed Feistel network, walked into 0..n."""
    bits = (max(n, 2) - 1).bit_length()
    bits = (bits + 1) // 2
    mask, word = (1 << bits) - 1, 0xFFFFFFFF
    keys = [int(k) for k in threefry2x32((seed, SHUFFLE), (epoch, 0))]
    value = index
    while True:
        left, right = value >> bits, value & mask
        for round_ in range(6):
            h = ((right + keys[round_ % 2]) & word) ^ (round_ * 0x9E3779B9 & word)
            h = (h ^ h >> 16) * 0x85EBCA6B & word
            h = (h ^ h >> 13) * 0xC2B2AE35 & word
            h ^= h >> 16
            left, right = right, left ^ (h & mask)
        value = left << bits | right
        if value < n:
            return value


def check():
    """The known answers of the Random123 distribution, and the shapes of the rest."""
    for key, counter, answer in (
        ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
        ((0xFFFFFFFF,) * 2, (0xFFFFFFFF,) * 2, (0x1CB996FC, 0xBB002BE7)),
        ((0x13198A2E, 0x03707344), (0x243F6A88, 0x85A308D3), (0xC4923A9C, 0x483DF7A0)),
    ):
        got = tuple(int(v) for v in threefry2x32(key, counter))
        assert got == answer, (key, counter, got)
    u = uniforms(7, EPSILON, 20001, 3)
    assert np.all(np.abs(portable_ln(u) - np.log(u.astype(float))) <= 3e-7 * (1 - np.log(u)))
    e = normals(7, EPSILON, 400001, 3).astype(float)
    assert abs(e.mean()) < 5 / len(e) ** 0.5 and abs(e.var() - 1) < 5 * (2 / len(e)) ** 0.5
    for n in (1, 2, 3, 5, 17, 1000):
        assert sorted(permute(11, 2, n, i) for i in range(n)) == list(range(n))
