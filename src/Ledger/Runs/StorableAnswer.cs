using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Runs;

/// <summary>Makes of any JSON the nearest JSON that every engine can keep: what was paid for is recorded, if not whole.</summary>
/// <remarks>
/// <list type="number">
/// <item>U+0000, halves of surrogate pairs and bytes that are not UTF-8 become U+FFFD.</item>
/// <item>Numbers that PostgreSQL cannot hold, and JSON below the deepest level, become their text.</item>
/// <item>What is too large has its longest strings cut, all to one length; where that does not suffice, its beginning is kept as text.</item>
/// </list>
/// </remarks>
internal static class StorableAnswer
{
    /// <summary>The largest form, which leaves room for the other members of its event.</summary>
    public const int MostBytes = PayloadRules.MaxBytes - (64 * 1024);

    private const int MostListed = 100;
    private const int LongestPath = 1_000;

    // The response is a level or two below the top of its event.
    private const int DeepestLevel = PayloadRules.MaxDepth - 8;

    private static readonly JsonReaderOptions ReaderOptions = new()
    {
        MaxDepth = int.MaxValue,
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>Whether JSON can be stored as it is.</summary>
    public static bool IsStorable(JsonElement json)
    {
        var raw = JsonMarshal.GetRawUtf8Value(json);
        return raw.Length <= MostBytes && PayloadCheck.FaultOf(raw) is null;
    }

    /// <summary>The storable form, and what was changed.</summary>
    public static (JsonElement Json, AlteredAnswer Altered) Of(JsonElement original)
    {
        var raw = JsonMarshal.GetRawUtf8Value(original);
        var changes = new Changes();
        var hash = StorableText.HashOf(raw);
        if (Limits.Of(raw) is not { } limits)
        {
            return WholeAsText(raw, hash, MostBytes);
        }

        var buffer = new ArrayBufferWriter<byte>(Math.Min(raw.Length, PayloadRules.MaxBytes));
        using (var writer = new Utf8JsonWriter(buffer, EventJson.WriterOptions))
        {
            Write(raw, writer, limits, changes);
        }

        return PayloadCheck.FaultOf(buffer.WrittenSpan) is null && buffer.WrittenCount <= MostBytes
            ? (EventJson.ParseElement(buffer.WrittenMemory), new AlteredAnswer(raw.Length, hash, changes.Count, changes.Listed))
            : WholeAsText(raw, hash, MostBytes);
    }

    private static (JsonElement Json, AlteredAnswer Altered) WholeAsText(ReadOnlySpan<byte> raw, string hash, int mostBytes)
    {
        var beginning = StorableText.Of(Encoding.UTF8.GetString(raw[..Math.Min(raw.Length, mostBytes)]));
        var text = StorableText.Cut(beginning, mostBytes, raw.Length, hash);
        return (JsonText.ToElement(text), new AlteredAnswer(raw.Length, hash, 1, [new AnswerChange("", AnswerChangeKind.Cut, raw.Length, hash)]));
    }

    private static void Write(ReadOnlySpan<byte> raw, Utf8JsonWriter writer, Limits limits, Changes changes)
    {
        var reader = new Utf8JsonReader(raw, ReaderOptions);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray when changes.Depth >= DeepestLevel:
                    changes.BeginValue();
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    var inner = raw[start..(int)reader.BytesConsumed];
                    WriteText(writer, StorableText.Of(Encoding.UTF8.GetString(inner)), inner, limits, AnswerChangeKind.AsText, changes);
                    break;
                case JsonTokenType.StartObject:
                    changes.BeginValue();
                    changes.Enter(isArray: false);
                    writer.WriteStartObject();
                    break;
                case JsonTokenType.StartArray:
                    changes.BeginValue();
                    changes.Enter(isArray: true);
                    writer.WriteStartArray();
                    break;
                case JsonTokenType.EndObject:
                    changes.Leave();
                    writer.WriteEndObject();
                    break;
                case JsonTokenType.EndArray:
                    changes.Leave();
                    writer.WriteEndArray();
                    break;
                case JsonTokenType.PropertyName:
                    WriteName(writer, reader.ValueSpan, changes);
                    break;
                case JsonTokenType.String:
                    changes.BeginValue();
                    var original = JsonText.Unescape(reader.ValueSpan);
                    var storable = StorableText.Of(original);
                    var isWhole = ReferenceEquals(storable, original) && Utf8.IsValid(reader.ValueSpan);
                    var spelled = raw[(int)reader.TokenStartIndex..(int)reader.BytesConsumed];
                    WriteText(writer, storable, spelled, limits, isWhole ? null : AnswerChangeKind.Replaced, changes);
                    break;
                case JsonTokenType.Number:
                    changes.BeginValue();
                    WriteNumber(writer, reader.ValueSpan, limits, changes);
                    break;
                default:
                    changes.BeginValue();
                    writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                    break;
            }
        }
    }

    private static void WriteName(Utf8JsonWriter writer, ReadOnlySpan<byte> spelled, Changes changes)
    {
        var original = JsonText.Unescape(spelled);
        var name = StorableText.Of(original);
        var isWhole = ReferenceEquals(name, original) && Utf8.IsValid(spelled);
        name = changes.Name(name, isNew: !isWhole);
        if (!isWhole)
        {
            changes.Add(AnswerChangeKind.Replaced, spelled);
        }

        writer.WritePropertyName(name);
    }

    private static void WriteNumber(Utf8JsonWriter writer, ReadOnlySpan<byte> number, Limits limits, Changes changes)
    {
        var fault = NumericRange.FaultOf(number, out var length);
        if (fault is null && (length <= number.Length || !limits.NumbersAsText))
        {
            writer.WriteRawValue(number, skipInputValidation: true);
        }
        else
        {
            WriteText(writer, Encoding.UTF8.GetString(number), number, limits, AnswerChangeKind.AsText, changes);
        }
    }

    private static void WriteText(
        Utf8JsonWriter writer, string text, ReadOnlySpan<byte> spelled, Limits limits, AnswerChangeKind? kind, Changes changes)
    {
        if (StorableText.Fits(text, limits.StringBytes))
        {
            if (kind is { } change)
            {
                changes.Add(change, spelled);
            }

            writer.WriteStringValue(text);
        }
        else
        {
            var hash = changes.Add(AnswerChangeKind.Cut, spelled);
            writer.WriteStringValue(StorableText.Cut(text, limits.StringBytes, spelled.Length, hash));
        }
    }

    /// <summary>How long strings may be so that the whole is not too large.</summary>
    private sealed record Limits(int StringBytes, bool NumbersAsText)
    {
        /// <summary>Null when even short strings are too many, or the rest is too large.</summary>
        public static Limits? Of(ReadOnlySpan<byte> raw)
        {
            var reader = new Utf8JsonReader(raw, ReaderOptions);
            var strings = new List<int>();
            var (rest, writtenOut) = (0L, 0L);
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.String)
                {
                    strings.Add(reader.ValueSpan.Length + 2);
                    rest++;
                    continue;
                }

                rest += reader.ValueSpan.Length + (reader.TokenType == JsonTokenType.PropertyName ? 3 : 1);
                if (reader.TokenType == JsonTokenType.Number && NumericRange.FaultOf(reader.ValueSpan, out var length) is null)
                {
                    writtenOut += Math.Max(length - reader.ValueSpan.Length, 0);
                }
            }

            var whole = rest + strings.Sum(s => (long)s);
            var asText = writtenOut > 0 && whole + writtenOut > MostBytes;
            if (whole <= MostBytes)
            {
                return new Limits(MostBytes, asText);
            }

            var (fits, tooLong) = (StorableText.LongestNote, MostBytes);
            if (Sum(fits) > MostBytes)
            {
                return null;
            }

            while (tooLong - fits > 1)
            {
                var middle = fits + ((tooLong - fits) / 2);
                (fits, tooLong) = Sum(middle) <= MostBytes ? (middle, tooLong) : (fits, middle);
            }

            return new Limits(fits, asText);

            long Sum(int longest) => rest + strings.Sum(s => (long)Math.Min(s, longest));
        }
    }

    /// <summary>Where the writing is, and what was changed so far.</summary>
    private sealed class Changes
    {
        private readonly Stack<Level> _levels = [];

        public List<AnswerChange> Listed { get; } = [];

        public long Count { get; private set; }

        public int Depth => _levels.Count;

        public void Enter(bool isArray) => _levels.Push(new Level(isArray));

        public void Leave() => _levels.Pop();

        public void BeginValue()
        {
            if (_levels.TryPeek(out var level) && level.IsArray)
            {
                level.Index++;
            }
        }

        /// <summary>Takes the name of a member; a changed one becomes one that no other has so far.</summary>
        public string Name(string name, bool isNew)
        {
            var level = _levels.Peek();
            while (!level.Names.Add(name) && isNew)
            {
                name += '\uFFFD';
            }

            return level.Name = name;
        }

        /// <summary>Records a change at the current place, and returns the hash of the original.</summary>
        public string Add(AnswerChangeKind kind, ReadOnlySpan<byte> original)
        {
            var hash = StorableText.HashOf(original);
            Count++;
            if (Listed.Count < MostListed)
            {
                Listed.Add(new AnswerChange(StorableText.Of(Path(), LongestPath), kind, original.Length, hash));
            }

            return hash;
        }

        private string Path() => _levels.Reverse().Aggregate(
            "", (path, level) => level.IsArray ? JsonPointer.Append(path, level.Index) : JsonPointer.Append(path, level.Name));

        private sealed class Level(bool isArray)
        {
            public bool IsArray { get; } = isArray;

            public int Index { get; set; } = -1;

            public string Name { get; set; } = "";

            public HashSet<string> Names { get; } = new(StringComparer.Ordinal);
        }
    }
}
