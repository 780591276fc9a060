using System.CommandLine;
using System.Text.Json;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Cli.Worlds;
using Ledger.Worlds;

namespace Ledger.Cli.Causality;

/// <summary><c>ledger blame</c></summary>
internal sealed class BlameCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create("A run or branch, by its id or stream name.");
    private readonly Argument<string> _object = StreamArgument.Create("The id of an object, or of a relation; it may have been removed since.", "OBJECT");
    private readonly Argument<string?> _property = StreamArgument.CreateOptional("A top-level property. Default: the whole object.", "PROPERTY");
    private readonly Option<bool> _relation = new("--relation") { Description = "OBJECT is the id of a relation." };

    public BlameCommand()
        : base("blame", "Lists the events that created and changed an object, or one of its properties; the last one set the current value.")
    {
        Add(_id);
        Add(_object);
        Add(_property);
        Add(_relation);
        Add(CommonOptions.Strict);
        Add(CommonOptions.Stats);
        Examples = ["ledger blame first c1", "ledger blame branch:second c1 status --json", "ledger blame first r1 --relation"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var found = (await Histories.FindAsync(connection, session.Get(_id), cancellationToken)).WithFaults(session.Faults);
        await FaultText.WarnAsync(session, found, null, cancellationToken);
        var run = found.WithStatistics(session.NewRead());
        var (id, property) = (session.Get(_object), session.Get(_property));
        var (what, changes) = session.Get(_relation)
            ? ("relation", Changes(await run.BlameRelationAsync(id, property, cancellationToken)))
            : ("object", Changes(await run.BlameAsync(id, property, cancellationToken)));
        if (changes.Count == 0)
        {
            throw new RefusalException(property is not null
                ? $"No event of '{run.StreamName}' set a property '{property}' of {Article(what)} '{id}'."
                : $"No event of '{run.StreamName}' created {Article(what)} '{id}'.");
        }

        if (session.Json)
        {
            session.Out.Json(writer => Write(writer, run.StreamName.Value, what, id, property, changes));
        }
        else
        {
            Print(session.Out, $"{(property is null ? "" : $"property {property} of ")}{what} {id} in {run.StreamName}", changes);
        }
    }

    private static string Article(string what) => what == "object" ? "an object" : "a relation";

    private static List<Change> Changes(Blame blame) =>
        [.. blame.Entries.Select(e => new Change(e.Event, e.Kind, ValueOf(e.Before, blame.Property), ValueOf(e.After, blame.Property)))];

    private static List<Change> Changes(RelationBlame blame) =>
        [.. blame.Entries.Select(e => new Change(e.Event, e.Kind, ValueOf(e.Before, blame.Property), ValueOf(e.After, blame.Property)))];

    private static JsonElement ValueOf(WorldObject? item, string? property) =>
        item is null ? default
        : property is null ? item.Data.ToJsonElement()
        : item.Data.GetValueOrDefault(property);

    // A relation means nothing without its ends.
    private static JsonElement ValueOf(Relation? item, string? property) =>
        item is null ? default
        : property is null ? JsonElement.Parse(item.ToString())
        : item.Data.GetValueOrDefault(property);

    private static void Print(Printer output, string what, IEnumerable<Change> changes)
    {
        output.Line($"Blame: {what}", Tone.Name);
        foreach (var (recorded, kind, old, @new) in changes)
        {
            output.Add(recorded.Position!.Value.ToString().PadLeft(4)).Add($"  {NameOf(kind),-8}", Tone.Changed);
            output.Add($"  {recorded.Metadata.ForeignId ?? recorded.Id.ToString()}", Tone.Name).Add($"  {recorded.Metadata.Actor ?? "-"}", Tone.Faint);
            output.AddRest($"  {Describe(old)} -> {Describe(@new)}").EndLine();
        }
    }

    private static void Write(
        Utf8JsonWriter writer,
        string stream,
        string what,
        string id,
        string? property,
        IEnumerable<Change> changes)
    {
        writer.WriteStartObject();
        writer.WriteString("stream", stream);
        writer.WriteString($"{what}_id", id);
        writer.WriteString("property", property);
        writer.WriteStartArray("events");
        foreach (var (recorded, kind, old, @new) in changes)
        {
            writer.WriteStartObject();
            writer.WriteString("id", recorded.Metadata.ForeignId ?? recorded.Id.ToString());
            writer.WriteString("event_id", recorded.Id);
            writer.WriteNumber("position", recorded.Position!.Value.Value);
            writer.WriteString("kind", NameOf(kind));
            writer.WriteString("actor", recorded.Metadata.Actor);
            writer.WriteString("timestamp", recorded.Metadata.OccurredAt ?? recorded.Timestamp);
            Write(writer, "old", old);
            Write(writer, "new", @new);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    // An absent value is omitted, to tell it from null.
    private static void Write(Utf8JsonWriter writer, string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Undefined)
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
    }

    private static string Describe(JsonElement value) => value.ValueKind == JsonValueKind.Undefined ? "(absent)" : value.GetRawText();

    private static string NameOf(BlameKind kind) => kind switch
    {
        BlameKind.Created => "created",
        BlameKind.Replaced => "replaced",
        BlameKind.Patched => "patched",
        _ => "removed",
    };

    private sealed record Change(RecordedEvent Event, BlameKind Kind, JsonElement Old, JsonElement New);
}
