using System.Globalization;
using Ledger.Records;
using Ledger.Records.Chronomemory;

namespace Ledger.Conformance.Records;

/// <summary>A folder of the vectors, and how its parts are read; see the README beside them.</summary>
internal sealed class ChronoVector
{
    private readonly string _folder;

    private ChronoVector(string name)
    {
        Name = name;
        _folder = Path.Combine(Root, name);
        Expected = JsonTextReader.Read(File.ReadAllBytes(Path.Combine(_folder, "expected.json")));
        Folder = ChronoFolder.Read(Bytes(ChronoFolder.EventsName), Bytes(ChronoFolder.SnapshotName));
    }

    public static string Root { get; } = Path.Combine(AppContext.BaseDirectory, "Vectors", "chronomemory");

    public static IEnumerable<string> Names =>
        Directory.EnumerateDirectories(Root).Select(d => Path.GetFileName(d)!).Where(n => n != "json-format").Order(StringComparer.Ordinal);

    public string Name { get; }

    public JsonValue Expected { get; }

    public ChronoFolder Folder { get; }

    public static ChronoVector Load(string name) => new(name);

    public static ChronoFolder FolderOf(ReadOnlyMemory<byte> events, byte[]? snapshot) =>
        ChronoFolder.Read(events, snapshot is null ? null : (ReadOnlyMemory<byte>?)snapshot);

    public static DateTimeOffset TimeOf(JsonValue step) => DateTimeOffset.Parse(step.Find("ts")!.Text!, CultureInfo.InvariantCulture);

    public static string LineOf(JsonValue value) => System.Text.Encoding.UTF8.GetString(JsonTextWriter.ToBytes(value, JsonSpelling.Line));

    public static IReadOnlyList<string> TextsOf(JsonValue list) => [.. list.Items.Select(i => i.Text!)];

    public static long? IntegerOf(JsonValue? value) => value is null ? null : ChronoRecord.IntegerOf(value);

    public IReadOnlyList<JsonValue> Steps() => JsonTextReader.Read(File.ReadAllBytes(Path.Combine(_folder, "ops.json"))).Find("steps")!.Items;

    public ReadOnlyMemory<byte>? Bytes(string file) =>
        Path.Combine(_folder, file) is var path && File.Exists(path) ? (ReadOnlyMemory<byte>?)File.ReadAllBytes(path) : null;
}
