using System.CommandLine;
using System.Text.Json;
using Ledger.Causality;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Worlds;

namespace Ledger.Cli.Causality;

/// <summary><c>ledger blame</c></summary>
internal sealed class BlameCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create("A run or branch, by its id or stream name.");
    private readonly Argument<string> _object = StreamArgument.Create("The object's id; it may be removed by now.", "OBJECT");
    private readonly Argument<string?> _property = StreamArgument.CreateOptional("A top-level property; the whole object unless given.", "PROPERTY");

    public BlameCommand()
        : base("blame", "Names the events that made and changed an object, or one property of it; the last one set what is there.")
    {
        Add(_id);
        Add(_object);
        Add(_property);
        Add(CommonOptions.Stats);
        Examples = ["ledger blame first c1", "ledger blame branch:second c1 status --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var run = await connection.Ledger.OpenAsync(
            await StreamIds.FindAsync(connection.Store, session.Get(_id), cancellationToken), cancellationToken);
        var blame = await run.WithStatistics(session.NewRead()).BlameAsync(session.Get(_object), session.Get(_property), cancellationToken);
        if (blame.Entries.Count == 0)
        {
            throw new RefusalException(blame.Property is { } property
                ? $"No event of '{blame.Stream}' set a property '{property}' of an object '{blame.ObjectId}'."
                : $"No event of '{blame.Stream}' made an object '{blame.ObjectId}'.");
        }

        if (session.Json)
        {
            Write(session, blame);
        }
        else
        {
            Print(session.Out, blame);
        }
    }

    private static void Print(Printer output, Blame blame)
    {
        output.Line($"Blame: {(blame.Property is { } property ? $"property {property} of " : "")}object {blame.ObjectId} in {blame.Stream}", Tone.Name);
        foreach (var entry in blame.Entries)
        {
            var recorded = entry.Event;
            output.Add(recorded.Position!.Value.ToString().PadLeft(4)).Add($"  {NameOf(entry.Kind),-8}", Tone.Changed);
            output.Add($"  {recorded.Metadata.ForeignId ?? recorded.Id.ToString()}", Tone.Name).Add($"  {recorded.Metadata.Actor ?? "-"}", Tone.Faint);
            output.AddRest($"  {Describe(blame, entry.Before)} -> {Describe(blame, entry.After)}").EndLine();
        }
    }

    private static void Write(Session session, Blame blame) => session.Out.Json(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("stream", blame.Stream.Value);
        writer.WriteString("object_id", blame.ObjectId);
        writer.WriteString("property", blame.Property);
        writer.WriteStartArray("events");
        foreach (var entry in blame.Entries)
        {
            writer.WriteStartObject();
            writer.WriteString("id", entry.Event.Metadata.ForeignId ?? entry.Event.Id.ToString());
            writer.WriteString("event_id", entry.Event.Id);
            writer.WriteNumber("position", entry.Event.Position!.Value.Value);
            writer.WriteString("kind", NameOf(entry.Kind));
            writer.WriteString("actor", entry.Event.Metadata.Actor);
            writer.WriteString("timestamp", entry.Event.Metadata.OccurredAt ?? entry.Event.Timestamp);
            Write(writer, "old", ValueOf(blame, entry.Before));
            Write(writer, "new", ValueOf(blame, entry.After));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    // What is absent is not written, so that it differs from null.
    private static void Write(Utf8JsonWriter writer, string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Undefined)
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
    }

    private static JsonElement ValueOf(Blame blame, WorldObject? item) =>
        item is null ? default
        : blame.Property is { } property ? item.Data.GetValueOrDefault(property)
        : item.Data.ToJsonElement();

    private static string Describe(Blame blame, WorldObject? item) =>
        ValueOf(blame, item) is { ValueKind: not JsonValueKind.Undefined } value ? value.GetRawText() : "(absent)";

    private static string NameOf(BlameKind kind) => kind switch
    {
        BlameKind.Created => "created",
        BlameKind.Replaced => "replaced",
        BlameKind.Patched => "patched",
        _ => "removed",
    };
}
