using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Log;

namespace Ledger.Marten.Tests.Interoperation;

/// <summary>A log with some of everything: runs, branches of branches, an archived stream, untyped events, foreign ids, headers.</summary>
internal static class Filling
{
    /// <summary>The names of the streams that have events.</summary>
    public static async Task<IReadOnlyList<StreamName>> FillAsync(IEventStore store, string prefix)
    {
        var ledger = new AgentLedger(store);
        var run = ledger.GetRun($"{prefix}-run");
        await run.AppendAsync(
        [
            new ObjectCreated("a", "Claim", new JsonObject { ["n"] = JsonNode.Parse("12345678901234567890.125"), ["text"] = "né \"q\" \u2028" }),
            new ObjectCreated("b", "Claim", []),
            new ObjectPatched("a", new JsonObject { ["n"] = 2 }),
        ]);
        var branch = await run.ForkAsync(new Position(2), new ForkOptions { Id = $"{prefix}-branch" });
        await branch.AppendAsync([new ObjectPatched("b", new JsonObject { ["x"] = null })]);
        var twig = await branch.ForkAsync(new Position(3), new ForkOptions { Id = $"{prefix}-twig" });
        await twig.AppendAsync([new KitLoaded("twig")]);

        var other = new StreamName($"{prefix}-other");
        await store.AppendAsync(other, ExpectedVersion.NoStream,
        [
            new NewEvent(Untyped("of-nobody", """{"any":[1,1.0,null],"deep":{"a":{}}}""")),
            new NewEvent(Untyped("kit.loaded", """{"kit":"as it stands","beside":1}""")),
            new NewEvent(new KitLoaded("foreign"), new EventMetadata
            {
                Actor = "someone",
                ForeignId = "evt-1",
                ForeignCauses = ["evt-0"],
                OccurredAt = DateTimeOffset.UnixEpoch,
                Headers = new Dictionary<string, JsonElement> { ["own"] = Json("""{"big":1e30}""") },
            }),
        ]);

        var archived = new StreamName($"{prefix}-archived");
        await store.AppendAsync(archived, ExpectedVersion.NoStream, [new KitLoaded("old")]);
        await store.ArchiveAsync(archived);
        return [run.StreamName, branch.StreamName, twig.StreamName, other, archived];
    }

    /// <summary>What the log says of a stream, each event as a line, without numbers.</summary>
    public static async Task<string> TextAsync(IEventStore store, StreamName stream) => string.Join('\n', await store.ReadForwardAsync(stream)
        .Select(e => $"{e.Version} {e.Id} {e.Type} {e.CorrelationId} {e.CausationId} {e.Timestamp:O} {JsonSerializer.Serialize(e.ToJsonElement())} "
            + JsonSerializer.Serialize(e.Metadata.Headers) + $" {e.Metadata.Actor} {e.Metadata.ForeignId} {e.Data.GetType().Name}")
        .ToListAsync());

    private static UntypedEvent Untyped(string name, string json) => new(name, Json(json));

    private static JsonElement Json(string json) => JsonDocument.Parse(json).RootElement;
}
