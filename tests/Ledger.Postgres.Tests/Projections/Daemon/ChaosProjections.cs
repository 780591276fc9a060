using Ledger.Conformance.Projections;
using Ledger.Postgres.Projections.Inline;
using Ledger.Projections;

namespace Ledger.Postgres.Tests.Projections.Daemon;

/// <summary>Every kind, and a table with a row for each time that an event was applied.</summary>
internal static class ChaosProjections
{
    public static RowProjection Seen { get; } = new("seen", "insert into {table:seen} (seq_id, stream) select seq_id, stream_id from {pending}");

    /// <summary>Those that a table without a tenant is not needed for.</summary>
    public static IReadOnlyList<Projection> OfTenants { get; } = [.. ProjectionSamples.All, Seen];

    public static IReadOnlyList<Projection> All { get; } = [.. DaemonBench.AllKinds, Seen];
}
