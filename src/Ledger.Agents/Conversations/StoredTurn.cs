using System.Security.Cryptography;
using System.Text.Json;
using Ledger.Agents.Chat;
using Ledger.Json;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace Ledger.Agents.Conversations;

/// <summary>What tells a turn of a conversation from others: what was asked, and what came of it. Headers of its first message.</summary>
/// <param name="LastId">The id of the last message from outside; null if it has none. A client may send all that was said before it again.</param>
/// <param name="Last">A hash of that message, without its id and time: some clients begin to count again with each page.</param>
/// <param name="Request">A hash of the messages from outside, without ids and times.</param>
/// <param name="Whole">A hash of all messages of the turn; null before it has ended.</param>
internal sealed record StoredTurn(string? LastId, string Last, string Request, string? Whole = null)
{
    private const string RequestHeader = "turn_request";
    private const string WholeHeader = "turn";
    private const string MessageHeader = "turn_message";
    private const string MessageHashHeader = "turn_message_hash";
    private const int LongestId = 1_000;

    public static StoredTurn Of(IEnumerable<ChatMessage> request)
    {
        ChatMessage[] outside = [.. request.Where(m => m.GetAgentRequestMessageSourceType() == AgentRequestMessageSourceType.External)];
        return new StoredTurn(outside.LastOrDefault()?.MessageId, HashOf(outside.TakeLast(1)), HashOf(outside));
    }

    public StoredTurn With(IEnumerable<ChatMessage> messages) => this with { Whole = HashOf(messages) };

    public Dictionary<string, JsonElement> ToHeaders()
    {
        var headers = new Dictionary<string, JsonElement>(StringComparer.Ordinal)
        {
            [RequestHeader] = JsonText.ToElement(Request),
            [WholeHeader] = JsonText.ToElement(Whole!),
        };
        if (LastId is { Length: > 0 and <= LongestId } && StorableText.Fits(LastId, LongestId))
        {
            headers.Add(MessageHeader, JsonText.ToElement(LastId));
            headers.Add(MessageHashHeader, JsonText.ToElement(Last));
        }

        return headers;
    }

    /// <summary>Whether a stored message begins this turn.</summary>
    /// <param name="recorded">The event of the message.</param>
    /// <param name="isNext">Whether it is the first after those that the session knows.</param>
    public bool IsRepetitionOf(RecordedEvent recorded, bool isNext) =>
        Text(recorded, RequestHeader) is { } request
        && (LastId is not null && Text(recorded, MessageHeader) is { } id
            ? LastId == id && Text(recorded, MessageHashHeader) == Last
            : isNext && request == Request);

    /// <summary>Whether the turn that begins at a position is this one, to the last message.</summary>
    public async Task<bool> IsStoredAsync(Run run, Position at, CancellationToken cancellationToken)
    {
        await foreach (var recorded in run.ReadAsync(at, new Position(at.Value + 1), cancellationToken).ConfigureAwait(false))
        {
            return Text(recorded, WholeHeader) == Whole;
        }

        return false;
    }

    private static string HashOf(IEnumerable<ChatMessage> messages) =>
        Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.ToBytes(ChatRequestForm.Of(messages, null))));

    private static string? Text(RecordedEvent recorded, string header) =>
        recorded.Metadata.Headers.TryGetValue(header, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
