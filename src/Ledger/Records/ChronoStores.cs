using Ledger.Log;

namespace Ledger.Records;

/// <summary>The record stores of one log: one <see cref="ChronoStore"/> for each project, shared by all callers.</summary>
/// <remarks>
/// Concurrent calls on one <see cref="ChronoStore"/> are written together, so share this, or take it from the container. A store is kept until
/// this is disposed: ask for the projects that the application has, not for names that any caller can choose. Safe for concurrent use.
/// </remarks>
public sealed class ChronoStores : IAsyncDisposable, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ChronoStore> _stores = new(StringComparer.Ordinal);
    private readonly IEventStore _log;
    private readonly ChronoOptions? _options;
    private bool _isDisposed;

    /// <summary>Works on a log.</summary>
    /// <param name="log">A store whose engine keeps records; see <see cref="ChronoStore(IEventStore, string, ChronoOptions?)"/>.</param>
    /// <param name="options">How every store writes; null for the defaults.</param>
    public ChronoStores(IEventStore log, ChronoOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(log);
        _log = log;
        _options = options;
    }

    /// <summary>The records of a project; nothing is read or written yet, and the project need not exist.</summary>
    /// <remarks>Do not dispose it: other callers use it. One that was disposed is replaced by a new one.</remarks>
    /// <param name="project">The project's name.</param>
    /// <exception cref="ArgumentException">The name cannot be part of a stream's, or the log keeps no records.</exception>
    /// <exception cref="ObjectDisposedException">This is disposed.</exception>
    public ChronoStore Get(string project)
    {
        ArgumentNullException.ThrowIfNull(project);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_stores.TryGetValue(project, out var store) || store.IsDisposed)
            {
                _stores[project] = store = new ChronoStore(_log, project, _options);
            }

            return store;
        }
    }

    /// <summary>Refuses further calls on every store, and waits for writes under way.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var store in Close())
        {
            await store.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Refuses further calls on every store, without waiting for writes under way, which still get their answers.</summary>
    public void Dispose()
    {
        foreach (var store in Close())
        {
            _ = store.DisposeAsync().AsTask();
        }
    }

    private ChronoStore[] Close()
    {
        lock (_gate)
        {
            _isDisposed = true;
            ChronoStore[] stores = [.. _stores.Values];
            _stores.Clear();
            return stores;
        }
    }
}
