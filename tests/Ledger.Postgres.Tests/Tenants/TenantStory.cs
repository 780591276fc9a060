using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Conformance.Projections;
using Ledger.Forgetting;
using Ledger.Log;
using Ledger.Postgres.Forgetting;
using Ledger.Projections;
using Ledger.Records;
using Ledger.Tasks;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Ledger.Postgres.Tests.Tenants;

/// <summary>A log with something in every table, under ids that are the same for each tenant and with data that is not.</summary>
internal static class TenantStory
{
    private static readonly DateTimeOffset Moment = DateTimeOffset.FromUnixTimeMilliseconds(1_760_000_000_000);

    /// <summary>The options of a store that keeps the documents that the story reads.</summary>
    public static PostgresOptions Options { get; } = new() { Projections = ProjectionSamples.All };

    /// <summary>Tells it, and returns what the calls answered that <see cref="EveryCall"/> leaves out.</summary>
    public static async Task<IReadOnlyList<string>> TellAsync(IEventStore store, NpgsqlDataSource dataSource, Tenancy tenancy, string whose)
    {
        var answers = new List<string>();
        var runs = new AgentLedger(store);
        var run = runs.GetRun(EveryCall.Id);
        await run.AppendAsync(
        [
            EveryCall.New(new ObjectCreated(EveryCall.Id, "Claim", new JsonObject { ["of"] = whose }), 10),
            EveryCall.New(new ObjectCreated("other", "Claim", new JsonObject { ["mail"] = $"{whose}@example.com" }), 11),
            EveryCall.New(new RelationCreated(EveryCall.Id, "about", EveryCall.Id, "other"), 12),
            EveryCall.New(new LlmRequest(JsonElement.Parse($$"""[{"role": "user", "content": "{{whose}}"}]"""), "gpt"), 13),
            EveryCall.New(new LlmResponse(whose, "gpt", 0.5m), 14),
            EveryCall.New(new ToolCalled($"tool-{whose}"), 15),
            EveryCall.New(new KitLoaded(whose), 16),
            EveryCall.New(new ObjectPatched(EveryCall.Id, new JsonObject { ["n"] = 1 }), 17),
        ]);
        await run.RenameAsync($"Run of {whose}");
        await run.SaveSnapshotAsync();
        var branch = await run.ForkAsync(new Position(3), new ForkOptions { Id = EveryCall.Id });
        await branch.AppendAsync([EveryCall.New(new ObjectPatched("other", new JsonObject { ["branch"] = whose }), 18)]);
        await branch.SaveSnapshotAsync();
        answers.Add($"{(await run.MergeAsync(branch)).Length}");
        answers.Add(Of(await run.GetWorldAsync()));
        answers.Add(Of(await branch.GetWorldAsync()));

        var tasks = new TaskLedger(store);
        await tasks.SaveTaskAsync(new AgentTask { Id = EveryCall.Id, SystemPrompt = whose, CreatedAt = Moment, UpdatedAt = Moment });
        await tasks.SaveMessageAsync(new Message { Id = EveryCall.Id, TaskId = EveryCall.Id, Role = MessageRole.User, Content = whose, Timestamp = Moment });
        await tasks.SaveCallAsync(new Call
        {
            Id = EveryCall.Id,
            TaskId = EveryCall.Id,
            AbilityName = "mem:retrieve",
            Parameters = $$"""{"of":"{{whose}}"}""",
            Status = CallStatus.InProgress,
            Details = "{}",
            CreatedAt = Moment,
            UpdatedAt = Moment,
            StartMessageId = EveryCall.Id,
        });

        await using var records = new ChronoStores(store, new ChronoOptions { TimeProvider = new FakeTimeProvider(Moment) });
        var project = records.Get(EveryCall.Id);
        await project.UpsertAsync(new ChronoRecord { Id = EveryCall.Id, Kind = "fact", Label = whose });
        await project.UpsertAsync(new ChronoRecord { Id = EveryCall.Id, Kind = "fact", Label = $"{whose} again" });
        answers.Add((await project.GetAsync(EveryCall.Id))!.Label);

        answers.Add($"{(await store.Get<IDocumentReader>()!.LoadAsync(ProjectionSamples.Tallies, run.StreamName)).State}");
        answers.Add($"{await store.Get<IDocumentReader>()!.LoadAsync(ProjectionSamples.ToolUses, $"tool-{whose}")}");
        answers.Add($"{await store.Get<IDocumentReader>()!.LoadAsync(ProjectionSamples.ToolUses, "tool-loud")}");
        answers.Add($"{(await run.GetSummaryAsync())?.Title}");
        await store.ImportAsync(ImportedAsync(whose));

        var keys = new PostgresSubjectKeys(dataSource, Options with { Tenancy = tenancy });
        answers.Add($"{(await keys.FindAsync([EveryCall.Id])).Count}");
        answers.Add($"{(await keys.GetOrCreateAsync([EveryCall.Id])).Count}");
        var report = await new EventMasking(store).MaskAsync(MaskRequest.OfEvents([EveryCall.New(new KitLoaded(""), 11).Id], "asked") with { Paths = ["$.data.mail"] });
        answers.Add($"{report.Masked} masked, {report.Refused.Count} refused");
        answers.Add(Of(await run.GetWorldAsync()));
        await foreach (var e in store.ReadLogAsync())
        {
            answers.Add($"{e.Stream} {e.Version.Value} {e.Type}");
        }

        return answers;
    }

    private static string Of(World world) => Encoding.UTF8.GetString(JsonSerializer.SerializeToUtf8Bytes(
        world.Objects.OrderBy(o => o.Id, StringComparer.Ordinal).Select(o => new { o.Id, o.Type, o.Data })));

    // More than one chunk, so that rows are copied and worlds written beside them.
    private static async IAsyncEnumerable<StreamEvent> ImportedAsync(string whose)
    {
        await Task.CompletedTask;
        for (var i = 0; i < 20; i++)
        {
            yield return new StreamEvent(StreamName.Run("imported"), EveryCall.New(new ObjectCreated($"i{i}", "Claim", new JsonObject { ["of"] = whose }), 60 + i));
        }
    }
}
