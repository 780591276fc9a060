using System.Text.Json;
using Ledger.Files;

namespace Ledger.Interop.Detecting;

/// <summary>Recognizes and reads a format.</summary>
internal abstract class FormatReader
{
    /// <summary>The format.</summary>
    public abstract RecordingFormat Format { get; }

    /// <summary>What an entry looks like, for one that does not.</summary>
    public abstract string Shape { get; }

    /// <summary>How well a line of the file fits, from 0 to 1, which means that it does.</summary>
    public virtual double FitOfLine(JsonElement line) => 0;

    /// <summary>How well the file as one JSON document fits, from 0 to 1, which means that it does.</summary>
    public virtual double FitOfDocument(JsonElement document) => 0;

    /// <summary>Reads the whole file.</summary>
    /// <exception cref="EventFileException">Something does not fit.</exception>
    public abstract ForeignRecording Read(RecordingSource source, string id);

    /// <summary>The part of the members that an object has; 0 for anything else.</summary>
    protected static double Has(JsonElement json, params ReadOnlySpan<string> names)
    {
        var found = 0;
        foreach (var name in names)
        {
            found += json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out _) ? 1 : 0;
        }

        return (double)found / names.Length;
    }
}
