using System.Text.Json;
using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Martens;

/// <summary>An object came into being: the record that an application of Marten alone declares for what Ledger has built in.</summary>
public sealed record MartenObjectCreated(string Id, string Type, JsonElement Data);

/// <summary>An object changed.</summary>
public sealed record MartenObjectPatched(string Id, JsonElement Patch);

/// <summary>What Marten's contenders append, made beforehand from what Ledger appends.</summary>
internal static class MartenEvents
{
    private const int Count = 1_000;

    private static readonly MartenObjectCreated[] Created = [.. Enumerable.Range(0, Count).Select(n => Of(Payloads.Event(n)))];

    public static MartenObjectCreated Event(long number) => Created[number % Count];

    private static MartenObjectCreated Of(ObjectCreated created) => new(created.Id, created.Type, created.Data);
}
