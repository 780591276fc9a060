using System.Security.Cryptography;
using System.Text;

namespace Ledger.Log;

/// <summary>How the ids of events are made.</summary>
public static class EventIds
{
    // The name space of ids that Ledger derives; RFC 9562, section 5.5, wants one for each purpose.
    private static readonly Guid ForeignNamespace = new("5a1b3a0e-6f0c-4a53-9a64-3f3f3d2ac1d7");

    private static readonly Guid MergeNamespace = new("2f6d9c1b-7e0a-4d7e-8c55-b1a4f0e3d962");

    private static readonly Guid CallNamespace = new("0c7f6f0e-96a1-4c1b-8f0b-7f0f7d2f5b1e");

    /// <summary>The id of an event that had an id elsewhere: the UUID v5 of its stream's name and that id.</summary>
    /// <remarks>Other systems repeat their ids from run to run, so the stream is part of what makes this one unique. RFC 9562, section 5.5.</remarks>
    public static Guid FromForeign(StreamName stream, string foreignId)
    {
        ArgumentException.ThrowIfNullOrEmpty(foreignId);
        return NameBased(ForeignNamespace, $"{stream.Value}\n{foreignId}");
    }

    /// <summary>The id of the event by which one of several callers claims a call; the log holds it once.</summary>
    /// <param name="stream">The stream of the run or branch that calls.</param>
    /// <param name="kind">What is called.</param>
    /// <param name="requestHash">The hash of the request.</param>
    /// <param name="named">The named attempt of an agent that the call belongs to, or null.</param>
    /// <param name="slot">Which occurrence of the request in the history, from 0.</param>
    /// <param name="attempt">How many times the occurrence was begun in the stream before.</param>
    internal static Guid OfCall(StreamName stream, string kind, string requestHash, string? named, int slot, int attempt) =>
        NameBased(CallNamespace, $"{stream.Value}\n{kind}\n{requestHash}\n{attempt}{Occurrence(named, slot)}");

    /// <summary>The key by which a callee can tell that it is asked again: one for all attempts of an occurrence in a stream.</summary>
    internal static Guid OfCallKey(StreamName stream, string kind, string requestHash, string? named, int slot) =>
        NameBased(CallNamespace, $"key\n{stream.Value}\n{kind}\n{requestHash}{Occurrence(named, slot)}");

    /// <summary>The id of the event by which a call is answered from outside: the log has it once.</summary>
    internal static Guid OfOutsideAnswer(Guid requestId) => NameBased(CallNamespace, $"answer\n{requestId}");

    /// <summary>The id of the event that records that the outcome of a call is unknown; the log holds it once.</summary>
    internal static Guid OfUnknownCall(Guid requestId) => NameBased(CallNamespace, $"unknown\n{requestId}");

    /// <summary>The id of the same event where the call's own caller has recorded the first, and another was refused the call since; the log holds it once.</summary>
    internal static Guid OfLeftCall(Guid requestId) => NameBased(CallNamespace, $"left\n{requestId}");

    /// <summary>The id of the event by which a call is released that was not made, as its callee says; the log holds it once.</summary>
    internal static Guid OfCallNotMade(Guid requestId) => NameBased(CallNamespace, $"not made\n{requestId}");

    /// <summary>The id of the event that reserves a part of a budget for a call; the log holds it once.</summary>
    /// <param name="requestId">The call.</param>
    /// <param name="joined">The stream of the budget, if it is not that of the call's own run.</param>
    internal static Guid OfReservation(Guid requestId, StreamName? joined) => NameBased(CallNamespace, $"reserved\n{requestId}{In(joined)}");

    /// <summary>The id of the event that settles a call with the event that ended it.</summary>
    /// <param name="outcomeId">The event that ended it.</param>
    /// <param name="joined">The stream of the budget, if it is not that of the call's own run.</param>
    internal static Guid OfSettlement(Guid outcomeId, StreamName? joined) => NameBased(CallNamespace, $"settled\n{outcomeId}{In(joined)}");

    /// <summary>The id of the event by which an approval raises a budget; the log holds it once.</summary>
    internal static Guid OfRaise(Guid approvalId) => NameBased(CallNamespace, $"raised\n{approvalId}");

    /// <summary>The id of the event that asks for approval of a request; the log holds it once.</summary>
    /// <param name="stream">The stream of the run or branch that calls.</param>
    /// <param name="kind">What is called.</param>
    /// <param name="requestHash">The hash of the request.</param>
    /// <param name="count">How often it was asked for before.</param>
    internal static Guid OfApproval(StreamName stream, string kind, string requestHash, int count) =>
        NameBased(CallNamespace, $"approval\n{stream.Value}\n{kind}\n{requestHash}\n{count}");

    /// <summary>The id of the event by which an attempt of an agent begins: the log has it once in a stream.</summary>
    internal static Guid OfAttempt(StreamName stream, string name) => NameBased(CallNamespace, $"attempt\n{stream.Value}\n{name}");

    /// <summary>The id of the event that ends a merge, a cherry-pick or a rebase into a stream; the log holds it once, and it is found without a search.</summary>
    /// <param name="target">The stream.</param>
    /// <param name="count">How many of them the stream had before.</param>
    internal static Guid OfMerge(StreamName target, int count) => NameBased(MergeNamespace, $"{target.Value}\n{count}");

    /// <summary>The id of an event that writes one of another history again; a stream has it once.</summary>
    /// <param name="target">The stream.</param>
    /// <param name="original">The id of the other event.</param>
    /// <param name="ordinal">Which of the events that it becomes, from 0.</param>
    internal static Guid OfCarried(StreamName target, Guid original, int ordinal) =>
        NameBased(MergeNamespace, $"carried\n{target.Value}\n{original}\n{ordinal}");

    private static string In(StreamName? stream) => stream is { } name ? $"\n{name.Value}" : "";

    private static string Occurrence(string? named, int slot) => (named, slot) switch
    {
        (null, 0) => "",
        (null, _) => $"\n{slot}",
        _ => $"\n{slot}\n{named}",
    };

    private static Guid NameBased(Guid space, string text)
    {
        const int MostOnStack = 512;
        var length = 16 + Encoding.UTF8.GetMaxByteCount(text.Length);
        var input = length <= MostOnStack ? stackalloc byte[MostOnStack] : new byte[length];
        space.TryWriteBytes(input, bigEndian: true, out _);
        length = 16 + Encoding.UTF8.GetBytes(text, input[16..]);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // RFC 9562 defines UUID v5 by SHA-1; it names, it does not protect.
        SHA1.HashData(input[..length], hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
