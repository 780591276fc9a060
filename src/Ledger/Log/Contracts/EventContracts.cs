using System.Collections.Frozen;
using System.Text.Json;
using Ledger.Json;

namespace Ledger.Log.Contracts;

/// <summary>The contracts of many events: a JSON Schema for the data of each name.</summary>
/// <remarks>Immutable and safe for concurrent use.</remarks>
public sealed partial class EventContracts
{
    private const string Dialect = "https://json-schema.org/draft/2020-12/schema";
    private const string ReadAsMember = "x-ledger-read-as";

    private readonly FrozenDictionary<string, EventContract> _byName;

    /// <summary>Creates a set.</summary>
    /// <param name="events">The contracts, one a name.</param>
    /// <exception cref="ArgumentException">Two are of one name.</exception>
    public EventContracts(IEnumerable<EventContract> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        Events = [.. events.OrderBy(contract => contract.Name, CodePointComparer.Instance)];
        if (Events.Zip(Events.Skip(1)).FirstOrDefault(pair => pair.First.Name == pair.Second.Name) is { First: { } twice })
        {
            throw new ArgumentException($"The event '{twice}' has two contracts; a name has one.", nameof(events));
        }

        _byName = Events.ToFrozenDictionary(contract => contract.Name, StringComparer.Ordinal);
    }

    /// <summary>The contracts, by name in the order of code points.</summary>
    public IReadOnlyList<EventContract> Events { get; }

    /// <summary>The contracts that the types of a registry are: what its reader takes, and what its writer writes.</summary>
    /// <remarks>
    /// A description comes from a <see cref="System.ComponentModel.DescriptionAttribute"/> on the type, the property or its parameter. The events of Ledger have the
    /// texts of their documentation. A name that is only upcast has a contract that allows everything.
    /// </remarks>
    /// <param name="registry">The registry; those of tasks are in one that a store has.</param>
    public static EventContracts Of(EventRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        var upcasts = registry.Upcasts.ToDictionary(upcast => upcast.Name, upcast => upcast.To, StringComparer.Ordinal);
        return new EventContracts(
        [
            .. registry.Entries.Select(entry => new EventContract(entry.Name, ContractSchema.Of(entry), upcasts.GetValueOrDefault(entry.Name))),
            .. upcasts.Where(upcast => registry.Entries.All(entry => entry.Name != upcast.Key))
                .Select(upcast => new EventContract(upcast.Key, JsonElement.Parse("true"), upcast.Value)),
        ]);
    }

    /// <summary>The contract of a name, or null.</summary>
    /// <param name="name">The event's name in the log.</param>
    public EventContract? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _byName.GetValueOrDefault(name);
    }

    /// <summary>These contracts and others, which count where a name has both.</summary>
    /// <param name="others">The others.</param>
    public EventContracts With(EventContracts others)
    {
        ArgumentNullException.ThrowIfNull(others);
        return new EventContracts(Events.Where(contract => others.Find(contract.Name) is null).Concat(others.Events));
    }

    /// <summary>What a change from these contracts to newer ones breaks, in the order of the names; empty for nothing.</summary>
    /// <remarks>
    /// An event that the newer ones read by an upcast may change for its writers: the upcast takes what is stored. Texts for people do not count. Where both sides
    /// choose between forms, a form that changed shows as one that went and one that came.
    /// </remarks>
    /// <param name="newer">The newer contracts.</param>
    public IReadOnlyList<ContractBreak> Compare(EventContracts newer)
    {
        ArgumentNullException.ThrowIfNull(newer);
        return [.. Events.SelectMany(contract => ContractComparison.Of(contract, newer.Find(contract.Name)))];
    }

    /// <summary>The contracts as one JSON Schema document: each is a definition with an id of its own.</summary>
    public string ToJson() => EventJson.ToText(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("$schema", Dialect);
        writer.WriteString("$id", "urn:ledger:contracts");
        writer.WriteStartObject("$defs");
        foreach (var contract in Events)
        {
            writer.WritePropertyName(contract.Name);
            WriteDefinition(writer, contract);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    /// <summary>Reads what <see cref="ToJson"/> wrote, or another document of this form.</summary>
    /// <param name="json">The document, UTF-8.</param>
    /// <exception cref="ContractFormatException">It is not JSON, has another form, or has a schema that cannot be checked.</exception>
    public static EventContracts Parse(ReadOnlyMemory<byte> json)
    {
        JsonElement root;
        try
        {
            root = EventJson.ParseElement(json.Span.StartsWith("\ufeff"u8) ? json[3..] : json);
        }
        catch (JsonException fault)
        {
            var reason = fault.Message.Split(" LineNumber:", 2)[0].Replace(", when isFinalBlock is true", "", StringComparison.Ordinal);
            throw new ContractFormatException($"The contracts are not JSON in line {(fault.LineNumber ?? 0) + 1}, byte {(fault.BytePositionInLine ?? 0) + 1}: {reason}", fault);
        }

        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("$defs", out var definitions) || definitions.ValueKind != JsonValueKind.Object)
        {
            throw new ContractFormatException("The document has no contracts: it must be an object with '$defs', which has a schema for each event's name.");
        }

        return new EventContracts(definitions.EnumerateObject().Select(member => Read(member.Name, member.Value)));
    }

    private static EventContract Read(string name, JsonElement definition)
    {
        if (name.Length == 0)
        {
            throw new ContractFormatException("A schema in '$defs' has an empty name.");
        }

        if (definition.ValueKind != JsonValueKind.Object)
        {
            return new EventContract(name, definition);
        }

        var readAs = definition.TryGetProperty(ReadAsMember, out var to) && to.ValueKind == JsonValueKind.String ? to.GetString() : null;
        return new EventContract(name, JsonText.Without(definition, member => member is "$id" or ReadAsMember), readAs);
    }

    private static void WriteDefinition(Utf8JsonWriter writer, EventContract contract)
    {
        writer.WriteStartObject();
        writer.WriteString("$id", $"urn:ledger:event:{Uri.EscapeDataString(contract.Name)}");
        if (contract.ReadAs is { } readAs)
        {
            writer.WriteString(ReadAsMember, readAs);
        }

        if (contract.Schema.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in contract.Schema.EnumerateObject())
            {
                member.WriteTo(writer);
            }
        }
        else if (contract.Schema.ValueKind == JsonValueKind.False)
        {
            writer.WriteStartObject("not");
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
