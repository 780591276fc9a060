using Ledger.Json;

namespace Ledger.Log;

/// <summary>One call of <see cref="IEventStore.AppendAsync"/>, checked and written as JSON before any engine touches its log.</summary>
internal sealed class AppendRequest
{
    private bool _isNew;

    private AppendRequest(Part[] parts, int eventCount, long byteCount, bool isNew)
    {
        _isNew = isNew;
        Parts = parts;
        EventCount = eventCount;
        ByteCount = byteCount;
    }

    /// <summary>The parts in the caller's order.</summary>
    public Part[] Parts { get; }

    /// <summary>The number of events in all parts.</summary>
    public int EventCount { get; }

    /// <summary>The size of their JSON, headers included.</summary>
    public long ByteCount { get; }

    /// <summary>Checks the arguments of an append.</summary>
    /// <exception cref="ArgumentException">It is wrong use; see <see cref="AppendRules"/>.</exception>
    /// <exception cref="InvalidEventException">An event cannot be stored.</exception>
    public static AppendRequest Create(IReadOnlyList<StreamAppend> appends, EventRegistry registry)
    {
        AppendRules.Check(appends);
        var parts = new Part[appends.Count];
        var eventCount = 0;
        var byteCount = 0L;
        var isNew = true;
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = Write(appends[i], registry, ref byteCount);
            eventCount += parts[i].Events.Length;
            foreach (ref readonly var item in parts[i].Events.AsSpan())
            {
                isNew &= item.Event.IsNew && item.Event.Metadata.ForeignId is null;
            }
        }

        return new AppendRequest(parts, eventCount, byteCount, isNew);
    }

    /// <summary>Whether it cannot be in the log: every id was made for this call, and this is the first time that it is asked.</summary>
    public bool TakeNew()
    {
        var isNew = _isNew;
        _isNew = false;
        return isNew;
    }

    /// <summary>Whether both append to one stream.</summary>
    public bool SharesStreamWith(AppendRequest other)
    {
        foreach (ref readonly var part in Parts.AsSpan())
        {
            foreach (ref readonly var another in other.Parts.AsSpan())
            {
                if (part.Stream == another.Stream)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The refusal of a part because of one of its ids.</summary>
    public static EventIdInUseException InUse(in Part part, Guid id, StreamName holder, EventIdConflict conflict) =>
        new(part.Stream, id, holder, conflict, Array.Find(part.Events, e => e.Id == id).Event?.Metadata.ForeignId);

    private static Part Write(StreamAppend append, EventRegistry registry, ref long byteCount)
    {
        var events = new Item[append.Events.Count];
        for (var i = 0; i < events.Length; i++)
        {
            var newEvent = append.Events[i];
            var serialized = registry.Write(newEvent);
            registry.Check(append.Stream, newEvent, serialized);
            byteCount += serialized.Json.Length + serialized.Headers.Length;
            AppendRules.CheckSize(byteCount);
            events[i] = new Item(newEvent.IdIn(append.Stream), newEvent, serialized);
        }

        return new Part(append.Stream, append.Expected, events);
    }

    /// <summary>Whether two JSON texts are equal by value.</summary>
    public static bool SameJson(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other) =>
        one.Span.SequenceEqual(other.Span) || JsonEquality.Instance.Equals(EventJson.ParseElement(one), EventJson.ParseElement(other));

    /// <summary>What goes to one stream.</summary>
    internal readonly record struct Part(StreamName Stream, ExpectedVersion Expected, Item[] Events);

    /// <summary>An event with the id that it gets.</summary>
    internal readonly record struct Item(Guid Id, NewEvent Event, SerializedEvent Serialized)
    {
        /// <summary>The first cause's id as text, or null.</summary>
        public string? CausationId => Event.Metadata.Causes is [var first, ..] ? first.ToString() : null;

        /// <summary>Whether an event that the log has under the id says the same: the type, and the JSON by value, which is empty if it was masked.</summary>
        public bool IsSame(string type, ReadOnlyMemory<byte> json) => type == Serialized.Type && (json.IsEmpty || SameJson(json, Serialized.Json));
    }
}
