using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Ledger.Explorer.Comparing;

/// <summary>Numbers for events: the same one for those with the same type and data, and for those of one type that are about one thing. Not safe for concurrent use.</summary>
internal sealed class EventKeys
{
    // What a large event is about is not looked for.
    private const int MostLooked = 64 * 1024;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = 1_024 };

    private readonly Dictionary<Content, int> _sames = [];
    private readonly Dictionary<(string Type, string? Name), int> _abouts = [];

    public AlignedEvent Of(RecordedEvent recorded) => new(
        recorded,
        NumberOf(_sames, new Content(recorded.Type, recorded.Json)),
        NumberOf(_abouts, (recorded.Type, NameOf(recorded))));

    /// <summary>What an event is about: a tool, a responder, a kind of call, or an object; a changed prompt stays the same step, another tool or object is another one.</summary>
    private static string? NameOf(RecordedEvent recorded)
    {
        if (recorded.Json.Length > MostLooked)
        {
            return null;
        }

        var (found, rank) = ((string?)null, int.MaxValue);
        var reader = new Utf8JsonReader(recorded.Json.Span, Options);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var place = reader.ValueTextEquals("tool"u8) ? 0 : reader.ValueTextEquals("name"u8) ? 1 : reader.ValueTextEquals("kind"u8) ? 2 : reader.ValueTextEquals("id"u8) ? 3 : int.MaxValue;
            if (!reader.Read())
            {
                break;
            }

            if (place < rank && reader.TokenType == JsonTokenType.String)
            {
                // As it is written: a name with an escape is the same in both, or another one.
                (found, rank) = (Encoding.UTF8.GetString(reader.ValueSpan), place);
            }

            reader.Skip();
        }

        return found;
    }

    private static int NumberOf<T>(Dictionary<T, int> numbers, T key)
        where T : notnull
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, key, out var isKnown);
        if (!isKnown)
        {
            number = numbers.Count;
        }

        return number;
    }

    private readonly record struct Content(string Type, ReadOnlyMemory<byte> Json)
    {
        public bool Equals(Content other) => Type == other.Type && Json.Span.SequenceEqual(other.Json.Span);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            hash.Add(Type);
            hash.AddBytes(Json.Span);
            return hash.ToHashCode();
        }
    }
}

/// <summary>An event, and the numbers by which it is paired.</summary>
/// <param name="Event">The event.</param>
/// <param name="Same">Equal for events with the same type and data.</param>
/// <param name="About">Equal for events of one type that are about one thing.</param>
internal readonly record struct AlignedEvent(RecordedEvent Event, int Same, int About);
