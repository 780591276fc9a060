using System.Security.Cryptography;
using System.Text;
using Ledger.Log;

namespace Ledger.Conformance.Laws;

/// <summary>Plays calls on a store and writes its answers down, without what may differ between two stores: times and sequence numbers.</summary>
/// <param name="store">The store.</param>
/// <param name="id">What the names of the streams have in common, so that others in the log do not matter.</param>
public sealed class StoreCallPlayer(IEventStore store, string id)
{
    private const int StreamCount = 8;

    private readonly AgentLedger _runs = new(store);
    private readonly List<StreamAppend[]> _appends = [];
    private readonly List<AppendResult> _written = [];
    private int _eventCount;

    public async Task<string> PlayAsync(StoreCall call)
    {
        try
        {
            return await AnswerAsync(call);
        }
        catch (Exception refused) when (refused is not OutOfMemoryException)
        {
            return $"{refused.GetType().Name}: {refused.Message}";
        }
    }

    /// <summary>What the log holds in the end, in its order, and whether it is where the answers said.</summary>
    public async Task<string> LogAsync()
    {
        var log = await store.ReadLogAsync().Where(e => IsOurs(e.Stream)).ToListAsync();
        var sequences = log.ToDictionary(e => (e.Stream, e.Version), e => e.Sequence);
        var isAsAnswered = _written.All(w => sequences[(w.Stream, w.Version)] == w.LastSequence);
        return $"{isAsAnswered} {string.Join(", ", log.Select(Print))}";
    }

    private async Task<string> AnswerAsync(StoreCall call)
    {
        var (stream, other) = (Name(call.Stream), Name(call.Other));
        switch (call.Kind)
        {
            case StoreCallKind.Append:
                return await AppendAsync([await PartAsync(stream, call.First, call.Second)]);
            case StoreCallKind.AppendToTwo:
                return await AppendAsync([await PartAsync(stream, call.First, call.Second), await PartAsync(other, call.Seed, call.Seed)]);
            case StoreCallKind.Repeat when _appends.Count > 0:
                return await RepeatAsync(call);
            case StoreCallKind.Fork:
                return await ForkAsync(stream, call);
            case StoreCallKind.CreateBranch:
                var branch = BranchCreated.Of(Name(call.Other | 4).Id, History.OfRun(stream), new Position(call.First), $"{call.Seed}");
                return Print(await store.CreateBranchAsync(branch, EventMetadata.None));
            case StoreCallKind.Archive when call.Seed % 4 == 0:
                await store.ArchiveAsync(stream);
                return "archived";
            case StoreCallKind.ReadForward:
                return Print(await store.ReadForwardAsync(stream, new StreamVersion(call.First), Limit(call, v => new StreamVersion(v))).ToListAsync());
            case StoreCallKind.ReadBackward:
                return Print(await store.ReadBackwardAsync(stream, Limit(call, v => new StreamVersion(v)), new StreamVersion(call.First)).ToListAsync());
            case StoreCallKind.ReadHistory:
                var history = await store.GetHistoryAsync(stream) ?? History.OfRun(stream);
                return Print(await store.ReadHistoryAsync(history, new Position(call.First), Limit(call, p => new Position(p))).ToListAsync());
            case StoreCallKind.Describe:
                return await DescribeAsync(stream);
            default:
                return await ListAsync(stream);
        }
    }

    private async Task<string> AppendAsync(StreamAppend[] appends)
    {
        _appends.Add(appends);
        var results = await store.AppendAsync(appends);
        _written.AddRange(results.Where((r, i) => r.LastSequence != SequenceNumber.Start && appends[i].Events.Count > 0));
        return string.Join("; ", results.Select(r => $"{r.Stream} {r.Version} {r.LastSequence != SequenceNumber.Start} {r.Outcome}"));
    }

    // As it was, a part of it, more than it, or to another stream.
    private Task<string> RepeatAsync(StoreCall call)
    {
        var earlier = _appends[call.Other * 31 % _appends.Count];
        var first = earlier[0];
        return (call.Seed % 4) switch
        {
            0 => AppendAsync([first]),
            1 => AppendAsync([first with { Events = [.. first.Events, NextEvent()] }]),
            2 => AppendAsync([first with { Stream = Name(call.Stream) }]),
            _ => AppendAsync(earlier),
        };
    }

    private async Task<string> ForkAsync(StreamName parent, StoreCall call)
    {
        var options = new ForkOptions { Id = Name(call.Other | 4).Id, Name = $"{call.Seed}" };
        var branch = await _runs.ForkAsync(parent, new Position(call.First), options);
        return $"{branch.StreamName} {Print(branch.History)} {await branch.GetLengthAsync()}";
    }

    private async Task<string> DescribeAsync(StreamName stream)
    {
        var info = await store.GetStreamAsync(stream);
        var history = await store.GetHistoryAsync(stream);
        var branch = await store.GetBranchAsync(stream);
        return $"{info?.Name} {info?.Version} {info?.State} {(history is null ? "" : Print(history))} {(branch is null ? "" : Print(branch))}";
    }

    private async Task<string> ListAsync(StreamName root)
    {
        var streams = await store.ListStreamsAsync($"run:{id}").Select(s => $"{s.Name} {s.Version} {s.State}").ToListAsync();
        var branches = await store.ListBranchesAsync(root).Select(Print).ToListAsync();
        var all = await store.ListBranchesAsync().Where(b => IsOurs(b.Stream)).Select(Print).ToListAsync();
        return string.Join("; ", [.. streams, "|", .. branches, "|", .. all]);
    }

    private async Task<StreamAppend> PartAsync(StreamName stream, int expectation, int count)
    {
        var actual = (await store.GetStreamAsync(stream))?.Version ?? StreamVersion.Empty;
        var expected = (expectation % 6) switch
        {
            0 => ExpectedVersion.NoStream,
            1 => ExpectedVersion.Exactly(actual),
            2 => ExpectedVersion.Exactly(new StreamVersion(actual.Value + 1)),
            _ => ExpectedVersion.Any,
        };
        return new StreamAppend(stream, expected, [.. Enumerable.Range(0, count % 5).Select(_ => NextEvent())]);
    }

    // Both stores must get the same ids, so they are derived instead of made.
    private NewEvent NextEvent()
    {
        var label = $"{++_eventCount}";
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{id}/{label}"));
        return new NewEvent(new KitLoaded(label)) { Id = new Guid(hash.AsSpan(0, 16)) };
    }

    private StreamName Name(int index) =>
        index % StreamCount >= StreamCount / 2 ? StreamName.Branch($"{id}-{index % StreamCount}") : StreamName.Run($"{id}-{index % StreamCount}");

    private bool IsOurs(StreamName stream) => stream.Id.StartsWith(id, StringComparison.Ordinal);

    private static T? Limit<T>(StoreCall call, Func<long, T> of)
        where T : struct => call.Seed % 3 == 0 ? null : of(call.Second);

    private static string Print(History history) =>
        $"{history.Root}<{string.Join(',', history.Lineage.Select(s => $"{s.Stream}:{s.Taken}"))}>";

    private static string Print(BranchInfo branch) =>
        $"{branch.Stream} of {branch.Parent} at {branch.ForkPosition} '{branch.Name}' {Print(branch.History)}";

    private static string Print(IEnumerable<RecordedEvent> events) => string.Join(", ", events.Select(Print));

    private static string Print(RecordedEvent recorded) =>
        $"{recorded.Stream}@{recorded.Version}[{recorded.Position}] {(recorded.Data as KitLoaded)?.Kit ?? recorded.Type} {recorded.CorrelationId}";
}
