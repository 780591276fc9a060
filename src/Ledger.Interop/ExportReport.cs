namespace Ledger.Interop;

/// <summary>What an export left out, because the format has no place for it.</summary>
/// <remarks>Not safe for concurrent use; complete once the export is.</remarks>
public sealed class ExportReport
{
    private readonly SortedDictionary<string, long> _leftOut = new(StringComparer.Ordinal);

    /// <summary>The types of the events that were left out, with their counts, sorted.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> LeftOut => [.. _leftOut];

    internal void Leave(string type) => _leftOut[type] = _leftOut.GetValueOrDefault(type) + 1;
}
