using System.Text.Json;
using Ledger.Json;

namespace Ledger.Runs;

/// <summary>The answer to a call, as the log has it: the same, by value, for the caller who made the call and for all later ones.</summary>
/// <remarks>Only an answer that cannot be stored differs: its first caller gets the original, later ones the form that was recorded.</remarks>
/// <param name="Response">
/// For a language model the data of <c>llm.response</c>, whole; a response that was plain text is its member <c>text</c>. For a tool and every other kind the
/// response unchanged.
/// </param>
/// <param name="IsFromLog">Whether the answer was already recorded and no call was made.</param>
/// <param name="ResponseId">The id of the event that has the response.</param>
/// <param name="Position">The position of that event in the history.</param>
/// <param name="Cost">What the call cost when it was made.</param>
public sealed record CallAnswer(JsonElement Response, bool IsFromLog, Guid ResponseId, Position Position, CallCost Cost)
{
    /// <summary>Describes the stored form of an answer that could not be stored unchanged; null when the log has the answer itself.</summary>
    public AlteredAnswer? Altered { get; init; }

    /// <summary>How long the call took when it was made, to the millisecond; null where the log does not say.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Whether the tool ended the turn of its agent.</summary>
    internal bool Terminates { get; init; }

    /// <summary>The trace in which the response was recorded; null for none.</summary>
    internal string? TraceParent { get; init; }

    /// <summary>The text: the response itself, or its member <c>text</c>; null where there is none.</summary>
    public string? Text => Response.ValueKind switch
    {
        JsonValueKind.String => JsonText.ToText(Response),
        JsonValueKind.Object when Response.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String => JsonText.ToText(text),
        _ => null,
    };

    /// <summary>The answer that an event has.</summary>
    internal static CallAnswer Of(string kind, RecordedEvent recorded, Position position, bool isFromLog)
    {
        var data = recorded.ToJsonElement();
        return new CallAnswer(CallEventForm.ContentOf(kind, data), isFromLog, recorded.Id, position, CallCost.Read(data))
        {
            Altered = AlteredAnswerForm.Read(recorded.Metadata),
            Duration = CallEventForm.DurationOf(recorded.Metadata),
            Terminates = CallEventForm.Terminates(kind, data),
            TraceParent = recorded.Metadata.TraceParent,
        };
    }
}
