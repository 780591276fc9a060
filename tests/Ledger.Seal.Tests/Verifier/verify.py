"""Verifies a proof or a bundle of Ledger's seal with nothing but Python's standard library: verify.py FILE VERIFIER_KEY.

It follows RFC 6962, RFC 8032 and the pages of c2sp.org, and shares no code with Ledger.
"""
import base64, hashlib, hmac, json, struct, sys

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
COLUMNS = ("data", "bdata", "headers")
ROOT = pow(2, (P - 1) // 4, P)


def add(a, b):
    x, y = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    t, z = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = y - x, z - t, z + t, y + x
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(n, a):
    r = (0, 1, 1, 0)
    while n:
        if n & 1:
            r = add(r, a)
        a, n = add(a, a), n >> 1
    return r


def point(b):
    y = int.from_bytes(b, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * ROOT % P
    if y >= P or (x * x - xx) % P or (x == 0 and sign):
        raise ValueError("not a point")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def base():
    y = 4 * pow(5, P - 2, P) % P
    return point(y.to_bytes(32, "little"))


def ed25519(public, message, signature):
    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % Q
    a, b = multiply(s, base()), add(point(signature[:32]), multiply(h, point(public)))
    return s < Q and (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def checkpoint(note, key):
    """The size and root of a checkpoint that the key has signed."""
    name, key_id, public = key.strip().split("+", 2)
    public = base64.b64decode(public)
    assert hashlib.sha256(name.encode() + b"\n" + public).digest()[:4].hex() == key_id and public[0] == 1
    split = note.rindex("\n\n") + 1
    text = note[:split]
    for line in note[split + 1:].splitlines():
        signer, signature = line[2:].rsplit(" ", 1)
        signature = base64.b64decode(signature)
        if signer == name and signature[:4].hex() == key_id:
            assert ed25519(public[1:], text.encode(), signature[4:]), "the signature is wrong"
            origin, size, root = text.splitlines()[:3]
            assert origin == name
            return int(size), base64.b64decode(root)
    raise ValueError("the key has not signed the checkpoint")


def root_of(index, size, leaf, proof):
    """The root that an inclusion proof leads to: RFC 9162, section 2.1.3.2."""
    node, last = index, size - 1
    for other in proof:
        assert last, "the proof is too long"
        if node & 1 or node == last:
            leaf = hashlib.sha256(b"\1" + other + leaf).digest()
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            leaf = hashlib.sha256(b"\1" + leaf + other).digest()
        node, last = node >> 1, last >> 1
    assert last == 0, "the proof is too short"
    return leaf


def commitments(entry):
    """The commitments of an entry of version 1: of data, bdata and headers."""
    assert entry[0] == 1
    at = 1 + 8 + 16

    def text():
        nonlocal at
        at += {0: lambda: 1, 1: lambda: 5 + struct.unpack(">I", entry[at + 1:at + 5])[0], 2: lambda: 33}[entry[at]]()

    text(); at += 8; text(); at += 8
    for _ in range(4):
        text()
    found = []
    for _ in range(3):
        found.append(entry[at + 1:at + 33] if entry[at] else b"")
        at += 33 if entry[at] else 1
    return found


def event(sealed, index, proof, size, root):
    entry = base64.b64decode(sealed["entry"])
    assert 0 <= index < size
    assert root_of(index, size, hashlib.sha256(b"\0" + entry).digest(), proof) == root, "the event is not in the log"
    data, binary, headers = commitments(entry)

    def fits(salt, column, content, commitment):
        made = hmac.new(base64.b64decode(sealed[salt]), column + b"\0" + content, hashlib.sha256).digest()
        assert made == commitment, column.decode() + " was changed"

    if "data" in sealed:
        fits("data_salt", b"data", sealed["data"].encode(), data)
    if "bdata" in sealed:
        fits("data_salt", b"bdata", base64.b64decode(sealed["bdata"]), binary)
    if "headers" in sealed:
        fits("headers_salt", b"headers", sealed["headers"].encode(), headers)
    return [name for name, commitment in zip(COLUMNS, (data, binary, headers)) if commitment and name not in sealed]


def verify(text, key):
    """The number of events, the size of the log, and the columns of each event that the file does not show."""
    if text.startswith("{"):
        lines = text.splitlines()
        first, events = json.loads(lines[0]), [json.loads(line) for line in lines[1:]]
        size, root = checkpoint(first["checkpoint"], key)
        assert len(events) == first["events"], "events are missing"
        return len(events), size, [event(sealed, sealed["index"], [base64.b64decode(h) for h in sealed["proof"]], size, root) for sealed in events]
    head, note = text.split("\n\n", 1)
    lines = head.split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    sealed = json.loads(base64.b64decode(lines[1].removeprefix("extra ")))
    size, root = checkpoint(note, key)
    return 1, size, [event(sealed, int(lines[2].removeprefix("index ")), [base64.b64decode(h) for h in lines[3:]], size, root)]


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        events, size, missing = verify(file.read(), sys.argv[2])
    print("%d of %d" % (events, size))
    for column in COLUMNS:
        count = sum(column in names for names in missing)
        if count:
            print("%s of %d withheld or erased" % (column, count))
