using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ledger.Events;
using Ledger.Json;
using Ledger.Log.Contracts;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ledger.Log;

/// <summary>Which .NET type each event name stands for, and how it is written as JSON.</summary>
/// <remarks>Immutable and safe for concurrent use. No reflection over the event types' members at run time.</remarks>
public sealed class EventRegistry
{
    private const string UntypedClrType = "Ledger.Events.UntypedEvent, Ledger";

    private readonly FrozenDictionary<string, Entry> _byName;
    private readonly FrozenDictionary<Type, Entry> _byType;
    private readonly FrozenDictionary<string, UpcastPath> _upcasts;
    private readonly Dictionary<string, (string To, Func<JsonElement, JsonElement> Convert)> _steps;
    private readonly ConcurrentDictionary<string, bool> _misfitsLogged = new(StringComparer.Ordinal);
    private readonly ILogger _logger;

    // What appends are held to besides the types of this registry; null for nothing at all.
    private readonly EventContracts? _furtherContracts;
    private readonly Lazy<EventContracts>? _contracts;

    private EventRegistry(EventRegistryBuilder builder, ILogger? logger = null, EventContracts? contracts = null)
    {
        _byName = builder.ByName.ToFrozenDictionary(StringComparer.Ordinal);
        _byType = builder.ByName.Values.ToFrozenDictionary(e => e.ClrType);
        _steps = new(builder.Upcasts, StringComparer.Ordinal);
        _upcasts = builder.Upcasts.Keys.ToFrozenDictionary(n => n, n => UpcastPath.From(n, builder), StringComparer.Ordinal);
        _logger = logger ?? NullLogger.Instance;
        (_furtherContracts, _contracts) = (contracts, Held(contracts));
    }

    private EventRegistry(EventRegistry other, ILogger logger, EventContracts? contracts)
    {
        (_byName, _byType, _upcasts, _steps) = (other._byName, other._byType, other._upcasts, other._steps);
        _logger = logger;
        (_furtherContracts, _contracts) = (contracts, ReferenceEquals(contracts, other._furtherContracts) ? other._contracts : Held(contracts));
    }

    // How each is written is made when it is written or read first: few programs use all of them, and to make them takes longer than a short command.
    private static BuiltInEventsContext BuiltIn => BuiltInEventsContext.Default;

    /// <summary>The events of runs and branches alone.</summary>
    public static EventRegistry Default { get; } = Create(_ => { });

    /// <summary>The registered names, sorted by code point, with the type that each stands for.</summary>
    public IEnumerable<KeyValuePair<string, Type>> Types =>
        _byName.Values.OrderBy(e => e.Name, CodePointComparer.Instance).Select(e => KeyValuePair.Create(e.Name, e.ClrType));

    /// <summary>The names that are read as a newer one, with the type that each is read as.</summary>
    internal IEnumerable<KeyValuePair<string, Type>> UpcastTypes => _upcasts.Keys.Select(name => KeyValuePair.Create(name, TypeOf(name)));

    /// <summary>The events of runs and branches, and those of an application.</summary>
    /// <exception cref="ArgumentException">An upcast leads to a name that has no type, or back to where it began.</exception>
    public static EventRegistry Create(Action<EventRegistryBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = new EventRegistryBuilder();
        builder
            .AddLater(static () => BuiltIn.ObjectCreated).AddLater(static () => BuiltIn.ObjectPatched).AddLater(static () => BuiltIn.ObjectRemoved)
            .AddLater(static () => BuiltIn.RelationCreated).AddLater(static () => BuiltIn.RelationRemoved)
            .AddLater(static () => BuiltIn.ResponderFired).AddLater(static () => BuiltIn.ResponderCompleted)
            .AddLater(static () => BuiltIn.ResponderFailed).AddLater(static () => BuiltIn.LlmRequest).AddLater(static () => BuiltIn.LlmResponse)
            .AddLater(static () => BuiltIn.ToolCalled).AddLater(static () => BuiltIn.ToolReturned).AddLater(static () => BuiltIn.BudgetExhausted)
            .AddLater(static () => BuiltIn.KitLoaded).AddLater(static () => BuiltIn.BranchCreated).AddLater(static () => BuiltIn.BranchMerged)
            .AddLater(static () => BuiltIn.BranchPicked).AddLater(static () => BuiltIn.BranchRebased).AddLater(static () => BuiltIn.CallRequested)
            .AddLater(static () => BuiltIn.CallReturned).AddLater(static () => BuiltIn.CallFailed).AddLater(static () => BuiltIn.CallAnswered)
            .AddLater(static () => BuiltIn.CallUnknown).AddLater(static () => BuiltIn.CallReleased).AddLater(static () => BuiltIn.AttemptStarted)
            .AddLater(static () => BuiltIn.BudgetSet).AddLater(static () => BuiltIn.BudgetReserved).AddLater(static () => BuiltIn.BudgetSettled)
            .AddLater(static () => BuiltIn.BudgetJoined).AddLater(static () => BuiltIn.BudgetRaised).AddLater(static () => BuiltIn.ApprovalRequested)
            .AddLater(static () => BuiltIn.ApprovalDecided).AddLater(static () => BuiltIn.RunRenamed).AddLater(static () => BuiltIn.RunLabelled)
            .AddLater(static () => BuiltIn.RunCompleted).AddLater(static () => BuiltIn.RunFailed)
            .AddLater(static () => BuiltIn.EventMasked);
        configure(builder);
        return new EventRegistry(builder);
    }

    /// <summary>The events of this registry, and more.</summary>
    /// <exception cref="ArgumentException">A name or a type is registered already.</exception>
    public EventRegistry With(Action<EventRegistryBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = new EventRegistryBuilder();
        foreach (var (name, entry) in _byName)
        {
            builder.ByName.Add(name, entry);
        }

        foreach (var (name, step) in _steps)
        {
            builder.Upcasts.Add(name, step);
        }

        configure(builder);
        return new EventRegistry(builder, _logger, _furtherContracts);
    }

    /// <summary>The same types, to which every append is held: an event whose data do not fit the contract of its name is refused, whatever its form.</summary>
    /// <remarks>Events of names without a type are not checked. Every engine checks before it reads its log. See <see cref="EventContracts.Of"/>.</remarks>
    public EventRegistry ValidatingAppends() => ValidatingAppends(new EventContracts([]));

    /// <summary>The same types, to which every append is held, and contracts for names that have no type here.</summary>
    /// <param name="further">The contracts of other programs; one for a name with a type does not count.</param>
    public EventRegistry ValidatingAppends(EventContracts further)
    {
        ArgumentNullException.ThrowIfNull(further);
        return new EventRegistry(this, _logger, further);
    }

    /// <summary>Whether appends are held to contracts.</summary>
    internal bool Validates => _contracts is not null;

    /// <summary>The types with their names.</summary>
    internal IEnumerable<Entry> Entries => _byName.Values;

    /// <summary>The names that are upcast, each with the name at the end.</summary>
    internal IEnumerable<(string Name, string To)> Upcasts => _upcasts.Select(upcast => (upcast.Key, upcast.Value.To));

    /// <summary>A sentence for a name that is probably a slip for that of a built-in event, such as <c>object.create</c>; null for every other.</summary>
    /// <remarks>Only a hint: an application may have such events. Names that are registered get none.</remarks>
    /// <param name="name">The name of an event's type.</param>
    public string? HintFor(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return !_byName.ContainsKey(name) && !_upcasts.ContainsKey(name) && SimilarNames.Find(name, Default._byName.Keys) is { } meant
            ? $"'{name}' is not a built-in event, and means nothing to worlds and calls; the built-in one is '{meant}'."
            : null;
    }

    /// <summary>Writes an event for storage, checked.</summary>
    /// <exception cref="InvalidEventException">The type is not registered, or what it holds breaks a rule of <see cref="PayloadRules"/>.</exception>
    public SerializedEvent Write(NewEvent newEvent)
    {
        ArgumentNullException.ThrowIfNull(newEvent);
        ArgumentNullException.ThrowIfNull(newEvent.Metadata);
        string name;
        Entry? entry;
        ReadOnlyMemory<byte> json;
        if (newEvent.Written is { } written)
        {
            name = written.Type;
            PayloadRules.CheckTypeName(name);
            entry = _byName.GetValueOrDefault(name);
            json = PayloadRules.Checked(name, written.Json);
        }
        else if (newEvent.Data is UntypedEvent untyped)
        {
            name = untyped.Type;
            PayloadRules.CheckTypeName(name);
            entry = _byName.GetValueOrDefault(name);
            json = PayloadRules.Write(name, untyped.Data);
        }
        else if (_byType.TryGetValue(newEvent.Data.GetType(), out entry))
        {
            name = entry.Name;
            json = PayloadRules.Write(name, newEvent.Data, entry.Json);
        }
        else
        {
            throw new InvalidEventException(
                newEvent.Data.GetType().ToString(), "its type is not registered. Add it to the event registry, or append an UntypedEvent.");
        }

        PayloadRules.CheckCorrelationId(name, newEvent.CorrelationId);
        return new SerializedEvent(name, entry?.ClrName ?? UntypedClrType, json, PayloadRules.WriteHeaders(name, newEvent.Metadata));
    }

    /// <summary>Checks an event against the rule of its name.</summary>
    /// <exception cref="InvalidEventException">It breaks the rule.</exception>
    internal void Check(StreamName stream, NewEvent newEvent, SerializedEvent serialized)
    {
        if (_contracts is not null)
        {
            CheckContract(newEvent, serialized);
        }

        if (_byName.GetValueOrDefault(serialized.Type)?.Rule is { } rule)
        {
            var data = newEvent.IsUntyped ? Read(serialized.Type, serialized.Json) : newEvent.Data;
            if (rule(stream, data) is { } fault)
            {
                throw new InvalidEventException(serialized.Type, fault);
            }
        }
    }

    /// <summary>The same types, with misfits logged: the first event of each name whose JSON does not fit its type.</summary>
    /// <remarks><c>AddLedger</c> and the daemon do this with their loggers.</remarks>
    /// <param name="logger">Where they are logged.</param>
    public EventRegistry LoggingTo(ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(logger);
        return new EventRegistry(this, logger, _furtherContracts);
    }

    /// <summary>Reads stored JSON as the type that its name stands for, upcast where needed; JSON that does not fit becomes an <see
    /// cref="UntypedEvent"/>.</summary>
    public object Read(string name, ReadOnlyMemory<byte> json) => Read(name, json, out _);

    /// <summary>Reads stored JSON, and tells whether it should have fitted a type and did not.</summary>
    internal object Read(string name, ReadOnlyMemory<byte> json, out EventMisfit? misfit)
    {
        misfit = null;
        if (EntryOf(name) is not { } entry)
        {
            EventMetrics.Unknown(name);
        }
        else if (TryRead(name, json, entry, out misfit) is { } data)
        {
            return data;
        }
        else
        {
            Note(name, misfit!);
        }

        return new UntypedEvent(name, EventJson.ParseElement(json));
    }

    /// <summary>The type that a name is read as when its JSON fits.</summary>
    internal Type TypeOf(string name) => EntryOf(name)?.ClrType ?? typeof(UntypedEvent);

    /// <summary>The name that a type is stored under; null if it is not registered.</summary>
    internal string? NameOf(Type type) => _byType.GetValueOrDefault(type)?.Name;

    /// <summary>Whether events can be of a type.</summary>
    internal bool Knows(Type type) => type == typeof(UntypedEvent) || _byType.ContainsKey(type);

    /// <summary>The names that are read as one of these types.</summary>
    internal string[] NamesOf(IReadOnlyCollection<Type> types) =>
        [.. _byName.Keys.Union(_upcasts.Keys, StringComparer.Ordinal).Where(n => types.Contains(TypeOf(n)))];

    private Entry? EntryOf(string name) => _byName.GetValueOrDefault(_upcasts.TryGetValue(name, out var upcast) ? upcast.To : name);

    private object? TryRead(string name, ReadOnlyMemory<byte> json, Entry entry, out EventMisfit? misfit)
    {
        // A fault of the declaration is not a fault of the event.
        var type = entry.Json;
        try
        {
            var bytes = _upcasts.TryGetValue(name, out var upcast) ? upcast.Convert(json) : json;

            // The reader's depth applies, not that of the application's options, which is 64 by default.
            var reader = new Utf8JsonReader(bytes.Span, EventJson.ReaderOptions);
            var data = JsonSerializer.Deserialize(ref reader, type);
            misfit = data is null ? new EventMisfit(entry.ClrType, "it is null.") : null;
            return data;
        }
#pragma warning disable CA1031 // The log may hold any JSON under any name, and converters, constructors and upcasts may throw anything; the event must still be readable.
        catch (Exception fault) when (fault is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            misfit = new EventMisfit(entry.ClrType, fault.Message);
            return null;
        }
    }

    private void CheckContract(NewEvent newEvent, SerializedEvent serialized)
    {
        var type = serialized.Type;
        if (_contracts!.Value.Find(type) is { } contract && contract.FaultOf(EventJson.ParseElement(serialized.Json)) is { } fault)
        {
            EventMetrics.Refused(type);
            throw new InvalidEventException(type, $"{fault} The contract of the event says so.");
        }

        // What no schema says, such as the rules of a constructor or a converter.
        if (newEvent.IsUntyped && EntryOf(type) is { } entry && TryRead(type, serialized.Json, entry, out var misfit) is null)
        {
            EventMetrics.Refused(type);
            throw new InvalidEventException(type, $"its data cannot be read as {entry.ClrType}: {misfit!.Reason}");
        }
    }

    // Lazy, because the schemas of many types take a moment, and a program may never append.
    private Lazy<EventContracts>? Held(EventContracts? further) =>
        further is null ? null : new Lazy<EventContracts>(() => further.With(EventContracts.Of(this)));

    private void Note(string name, EventMisfit misfit)
    {
        EventMetrics.Misfit(name);
        if (_misfitsLogged.TryAdd(name, true))
        {
            LogMessages.EventMisfit(_logger, name, misfit.ExpectedType, misfit.Reason);
        }
    }

    internal sealed record Entry(string Name, Type ClrType, Func<JsonTypeInfo> MakeJson, EventRule? Rule = null)
    {
        private JsonTypeInfo? _json;
        private string? _clrName;

        public JsonTypeInfo Json => _json ??= MakeJson();

        // Marten's spelling: namespace, nested types with '+', assembly; no version, culture or key.
        public string ClrName => _clrName ??= $"{ClrType.FullName}, {ClrType.Assembly.GetName().Name}";
    }
}
