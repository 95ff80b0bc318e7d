# SPDX-License-Identifier: AGPL-3.0-or-later
"""SM2 signatures verified by the definition (GB/T 32918.2), over hashlib's SM3: what OpenSSL signed is tested by other arithmetic."""
import hashlib

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A, B = P - 3, 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
     0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0)
IDENTITY = b"1234567812345678"


def add(one, other):
    if one is None or other is None:
        return one or other
    (x, y), (u, v) = one, other
    if x == u and (y + v) % P == 0:
        return None
    slope = ((3 * x * x + A) * pow(2 * y, -1, P) if one == other else (v - y) * pow(u - x, -1, P)) % P
    w = (slope * slope - x - u) % P
    return w, (slope * (x - w) - y) % P


def times(k, point):
    sum = None
    while k:
        if k & 1:
            sum = add(sum, point)
        point, k = add(point, point), k >> 1
    return sum


def sm3(data):
    return hashlib.new("sm3", data).digest()


def point(compressed):
    x = int.from_bytes(compressed[1:], "big")
    y = pow(x * x * x + A * x + B, (P + 1) // 4, P)
    assert (y * y - x * x * x - A * x - B) % P == 0, "not on the curve"
    return x, y if y & 1 == compressed[0] & 1 else P - y


def verify(public, message, signature):
    """Whether r ‖ s is the signature of the message by the compressed point."""
    key = point(public)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    numbers = b"".join(n.to_bytes(32, "big") for n in (A, B, *G, *key))
    z = sm3((8 * len(IDENTITY)).to_bytes(2, "big") + IDENTITY + numbers)
    e = int.from_bytes(sm3(z + message), "big")
    t = (r + s) % N
    if not (0 < r < N and 0 < s < N and t):
        return False
    x, _ = add(times(s, G), times(t, key))
    return (e + x) % N == r


def public(secret):
    """The compressed point of a secret number."""
    x, y = times(secret, G)
    return bytes([2 + (y & 1)]) + x.to_bytes(32, "big")


def sign(secret, message, k):
    """r ‖ s with the given k, which nobody else may ever know: for fixtures."""
    numbers = b"".join(n.to_bytes(32, "big") for n in (A, B, *G, *times(secret, G)))
    e = int.from_bytes(sm3(sm3((8 * len(IDENTITY)).to_bytes(2, "big") + IDENTITY + numbers) + message), "big")
    r = (e + times(k, G)[0]) % N
    s = pow(1 + secret, -1, N) * (k - r * secret) % N
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")
