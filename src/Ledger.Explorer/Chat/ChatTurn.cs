using System.Text.Json;
using Ledger.Runs;

namespace Ledger.Explorer.Chat;

/// <summary>An event of a conversation: what it says, by whom, and what it cost.</summary>
/// <param name="Event">The event.</param>
/// <param name="Messages">What is said in it, in order.</param>
/// <param name="Repeated">How many messages of a request are left out: those that the request before has too, and all but the last of very many.</param>
internal sealed record ChatTurn(RecordedEvent Event, IReadOnlyList<ChatMessage> Messages, int Repeated)
{
    public CallCost Cost { get; init; } = CallCost.Unknown;

    /// <summary>How long the call took, as its answer states, else between its events; null where its request is on an earlier page.</summary>
    public TimeSpan? Took { get; init; }

    /// <summary>What went wrong, or null.</summary>
    public string? Error { get; init; }
}

/// <summary>One message of a conversation.</summary>
/// <param name="Role">Who says it: <c>system</c>, <c>user</c>, <c>assistant</c>, <c>tool</c>, or what the message states.</param>
/// <param name="Parts">What it has, in order.</param>
internal sealed record ChatMessage(string Role, IReadOnlyList<ChatPart> Parts);

/// <summary>A part of a message.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Title">The name of a tool, or what a piece of data is.</param>
/// <param name="Text">Its text, or null.</param>
/// <param name="Json">Its data, where it is no text.</param>
internal sealed record ChatPart(ChatPartKind Kind, string? Title, string? Text, JsonElement Json = default)
{
    public static ChatPart Of(string text) => new(ChatPartKind.Text, null, text);
}

/// <summary>The kinds of parts.</summary>
internal enum ChatPartKind
{
    /// <summary>Text, in Markdown as models write it.</summary>
    Text,

    /// <summary>What a model thought before it answered.</summary>
    Thought,

    /// <summary>A call of a tool, with its arguments.</summary>
    Call,

    /// <summary>What a tool answered.</summary>
    Result,

    /// <summary>Anything else, as JSON.</summary>
    Data,
}
