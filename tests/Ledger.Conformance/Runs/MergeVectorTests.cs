using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Log;
using Ledger.Runs;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>Merges, cherry-picks and rebases that were worked out by hand, to the byte.</summary>
public abstract class MergeVectorTests(ITestEngine engine) : EventStoreTests(engine)
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Vectors", "merge");

    public static TheoryData<string> Vectors => [.. Directory.EnumerateFiles(Folder, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Vectors))]
    public async Task Vector_Preview_IsAsExpected(string name)
    {
        var vector = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Folder, $"{name}.json")))!;
        var run = new AgentLedger(Store, new AgentLedgerOptions { MergeRules = RulesOf(vector["deep"]) }).GetRun(NewId());
        await run.AppendAsync(EventsOf(vector["events"]!));
        var branch = await run.ForkAsync();
        await run.AppendAsync(EventsOf(vector["ours"]!));
        await branch.AppendAsync(EventsOf(vector["theirs"]!));
        var names = await branch.ReadAsync().Concat(run.ReadAsync()).Where(e => e.Metadata.ForeignId is not null)
            .Select(e => (e.Id, e.Metadata.ForeignId)).Distinct().ToDictionaryAsync(e => e.Id, e => e.ForeignId!);

        JsonObject answer;
        switch (vector["kind"]!.GetValue<string>())
        {
            case "merge":
                var merge = await run.PreviewMergeAsync(branch);
                answer = new JsonObject { ["changes"] = ChangesOf(merge.Changes, names), ["conflicts"] = ConflictsOf(merge.Conflicts, names) };
                break;
            case "pick":
                var chosen = vector["chosen"]!.AsArray().Select(id => names.Single(n => n.Value == id!.GetValue<string>()).Key).ToList();
                var pick = await run.PreviewCherryPickAsync(branch, chosen);
                answer = new JsonObject
                {
                    ["events"] = CarriedOf(pick.Events, names),
                    ["missing"] = new JsonArray([.. pick.Missing.Select(e => (JsonNode)names[e.Id])]),
                    ["conflicts"] = ConflictsOf(pick.Conflicts, names),
                };
                break;
            case "rebase":
                var rebase = await branch.PreviewRebaseAsync(run, new RebaseOptions { Id = "again" });
                foreach (var carried in rebase.Events.Where(e => e.Written.Count > 0))
                {
                    names[carried.Written[0].IdIn(StreamName.Branch("again"))] = $"again {names[carried.Original.Id]}";
                }

                answer = new JsonObject { ["events"] = CarriedOf(rebase.Events, names), ["conflicts"] = ConflictsOf(rebase.Conflicts, names) };
                break;
            default:
                var squash = await branch.PreviewRebaseAsync(run, new RebaseOptions { Mode = RebaseMode.Squash });
                answer = new JsonObject { ["changes"] = ChangesOf(squash.Changes, names), ["conflicts"] = ConflictsOf(squash.Conflicts, names) };
                break;
        }

        foreach (var extra in answer.Select(m => m.Key).Except(vector["expected"]!.AsObject().Select(m => m.Key)).ToList())
        {
            answer.Remove(extra);
        }

        Sorted(answer)!.ToJsonString().ShouldBe(Sorted(vector["expected"])!.ToJsonString(), vector["about"]!.GetValue<string>());
    }

    private static MergeRules RulesOf(JsonNode? deep) => (deep?.AsObject() ?? []).SelectMany(d => d.Value!.AsArray().Select(p => (Type: d.Key, Property: p!.GetValue<string>())))
        .Aggregate(MergeRules.None, (rules, rule) => rules.Deep(rule.Type, rule.Property));

    private static object[] EventsOf(JsonNode list) =>
    [
        .. list.AsArray().Select(e => new NewEvent(
            new UntypedEvent(e!["type"]!.GetValue<string>(), JsonSerializer.SerializeToElement(e["data"])),
            new EventMetadata
            {
                ForeignId = e["id"]!.GetValue<string>(),
                Actor = e["actor"]!.GetValue<string>(),
                ForeignCauses = [.. e["cause"]?.AsArray().Select(c => c!.GetValue<string>()) ?? []],
            })),
    ];

    private JsonArray ChangesOf(IEnumerable<MergeChange> changes, Dictionary<Guid, string> names) => new([.. changes.Select(c =>
    {
        var written = Store.Registry.Write(new NewEvent(c.Event));
        return new JsonObject
        {
            ["kind"] = c.Kind.ToName(),
            ["id"] = c.Id,
            ["change"] = c.Change.ToString().ToLowerInvariant(),
            ["type"] = written.Type,
            ["data"] = JsonNode.Parse(written.Json.Span),
            ["cause"] = new JsonArray([.. c.Causes.Select(id => (JsonNode)names[id])]),
        };
    })]);

    private JsonArray CarriedOf(IEnumerable<CarriedEvent> events, Dictionary<Guid, string> names) => new([.. events.Select(e => new JsonObject
    {
        ["event"] = names[e.Original.Id],
        ["outcome"] = e.Outcome.ToName(),
        ["written"] = new JsonArray([.. e.Written.Select(w =>
        {
            var written = Store.Registry.Write(w);
            return new JsonObject
            {
                ["type"] = written.Type,
                ["data"] = JsonNode.Parse(written.Json.Span),
                ["cause"] = new JsonArray([.. w.Metadata.Causes.Select(id => (JsonNode)names[id])]),
            };
        })]),
    })]);

    private static JsonArray ConflictsOf(IEnumerable<MergeConflict> conflicts, Dictionary<Guid, string> names) => new([.. conflicts.Select(c =>
    {
        var row = new JsonObject { ["kind"] = c.Kind.ToName(), ["id"] = c.Id, ["path"] = c.Path, ["reason"] = c.Reason.ToName(), ["type"] = c.Type };
        foreach (var (member, value) in new[] { ("base", c.Base), ("ours", c.Ours), ("theirs", c.Theirs) }.Where(v => v.Item2.ValueKind != JsonValueKind.Undefined))
        {
            row[member] = JsonNode.Parse(value.GetRawText());
        }

        foreach (var (member, id, actor) in new[] { ("our", c.OurEvent, c.OurActor), ("their", c.TheirEvent, c.TheirActor) })
        {
            if (id is { } setBy)
            {
                (row[$"{member}_event"], row[$"{member}_actor"]) = (names[setBy], actor);
            }
        }

        return row;
    })]);

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, Sorted(m.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
