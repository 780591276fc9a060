using Ledger.Log;
using Ledger.Marten.Aggregates;
using Ledger.Postgres;
using Ledger.Projections;
using Ledger.Runs;
using Microsoft.Extensions.DependencyInjection;

namespace Ledger.Wolverine.Sessions;

/// <summary>Reads what handlers take of a stream.</summary>
internal sealed class StateReader(IServiceProvider services, PostgresOptions options)
{
    /// <summary>A handle, also on a run that does not exist.</summary>
    public static async Task<Run> OpenAsync(AgentLedger ledger, StreamName stream, CancellationToken cancellationToken) => stream.IsBranch
        ? await ledger.OpenAsync(stream, cancellationToken).ConfigureAwait(false)
        : ledger.GetStream(stream);

    /// <summary>A state, and the version of its stream.</summary>
    /// <param name="reading">The store that the state is read from.</param>
    /// <param name="writing">The store that a handle on the run writes to.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task<(T State, StreamVersion Version)> ReadAsync<T>(
        AgentLedger reading,
        AgentLedger writing,
        StreamName stream,
        CancellationToken cancellationToken)
        where T : class
    {
        if (typeof(T) == typeof(World) || typeof(T) == typeof(Run))
        {
            var run = await OpenAsync(reading, stream, cancellationToken).ConfigureAwait(false);
            var world = typeof(T) == typeof(World) ? await run.GetWorldAsync(cancellationToken: cancellationToken).ConfigureAwait(false) : null;
            var length = world?.Position ?? await run.GetLengthAsync(cancellationToken).ConfigureAwait(false);
            var state = world ?? (object)await OpenAsync(writing, stream, cancellationToken).ConfigureAwait(false);
            return ((T)state, new StreamVersion(length.Value - run.History.PrefixLength.Value));
        }

        if (writing.Store.Get<SessionAggregates>() is { } aggregates && aggregates.AreOfHistories(typeof(T)))
        {
            // A handler that takes one which does not exist yet gets null, as of Marten.
            var (aggregate, version) = await aggregates.FetchAsync<T>(stream, cancellationToken).ConfigureAwait(false);
            return (aggregate!, new StreamVersion(version));
        }

        var fetched = FindSnapshot<T>() is { } snapshot
            ? await reading.Store.FetchForWritingAsync(snapshot, stream, cancellationToken).ConfigureAwait(false)
            : await reading.Store.FetchForWritingAsync(services.GetRequiredService<Aggregate<T>>(), stream, cancellationToken).ConfigureAwait(false);
        return (fetched.State, fetched.Version);
    }

    private Snapshot<T>? FindSnapshot<T>()
        where T : class =>
        services.GetService<Snapshot<T>>() ?? options.Projections.Concat(options.AsyncProjections).OfType<Snapshot<T>>().FirstOrDefault();
}
