using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Runs;
using Ledger.Streams;
using Ledger.Worlds;

namespace Ledger.Cli.Demo.Findings;

/// <summary>The agent's second half: reads the history of a run or branch, and appends what a rule finds in its world.</summary>
/// <remarks>It knows the history alone, which is why it can be sent into a branch that shares the observations and has none of its own.</remarks>
internal sealed class Judge(Run run)
{
    /// <summary>Judges by a rule.</summary>
    /// <returns>The length of the history behind the findings.</returns>
    public async Task<Position> ApplyAsync(FindingRule rule, CancellationToken cancellationToken)
    {
        var history = await run.ReadAllAsync(cancellationToken);
        var world = World.Fold(history);
        var creators = Creators(history);
        var events = new EventWriter(run, DemoPhase.Judge);
        var objectIds = new UniqueIds(world.Objects.Select(o => o.Id));
        var relationIds = new UniqueIds(world.Relations.Select(r => r.Id));
        var fired = await events.AddAsync(Fired(rule), history.Count == 0 ? [] : [history[^1].Id], cancellationToken);
        var findings = FindingRules.Apply(rule, world);
        foreach (var finding in findings)
        {
            var id = objectIds.Claim(finding.Id);
            var data = new JsonObject { ["kind"] = finding.Kind, ["text"] = finding.Text };
            foreach (var (name, fact) in finding.Facts)
            {
                data[name] = fact?.DeepClone();
            }

            Guid[] causes = [fired, .. finding.About.Select(about => creators[about])];
            var found = await events.AddAsync(new ObjectCreated(id, "Finding", data), causes, cancellationToken);
            foreach (var about in finding.About)
            {
                var relation = new RelationCreated(relationIds.Claim($"{id} about {about}"), "about", id, about);
                await events.AddAsync(relation, [found, creators[about]], cancellationToken);
            }
        }

        var summary = new ObjectPatched(
            CodebaseAgent.FolderId, new JsonObject { ["rule"] = rule.Name, ["findings"] = findings.Count });
        var patched = await events.AddAsync(summary, [fired, creators[CodebaseAgent.FolderId]], cancellationToken);
        await events.AddAsync(Completed(findings.Count), [fired, patched], cancellationToken);
        return await events.FlushAsync(cancellationToken);
    }

    private static Dictionary<string, Guid> Creators(IReadOnlyList<RecordedEvent> history)
    {
        var creators = new Dictionary<string, Guid>(StringComparer.Ordinal);
        foreach (var recorded in history)
        {
            if (recorded.Data is ObjectCreated created)
            {
                creators[created.Id] = recorded.Id;
            }
        }

        return creators;
    }

    private static ResponderFired Fired(FindingRule rule) => new("judge")
    {
        More = Members(
            ("rule", rule.Name),
            ("measure", rule.Measure.ToString().ToLowerInvariant()),
            ("kinds", new JsonArray([.. rule.Kinds.Select(k => JsonValue.Create(k.ToString().ToLowerInvariant()))]))),
    };

    private static ResponderCompleted Completed(int findings) => new("judge") { More = Members(("findings", findings)) };

    private static Dictionary<string, JsonElement> Members(params ReadOnlySpan<(string Name, JsonNode Value)> members)
    {
        var more = new Dictionary<string, JsonElement>();
        foreach (var (name, value) in members)
        {
            more.Add(name, EventWriter.ToElement(value));
        }

        return more;
    }
}
