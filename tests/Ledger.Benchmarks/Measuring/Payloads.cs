using System.Text;
using System.Text.Json;
using Ledger.Log;

namespace Ledger.Benchmarks.Measuring;

/// <summary>The events that everybody writes, made beforehand: as records for Ledger, as the same JSON for the peers.</summary>
internal static class Payloads
{
    public const string Type = "object.created";
    public const string ClrType = "Ledger.ObjectCreated, Ledger";
    private const int Count = 1_000;

    private static readonly ObjectCreated[] Events = [.. Enumerable.Range(0, Count).Select(Make)];
    private static readonly byte[][] Texts = [.. Events.Select(e => EventRegistry.Default.Write(new NewEvent(e)).Json.ToArray())];

    public static ObjectCreated Event(long number) => Events[number % Count];

    public static byte[] Json(long number) => Texts[number % Count];

    private static ObjectCreated Make(int number)
    {
        var data = Encoding.UTF8.GetBytes($$"""{"text":"New finding about something that is quite long enough","n":{{number}}}""");
        var reader = new Utf8JsonReader(data);
        return new ObjectCreated($"obj-{number}", "claim", JsonElement.ParseValue(ref reader));
    }
}
