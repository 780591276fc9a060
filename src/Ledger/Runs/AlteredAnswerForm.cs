using System.Text.Json;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Runs;

/// <summary>An <see cref="AlteredAnswer"/> as a header of an event, and back.</summary>
internal static class AlteredAnswerForm
{
    public const string Header = "response_altered";

    public static JsonElement ToElement(AlteredAnswer altered) => EventJson.ToElement(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("bytes", altered.Bytes);
        writer.WriteString("sha256", altered.Sha256);
        writer.WriteNumber("count", altered.ChangeCount);
        writer.WriteStartArray("changes");
        foreach (var change in altered.Changes)
        {
            writer.WriteStartObject();
            writer.WriteString("path", change.Path);
            writer.WriteString("kind", NameOf(change.Kind));
            writer.WriteNumber("bytes", change.Bytes);
            writer.WriteString("sha256", change.Sha256);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    /// <summary>Reads the header of an event; null where it has none, or one that others wrote in another form.</summary>
    public static AlteredAnswer? Read(EventMetadata metadata)
    {
        if (!metadata.Headers.TryGetValue(Header, out var header))
        {
            return null;
        }

        try
        {
            return new AlteredAnswer(
                header.GetProperty("bytes").GetInt64(),
                header.GetProperty("sha256").GetString()!,
                header.GetProperty("count").GetInt64(),
                [.. header.GetProperty("changes").EnumerateArray().Select(c => new AnswerChange(
                    c.GetProperty("path").GetString()!,
                    KindOf(c.GetProperty("kind").GetString()),
                    c.GetProperty("bytes").GetInt64(),
                    c.GetProperty("sha256").GetString()!))]);
        }
        catch (Exception fault) when (fault is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }

    private static string NameOf(AnswerChangeKind kind) => kind switch
    {
        AnswerChangeKind.Replaced => "replaced",
        AnswerChangeKind.Cut => "cut",
        _ => "as_text",
    };

    private static AnswerChangeKind KindOf(string? name) => name switch
    {
        "replaced" => AnswerChangeKind.Replaced,
        "cut" => AnswerChangeKind.Cut,
        "as_text" => AnswerChangeKind.AsText,
        _ => throw new FormatException($"'{name}' is not the name of a change."),
    };
}
