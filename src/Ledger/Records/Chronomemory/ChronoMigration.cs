using System.Globalization;
using System.Text.Unicode;

namespace Ledger.Records.Chronomemory;

/// <summary>Creates records from the <c>requirements.json</c> and <c>testcases.json</c> of a project; pure.</summary>
/// <remarks>
/// An item becomes the record with its <c>id</c>: <c>title</c> is the label, a <c>status</c> that mentions deprecation makes it deprecated and
/// any other active, <c>confidence</c> is 0.7 if absent, and the item is the data. If an id repeats, its first item counts.
/// </remarks>
internal static class ChronoMigration
{
    public const string RequirementsName = "requirements.json";
    public const string TestcasesName = "testcases.json";

    /// <summary>Reads the files; null for a missing one.</summary>
    public static ChronoMigrationInput Read(ReadOnlyMemory<byte>? requirements, ReadOnlyMemory<byte>? testcases)
    {
        var (records, notes) = (new List<ChronoRecord>(), new List<ChronoMigrationNote>());
        ReadFile(requirements, RequirementsName, "requirement", records, notes);
        ReadFile(testcases, TestcasesName, "testcase", records, notes);
        return new ChronoMigrationInput(records, notes);
    }

    /// <summary>The writes that bring a store in line with the files.</summary>
    /// <param name="input">The records of the files.</param>
    /// <param name="find">Finds the store's record with an id, or null.</param>
    /// <param name="deleted">How to treat ids that were deleted.</param>
    public static ChronoMigrationPlan Plan(ChronoMigrationInput input, Func<string, ChronoRecord?> find, DeletedRecords deleted)
    {
        var (seen, upserts, skipped) = (new HashSet<string>(StringComparer.Ordinal), new List<ChronoRecord>(), 0);
        foreach (var record in input.Records)
        {
            var known = find(record.Id);
            var staysDeleted = known is { Status: "tombstone" } && deleted == DeletedRecords.Keep;
            if (!seen.Add(record.Id) || staysDeleted || (known is not null && IsSame(known, record)))
            {
                skipped++;
            }
            else
            {
                upserts.Add(record);
            }
        }

        return new ChronoMigrationPlan(upserts, skipped, input.Notes);
    }

    // The kind is ignored: otherwise an item in both files would be written again each time.
    private static bool IsSame(ChronoRecord known, ChronoRecord record) =>
        known with { Kind = record.Kind, Evidence = record.Evidence, RecursionDepth = record.RecursionDepth } == record;

    private static void ReadFile(ReadOnlyMemory<byte>? utf8, string file, string kind, List<ChronoRecord> records, List<ChronoMigrationNote> notes)
    {
        if (utf8 is not { } bytes)
        {
            return;
        }

        if (ItemsOf(bytes.Span, out var fault) is not { } items)
        {
            notes.Add(new ChronoMigrationNote(file, null, fault!));
            return;
        }

        for (var i = 0; i < items.Count; i++)
        {
            if (RecordOf(items[i], file, kind, out var reason) is { } record)
            {
                records.Add(record);
            }
            else
            {
                notes.Add(new ChronoMigrationNote(file, i, reason!));
            }
        }
    }

    private static IReadOnlyList<JsonValue>? ItemsOf(ReadOnlySpan<byte> utf8, out string? fault)
    {
        try
        {
            fault = Utf8.IsValid(utf8) ? null : "the bytes are not UTF-8";
            var json = fault is null ? JsonTextReader.Read(utf8) : JsonValue.Null;
            fault ??= json.Kind == JsonKind.List ? null : "it is not a list";
            return fault is null ? json.Items : null;
        }
        catch (JsonTextException e)
        {
            fault = e.Message.TrimEnd('.');
            return null;
        }
    }

    private static ChronoRecord? RecordOf(JsonValue item, string file, string kind, out string? reason)
    {
        reason = item.Kind != JsonKind.Members ? "is not a JSON object"
            : item.Find("id") is not { Kind: JsonKind.Text, Text.Length: > 0 } ? "has no 'id'"
            : !IsTextOrAbsent(item.Find("title")) ? "has a 'title' that is not text"
            : !IsTextOrAbsent(item.Find("status")) ? "has a 'status' that is not text"
            : ConfidenceOf(item) is null ? "has a 'confidence' that is not a number"
            : null;
        if (reason is not null)
        {
            return null;
        }

        var fields = new ChronoRecord { Confidence = ConfidenceOf(item)!.Value, Evidence = [$"migrated from {file}"] }.ToValue().Members;
        fields["id"] = item.Find("id")!;
        fields["kind"] = JsonValue.Of(kind);
        fields["status"] = JsonValue.Of(IsDeprecated(item.Find("status")?.Text) ? "deprecated" : "active");
        fields["label"] = JsonValue.Of(item.Find("title")?.Text ?? "");
        fields["data"] = item;
        var record = ChronoRecord.FromValue(JsonValue.Of(fields));
        reason = ChronoRules.Default.FaultsOf(record) is [var fault, ..] ? $"becomes a record whose {fault.ToString().TrimEnd('.')}" : null;
        return reason is null ? record : null;
    }

    private static bool IsTextOrAbsent(JsonValue? value) => value is null or { Kind: JsonKind.Text or JsonKind.Null };

    private static bool IsDeprecated(string? status) => status is not null && status.Contains("deprecat", StringComparison.OrdinalIgnoreCase);

    private static double? ConfidenceOf(JsonValue item) => item.Find("confidence") switch
    {
        null => 0.7,
        { Kind: JsonKind.Number } value => value.Number.Value,
        { Kind: JsonKind.Text } value when double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };
}
