using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Rendering;
using Ledger.Json;

namespace Ledger.Mcp.Abilities;

/// <summary>Pages that fit into an answer: they end after a number of items or bytes, and have at least one item.</summary>
internal static class ToolPage
{
    /// <summary>The bytes after which a page ends.</summary>
    public const int MostBytes = 128 * 1024;

    /// <summary>The data of an event, object or relation that is longer is left out of a list; the tool for the single item returns it in parts.</summary>
    public const int MostDataBytes = 64 * 1024;

    /// <summary>The members of a record that is too long for a list that stay there.</summary>
    private const int MostShortBytes = 1024;

    /// <summary>The characters after which the label of a branch is cut.</summary>
    private const int MostLabel = 1_000;

    /// <summary>In the place of data that is left out.</summary>
    public static JsonElement Nothing { get; } = JsonElement.Parse("null");

    private static readonly JsonWriterOptions Deep = new() { MaxDepth = int.MaxValue, SkipValidation = true };

    private static IReadOnlyDictionary<string, JsonElement> Empty { get; } = new Dictionary<string, JsonElement>();

    /// <summary>The first items of a sequence, and whether more follow.</summary>
    public static async Task<(IReadOnlyList<T> Items, bool HasMore)> TakeAsync<T>(
        IAsyncEnumerable<T> all, int limit, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var page = new List<T>();
        var bytes = 0L;
        await foreach (var item in all.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            bytes += SizeOf(item, type);
            if (page.Count == limit || (page.Count > 0 && bytes > MostBytes))
            {
                return (page, true);
            }

            page.Add(item);
        }

        return (page, false);
    }

    /// <summary>How many items after <paramref name="skip"/> are on a page.</summary>
    public static int Count<T>(IReadOnlyList<T> all, int skip, int limit, JsonTypeInfo<T> type)
    {
        var count = 0;
        var bytes = 0L;
        while (count < limit && skip + count < all.Count)
        {
            bytes += SizeOf(all[skip + count], type);
            if (count > 0 && bytes > MostBytes)
            {
                break;
            }

            count++;
        }

        return count;
    }

    /// <summary>Some items of a list.</summary>
    public static IReadOnlyList<T> Slice<T>(IReadOnlyList<T> all, int skip, int count) => [.. all.Skip(skip).Take(count)];

    /// <summary>What to skip for the next page; null after the last.</summary>
    public static int? NextOf(int skip, int count, int longest) => skip < longest - count ? skip + count : null;

    /// <summary>An event as a list has it.</summary>
    public static EventContract Fit(EventContract item) =>
        BytesOf(item.Data) is var bytes && bytes > MostDataBytes ? item with { Data = Nothing, DataOmitted = bytes } : item;

    /// <summary>An object as a list has it.</summary>
    public static ObjectContract Fit(ObjectContract item) =>
        SizeOf(item, ContractContext.Default.ObjectContract) > MostDataBytes ? WithoutData(item) : item;

    /// <summary>An object without its properties, and how many bytes they have.</summary>
    public static ObjectContract WithoutData(ObjectContract item) =>
        item with { Data = Empty, DataOmitted = SizeOf(item, ContractContext.Default.ObjectContract) - SizeOf(item with { Data = Empty }, ContractContext.Default.ObjectContract) + 2 };

    /// <summary>A relation as a list has it.</summary>
    public static RelationContract Fit(RelationContract item) =>
        SizeOf(item, ContractContext.Default.RelationContract) is var bytes && bytes > MostDataBytes ? item with { Data = Empty, DataOmitted = bytes } : item;

    /// <summary>A record, or an event of a chain, as a list has it.</summary>
    public static JsonElement Fit(JsonElement item) => BytesOf(item) > MostDataBytes ? Short(item) : item;

    /// <summary>The short members of a record or of an event of a chain, and how many bytes the whole has.</summary>
    public static JsonElement Short(JsonElement item) => JsonElement.Parse(EventJson.ToText(writer =>
    {
        writer.WriteStartObject();
        foreach (var member in item.EnumerateObject().Where(member => BytesOf(member.Value) <= MostShortBytes))
        {
            member.WriteTo(writer);
        }

        writer.WriteNumber("data_omitted", BytesOf(item));
        writer.WriteEndObject();
    }));

    /// <summary>A branch as a list has it: of its label the beginning.</summary>
    public static BranchContract Fit(BranchContract item) =>
        item.Name?.Length > MostLabel ? item with { Name = DisplayText.Cut(item.Name, MostLabel) } : item;

    /// <summary>An event of a merge as a list has it.</summary>
    public static MergeChangeContract Fit(MergeChangeContract item) =>
        BytesOf(item.Data) is var bytes && bytes > MostDataBytes ? item with { Data = Nothing, DataOmitted = bytes } : item;

    /// <summary>A carried event as a list has it: the events written for it are short, or none has its data.</summary>
    public static CarriedEventContract Fit(CarriedEventContract item) => item.Written.Sum(written => (long)BytesOf(written.Data)) > MostDataBytes
        ? item with { Written = [.. item.Written.Select(written => written with { Data = Nothing, DataOmitted = BytesOf(written.Data) })] }
        : item;

    /// <summary>A conflict as a list has it.</summary>
    public static MergeConflictContract Fit(MergeConflictContract item)
    {
        var bytes = new[] { item.Base, item.Ours, item.Theirs, item.Value }.OfType<JsonElement>().Sum(value => (long)BytesOf(value));
        return bytes > MostDataBytes ? item with { Base = null, Ours = null, Theirs = null, Value = null, ValuesOmitted = bytes } : item;
    }

    /// <summary>How many bytes a value has.</summary>
    public static int BytesOf(JsonElement value) => JsonMarshal.GetRawUtf8Value(value).Length;

    /// <summary>How many bytes an item has in an answer.</summary>
    public static int SizeOf<T>(T item, JsonTypeInfo<T> type)
    {
        // An event may be nested deeper than a serializer goes by itself.
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, Deep);
        JsonSerializer.Serialize(writer, item, type);
        writer.Flush();
        return buffer.WrittenCount;
    }
}
