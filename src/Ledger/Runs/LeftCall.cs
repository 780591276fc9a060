using System.Text.Json;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Runs;

/// <summary>A call whose caller was gone when another looked for it.</summary>
/// <param name="Stream">The stream of the run or branch that called.</param>
/// <param name="RequestId">The id of the event that recorded the request.</param>
/// <param name="Owner">The caller; null where the log does not name one.</param>
internal sealed record LeftCall(StreamName Stream, Guid RequestId, string? Owner)
{
    private const string BegunBy = "begun by ";
    private const string StreamMember = "stream";
    private const string RequestMember = "request_id";

    /// <summary>The event that says so. What its own caller records there as a reason is the type of an exception and its message.</summary>
    /// <remarks>An agent that was refused the call is told the same words when it is run again, also on a branch and from a file, so they are in the event.</remarks>
    public CallUnknown ToEvent(string kind) => new(kind, Owner is null ? null : BegunBy + Owner)
    {
        More = new() { [StreamMember] = JsonText.ToElement(Stream.Value), [RequestMember] = JsonText.ToElement(RequestId.ToString()) },
    };

    /// <summary>The call of an event <c>call.unknown</c>; null if the call failed, and its own caller recorded that.</summary>
    public static LeftCall? Of(RecordedEvent recorded) => recorded.Data is CallUnknown { Reason: var reason } unknown
        && (reason is null || reason.StartsWith(BegunBy, StringComparison.Ordinal))
            ? new LeftCall(
                Text(unknown, StreamMember) is { Length: > 0 } stream ? new StreamName(stream) : recorded.Stream,
                Guid.TryParse(Text(unknown, RequestMember), out var id) ? id : recorded.Metadata.Causes is [var first, ..] ? first : default,
                reason?[BegunBy.Length..])
            : null;

    private static string? Text(CallUnknown unknown, string member) =>
        unknown.More?.TryGetValue(member, out var value) == true && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
