using System.Text.Json;
using Ledger.Events;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Testing.Samples;

/// <summary>Checks that stored forms of events are still read as they should be: samples of each form are kept in a folder, beside what they are read as.</summary>
/// <remarks>
/// The folder has a folder for each name of an event, such as <c>order-placed.v1</c>, and in it files such as <c>first.json</c>, the data as they were stored, and
/// <c>first.read.json</c>, the data of the type that they are read as. A character that no file name may have is written as in a URL: <c>%3A</c> for a colon.
/// Keep the samples in the repository, and never change one: what is in the log does not change either.
/// </remarks>
public static class EventSamples
{
    private const string ReadEnding = ".read.json";

    /// <summary>Reads each sample through a registry, upcasts included, and compares.</summary>
    /// <param name="folder">The folder of the samples.</param>
    /// <param name="registry">The registry of the application.</param>
    /// <exception cref="EventSamplesException">A sample does not fit its type, is read as something else, or has nothing beside it; or a name that is upcast has
    /// no sample. All faults are named.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static void Verify(string folder, EventRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(registry);
        var faults = new List<string>();
        var samples = SamplesIn(folder);
        foreach (var missing in registry.Upcasts.Select(upcast => upcast.Name).Except(samples.Select(sample => sample.Name)).Order(StringComparer.Ordinal))
        {
            faults.Add($"'{missing}' is upcast, and has no sample. Store one in '{Path.Combine(folder, Uri.EscapeDataString(missing))}'.");
        }

        faults.AddRange(samples.Select(sample => FaultOf(sample.Name, sample.File, registry)).OfType<string>());
        faults.AddRange(Directory.EnumerateFiles(folder, $"*{ReadEnding}", SearchOption.AllDirectories)
            .Where(file => !File.Exists($"{file[..^ReadEnding.Length]}.json"))
            .Order(StringComparer.Ordinal)
            .Select(file => $"'{file}' is what a sample is read as, but there is no sample beside it."));
        if (faults.Count > 0)
        {
            throw new EventSamplesException(faults);
        }
    }

    /// <summary>Writes beside each sample what it is read as, for the first time or after a change that was meant; read the difference before it is committed.</summary>
    /// <param name="folder">The folder of the samples.</param>
    /// <param name="registry">The registry of the application.</param>
    /// <returns>The files that were written, because they were missing or had other JSON.</returns>
    /// <exception cref="EventSamplesException">A sample does not fit its type.</exception>
    public static IReadOnlyList<string> Accept(string folder, EventRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(registry);
        var (written, faults) = (new List<string>(), new List<string>());
        foreach (var (name, file) in SamplesIn(folder))
        {
            if (Read(name, file, registry, out var fault) is not { } read)
            {
                faults.Add(fault);
            }
            else if (ExpectedOf(file) is not { } expected || !JsonEquality.Instance.Equals(expected, read))
            {
                File.WriteAllText(PlaceOf(file), $"{read.GetRawText()}\n");
                written.Add(PlaceOf(file));
            }
        }

        return faults.Count == 0 ? written : throw new EventSamplesException(faults);
    }

    private static List<(string Name, string File)> SamplesIn(string folder) =>
    [
        .. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal).SelectMany(named => Directory.EnumerateFiles(named, "*.json")
            .Where(file => !file.EndsWith(ReadEnding, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(file => (Uri.UnescapeDataString(Path.GetFileName(named)), file))),
    ];

    private static string PlaceOf(string file) => $"{file[..^".json".Length]}{ReadEnding}";

    private static JsonElement? ExpectedOf(string file) => File.Exists(PlaceOf(file)) ? EventJson.ParseElement(File.ReadAllBytes(PlaceOf(file))) : null;

    private static string? FaultOf(string name, string file, EventRegistry registry)
    {
        if (Read(name, file, registry, out var fault) is not { } read)
        {
            return fault;
        }

        return ExpectedOf(file) is not { } expected
            ? $"'{file}' is read as {read.GetRawText()}, and there is no '{Path.GetFileName(PlaceOf(file))}' beside it to compare."
            : Replays.JsonDifference.Find(expected, read) is var (path, left, right)
                ? $"'{file}' is read as something else: at {path} it should be {Replays.JsonDifference.Text(left)}, and is {Replays.JsonDifference.Text(right)}."
                : null;
    }

    private static JsonElement? Read(string name, string file, EventRegistry registry, out string fault)
    {
        fault = "";
        ReadOnlyMemory<byte> json = File.ReadAllBytes(file);
        json = json.Span.StartsWith("\ufeff"u8) ? json[3..] : json;
        try
        {
            EventJson.ParseElement(json);
        }
        catch (JsonException broken)
        {
            fault = $"'{file}' is not JSON: {broken.Message}";
            return null;
        }

        var data = registry.Read(name, json, out var misfit);
        if (misfit is not null)
        {
            fault = $"'{file}' does not fit {misfit.ExpectedType}: {misfit.Reason}";
            return null;
        }

        if (data is UntypedEvent)
        {
            fault = $"'{file}' is of the event '{name}', which the registry does not know.";
            return null;
        }

        return EventJson.ParseElement(registry.Write(new NewEvent(data)).Json);
    }
}
