using JasperFx.Events;
using Ledger.Log;
using Ledger.Wolverine.Handling;
using Wolverine.Persistence.EventSourcing;

namespace Ledger.Wolverine.Sessions;

/// <summary>Runs and branches within the transaction of the handled message, together with Wolverine's inbox and outbox.</summary>
/// <remarks>
/// <para>A handler takes one as a parameter. Its appends and forks are written when the handler has ended, or not at all.</para>
/// <para>Not safe for concurrent use. The methods that fetch and save are called by the code that Wolverine generates.</para>
/// </remarks>
public abstract class LedgerSession : IAsyncDisposable
{
    private readonly List<IHandledStream> _fetched = [];

    private protected LedgerSession()
    {
    }

    /// <summary>The runs and branches; other writers of a stream wait from its first append until the handler has ended.</summary>
    public abstract AgentLedger Ledger { get; }

    /// <summary>The transaction for rows of the application, with the native engine; with Marten, handlers take its session.</summary>
    /// <exception cref="NotSupportedException">The log is Marten's.</exception>
    public virtual Npgsql.NpgsqlTransaction Transaction =>
        throw new NotSupportedException("The log is Marten's: take an IDocumentSession, whose documents are saved in the same transaction.");

    private protected abstract StateReader States { get; }

    /// <summary>Whether the message has been tried before, so that the stream had better be locked first.</summary>
    private protected abstract bool IsRetry { get; }

    /// <summary>A run, branch or other stream, to append to in this transaction.</summary>
    /// <param name="stream">With a colon the name of a stream, otherwise the id of a run; it need not exist, unless it is a branch.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="StreamNotFoundException">There is no such branch.</exception>
    public Task<Run> OpenAsync(string stream, CancellationToken cancellationToken = default) =>
        OpenAsync(StreamNames.Of(stream), cancellationToken);

    /// <summary>A run, branch or other stream, to append to in this transaction.</summary>
    /// <param name="stream">The stream; it need not exist, unless it is a branch.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="StreamNotFoundException">There is no such branch.</exception>
    public Task<Run> OpenAsync(StreamName stream, CancellationToken cancellationToken = default) =>
        StateReader.OpenAsync(Ledger, stream, cancellationToken);

    /// <summary>Fetches a state to decide on; appends to it are written at the version of the state.</summary>
    /// <typeparam name="T">A world, a run, or the state of an aggregate in the container or of Marten's snapshots of histories.</typeparam>
    /// <param name="stream">With a colon the name of a stream, otherwise the id of a run.</param>
    /// <param name="style">Whether the stream is locked at once, or compared when it is written.</param>
    /// <param name="version">The version that the stream must have, or null for any.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="WrongExpectedVersionException">The stream has another version.</exception>
    /// <exception cref="StreamNotFoundException">There is no such branch.</exception>
    public Task<IEventStream<T>> FetchForWritingAsync<T>(
        string stream,
        ModelConcurrencyStyle style,
        long? version = null,
        CancellationToken cancellationToken = default)
        where T : class => FetchForWritingAsync<T>(StreamNames.Of(stream), style, version, cancellationToken);

    /// <summary>Fetches a state to decide on; appends to it are written at the version of the state.</summary>
    /// <inheritdoc cref="FetchForWritingAsync{T}(string, ModelConcurrencyStyle, long?, CancellationToken)"/>
    public async Task<IEventStream<T>> FetchForWritingAsync<T>(
        StreamName stream,
        ModelConcurrencyStyle style,
        long? version = null,
        CancellationToken cancellationToken = default)
        where T : class
    {
        var ledger = Ledger;
        if (style == ModelConcurrencyStyle.Exclusive || IsRetry)
        {
            // The append would create the stream of a branch that does not exist.
            await OpenAsync(stream, cancellationToken).ConfigureAwait(false);
            await Ledger.Store.AppendAsync(stream, ExpectedVersion.Any, [], cancellationToken).ConfigureAwait(false);
            ledger = Locked();
        }

        var (state, actual) = await States.ReadAsync<T>(ledger, Ledger, stream, cancellationToken).ConfigureAwait(false);
        if (version is { } expected && expected != actual.Value)
        {
            throw new WrongExpectedVersionException(stream, ExpectedVersion.Exactly(new StreamVersion(expected)), actual);
        }

        var fetched = new HandledStream<T>(stream, state, actual, cancellationToken);
        _fetched.Add(fetched);
        return fetched;
    }

    /// <summary>Appends the handler's events to the streams whose states it fetched.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="WrongExpectedVersionException">Another writer was faster.</exception>
    public async Task SaveAsync(CancellationToken cancellationToken = default)
    {
        foreach (var stream in _fetched.Where(s => s.Appended.Count > 0 || s.AlwaysEnforceConsistency))
        {
            var run = await OpenAsync(stream.Name, cancellationToken).ConfigureAwait(false);
            await run.AppendAsync(stream.Appended, run.History.LengthAt(stream.Version), cancellationToken).ConfigureAwait(false);
        }

        _fetched.Clear();
        await CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>The runs as of the transaction's locks, on its own connection.</summary>
    private protected abstract AgentLedger Locked();

    /// <summary>Commits, unless another component does.</summary>
    private protected abstract Task CommitAsync(CancellationToken cancellationToken);
}
