using System.Buffers;
using System.CommandLine;
using System.Text.Json;
using Ledger.Cli.Events;
using Ledger.Records;

namespace Ledger.Cli.Chrono;

/// <summary>The fields of a record as options. Values keep their spelling, so 1 and 1.0 stay different values.</summary>
internal sealed class RecordOptions
{
    private readonly (Option<string?> Option, string Field, bool IsJson)[] _values =
    [
        (Text("--kind", "fact, requirement, testcase, decision, risk, or any other word.", "KIND"), "kind", false),
        (Text("--status", "active, deprecated, hypothesis, invalidated or tombstone.", "STATUS"), "status", false),
        (Text("--label", "The record in one line.", "TEXT"), "label", false),
        (Text("--confidence", "How certain the record is, from 0 to 1.", "N"), "confidence", true),
        (Text("--source-type", "observed, inferred, hypothesis or synthetic.", "TYPE"), "source_type", false),
        (Text("--assumptions", "Assumptions about the model, a JSON object.", "JSON"), "model_assumptions", true),
        (Text("--data", "Further content, a JSON object.", "JSON"), "data", true),
    ];

    private readonly Option<string[]> _evidence = Texts("--evidence", "A reference to supporting evidence; may be repeated.");
    private readonly Option<string[]> _boundary = Texts("--boundary", "A scope outside which the record makes no claim; may be repeated.");
    private readonly Option<bool> _hypothesis = new("--hypothesis") { Description = "Mark the record as a guess." };

    public void AddTo(Command command)
    {
        foreach (var (option, _, _) in _values)
        {
            command.Add(option);
        }

        command.Add(_evidence);
        command.Add(_boundary);
        command.Add(_hypothesis);
    }

    /// <summary>The name of the first option on the command line, or null.</summary>
    public string? FindGiven(Session session) =>
        _values.FirstOrDefault(v => session.Get(v.Option) is not null).Option?.Name
        ?? (session.Get(_evidence) is [_, ..] ? _evidence.Name : null)
        ?? (session.Get(_boundary) is [_, ..] ? _boundary.Name : null)
        ?? (session.Get(_hypothesis) ? _hypothesis.Name : null);

    /// <summary>Builds the record from the options.</summary>
    public ChronoRecord Read(Session session, string id)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("id", id);
            foreach (var (option, field, isJson) in _values)
            {
                Write(writer, field, isJson, session.Get(option), option.Name);
            }

            Write(writer, "evidence", session.Get(_evidence));
            Write(writer, "epistemic_boundary", session.Get(_boundary));
            writer.WriteBoolean("is_hypothesis", session.Get(_hypothesis));
            writer.WriteEndObject();
        }

        using var json = JsonDocument.Parse(buffer.WrittenMemory, new JsonDocumentOptions { MaxDepth = 1024 });
        return ChronoRecord.FromJson(json.RootElement.Clone());
    }

    /// <summary>Parses a record from JSON text.</summary>
    public static ChronoRecord Parse(string option, string text) => ChronoRecord.FromJson(JsonArgument.Parse(option, text));

    private static void Write(Utf8JsonWriter writer, string field, bool isJson, string? value, string option)
    {
        if (value is not null && isJson)
        {
            writer.WritePropertyName(field);
            JsonArgument.Parse(option, value).WriteTo(writer);
        }
        else if (value is not null)
        {
            writer.WriteString(field, value);
        }
    }

    private static void Write(Utf8JsonWriter writer, string field, string[]? values)
    {
        writer.WriteStartArray(field);
        foreach (var value in values ?? [])
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }

    private static Option<string?> Text(string name, string description, string helpName) =>
        new(name) { Description = description, HelpName = helpName };

    private static Option<string[]> Texts(string name, string description) => new(name) { Description = description, HelpName = "TEXT" };
}
