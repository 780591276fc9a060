using System.Runtime.CompilerServices;
using System.Text.Json;
using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Forgetting;

/// <summary>A store that encrypts personal data with the key of their subject before they reach the log, so that destroying the key is enough to forget them.</summary>
/// <remarks>
/// <para>Which data, say the attributes <see cref="PersonalDataAttribute"/> of the event types and further rules. A value is stored as a text <c>ledger:enc:1:…</c>, and read through this
/// store as it was. Once <see cref="ISubjectKeys.ForgetAsync"/> has destroyed the key, and for programs without keys that read through this store, a text reads as <c>****</c> and anything
/// else as null.</para>
/// <para>What an engine derives by itself, such as rows of worlds, snapshots, documents, summaries and searches in its database, is derived from what is stored, so that it never has the personal
/// data, and nothing has to be rebuilt when a subject is forgotten. Through this store worlds are folded from the events that it reads; <see cref="RevealAsync"/> decrypts other JSON.</para>
/// <para>An event that is appended again is the same as before. After its subject was forgotten it is still answered as a repetition; a new one is refused as <see
/// cref="SubjectForgottenException"/>. Personal data of which the event does not say whose they are, are refused. A text is read only in the event and at the place that it was encrypted
/// for; copied elsewhere, as by a merge in the store below, it reads as the text it is. Safe for concurrent use where the store and the keys are. Keys are asked for once in a call or a page of 200 events, and are not remembered.</para>
/// </remarks>
public sealed class EncryptingEventStore : IEventStore
{
    private const int PageEvents = 200;

    private readonly IEventStore _inner;
    private readonly PayloadCipher _cipher;

    /// <summary>Encrypts what goes to a store, and decrypts what comes from it.</summary>
    /// <param name="inner">The store.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="rules">Rules besides those that follow from the attributes of the store's event types; null for none.</param>
    /// <exception cref="ArgumentException">An attribute names a member that its type does not have, or a rule leads into headers, which are not encrypted.</exception>
    public EncryptingEventStore(IEventStore inner, ISubjectKeys keys, IEnumerable<PersonalDataRule>? rules = null)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(keys);
        PersonalDataRule[] all = [.. PersonalDataRule.Of(inner.Registry), .. rules ?? []];
        if (Array.Find(all, rule => rule.IsOfHeaders) is { } ofHeaders)
        {
            throw new ArgumentException(
                $"The rule '{ofHeaders.Path}' of '{ofHeaders.Subject}' for '{ofHeaders.EventType}' leads into headers, which are not encrypted. Give it to EventMasking alone.", nameof(rules));
        }

        _inner = inner;
        _cipher = new PayloadCipher(keys, all, inner.Registry);
    }

    /// <inheritdoc/>
    public EventRegistry Registry => _inner.Registry;

    /// <inheritdoc/>
    /// <remarks>Worlds and snapshots are not taken from the engine, whose rows have encrypted values, but folded from the events. Payloads are masked in the store below.</remarks>
    public T? Get<T>()
        where T : class => this as T ?? (IsHidden(typeof(T)) ? null : _inner.Get<T>());

    /// <summary>JSON that an engine has derived from the events, such as a document of a projection, with what was encrypted readable again as far as there are keys.</summary>
    /// <remarks>It does not know for which event and place a text was encrypted, so do not show the result to others than those who may see all of these data.</remarks>
    /// <param name="json">The JSON.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<JsonElement> RevealAsync(JsonElement json, CancellationToken cancellationToken = default) => _cipher.DecryptAsync(json, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">An event has personal data and does not say whose.</exception>
    /// <exception cref="SubjectForgottenException">A subject was forgotten, and the log does not have its event yet.</exception>
    public async Task<IReadOnlyList<AppendResult>> AppendAsync(IReadOnlyList<StreamAppend> appends, CancellationToken cancellationToken = default)
    {
        AppendRules.Check(appends);
        var encrypted = await EncryptAsync([.. appends.SelectMany(append => append.Events.Select(e => (append.Stream, e)))], cancellationToken).ConfigureAwait(false);
        var next = 0;
        var parts = new List<StreamAppend>(appends.Count);
        foreach (var append in appends)
        {
            parts.Add(append with { Events = [.. encrypted.Skip(next).Take(append.Events.Count)] });
            next += append.Events.Count;
        }

        return await _inner.AppendAsync(parts, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">An event has personal data and does not say whose.</exception>
    /// <exception cref="SubjectForgottenException">A subject was forgotten, and the log does not have its event yet.</exception>
    public Task<ImportProgress> ImportAsync(
        IAsyncEnumerable<StreamEvent> events, IProgress<ImportProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(events);
        return _inner.ImportAsync(EncryptAsync(events, cancellationToken), progress, cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<RecordedEvent> ReadForwardAsync(
        StreamName stream, StreamVersion from = default, StreamVersion? to = null, CancellationToken cancellationToken = default) =>
        DecryptAsync(_inner.ReadForwardAsync(stream, from, to, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<RecordedEvent> ReadBackwardAsync(
        StreamName stream, StreamVersion? from = null, StreamVersion to = default, CancellationToken cancellationToken = default) =>
        DecryptAsync(_inner.ReadBackwardAsync(stream, from, to, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<RecordedEvent> ReadHistoryAsync(
        History history, Position from = default, Position? to = null, CancellationToken cancellationToken = default) =>
        DecryptAsync(_inner.ReadHistoryAsync(history, from, to, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<RecordedEvent> ReadLogAsync(SequenceNumber after = default, CancellationToken cancellationToken = default) =>
        DecryptAsync(_inner.ReadLogAsync(after, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default) =>
        await _cipher.DecryptAsync(await _inner.FindEventsAsync(ids, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public Task<StreamInfo?> GetStreamAsync(StreamName stream, CancellationToken cancellationToken = default) => _inner.GetStreamAsync(stream, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<StreamInfo> ListStreamsAsync(string prefix = "", CancellationToken cancellationToken = default) =>
        _inner.ListStreamsAsync(prefix, cancellationToken);

    /// <inheritdoc/>
    public Task ArchiveAsync(StreamName stream, CancellationToken cancellationToken = default) => _inner.ArchiveAsync(stream, cancellationToken);

    /// <inheritdoc/>
    public Task<History?> GetHistoryAsync(StreamName stream, CancellationToken cancellationToken = default) => _inner.GetHistoryAsync(stream, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<History>> FindHistoriesAsync(IReadOnlyCollection<StreamName> streams, CancellationToken cancellationToken = default) =>
        _inner.FindHistoriesAsync(streams, cancellationToken);

    /// <inheritdoc/>
    public Task<BranchInfo> ForkAsync(BranchFork fork, CancellationToken cancellationToken = default) => _inner.ForkAsync(fork, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">An event has personal data and does not say whose.</exception>
    /// <exception cref="SubjectForgottenException">A subject was forgotten.</exception>
    public async Task<BranchInfo> ForkAsync(BranchFork fork, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fork);
        ArgumentNullException.ThrowIfNull(events);
        var encrypted = await EncryptAsync([.. events.Select(e => (fork.Branch, e))], cancellationToken).ConfigureAwait(false);
        return await _inner.ForkAsync(fork, encrypted, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<BranchInfo> CreateBranchAsync(BranchCreated branch, EventMetadata metadata, CancellationToken cancellationToken = default) =>
        _inner.CreateBranchAsync(branch, metadata, cancellationToken);

    /// <inheritdoc/>
    public Task<BranchInfo?> GetBranchAsync(StreamName branch, CancellationToken cancellationToken = default) => _inner.GetBranchAsync(branch, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<BranchInfo> ListBranchesAsync(StreamName? root = null, CancellationToken cancellationToken = default) =>
        _inner.ListBranchesAsync(root, cancellationToken);

    private static bool IsHidden(Type capability) =>
        capability == typeof(IWorldReader)
        || capability == typeof(IMergeReader)
        || capability == typeof(ISnapshotStore)
        || capability == typeof(ILogSearch)
        || capability == typeof(IMaskingLog);

    private Task<IReadOnlyList<NewEvent>> EncryptAsync(IReadOnlyList<(StreamName Stream, NewEvent Event)> events, CancellationToken cancellationToken) =>
        _cipher.EncryptAsync(events, ids => _inner.FindEventsAsync(ids, cancellationToken), cancellationToken);

    private async IAsyncEnumerable<StreamEvent> EncryptAsync(IAsyncEnumerable<StreamEvent> events, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in events.Chunk(PageEvents).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            var encrypted = await EncryptAsync([.. page.Select(e => (e.Stream, e.Event))], cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < page.Length; i++)
            {
                yield return page[i] with { Event = encrypted[i] };
            }
        }
    }

    private async IAsyncEnumerable<RecordedEvent> DecryptAsync(IAsyncEnumerable<RecordedEvent> events, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in events.Chunk(PageEvents).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            foreach (var recorded in await _cipher.DecryptAsync(page, cancellationToken).ConfigureAwait(false))
            {
                yield return recorded;
            }
        }
    }
}
