using System.Text.Json;
using Ledger.Files;
using Ledger.Json;
using Ledger.Worlds;
using Shouldly;

namespace Ledger.Conformance.Worlds;

/// <summary>One file of the vectors, and how its parts are read and compared; see the README beside the files.</summary>
public sealed class KandoVector
{
    private KandoVector(JsonElement json) => Json = json;

    public JsonElement Json { get; }

    public JsonElement Expected => Json.GetProperty("expected");

    public static IEnumerable<string> Names(string prefix) =>
        Directory.EnumerateFiles(Folder, prefix + "-*.json").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal);

    public static KandoVector Load(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, name + ".json")));
        return new KandoVector(document.RootElement.Clone());
    }

    public IReadOnlyList<NewEvent> Events(string member) => EventsOf(Json.GetProperty(member));

    public static IReadOnlyList<NewEvent> EventsOf(JsonElement list)
    {
        var lines = list.EnumerateArray().Select(e => JsonSerializer.SerializeToUtf8Bytes(e));
        return [.. lines.Select((line, i) => EventFile.ReadLine(line, i + 1)!)];
    }

    public static IReadOnlyList<RecordedEvent> Recorded(IEnumerable<NewEvent> events) =>
        [.. EventFile.Record(events, StreamName.Run("vector"), DateTimeOffset.UnixEpoch)];

    public static IReadOnlyList<string> Ids(JsonElement list) => [.. list.EnumerateArray().Select(i => i.GetString()!)];

    public static IReadOnlyList<string> IdsOf(IEnumerable<RecordedEvent> events) => [.. events.Select(e => e.Metadata.ForeignId!)];

    /// <summary>kando's worlds have no position; all that they have must be the same, the order included.</summary>
    public static void ShouldBe(World world, JsonElement expected)
    {
        ArgumentNullException.ThrowIfNull(world);
        var actual = WrittenBy(world.WriteTo);
        foreach (var member in expected.EnumerateObject())
        {
            JsonEquality.Instance.Equals(actual.GetProperty(member.Name), member.Value)
                .ShouldBeTrue($"{member.Name} is {actual.GetProperty(member.Name)}, expected {member.Value}");
        }
    }

    /// <summary>Compares the members that kando has; what it calls its changes is taken out by <paramref name="except"/>, each with a reason at the caller.</summary>
    public static void ShouldBe(WorldDiff diff, JsonElement expected, params string[] except)
    {
        ArgumentNullException.ThrowIfNull(diff);
        var actual = WrittenBy(diff.WriteTo);
        foreach (var member in expected.EnumerateObject().Where(m => !except.Contains(m.Name)))
        {
            JsonEquality.Instance.Equals(actual.GetProperty(member.Name), member.Value)
                .ShouldBeTrue($"{member.Name} is {actual.GetProperty(member.Name)}, expected {member.Value}");
        }
    }

    /// <summary>Compares a fault with kando's error; the events are those that were folded.</summary>
    public static void ShouldBe(WorldFaultException fault, JsonElement expected, int position)
    {
        ArgumentNullException.ThrowIfNull(fault);
        fault.Fault.ToName().ShouldBe(expected.GetProperty("class").GetString());
        fault.Position.Value.ShouldBe(position);
        fault.ForeignId.ShouldBe(expected.GetProperty("event_id").GetString());
        ShouldBe(fault.WorldBefore.ShouldNotBeNull(), expected.GetProperty("world_before"));
    }

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Vectors", "kando");

    private static JsonElement WrittenBy(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            write(writer);
        }

        return JsonElement.Parse(stream.ToArray());
    }
}
