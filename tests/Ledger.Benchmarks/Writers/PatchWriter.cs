using System.Text.Json.Nodes;

namespace Ledger.Benchmarks.Writers;

/// <summary>Patches 50 objects of a run in turn, as an agent does that works on them.</summary>
internal sealed class PatchWriter(AgentLedger ledger, string run) : Writer
{
    private const int Objects = 50;

    private readonly Run _run = ledger.GetRun(run);

    public override async Task PrepareAsync(CancellationToken cancellationToken) => await _run.AppendAsync(
        [.. Enumerable.Range(0, Objects).Select(i => new ObjectCreated($"object-{i}", "claim", new JsonObject
        {
            ["text"] = "New finding about something that is quite long enough",
        }))],
        cancellationToken);

    public override Task WriteAsync(long number, CancellationToken cancellationToken) =>
        _run.AppendAsync([new ObjectPatched($"object-{number % Objects}", new JsonObject { ["n"] = number })], cancellationToken);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
