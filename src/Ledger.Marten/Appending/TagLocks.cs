using System.Text;
using System.Text.Json;
using JasperFx.Events;
using Ledger.Events;
using Ledger.Postgres.Log;
using Marten;
using Marten.Events;
using Marten.Services;
using Npgsql;
using Weasel.Postgresql;
using Weasel.Storage;
using IEvent = JasperFx.Events.IEvent;

namespace Ledger.Marten.Appending;

/// <summary>Locks the versions of all tags that a save raises, before Marten's operations.</summary>
/// <remarks>
/// Marten raises the tags of a decision first, those of the application after its events, and Ledger its own at the end. Appends of other writers raise all of
/// theirs in code point order after the stream's lock, so a save that took them in the order of its operations would wait in a circle with them.
/// </remarks>
internal static class TagLocks
{
    private const int LongestValue = 1_000;

    /// <summary>Locks them in the session's transaction, in code point order, if the store has Ledger's tags. The streams are locked already.</summary>
    public static async Task TakeAsync(
        IDocumentSession session, StoreConfiguration store, IReadOnlyList<StreamAction> streams, CancellationToken cancellationToken)
    {
        if (((EventGraph)session.DocumentStore.Options.Events).TagTypes.All(tag => tag.TagType != typeof(TaskTag)))
        {
            return;
        }

        var tags = new HashSet<(string Kind, string Value)>(OfMarten(session));
        var results = new List<(string Stream, string CallId)>();
        foreach (var stream in streams)
        {
            foreach (var appended in stream.Events)
            {
                AddTags(session, store, stream.Key!, appended, tags, results);
            }
        }

        if (tags.Count + results.Count == 0)
        {
            return;
        }

        await session.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var command = new NpgsqlCommand(MartenSql.Load("lock_tags", store.Ledger.Schemas), session.Connection)
        {
            CommandTimeout = store.Ledger.CommandTimeoutSeconds,
        };
        await using var _ = command.ConfigureAwait(false);
        command.Parameters
            .WithTexts([.. tags.Select(tag => tag.Kind)])
            .WithTexts([.. tags.Select(tag => tag.Value)])
            .WithText(session.TenantId)
            .WithTexts([.. results.Select(result => result.Stream)])
            .WithTexts([.. results.Select(result => result.CallId)]);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    // Only the statements of Marten's operations say which tags they raise: each has a table, a value and a tenant, and no other text.
    private static IEnumerable<(string Kind, string Value)> OfMarten(IDocumentSession session)
    {
        foreach (var operation in OperationsOf(session.PendingChanges).Where(o => o.GetType().Namespace == "Marten.Events.Dcb"))
        {
            var builder = new BatchBuilder();
            operation.ConfigureCommand(builder, (IStorageSession)session);
            using var batch = builder.Compile();
            var texts = batch.BatchCommands.Cast<NpgsqlBatchCommand>().SelectMany(c => c.Parameters.Cast<NpgsqlParameter>()).Select(p => p.Value).OfType<string>();
            foreach (var tag in texts.Chunk(3))
            {
                yield return (tag[0], tag[1]);
            }
        }
    }

    // Marten's interface leaves out the operations on events, which are in this member of its class. Without it, a deadlock ends the save, and Marten repeats it.
    private static IEnumerable<IStorageOperation> OperationsOf(IUnitOfWork changes) =>
        changes.GetType().GetProperty("AllOperations")?.GetValue(changes) as IEnumerable<IStorageOperation> ?? changes.Operations();

    // The rule of tag_events_v1 on events that are not stored yet. A tag too many is locked in vain; one too few is locked at the end.
    private static void AddTags(
        IDocumentSession session, StoreConfiguration store, string stream, IEvent appended, HashSet<(string, string)> tags, List<(string, string)> results)
    {
        Add("ledger_actor", appended.Headers is { } headers && headers.TryGetValue("actor", out var actor) ? $"{actor}" : null);
        if (stream.StartsWith("task:", StringComparison.Ordinal))
        {
            Add("ledger_task", stream["task:".Length..]);
        }

        switch (UnsavedEvents.TypeOf(appended))
        {
            case "llm.request" or "llm.response":
                Add("ledger_model", Text("model"));
                break;
            case "tool.called":
                Add("ledger_tool", Text("tool"));
                break;
            case "tool.returned" when Text("call_id") is { } callId:
                results.Add((stream, callId));
                break;
        }

        void Add(string kind, string? value)
        {
            if (value is not null && Encoding.UTF8.GetByteCount(value) is > 0 and <= LongestValue)
            {
                tags.Add((kind, value));
            }
        }

        string? Text(string member) => appended.Data switch
        {
            LlmRequest request => request.Model,
            LlmResponse response => response.Model,
            ToolCalled called => called.Tool,
            ToolReturned returned => returned.CallId,
            UntypedEvent untyped => TextOf(untyped.Data, member),
            _ => TextOf(Parse(UnsavedEvents.JsonOf(appended, store.Ledger.Registry, session.DocumentStore.Options.Serializer())), member),
        };
    }

    private static JsonElement Parse(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static string? TextOf(JsonElement data, string member) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
