using System.Text.Json;
using Ledger.Benchmarks.Writers;
using Marten;

namespace Ledger.Benchmarks.Martens;

/// <summary>Patches 50 objects of a stream in turn, as <see cref="PatchWriter"/> does.</summary>
internal sealed class MartenPatchWriter(IDocumentStore store, string stream) : Writer
{
    private const int Objects = 50;

    public override Task PrepareAsync(CancellationToken cancellationToken)
    {
        var data = JsonElement.Parse("""{"text":"New finding about something that is quite long enough"}""");
        return AppendAsync([.. Enumerable.Range(0, Objects).Select(i => new MartenObjectCreated($"object-{i}", "claim", data))], cancellationToken);
    }

    public override Task WriteAsync(long number, CancellationToken cancellationToken) =>
        AppendAsync([new MartenObjectPatched($"object-{number % Objects}", JsonSerializer.SerializeToElement(new { n = number }))], cancellationToken);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task AppendAsync(object[] events, CancellationToken cancellationToken)
    {
        await using var session = store.LightweightSession();
        session.Events.Append(stream, events);
        await session.SaveChangesAsync(cancellationToken);
    }
}
