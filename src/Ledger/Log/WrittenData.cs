using Ledger.Events;
using Ledger.Json;

namespace Ledger.Log;

/// <summary>The data of an event as JSON that an importer has written, compact and with few escapes as events are stored: it is parsed only if its value is asked for.</summary>
/// <param name="type">The name in the log.</param>
/// <param name="json">The JSON, UTF-8, by <see cref="EventJson"/>; not changed afterwards.</param>
internal sealed class WrittenData(string type, ReadOnlyMemory<byte> json)
{
    private UntypedEvent? _value;

    public string Type => type;

    public ReadOnlyMemory<byte> Json => json;

    /// <summary>The data as others see it.</summary>
    public UntypedEvent Value => _value ??= new UntypedEvent(type, EventJson.ParseElement(json));
}
