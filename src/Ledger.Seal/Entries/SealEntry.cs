using Ledger.Log;
using Ledger.Seal.Entries;

namespace Ledger.Seal;

/// <summary>What the tree proves of an event: all of its columns, its payload and headers as commitments.</summary>
/// <remarks>
/// <para>A commitment is HMAC-SHA256 over the name of the column and its content, keyed with a random salt. With the salt and the content anyone can compute it
/// again. When the salt is deleted the content can be erased: nothing about it can be guessed from the entry, and all else stays proved.</para>
/// <para>A text longer than <see cref="LongestText"/> bytes is in an entry as its SHA-256, and is read back as <c>sha256:…</c>.</para>
/// <para>Immutable. Equality is by reference.</para>
/// </remarks>
public sealed class SealEntry
{
    /// <summary>The longest text that an entry holds itself, in bytes of UTF-8.</summary>
    public const int LongestText = 4096;

    /// <summary>The number of the event in the log.</summary>
    public required long Sequence { get; init; }

    /// <summary>The event's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Its stream.</summary>
    public required string? Stream { get; init; }

    /// <summary>Its place in the stream, from 1.</summary>
    public required long Version { get; init; }

    /// <summary>Its stored name.</summary>
    public required string? Type { get; init; }

    /// <summary>When the log took it, in microseconds since 1970 (UTC).</summary>
    public required long Microseconds { get; init; }

    /// <summary>The tenant.</summary>
    public string? Tenant { get; init; }

    /// <summary>The .NET type that wrote it.</summary>
    public string? ClrType { get; init; }

    /// <summary>The correlation id: in Ledger the root run.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The causation id: in Ledger the first cause.</summary>
    public string? CausationId { get; init; }

    /// <summary>The commitment to <c>data</c>.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>The commitment to <c>bdata</c>; empty where the event has none.</summary>
    public ReadOnlyMemory<byte> BinaryData { get; init; }

    /// <summary>The commitment to <c>headers</c>; empty where the event has none.</summary>
    public ReadOnlyMemory<byte> Headers { get; init; }

    /// <summary>For the first event of a branch: the prefix that it shares; null for any other event, and where <see cref="ForkHash"/> stands for it.</summary>
    public SealFork? Fork { get; init; }

    /// <summary>The SHA-256 of a prefix that takes more than <see cref="LongestText"/> bytes, as that of a deep branch does; empty for any other event.</summary>
    public ReadOnlyMemory<byte> ForkHash { get; init; }

    /// <summary>The time as a date, where it is one.</summary>
    public DateTimeOffset? Timestamp => Microseconds is > -62_135_596_800_000_000 and < 253_402_300_800_000_000
        ? DateTimeOffset.UnixEpoch.AddTicks(Microseconds * TimeSpan.TicksPerMicrosecond)
        : null;

    /// <summary>The bytes that the leaf hashes; <c>docs/seal.md</c> describes each.</summary>
    public byte[] Encode() => EntryWriter.Write(this);

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <exception cref="SealFormatException">The bytes are not an entry of version 1.</exception>
    public static SealEntry Decode(ReadOnlySpan<byte> entry) => EntryReader.Read(entry);
}

/// <summary>The prefix that a branch shares, as its entry names it.</summary>
/// <param name="Position">How many events are shared.</param>
/// <param name="Segments">Where they are, from the root down.</param>
public sealed record SealFork(long Position, IReadOnlyList<LineageSegment> Segments);
