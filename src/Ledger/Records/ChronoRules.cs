using System.Text.Json;
using Ledger.Log;
using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <summary>The values that a store accepts. An import accepts any value of a folder, and lists those that break the rules.</summary>
public sealed record ChronoRules
{
    /// <summary>The default rules.</summary>
    public static ChronoRules Default { get; } = new();

    /// <summary>The accepted source types. Default: <c>observed</c>, <c>inferred</c>, <c>hypothesis</c>, <c>synthetic</c>.</summary>
    public IReadOnlyList<string> SourceTypes { get; init; } = ["observed", "inferred", "hypothesis", "synthetic"];

    /// <summary>
    /// The accepted statuses. Default: <c>active</c>, <c>deprecated</c>, <c>hypothesis</c>, <c>invalidated</c>, <c>tombstone</c>.
    /// </summary>
    public IReadOnlyList<string> Statuses { get; init; } = ["active", "deprecated", "hypothesis", "invalidated", "tombstone"];

    /// <summary>Refuses a record that breaks the rules, naming the first such field.</summary>
    /// <exception cref="ChronoRecordException">A value is not accepted.</exception>
    public void Check(ChronoRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        foreach (var field in ChronoRecord.Fields)
        {
            if (FaultOf(field, record) is { } fault)
            {
                throw new ChronoRecordException(record.Id ?? "", fault);
            }
        }
    }

    /// <summary>All violations of the rules, in field order, at most one per field.</summary>
    public IReadOnlyList<ChronoFault> FaultsOf(ChronoRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return [.. ChronoRecord.Fields.Select(field => FaultOf(field, record)).OfType<ChronoFault>()];
    }

    internal static ChronoFault FaultOfKind(string field) => new(field, field switch
    {
        "confidence" => "is not a number, but must be from 0 to 1",
        "evidence" or "epistemic_boundary" => "is not a list of texts",
        "is_hypothesis" => "is neither true nor false",
        "model_assumptions" or "data" => "is not a JSON object, or contains a number that is not finite or half of a surrogate pair",
        "recursion_depth" => "is not an integer",
        _ => "is not text",
    });

    private ChronoFault? FaultOf(string field, ChronoRecord record)
    {
        if (record.Misfits.Contains(field))
        {
            return FaultOfKind(field);
        }

        var reason = field switch
        {
            "id" => ChronoTextRules.FaultOf(record.Id),
            "kind" => ChronoTextRules.FaultOf(record.Kind),
            "status" => ChronoTextRules.FaultOf(record.Status) ?? FaultOfChoice(record.Status, Statuses),
            "label" => ChronoTextRules.FaultOf(record.Label),
            "confidence" => FaultOfConfidence(record.Confidence),
            "source_type" => ChronoTextRules.FaultOf(record.SourceType) ?? FaultOfChoice(record.SourceType, SourceTypes),
            "evidence" => FaultOfTexts(record.Evidence),
            "epistemic_boundary" => FaultOfTexts(record.EpistemicBoundary),
            "model_assumptions" => FaultOfMembers(record.ModelAssumptions),
            "recursion_depth" => record.RecursionDepth < 0 ? $"is {record.RecursionDepth}, but must be 0 or more" : null,
            "data" => FaultOfMembers(record.Data),
            _ => null,
        };
        return reason is null ? null : new ChronoFault(field, reason);
    }

    private static string? FaultOfConfidence(ChronoNumber confidence) =>
        confidence.Value is >= 0 and <= 1 ? null : $"is {confidence}, but must be from 0 to 1";

    private static string? FaultOfChoice(string value, IReadOnlyList<string> known) =>
        known.Contains(value)
            ? null
            : $"is '{TextRules.Printable(value)}', but must be one of {string.Join(", ", known.Select(k => $"'{k}'"))};"
                + " the rules can be extended";

    private static string? FaultOfTexts(IReadOnlyList<string>? texts) =>
        texts is null ? "is null"
        : texts.Select(ChronoTextRules.FaultOf).FirstOrDefault(fault => fault is not null) is { } found ? $"has a text that {found}"
        : null;

    private static string? FaultOfMembers(JsonElement json)
    {
        if (json.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Object))
        {
            return "must be a JSON object";
        }

        try
        {
            return ChronoTextRules.FaultOf(JsonValue.Of(json));
        }
        catch (JsonTextException e)
        {
            return $"cannot be read: {e.Message.TrimEnd('.')}";
        }
    }
}
