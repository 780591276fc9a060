namespace Ledger.Postgres.Schema;

/// <summary>Nothing was applied, because an application writes streams with names that are Ledger's own from a pending migration on.</summary>
public sealed class ReservedStreamsException : Exception
{
    /// <summary>Names the streams.</summary>
    public ReservedStreamsException(IReadOnlyList<string> streams)
        : base($"Nothing was applied: the application has events in {Named(streams)}, and from migration '0008_forgetting' on no program but Ledger can append to streams masked:… and retention:…. "
            + "With the version that you have, copy what goes on to a stream of another name ('ledger export', 'ledger append --file'), archive these streams ('ledger run archive'), and apply again.")
    {
        Streams = streams;
    }

    /// <summary>The streams by name, at most 10.</summary>
    public IReadOnlyList<string> Streams { get; }

    private static string Named(IReadOnlyList<string> streams) => string.Join(", ", (streams ?? []).Take(3).Select(stream => $"'{stream}'")) + (streams?.Count > 3 ? " and others" : "");
}
