namespace Ledger.Postgres.Tenants.Quotas;

/// <summary>What a log may have at most.</summary>
/// <remarks>Immutable; equal when the limits are. The default value limits nothing.</remarks>
public sealed record LogQuota
{
    /// <summary>How many events, of streams of any kind: from 0; default null, any number.</summary>
    public long? Events { get; init; }

    /// <summary>How many bytes the payloads and headers of its events may have, as JSON in UTF-8 without compression: from 0; default null, any number.</summary>
    public long? Bytes { get; init; }

    /// <summary>How many runs that are not archived, without branches: from 0; default null, any number.</summary>
    public long? Runs { get; init; }

    /// <summary>Whether there is no limit.</summary>
    public bool IsNone => (Events, Bytes, Runs) == (null, null, null);

    internal LogQuota Checked()
    {
        foreach (var limit in new[] { Events, Bytes, Runs })
        {
            if (limit < 0)
            {
                throw new ArgumentException($"A quota is from 0, but was {limit}.");
            }
        }

        return this;
    }
}
