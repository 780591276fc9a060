using Ledger.Postgres.Tenants;
using Ledger.Worlds;
using Marten;
using Npgsql;

namespace Ledger.Marten.Worlds;

/// <summary>Folds and saves the worlds of some streams, once, at the end of a transaction.</summary>
/// <param name="store">Where the tables are.</param>
/// <param name="documents">The document store.</param>
/// <param name="tenant">Whose streams they are.</param>
/// <param name="session">The application's session that is saved; null for one of the daemon.</param>
/// <param name="streams">The streams, and the version up to which each is folded; null for its end.</param>
internal sealed class WorldSnapshotSave(
    StoreConfiguration store, IDocumentStore documents, string tenant, IDocumentSession? session, IReadOnlyDictionary<StreamName, long?> streams)
    : ITransactionParticipant
{
    private bool _isDone;

    // Marten repeats the whole transaction if its commit fails temporarily, so nothing is done before it has succeeded.
    public Task AfterCommitAsync(CancellationToken token)
    {
        if (!_isDone)
        {
            _isDone = true;

            // A session with an identity map would go on returning the world before its own events.
            session?.EjectAllOfType(typeof(LedgerWorld));
        }

        return Task.CompletedTask;
    }

    public async Task BeforeCommitAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken token)
    {
        // A session that is saved again keeps the participants of the previous save.
        if (_isDone)
        {
            return;
        }

        // The daemon's connection is for all tenants, and sees those of one as long as it names one.
        var isOfDaemon = store.IsConjoined && session is null;
        if (isOfDaemon)
        {
            await TenantSetting.SetAsync(transaction, tenant, token).ConfigureAwait(false);
        }

        await SaveAsync(transaction, token).ConfigureAwait(false);
        if (isOfDaemon)
        {
            await TenantSetting.SetAsync(transaction, "", token).ConfigureAwait(false);
        }
    }

    private async Task SaveAsync(NpgsqlTransaction transaction, CancellationToken token)
    {
        var log = store.NativeOn(documents, tenant, transaction);
        var snapshots = log.Get<ISnapshotStore>()!;
        foreach (var (stream, version) in streams)
        {
            if (await log.GetHistoryAsync(stream, token).ConfigureAwait(false) is not { } history)
            {
                continue;
            }

            var prefix = history.PrefixLength;
            try
            {
                await new SnapshotSave(snapshots, () => new WorldReader(log, history, null, store.Logger), stream, prefix)
                    .RunAsync(version is { } known ? new Position(prefix.Value + known) : null, token).ConfigureAwait(false);
            }
            catch (SnapshotTooLargeException fault)
            {
                LogMessages.WorldTooLarge(store.Logger, stream.Value, fault);
            }
        }
    }
}
