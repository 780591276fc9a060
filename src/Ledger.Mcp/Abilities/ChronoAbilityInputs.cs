using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Ledger.Mcp.Abilities;

internal sealed record ChronoProjectsInput
{
    [Description("A text that the name contains, in upper or lower case. Default: any.")]
    public string? Text { get; init; }

    [Description("Only projects after this one: the 'next' of the page before.")]
    public string? After { get; init; }

    [Range(1, 1_000)]
    [Description("The most items to return. Default: 100.")]
    public int? Limit { get; init; }
}

internal sealed record ChronoQueryInput
{
    [Description("The project: the PROJECT in the name of its stream, chrono:PROJECT.")]
    public required string Project { get; init; }

    [Description("Only records of this kind.")]
    public string? Kind { get; init; }

    [Description("Only records with this status; \"\" for all. Default: active.")]
    public string? Status { get; init; }

    [Description("Only records certain enough to put into a prompt: a confidence of 0.6 or more.")]
    public bool? RagFilter { get; init; }

    [Description("Only records with at least this confidence.")]
    public double? MinConfidence { get; init; }

    [Range(0, int.MaxValue)]
    [Description("The number of items to skip: the 'next' of the page before.")]
    public int? Skip { get; init; }

    [Range(1, 1_000)]
    [Description("The most items to return. Default: 100.")]
    public int? Limit { get; init; }
}

internal sealed record ChronoGetInput
{
    [Description("The project: the PROJECT in the name of its stream, chrono:PROJECT.")]
    public required string Project { get; init; }

    [Description("The record's id.")]
    public required string Id { get; init; }

    [Range(0, long.MaxValue)]
    [Description("The record as it was after the event with this seq. Default: as it is now.")]
    public long? AtSeq { get; init; }

    [Description("A JSON pointer into the record, such as /data/text: only that value, as text.")]
    public string? Path { get; init; }

    [Range(0, int.MaxValue)]
    [Description("The first character of a value that is too long for one answer: the 'next' of the part before.")]
    public int? From { get; init; }
}

internal sealed record ChronoHistoryInput
{
    [Description("The project: the PROJECT in the name of its stream, chrono:PROJECT.")]
    public required string Project { get; init; }

    [Description("The record's id.")]
    public required string Id { get; init; }

    [Range(0, int.MaxValue)]
    [Description("The number of items to skip: the 'next' of the page before.")]
    public int? Skip { get; init; }

    [Range(1, 1_000)]
    [Description("The most items to return. Default: 100.")]
    public int? Limit { get; init; }
}

internal sealed record ChronoUpsertInput
{
    [Description("The project: the PROJECT in the name of its stream, chrono:PROJECT. One that does not exist is created.")]
    public required string Project { get; init; }

    [Description("The record: a JSON object with id, and optionally kind (fact, requirement, testcase, decision, risk or any other word), label, status (active, deprecated, "
        + "hypothesis, invalidated or tombstone), confidence from 0 to 1, source_type, evidence, epistemic_boundary, is_hypothesis, model_assumptions, data.")]
    public required JsonElement Record { get; init; }

    [Description("The id of the event, a UUID; repeated with the same id, nothing is written twice. Default: a new UUID.")]
    public Guid? EventId { get; init; }
}
