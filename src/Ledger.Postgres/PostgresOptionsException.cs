namespace Ledger.Postgres;

/// <summary>Options are not valid.</summary>
public sealed class PostgresOptionsException : Exception
{
    /// <summary>Names every fault.</summary>
    public PostgresOptionsException(IReadOnlyList<string> faults)
        : base($"The options of Ledger have {(faults.Count == 1 ? "a fault" : $"{faults.Count} faults")}: {string.Join(" ", faults)}") =>
        Faults = faults;

    /// <summary>One sentence for each fault.</summary>
    public IReadOnlyList<string> Faults { get; }
}
