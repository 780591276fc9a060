using System.Runtime.CompilerServices;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Tests.Log;

/// <summary>The port by plain lists that are searched from the beginning each time: too simple to be wrong, and too slow to be used.</summary>
/// <remarks>For one caller at a time.</remarks>
internal sealed class ListEventStore : IEventStore
{
    private readonly List<RecordedEvent> _log = [];
    private readonly List<(StreamName Name, bool IsArchived)> _streams = [];
    private readonly List<BranchInfo> _branches = [];

    public EventRegistry Registry => EventRegistry.Default;

    public T? Get<T>()
        where T : class => null;

    public async Task<IReadOnlyList<AppendResult>> AppendAsync(
        IReadOnlyList<StreamAppend> appends,
        CancellationToken cancellationToken = default)
    {
        AppendRules.Check(appends);
        var ids = appends.SelectMany(a => a.Events.Select(e => (a.Stream, e.Id))).ToList();
        if (ids.Count > 0 && ids.All(i => _log.Any(e => e.Id == i.Id && e.Stream == i.Stream)))
        {
            CheckSame(appends);
            return [.. appends.Select(AnswerAgain)];
        }

        foreach (var (stream, id) in ids)
        {
            if (_log.Find(e => e.Id == id) is { } holder)
            {
                throw new EventIdInUseException(stream, id, holder.Stream);
            }
        }

        if (appends.FirstOrDefault(a => _streams.Contains((a.Stream, true))) is { } archived)
        {
            throw new StreamArchivedException(archived.Stream);
        }

        if (appends.FirstOrDefault(a => !a.Expected.IsMetBy(VersionOf(a.Stream))) is { } conflict)
        {
            throw new WrongExpectedVersionException(conflict.Stream, conflict.Expected, VersionOf(conflict.Stream));
        }

        return [.. appends.Select(Write)];
    }

    private void CheckSame(IReadOnlyList<StreamAppend> appends)
    {
        foreach (var append in appends)
        {
            foreach (var item in append.Events)
            {
                var (known, written) = (_log.Find(e => e.Id == item.Id)!, Registry.Write(item));
                if (known.Type != written.Type || !Ledger.Json.JsonEquality.Instance.Equals(known.ToJsonElement(), EventJson.ParseElement(written.Json)))
                {
                    throw new EventIdInUseException(append.Stream, item.Id, append.Stream, EventIdConflict.OtherContent);
                }
            }
        }
    }

    public IAsyncEnumerable<RecordedEvent> ReadForwardAsync(
        StreamName stream, StreamVersion from = default, StreamVersion? to = null, CancellationToken cancellationToken = default) =>
        Give(_log.Where(e => e.Stream == stream && e.Version >= from && (to is null || e.Version <= to)), cancellationToken);

    public IAsyncEnumerable<RecordedEvent> ReadBackwardAsync(
        StreamName stream, StreamVersion? from = null, StreamVersion to = default, CancellationToken cancellationToken = default) =>
        Give(_log.Where(e => e.Stream == stream && e.Version >= to && (from is null || e.Version <= from)).Reverse(), cancellationToken);

    public IAsyncEnumerable<RecordedEvent> ReadHistoryAsync(
        History history, Position from = default, Position? to = null, CancellationToken cancellationToken = default)
    {
        var whole = history.Lineage
            .SelectMany(s => _log.Where(e => e.Stream.Value == s.Stream).Take((int)s.Taken))
            .Concat(_log.Where(e => e.Stream == history.Stream))
            .Select((e, i) => Copy(e, new Position(i)));
        return Give(whole.Where(e => e.Position >= from && (to is null || e.Position < to)), cancellationToken);
    }

    public IAsyncEnumerable<RecordedEvent> ReadLogAsync(SequenceNumber after = default, CancellationToken cancellationToken = default) =>
        Give(_log.Where(e => e.Sequence > after), cancellationToken);

    public async Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(
        IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default) => [.. _log.Where(e => ids.Contains(e.Id))];

    public async Task<StreamInfo?> GetStreamAsync(StreamName stream, CancellationToken cancellationToken = default) =>
        await ListStreamsAsync(stream.Value, cancellationToken).FirstOrDefaultAsync(s => s.Name == stream, cancellationToken);

    public IAsyncEnumerable<StreamInfo> ListStreamsAsync(string prefix = "", CancellationToken cancellationToken = default) =>
        Give(
            _streams.Where(s => s.Name.Value.StartsWith(prefix, StringComparison.Ordinal))
                .OrderBy(s => Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(s.Name.Value)), StringComparer.Ordinal)
                .Select(s => new StreamInfo(s.Name, VersionOf(s.Name), default, default, s.IsArchived ? StreamState.Archived : StreamState.Open)),
            cancellationToken);

    public async Task ArchiveAsync(StreamName stream, CancellationToken cancellationToken = default)
    {
        var index = _streams.FindIndex(s => s.Name == stream);
        _streams[index >= 0 ? index : throw new StreamNotFoundException(stream)] = (stream, true);
    }

    public async Task<History?> GetHistoryAsync(StreamName stream, CancellationToken cancellationToken = default) =>
        _branches.Find(b => b.Stream == stream)?.History ?? (Exists(stream) ? History.OfRun(stream) : null);

    public async Task<BranchInfo> CreateBranchAsync(
        BranchCreated branch, EventMetadata metadata, CancellationToken cancellationToken = default)
    {
        var (stream, parent) = (StreamName.Branch(branch.BranchId), new StreamName(branch.Parent!));
        if (!Exists(parent))
        {
            throw new StreamNotFoundException(parent);
        }

        if (VersionOf(stream).Value > 0 || stream == parent || _branches.Exists(b => b.Parent == stream))
        {
            throw new BranchExistsException(stream);
        }

        if (_streams.Contains((stream, true)))
        {
            throw new StreamArchivedException(stream);
        }

        var prefix = branch.Lineage!.Sum(s => s.Taken);
        var existing = branch.Lineage!.Sum(s => Math.Min(s.Taken, VersionOf(new StreamName(s.Stream)).Value));
        if (existing < prefix)
        {
            throw new ForkPositionException(parent, prefix, new Position(existing));
        }

        Write(new StreamAppend(stream, ExpectedVersion.Any, [new NewEvent(branch, metadata) { CorrelationId = branch.Root }]));
        var info = new BranchInfo(
            stream, parent, new StreamName(branch.Root!), new Position(branch.ForkPosition), branch.Lineage!, branch.Name, default);
        _branches.Add(info);
        return info;
    }

    public async Task<BranchInfo?> GetBranchAsync(StreamName branch, CancellationToken cancellationToken = default) =>
        _branches.Find(b => b.Stream == branch);

    public IAsyncEnumerable<BranchInfo> ListBranchesAsync(StreamName? root = null, CancellationToken cancellationToken = default) =>
        Give(_branches.Where(b => root is null || Descends(b, root.Value)), cancellationToken);

    private static async IAsyncEnumerable<T> Give<T>(IEnumerable<T> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var item in items.ToList())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }
    }

    private static RecordedEvent Copy(RecordedEvent e, Position position) =>
        new(EventRegistry.Default, e.Stream, e.Version, e.Sequence, e.Id, e.Type, e.Json, default, e.Timestamp)
        {
            Position = position,
            CorrelationId = e.CorrelationId,
        };

    private bool Exists(StreamName stream) => _streams.Exists(s => s.Name == stream);

    private bool Descends(BranchInfo branch, StreamName ancestor) =>
        branch.Parent == ancestor || _branches.Exists(b => b.Stream == branch.Parent && Descends(b, ancestor));

    private StreamVersion VersionOf(StreamName stream) => new(_log.Count(e => e.Stream == stream));

    private AppendResult AnswerAgain(StreamAppend append)
    {
        var last = _log.FindLast(e => e.Stream == append.Stream && append.Events.Any(n => n.Id == e.Id));
        return new AppendResult(
            append.Stream, last?.Version ?? VersionOf(append.Stream), last?.Sequence ?? SequenceNumber.Start, AppendOutcome.AlreadyWritten);
    }

    private AppendResult Write(StreamAppend append)
    {
        if (!Exists(append.Stream))
        {
            _streams.Add((append.Stream, false));
        }

        foreach (var e in append.Events)
        {
            var written = Registry.Write(e);
            var version = new StreamVersion(VersionOf(append.Stream).Value + 1);
            var sequence = new SequenceNumber(_log.Count + 1);
            _log.Add(new RecordedEvent(Registry, append.Stream, version, sequence, e.Id, written.Type, written.Json, written.Headers, default)
            {
                CorrelationId = e.CorrelationId,
            });
        }

        var last = append.Events.Count == 0 ? SequenceNumber.Start : _log[^1].Sequence;
        return new AppendResult(append.Stream, VersionOf(append.Stream), last, AppendOutcome.Written);
    }
}
