"""Verifies a proof, a bundle or a checkpoint of Ledger's seal with nothing but Python's standard library: verify.py FILE VERIFIER_KEY [EARLIER_CHECKPOINT].
Of a folder of tiles, as 'ledger seal export' writes it, the whole tree is computed again.

It follows RFC 6962, RFC 8032 and the pages of c2sp.org, and shares no code with Ledger.
"""
import base64, hashlib, hmac, json, os, struct, sys

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


def extends(earlier, later, earlier_root, later_root, proof):
    """Whether a tree begins with all leaves of an earlier one: RFC 9162, section 2.1.4.2."""
    if earlier == later:
        return not proof and earlier_root == later_root
    path = list(proof) if earlier & (earlier - 1) else [earlier_root] + list(proof)
    node, last = earlier - 1, later - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    if not path:
        return False
    before = after = path[0]
    for other in path[1:]:
        if not last:
            return False
        if node & 1 or node == last:
            before, after = hashlib.sha256(b"\1" + other + before).digest(), hashlib.sha256(b"\1" + other + after).digest()
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            after = hashlib.sha256(b"\1" + after + other).digest()
        node, last = node >> 1, last >> 1
    return last == 0 and before == earlier_root and after == later_root


def columns(entry):
    """What an entry of version 1 has: the stream, the version, the commitments to data, bdata and headers, and the prefix of the first event of a branch."""
    assert entry[0] == 1
    at = 1 + 8 + 16

    def take(count):
        nonlocal at
        at += count
        assert at <= len(entry), "the entry ends too early"
        return entry[at - count:at]

    def text():
        kind = take(1)[0]
        return None if kind == 0 else take(32).hex() if kind == 2 else take(struct.unpack(">I", take(4))[0])

    stream, version = text(), struct.unpack(">q", take(8))[0]
    text(), take(8)
    for _ in range(4):
        text()
    commitments = [take(32) if take(1)[0] else b"" for _ in range(3)]
    prefix, kind = [], take(1)[0]
    assert kind < 2, "the prefix of the branch is too long for this program"
    if kind:
        take(4 + 8)
        prefix = [(text(), struct.unpack(">q", take(8))[0]) for _ in range(struct.unpack(">I", take(4))[0])]
    assert at == len(entry)
    return stream, version, commitments, prefix


def event(sealed, index, proof, size, root):
    entry = base64.b64decode(sealed["entry"])
    assert 0 <= index < size
    assert root_of(index, size, hashlib.sha256(b"\0" + entry).digest(), proof) == root, "the event is not in the log"
    data, binary, headers = columns(entry)[2]

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


def run(stream, entries):
    """Checks that events are the history of a run, in their order, after the prefix that the first event of a branch names."""
    ends, prefix = [], []
    for entry in entries:
        name, version, _, fork = columns(entry)
        if ends and ends[-1][0] == name:
            assert version == ends[-1][1] + 1, "events are missing or in another order"
            ends[-1] = (name, version)
        else:
            assert version == 1, "events are missing or in another order"
            ends.append((name, version))
        prefix = fork or prefix if name == stream else prefix
    assert ends and ends[-1][0] == stream and ends[:-1] == prefix, "the events are not the history of the run"


def verify(text, key, earlier=None):
    """The number of events, the size of the log, and the columns of each event that the file does not show."""
    since, consistency, missing = None, [], []
    if text.startswith("{"):
        lines = text.splitlines()
        first, events = json.loads(lines[0]), [json.loads(line) for line in lines[1:]]
        size, root = checkpoint(first["checkpoint"], key)
        assert len(events) == first["events"], "events are missing"
        missing = [event(sealed, sealed["index"], [base64.b64decode(h) for h in sealed["proof"]], size, root) for sealed in events]
        if "stream" in first:
            run(first["stream"].encode(), [base64.b64decode(sealed["entry"]) for sealed in events])
        since, consistency = first.get("since"), first.get("consistency", [])
    elif text.startswith("c2sp.org/tlog-proof@v1\n"):
        head, note = text.split("\n\n", 1)
        lines = head.split("\n")
        sealed = json.loads(base64.b64decode(lines[1].removeprefix("extra ")))
        size, root = checkpoint(note, key)
        missing = [event(sealed, int(lines[2].removeprefix("index ")), [base64.b64decode(h) for h in lines[3:]], size, root)]
        since, consistency = sealed.get("since"), sealed.get("consistency", [])
    else:
        size, root = checkpoint(text, key)
    if earlier:
        before, before_root = checkpoint(earlier, key)
        assert before <= size, "the log was cut off"
        assert before == size or since == before, "the file does not lead to the earlier checkpoint"
        assert extends(before, size, before_root, root, [base64.b64decode(h) for h in consistency] if before < size else []), "the log was rewritten"
    return len(missing), size, missing


def root_over(hashes):
    """The root of a tree: RFC 6962, section 2.1."""
    if len(hashes) == 1:
        return hashes[0]
    middle = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root_over(hashes[:middle]) + root_over(hashes[middle:])).digest()


def tiles(folder, key):
    """The size of a log in tiles, each of which is compared with those below it: https://c2sp.org/tlog-tiles."""
    def read(level, index, width):
        path = "%03d" % (index % 1000)
        while index >= 1000:
            index //= 1000
            path = "x%03d/%s" % (index % 1000, path)
        with open(os.path.join(folder, "tile", level, path + ("" if width == 256 else ".p/%d" % width)), "rb") as file:
            return file.read()

    with open(os.path.join(folder, "checkpoint"), encoding="utf-8") as file:
        size, root = checkpoint(file.read(), key)
    leaves = []
    for index in range((size + 255) // 256):
        width = min(256, size - 256 * index)
        entries, at = read("entries", index, width), 0
        for _ in range(width):
            length = struct.unpack(">H", entries[at:at + 2])[0]
            leaves.append(hashlib.sha256(b"\0" + entries[at + 2:at + 2 + length]).digest())
            at += 2 + length
        assert at == len(entries), "an entry is missing"
    level, hashes = 0, leaves
    while hashes:
        for index in range((len(hashes) + 255) // 256):
            part = hashes[256 * index:256 * (index + 1)]
            assert read(str(level), index, len(part)) == b"".join(part), "a tile was changed"
        level, hashes = level + 1, [root_over(hashes[256 * i:256 * (i + 1)]) for i in range(len(hashes) // 256)]
    assert root_over(leaves) == root, "the tiles are of another log"
    return size


if __name__ == "__main__":
    if os.path.isdir(sys.argv[1]):
        print("0 of %d" % tiles(sys.argv[1], sys.argv[2]))
        sys.exit()
    texts = []
    for name in [sys.argv[1]] + sys.argv[3:]:
        with open(name, encoding="utf-8") as file:
            texts.append(file.read())
    events, size, missing = verify(texts[0], sys.argv[2], *texts[1:])
    print("%d of %d" % (events, size))
    for column in COLUMNS:
        count = sum(column in names for names in missing)
        if count:
            print("%s of %d withheld or erased" % (column, count))
