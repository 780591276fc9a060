using Ledger.Explorer.Rendering;
using Ledger.Log;

namespace Ledger.Explorer.Runs;

/// <summary>The filter on a run's events in the query of a request.</summary>
internal sealed record EventFilter(string? Type, string? Actor, string? Text, string? Call, DateTimeOffset? Since, DateTimeOffset? Until)
{
    /// <summary>The filter that every event passes.</summary>
    public static EventFilter None { get; } = new(null, null, null, null, null, null);

    public bool IsEmpty => Type is null && Actor is null && Text is null && Call is null && Since is null && Until is null;

    public static EventFilter Of(Query query) => new(
        query.Text("type"), query.Text("actor"), query.Text("text"), query.Text("call"), query.Time("since"), query.Time("until"));

    /// <summary>The filter as the query of a link.</summary>
    public (string, object?)[] ToLink() =>
    [
        ("type", Type), ("actor", Actor), ("text", Text), ("call", Call), ("since", TimeInput.Of(Since)), ("until", TimeInput.Of(Until)),
    ];

    /// <summary>The filter as a log query, with times already turned into positions.</summary>
    public EventQuery ToQuery(Position from, Position? to, int limit) => new()
    {
        Types = Type?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        Actor = Actor,
        Text = Text,
        CallId = Call,
        From = from,
        To = to,
        Limit = limit,
    };
}
