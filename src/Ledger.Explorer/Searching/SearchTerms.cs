using System.Globalization;
using Ledger.Explorer.Rendering;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Explorer.Searching;

/// <summary>What a search across all runs asks for: conditions on events, and on the runs that they belong to.</summary>
internal sealed record SearchTerms
{
    public string? Text { get; init; }

    public string? Type { get; init; }

    public string? Actor { get; init; }

    public string? Tool { get; init; }

    public DataCondition? Where { get; init; }

    /// <summary>The object that the events are about.</summary>
    public string? Object { get; init; }

    /// <summary>The streams searched: <c>all</c>, <c>runs</c> or <c>branches</c>.</summary>
    public string Kind { get; init; } = "all";

    public string? Label { get; init; }

    public string? Model { get; init; }

    public RunStatus? Status { get; init; }

    /// <summary>What the runs cost at least, in US dollars, and at most.</summary>
    public decimal? MinCost { get; init; }

    public decimal? MaxCost { get; init; }

    /// <summary>How long the runs took at least, and at most.</summary>
    public TimeSpan? MinDuration { get; init; }

    public TimeSpan? MaxDuration { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    public SequenceNumber? Before { get; init; }

    public int Limit { get; init; } = 50;

    /// <summary>Whether nothing is asked for, so that nothing is searched.</summary>
    public bool IsEmpty => this with { Kind = "all", Limit = 50, Before = null } == new SearchTerms();

    /// <summary>Whether the runs must be of a kind that their events do not tell.</summary>
    public bool IsAboutRuns => Label is not null || Model is not null || Status is not null || HasRange;

    /// <summary>Whether the runs must have a cost or a duration.</summary>
    public bool HasRange => MinCost is not null || MaxCost is not null || MinDuration is not null || MaxDuration is not null;

    /// <summary>Why no run can have such a cost or duration, as a sentence; null if one can.</summary>
    public string? RangeFault =>
        MinCost < 0 || MaxCost < 0 ? "A cost must be 0 or more."
        : MinDuration < TimeSpan.Zero || MaxDuration < TimeSpan.Zero ? "A duration must be 0 or more."
        : MinCost > MaxCost ? string.Create(CultureInfo.InvariantCulture, $"The least cost, {MinCost} USD, is more than the most, {MaxCost} USD.")
        : MinDuration > MaxDuration ? $"The least duration, {DurationInput.Of(MinDuration)}, is more than the most, {DurationInput.Of(MaxDuration)}."
        : null;

    private string Prefix => Kind switch
    {
        "runs" => "run:",
        "branches" => "branch:",
        _ => "",
    };

    public static SearchTerms Of(Query query)
    {
        var status = query.Choice("status", "any", "any", "running", "done", "failed", "waiting");
        var terms = new SearchTerms
        {
            Text = query.Text("text"),
            Type = query.Text("type"),
            Actor = query.Text("actor"),
            Tool = query.Text("tool"),
            Where = query.Text("where") is { } where ? ConditionOf(where) : null,
            Object = query.Text("object"),
            MinCost = query.Amount("min_cost"),
            MaxCost = query.Amount("max_cost"),
            MinDuration = query.Duration("min_duration"),
            MaxDuration = query.Duration("max_duration"),
            Kind = query.Choice("kind", "all", "all", "runs", "branches"),
            Label = query.Text("label"),
            Model = query.Text("model"),
            Status = status == "any" ? null : Enum.Parse<RunStatus>(status, ignoreCase: true),
            Since = query.Time("since"),
            Until = query.Time("until"),
            Before = query.Position("before") is { } before ? new SequenceNumber(before.Value) : null,
            Limit = query.Number("limit", 50, 1, 1_000),
        };
        return terms.RangeFault is { } fault ? throw new BadRequestException(fault) : terms;
    }

    /// <summary>The terms as the query of a link, without the page.</summary>
    public (string, object?)[] ToLink() =>
    [
        ("text", Text), ("type", Type), ("actor", Actor), ("tool", Tool), ("where", Where), ("object", Object), ("kind", Kind == "all" ? null : Kind), ("label", Label), ("model", Model),
        ("min_cost", MinCost), ("max_cost", MaxCost), ("min_duration", DurationInput.Of(MinDuration)), ("max_duration", DurationInput.Of(MaxDuration)),
        ("status", Status?.ToString().ToLowerInvariant()), ("since", TimeInput.Of(Since)), ("until", TimeInput.Of(Until)), ("limit", Limit == 50 ? null : Limit),
    ];

    /// <summary>The search of the log.</summary>
    /// <param name="streams">The only streams to search; null for all.</param>
    public LogQuery ToQuery(IReadOnlyCollection<StreamName>? streams) => new()
    {
        Prefix = Prefix,
        Streams = streams,
        Types = Type?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        Actor = Actor,
        Text = Text,
        Tool = Tool,
        ObjectId = Object,
        Where = Where,
        Since = Since,
        Until = Until,
        Before = Before,
        Limit = Limit,
    };

    /// <summary>The query for the runs themselves.</summary>
    /// <param name="limit">The most of them.</param>
    public RunQuery ToRuns(int limit) => new()
    {
        Prefix = Prefix,
        Text = Text,
        Label = Label,
        Model = Model,
        Status = Status,
        MinCostUsd = MinCost,
        MaxCostUsd = MaxCost,
        MinDuration = MinDuration,
        MaxDuration = MaxDuration,
        ActiveSince = Since,
        Limit = limit,
    };

    private static DataCondition ConditionOf(string text)
    {
        try
        {
            return DataCondition.Parse(text);
        }
        catch (FormatException fault)
        {
            throw new BadRequestException($"'where': {DisplayText.Cut(fault.Message, 300)}");
        }
    }
}
