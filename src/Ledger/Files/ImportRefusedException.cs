namespace Ledger.Files;

/// <summary>A recording was not imported, because it contradicts the log or itself.</summary>
public sealed class ImportRefusedException : Exception
{
    internal ImportRefusedException(string id, string reason)
        : base($"The recording '{id}' cannot be imported: {reason}")
    {
        Id = id;
        Reason = reason;
    }

    /// <summary>The id of the run or branch that the recording would become.</summary>
    public string Id { get; }

    /// <summary>What is wrong, what was written, and what to do.</summary>
    public string Reason { get; }
}
