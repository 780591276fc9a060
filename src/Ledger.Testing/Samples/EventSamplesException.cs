namespace Ledger.Testing.Samples;

/// <summary>Samples of stored events are not read as they should be.</summary>
public sealed class EventSamplesException : Exception
{
    internal EventSamplesException(IReadOnlyList<string> faults)
        : base(string.Join('\n', faults)) => Faults = faults;

    /// <summary>The faults, a sentence each.</summary>
    public IReadOnlyList<string> Faults { get; }
}
