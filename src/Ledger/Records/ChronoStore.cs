using Ledger.Log;

namespace Ledger.Records;

/// <summary>A hash-chained store of what an agent believes, on the stream <c>chrono:{project}</c> of a log.</summary>
/// <remarks>
/// <para>Safe for any number of concurrent threads, processes and machines. Nothing needs to be opened or closed: the first call opens the
/// store, the first event creates the project, and the rows for queries are written with each event.
/// Concurrent calls on one instance are written together, so share the instance.</para>
/// <para>A cancelled write may or may not have happened; call again with the same id to find out.</para>
/// </remarks>
public sealed partial class ChronoStore : IAsyncDisposable
{
    private readonly IChronoSession _session;
    private readonly ChronoOptions _options;
    private readonly ChronoWriter _writer;
    private readonly RecordWrites _writes;
    private bool _isDisposed;

    /// <summary>Opens the record store of a project.</summary>
    /// <param name="log">A store whose engine supports records: PostgreSQL on a pool, Marten, or memory. Writes are made by the engine and do not go through
    /// <see cref="IEventStore.AppendAsync"/>.</param>
    /// <param name="project">The project's name.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="ArgumentException">The name cannot be part of a stream name, or the log does not support records.</exception>
    public ChronoStore(IEventStore log, string project, ChronoOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(log);
        _options = options ?? new ChronoOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(_options.RecursionDepth, nameof(options));
        var engine = log.Get<IChronoLog>()
            ?? throw new ArgumentException($"A {log.GetType().Name} does not support records. Open the store on the engine itself.", nameof(log));
        Project = project;
        _session = engine.OpenChrono(StreamName.Chrono(project));
        _writer = new ChronoWriter(_session, _options.TimeProvider);
        _writes = new RecordWrites(_session.Stream, _options);
    }

    /// <summary>The project's name.</summary>
    public string Project { get; }

    /// <summary>The stream of the events.</summary>
    public StreamName Stream => _session.Stream;

    internal bool IsDisposed => Volatile.Read(ref _isDisposed);

    /// <summary>Waits for writes in progress; nothing else is needed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            await _writer.DrainAsync().ConfigureAwait(false);
            await _session.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<ChronoPlace> PlaceAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var place = await _session.GetPlaceAsync(cancellationToken).ConfigureAwait(false);
        return place.IsBehind ? await CatchUpAsync(cancellationToken).ConfigureAwait(false) : place;
    }

    private Task<ChronoPlace> CatchUpAsync(CancellationToken cancellationToken) => _session.WithLockAsync(
        async transaction =>
        {
            await CatchUp.RunAsync(transaction).ConfigureAwait(false);
            return transaction.Place;
        },
        cancellationToken);
}
