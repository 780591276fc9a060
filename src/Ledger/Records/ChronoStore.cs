using Ledger.Log;

namespace Ledger.Records;

/// <summary>Records of what an agent holds to be so, each change an event in a hash chain, on the stream <c>chrono:{project}</c> of a log.</summary>
/// <remarks>
/// <para>Safe for any number of threads, processes and machines at once. Nothing has to be opened or closed: the first call opens the
/// store, a project is there with its first event, and the rows that answer are written with each event, so that closing writes nothing.
/// Concurrent calls on one instance are written together: share it.</para>
/// <para>A cancelled write is either made or not; call again with the same id to find out.</para>
/// </remarks>
public sealed partial class ChronoStore : IAsyncDisposable
{
    private readonly IChronoSession _session;
    private readonly ChronoOptions _options;
    private readonly ChronoWriter _writer;
    private bool _isDisposed;

    /// <summary>Works on the records of a project.</summary>
    /// <param name="log">A store whose engine keeps records: PostgreSQL on a pool, Marten, or memory. Writes are made by the engine and do not go through
    /// <see cref="IEventStore.AppendAsync"/>.</param>
    /// <param name="project">The project's name.</param>
    /// <param name="options">How to write; null for the defaults.</param>
    /// <exception cref="ArgumentException">The name cannot be part of a stream's, or the log keeps no records.</exception>
    public ChronoStore(IEventStore log, string project, ChronoOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(log);
        _options = options ?? new ChronoOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(_options.RecursionDepth, nameof(options));
        var engine = log.Get<IChronoLog>()
            ?? throw new ArgumentException($"A {log.GetType().Name} keeps no records. Open the store on the engine itself.", nameof(log));
        Project = project;
        _session = engine.OpenChrono(StreamName.Chrono(project));
        _writer = new ChronoWriter(_session, _options.TimeProvider);
    }

    /// <summary>The project's name.</summary>
    public string Project { get; }

    /// <summary>The stream that the events are in.</summary>
    public StreamName Stream => _session.Stream;

    internal bool IsDisposed => Volatile.Read(ref _isDisposed);

    /// <summary>Waits for writes under way; nothing else is to be done.</summary>
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
