using Ledger.Log;
using Ledger.Seal.Entries;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Entries;

/// <summary>Entries of version 1, byte for byte as docs/seal.md has them.</summary>
public sealed class SealEntryTests
{
    private static readonly EventColumns Event = new()
    {
        Sequence = 0x0102,
        Id = new Guid("00112233-4455-6677-8899-aabbccddeeff"),
        Stream = "run:é",
        Version = 3,
        Type = "note",
        Time = -946_684_800_000_000 + 5,
        Tenant = "*DEFAULT*",
        Data = """{"a": 1}"""u8.ToArray(),
        Headers = "{}"u8.ToArray(),
    };

    private static readonly EntrySalts Salts = new() { Data = [.. Enumerable.Range(0, 16).Select(i => (byte)i)], Headers = new byte[16] };

    [Fact]
    public void Encode_AnEvent_GivesTheDocumentedBytes() => Convert.ToHexStringLower(Event.ToEntry(Salts).Encode()).ShouldBe(string.Concat(
        "01",
        "0000000000000102",
        "00112233445566778899aabbccddeeff",
        "01" + "00000006" + "72756e3ac3a9",
        "0000000000000003",
        "01" + "00000004" + "6e6f7465",
        "0000000000000005",
        "01" + "00000009" + "2a44454641554c542a",
        "00",
        "00",
        "00",
        "01" + Hmac("000102030405060708090a0b0c0d0e0f", "data\0{\"a\": 1}"),
        "00",
        "01" + Hmac("00000000000000000000000000000000", "headers\0{}"),
        "00"));

    [Fact]
    public void Encode_AFork_NamesItsPrefix()
    {
        var fork = Event with
        {
            Stream = "branch:b",
            Type = "branch.created",
            Version = 1,
            Data = """{"fork_position": 5, "lineage": [{"stream": "run:a", "taken": 3}, {"stream": "branch:c", "taken": 2}]}"""u8.ToArray(),
        };

        var bytes = fork.ToEntry(Salts).Encode();

        Convert.ToHexStringLower(bytes).ShouldEndWith(string.Concat(
            "01" + "00000033",
            "0000000000000005",
            "00000002",
            "01" + "00000005" + "72756e3a61" + "0000000000000003",
            "01" + "00000008" + "6272616e63683a63" + "0000000000000002"));
        var read = SealEntry.Decode(bytes).Fork!;
        read.Position.ShouldBe(5);
        read.Segments.ShouldBe([new LineageSegment("run:a", 3), new LineageSegment("branch:c", 2)]);
    }

    [Fact]
    public void Decode_AForkThatIsTooLong_KeepsItsHash()
    {
        var lineage = string.Join(", ", Enumerable.Range(0, 200).Select(i => $$"""{"stream": "branch:{{i}}-of-the-kettle", "taken": 2}"""));
        var fork = Event with { Stream = "branch:b", Type = "branch.created", Version = 1, Data = System.Text.Encoding.UTF8.GetBytes($$"""{"fork_position": 400, "lineage": [{{lineage}}]}""") };
        var bytes = fork.ToEntry(Salts).Encode();

        var read = SealEntry.Decode(bytes);

        (read.Fork is null, Convert.ToHexString(read.ForkHash.Span)).ShouldBe((true, Convert.ToHexString(EntryWriter.HashFork(fork.ToEntry(Salts).Fork!))));
        read.Encode().ShouldBe(bytes);
    }

    [Fact]
    public void Decode_ForkOfAnotherKindOrWithBytesAfterIt_IsRefused()
    {
        var bytes = (Event with
        {
            Stream = "branch:b",
            Type = "branch.created",
            Data = """{"fork_position": 5, "lineage": [{"stream": "run:a", "taken": 3}]}"""u8.ToArray(),
        }).ToEntry(Salts).Encode();
        var at = bytes.Length - 35;
        (bytes[at], bytes[at + 4]).ShouldBe(((byte)1, (byte)30));

        byte[] kind = [.. bytes];
        kind[at] = 3;
        Should.Throw<SealFormatException>(() => SealEntry.Decode(kind));
        byte[] longer = [.. bytes, 0];
        longer[at + 4]++;
        Should.Throw<SealFormatException>(() => SealEntry.Decode(longer));
    }

    [Fact]
    public void Decode_WhatWasEncoded_GivesTheSame()
    {
        var entry = (Event with { ClrType = "T, A", CorrelationId = "c", CausationId = "", BinaryData = [1, 2] }).ToEntry(Salts);

        var read = SealEntry.Decode(entry.Encode());

        read.Encode().ShouldBe(entry.Encode());
        (read.Sequence, read.Id, read.Stream, read.ClrType, read.CausationId).ShouldBe((0x0102, Event.Id, "run:é", "T, A", ""));
        read.Timestamp.ShouldBe(DateTimeOffset.UnixEpoch.AddTicks(50));
    }

    [Fact]
    public void Encode_LongTexts_KeepsTheEntryShort()
    {
        var longest = new string('x', 70_000);
        var entry = (Event with { Stream = longest, Type = longest, Tenant = longest, ClrType = longest, CorrelationId = longest, CausationId = longest }).ToEntry(Salts);

        entry.Encode().Length.ShouldBeLessThan(65_536);
        SealEntry.Decode(entry.Encode()).Stream.ShouldStartWith("sha256:");
        var at = Event with { Stream = new string('y', SealEntry.LongestText) };
        SealEntry.Decode(at.ToEntry(Salts).Encode()).Stream.ShouldBe(at.Stream);
    }

    [Fact]
    public void Encode_AnyColumnChanged_GivesOtherBytes()
    {
        EventColumns[] changed =
        [
            Event with { Sequence = 1 },
            Event with { Id = Guid.Empty },
            Event with { Stream = "run:e" },
            Event with { Stream = null },
            Event with { Version = 4 },
            Event with { Type = "Note" },
            Event with { Time = 0 },
            Event with { Tenant = null },
            Event with { ClrType = "" },
            Event with { CorrelationId = "x" },
            Event with { CausationId = "x" },
            Event with { Data = "{\"a\": 2}"u8.ToArray() },
            Event with { BinaryData = [] },
            Event with { Headers = null },
            Event with { Headers = "[]"u8.ToArray() },
        ];

        var hashes = changed.Append(Event).Select(e => Convert.ToHexString(MerkleTree.HashLeaf(e.ToEntry(Salts).Encode()))).ToList();

        hashes.Distinct().Count().ShouldBe(hashes.Count);
    }

    [Fact]
    public void Decode_ShortenedOrLonger_IsRefused()
    {
        var bytes = Event.ToEntry(Salts).Encode();

        for (var length = 0; length < bytes.Length; length++)
        {
            Should.Throw<SealFormatException>(() => SealEntry.Decode(bytes.AsSpan(0, length)));
        }

        Should.Throw<SealFormatException>(() => SealEntry.Decode([.. bytes, 0]));
        Should.Throw<SealFormatException>(() => SealEntry.Decode([2, .. bytes.AsSpan(1)]));
    }

    private static string Hmac(string salt, string message) =>
        Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA256.HashData(Convert.FromHexString(salt), System.Text.Encoding.UTF8.GetBytes(message)));
}
