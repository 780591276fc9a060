using System.Buffers;
using System.Data;
using System.Data.Common;
using System.Runtime.InteropServices;
using System.Text.Json;
using Ledger.Interop.Reading;
using Ledger.Log;

namespace Ledger.Interop.LangGraph;

/// <summary>Copies checkpoints from a database to lines of JSON, a line for each, with the values of the channels that have changed since the one before.</summary>
internal static class CheckpointCopy
{
    /// <summary>The member of a line with the number of members that got another name.</summary>
    public const string RenamedMember = "renamed_members";

    // A checkpoint of SQLite has the whole state of its graph.
    private const int CheckpointsAtOnce = 20;

    // Many enough to find one's own among them.
    private const int ThreadsInMessage = 5;

    /// <summary>Copies threads, as they are at one moment.</summary>
    /// <exception cref="CheckpointException">The database is not LangGraph's, or something in it cannot be read.</exception>
    public static async Task WriteAsync(DbConnection connection, IReadOnlyCollection<string>? threads, Stream output, CancellationToken cancellationToken)
    {
        if (connection.State == ConnectionState.Closed)
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        }

        // Of SQLite's levels this is the one that does not ask for a lock to write. The copy holds the shared lock of readers: without a write-ahead log a writer
        // waits for its end.
        var level = CheckpointDatabase.IsSqlite(connection) ? IsolationLevel.ReadUncommitted : IsolationLevel.RepeatableRead;
        var transaction = await connection.BeginTransactionAsync(level, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        await CheckpointDatabase.ProtectAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
        var database = await CheckpointDatabase.OpenAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
        var known = await database.ReadThreadsAsync(cancellationToken).ConfigureAwait(false);
        if (known.Count == 0)
        {
            throw new CheckpointException("The database has no checkpoints. Nothing was read.");
        }

        if (threads?.FirstOrDefault(thread => !known.Contains(thread)) is { } unknown)
        {
            var first = string.Join(", ", known.Take(ThreadsInMessage).Select(thread => $"'{TextRules.Printable(thread)}'"));
            throw new CheckpointException(
                $"The database has no thread '{TextRules.Printable(unknown)}'. It has {first}{(known.Count > ThreadsInMessage ? $" and {known.Count - ThreadsInMessage:N0} more" : "")}.", unknown);
        }

        foreach (var thread in threads is null or { Count: 0 } ? known : known.Where(threads.Contains))
        {
            await WriteThreadAsync(database, thread, output, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task WriteThreadAsync(CheckpointDatabase database, string thread, Stream output, CancellationToken cancellationToken)
    {
        var versions = new Dictionary<CheckpointKey, Dictionary<string, string>>();
        var keys = await database.ReadKeysAsync(thread, cancellationToken).ConfigureAwait(false);
        foreach (var part in keys.Chunk(CheckpointsAtOnce))
        {
            var rows = (await database.ReadCheckpointsAsync(thread, part, cancellationToken).ConfigureAwait(false)).DistinctBy(row => row.Key).ToDictionary(row => row.Key);
            var writes = (await database.ReadWritesAsync(thread, part, cancellationToken).ConfigureAwait(false)).ToLookup(write => write.Key);
            var read = new List<(CheckpointRow Row, JsonElement Checkpoint, HashSet<string> Changed, RenamedMembers Renamed)>();
            foreach (var row in part.Select(rows.GetValueOrDefault).OfType<CheckpointRow>())
            {
                var renamed = new RenamedMembers();
                var checkpoint = Read(thread, row, renamed);
                read.Add((row, checkpoint, ChangedIn(row, checkpoint, versions), renamed));
            }

            var blobs = !database.HasBlobs
                ? new Dictionary<(string, string, string), CheckpointValue>()
                : (await database.ReadBlobsAsync(thread, read.SelectMany(r => r.Changed.Select(c => (r.Row.Key.Namespace, c, versions[r.Row.Key][c]))).Distinct(), cancellationToken)
                    .ConfigureAwait(false)).ToDictionary(blob => (blob.Namespace, blob.Channel, blob.Version), blob => blob.Value);
            foreach (var (row, checkpoint, changed, renamed) in read)
            {
                var values = changed
                    .Select(channel => (channel, Value: blobs.GetValueOrDefault((row.Key.Namespace, channel, versions[row.Key][channel]))))
                    .Where(blob => blob.Value.IsPresent)
                    .ToDictionary(blob => blob.channel, blob => blob.Value);
                var line = Line(thread, row, checkpoint, name => changed.Contains(name) || !versions[row.Key].ContainsKey(name), values, writes[row.Key], renamed);
                await output.WriteAsync(line, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static JsonElement Read(string thread, CheckpointRow row, RenamedMembers renamed)
    {
        if (!row.Checkpoint.IsReadable)
        {
            throw Fault(thread, row, $"is in the form '{TextRules.Printable(row.Checkpoint.Form)}', which only the program that wrote it can read");
        }

        try
        {
            var checkpoint = row.Checkpoint.ToElement(renamed);
            return checkpoint.ValueKind == JsonValueKind.Object ? checkpoint : throw Fault(thread, row, "is not an object");
        }
        catch (InvalidDataException fault)
        {
            throw Fault(thread, row, fault.Message, fault);
        }
    }

    private static CheckpointException Fault(string thread, CheckpointRow row, string reason, Exception? fault = null) => new(
        $"The checkpoint '{TextRules.Printable(row.Key.Id)}' of the thread '{TextRules.Printable(thread)}' {reason}. Nothing was read.", thread, row.Key.Id, fault);

    // The channels with another version than in the checkpoint before, or with one for the first time.
    private static HashSet<string> ChangedIn(CheckpointRow row, JsonElement checkpoint, Dictionary<CheckpointKey, Dictionary<string, string>> versions)
    {
        var own = versions[row.Key] = new Dictionary<string, string>(StringComparer.Ordinal);
        var before = row.Parent is { } parent ? versions.GetValueOrDefault(row.Key with { Id = parent }) : null;
        var changed = new HashSet<string>(StringComparer.Ordinal);
        if (checkpoint.Member("channel_versions") is { ValueKind: JsonValueKind.Object } all)
        {
            foreach (var member in all.EnumerateObject())
            {
                var (name, version) = (RecordedJson.NameOf(member), RecordedJson.TextOf(member.Value) ?? member.Value.GetRawText());
                own[name] = version;
                if (before is null || before.GetValueOrDefault(name) != version)
                {
                    changed.Add(name);
                }
            }
        }

        return changed;
    }

    private static ReadOnlyMemory<byte> Line(
        string thread,
        CheckpointRow row,
        JsonElement checkpoint,
        Predicate<string> isNew,
        Dictionary<string, CheckpointValue> blobs,
        IEnumerable<CheckpointWrite> writes,
        RenamedMembers renamed)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        try
        {
            writer.WriteStartObject();
            writer.WriteString("thread_id", thread);
            writer.WriteString("checkpoint_ns", row.Key.Namespace);
            writer.WriteString("checkpoint_id", row.Key.Id);
            writer.WriteString("parent_checkpoint_id", row.Parent);
            writer.WritePropertyName("checkpoint");
            WriteCheckpoint(writer, checkpoint, isNew, blobs, renamed);
            writer.WritePropertyName("metadata");
            row.Metadata.WriteTo(writer, renamed);
            WriteWrites(writer, writes, renamed);
            if (renamed.Count > 0)
            {
                writer.WriteNumber(RenamedMember, renamed.Count);
            }

            writer.WriteEndObject();
            writer.Flush();
            buffer.Write("\n"u8);
            return buffer.WrittenMemory;
        }
        catch (InvalidDataException fault)
        {
            throw Fault(thread, row, $"has a value that {fault.Message}", fault);
        }
    }

    private static void WriteCheckpoint(Utf8JsonWriter writer, JsonElement checkpoint, Predicate<string> isNew, Dictionary<string, CheckpointValue> blobs, RenamedMembers renamed)
    {
        writer.WriteStartObject();
        foreach (var member in checkpoint.EnumerateObject())
        {
            if (RecordedJson.NameOf(member) is var name && name != "channel_values")
            {
                WriteMember(writer, name, member.Value);
            }
        }

        writer.WriteStartObject("channel_values");
        if (checkpoint.Member("channel_values") is { ValueKind: JsonValueKind.Object } values)
        {
            foreach (var member in values.EnumerateObject())
            {
                if (RecordedJson.NameOf(member) is var name && isNew(name) && !blobs.ContainsKey(name))
                {
                    WriteMember(writer, name, member.Value);
                }
            }
        }

        foreach (var (channel, value) in blobs)
        {
            writer.WritePropertyName(channel);
            value.WriteTo(writer, renamed);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteWrites(Utf8JsonWriter writer, IEnumerable<CheckpointWrite> writes, RenamedMembers renamed)
    {
        writer.WriteStartArray("writes");
        foreach (var write in writes)
        {
            writer.WriteStartObject();
            writer.WriteString("task_id", write.Task);
            writer.WriteNumber("idx", write.Index);
            writer.WriteString("channel", write.Channel);
            writer.WritePropertyName("value");
            write.Value.WriteTo(writer, renamed);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteMember(Utf8JsonWriter writer, string name, JsonElement value)
    {
        writer.WritePropertyName(name);
        writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
    }
}
