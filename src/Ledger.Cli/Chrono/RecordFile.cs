using System.Text.Json;
using Ledger.Cli.Files;
using Ledger.Explorer.Failures;
using Ledger.Records;

namespace Ledger.Cli.Chrono;

/// <summary>Records in a file: a JSON array, or one record per line.</summary>
internal static class RecordFile
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 1024 };

    public static async Task<IReadOnlyList<ChronoRecord>> ReadAsync(string file, CommandIo io, CancellationToken cancellationToken)
    {
        var name = file == "-" ? "standard input" : file;
        await using var input = file == "-" ? io.Input : File.OpenRead(file);
        var content = await WholeFile.ReadAsync(input, file == "-" ? name : $"'{name}'", cancellationToken);
        using var reader = new StreamReader(new MemoryStream(content.ToArray()));
        var text = await reader.ReadToEndAsync(cancellationToken);
        return text.AsSpan().TrimStart().StartsWith("[") ? ReadArray(text, name) : ReadLines(text, name);
    }

    private static List<ChronoRecord> ReadArray(string text, string name)
    {
        using var document = Parse(text, $"{name} is malformed JSON");
        return [.. document.RootElement.EnumerateArray().Select((item, i) => Read(item.Clone(), $"Item {i + 1} of {name}"))];
    }

    private static List<ChronoRecord> ReadLines(string text, string name)
    {
        var records = new List<ChronoRecord>();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                using var document = Parse(line, $"Line {number} of {name} is malformed JSON");
                records.Add(Read(document.RootElement.Clone(), $"Line {number} of {name}"));
            }
        }

        return records;
    }

    private static JsonDocument Parse(string text, string fault)
    {
        try
        {
            return JsonDocument.Parse(text, Options);
        }
        catch (JsonException exception)
        {
            throw new RefusalException($"{fault}: {Events.JsonFault.Reason(exception.Message)} Nothing was written.", FailureCodes.InvalidInput);
        }
    }

    private static ChronoRecord Read(JsonElement json, string place)
    {
        try
        {
            return ChronoRecord.FromJson(json);
        }
        catch (ChronoRecordException exception)
        {
            throw new RefusalException($"{place}: {exception.Message}", FailureCodes.InvalidInput);
        }
    }
}
