using JasperFx.MultiTenancy;
using Ledger.Log;
using Ledger.Marten.Schema;
using Marten;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Marten.Aggregates;

/// <summary>The documents of an aggregate, each with the version of its stream.</summary>
/// <remarks>Read past the session, whose identity map might return a document that someone changes.</remarks>
internal sealed class StoredStates<T>(IDocumentStore store)
    where T : class
{
    private readonly bool _hasTenants = store.Options.FindOrResolveDocumentType(typeof(T)).TenancyStyle == TenancyStyle.Conjoined;

    private string Sql => field ??= MartenSql.Load(_hasTenants ? "load_tenant_snapshot" : "load_snapshot").Replace(
        "{documents}", store.Options.FindOrResolveDocumentType(typeof(T)).TableName.QualifiedName, StringComparison.Ordinal);

    /// <summary>The document of a stream, unless it contains events that the segment has not taken; null if there is none.</summary>
    public async Task<(T State, long Version)?> FindAsync(IQuerySession session, LineageSegment segment, CancellationToken cancellationToken)
    {
        await SharedStorage.EnsureAsync(session.Database, typeof(T), cancellationToken).ConfigureAwait(false);
        var command = new NpgsqlCommand(Sql) { Parameters = { new() { Value = segment.Stream, NpgsqlDbType = NpgsqlDbType.Varchar } } };
        if (_hasTenants)
        {
            command.Parameters.Add(new() { Value = session.TenantId, NpgsqlDbType = NpgsqlDbType.Varchar });
        }

        await using var _ = command.ConfigureAwait(false);
        var reader = await session.ExecuteReaderAsync(command, cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);

        // An integer for a type that is IRevisioned. A type with optimistic concurrency has a uuid, which says nothing of the stream.
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            && VersionIn(reader.GetValue(1)) is { } version
            && version <= segment.Taken
            ? (await store.Options.Serializer().FromJsonAsync<T>(reader, 0, cancellationToken).ConfigureAwait(false), version)
            : null;
    }

    private static long? VersionIn(object value) => value switch
    {
        long version => version,
        int version => version,
        _ => null,
    };
}
