# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ed25519 as RFC 8032 defines it, slow and plain: for stand-ins of outsiders that sign and verify without our code."""
import hashlib

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(a, b):
    """Points are (x, y, z, t) with x = X/z, y = Y/z, t = XY/z."""
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    i, j, k, m = f - e, h - g, h + g, f + e
    return i * j % P, k * m % P, j * k % P, i * m % P


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar > 0:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def x_of(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    assert x * x % P == square
    return P - x if x & 1 != sign else x


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = x_of(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def pack(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def number(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % Q


def halves(seed):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
    return scalar, digest[32:]


def public(seed):
    return pack(multiply(halves(seed)[0], BASE))


def sign(seed, message):
    scalar, prefix = halves(seed)
    key = public(seed)
    r = number(prefix, message)
    point = pack(multiply(r, BASE))
    s = (r + number(point, key, message) * scalar) % Q
    return point + s.to_bytes(32, "little")


def unpack(data):
    """A point of its 32 bytes."""
    whole = int.from_bytes(data, "little")
    y = whole & (1 << 255) - 1
    x = x_of(y, whole >> 255)
    return x, y, 1, x * y % P


def verify(key, message, signature):
    """Whether the signature is the key's: [S]B = R + [k]A."""
    s = int.from_bytes(signature[32:], "little")
    k = number(signature[:32], key, message)
    return s < Q and pack(multiply(s, BASE)) == pack(add(unpack(signature[:32]), multiply(k, unpack(key))))
