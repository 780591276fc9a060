using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <content>A run as it was after its first events.</content>
public abstract partial class RunTests
{
    /// <summary>What was noted after each event is what is read of it later.</summary>
    [Fact]
    public async Task AsOf_IsTheRunAsItWasThen()
    {
        var run = Runs.GetRun(NewId());
        var notes = new List<string>();
        await run.AppendAsync([new ObjectCreated("a", "T", new JsonObject { ["x"] = 1 })]);
        notes.Add(await NoteAsync(run));
        foreach (var next in new object[]
        {
            new UntypedEvent("llm.request", JsonElement.Parse("""{"model":"m","messages":"Why?"}""")),
            new UntypedEvent("llm.response", JsonElement.Parse("""{"text":"So.","cost_usd":0.5,"usage":{"output_tokens":3}}""")),
            new ObjectPatched("a", new JsonObject { ["x"] = 2 }),
            new RunRenamed("A title"),
        })
        {
            await run.AppendAsync([next]);
            notes.Add(await NoteAsync(run));
        }

        var branch = await run.ForkAsync(new Position(3));
        var ofBranch = new List<string> { await NoteAsync(branch) };
        await branch.AppendAsync([new ObjectPatched("a", new JsonObject { ["x"] = 3 })]);
        ofBranch.Add(await NoteAsync(branch));

        for (var n = 1; n <= notes.Count; n++)
        {
            var part = await run.AsOfAsync(new Position(n));
            part.StreamName.Value.ShouldBe($"{run.StreamName}@{n}");
            (await NoteAsync(part)).ShouldBe(notes[n - 1], $"after {n}");
            (await NoteAsync(await part.AsOfAsync(new Position(1)))).ShouldBe(notes[0]);
        }

        (await NoteAsync(await branch.AsOfAsync(new Position(4)))).ShouldBe(ofBranch[0]);
        (await NoteAsync(await branch.AsOfAsync(new Position(5)))).ShouldBe(ofBranch[1]);
        var shared = await branch.AsOfAsync(new Position(2));
        (await shared.GetSummaryAsync()).ShouldBeNull("It has events of the run alone.");
        (await shared.ReadAllAsync()).Count.ShouldBe(2);
        (await (await run.AsOfAsync(Position.Start)).GetWorldAsync()).Objects.ShouldBeEmpty();
    }

    [Fact]
    public async Task AsOf_IsComparedTracedAndForked_AndTakesNoMore()
    {
        var run = Runs.GetRun(NewId());
        var first = new NewEvent(Labelled("first"));
        var second = new NewEvent(Labelled("second"), new EventMetadata { Causes = [first.Id] });
        var third = new NewEvent(Labelled("third"), new EventMetadata { Causes = [first.Id] });
        await run.AppendAsync([first, second, third]);
        var part = await run.AsOfAsync(new Position(2));

        var divergence = await part.FirstDivergenceAsync(run);
        (divergence.CommonPrefix, divergence.SharedPrefix, divergence.InA).ShouldBe((new Position(2), new Position(2), null));
        Label(divergence.InB!).ShouldBe("third");
        (await part.FirstDivergenceAsync(await run.AsOfAsync(new Position(2)))).IsDivergent.ShouldBeFalse();
        (await part.TraceEffectsAsync(first.Id)).Events.Select(Label).ShouldBe(["first", "second"]);
        (await part.ExplainAsync(third.Id)).Events.ShouldBeEmpty();
        Labels((await (await part.ForkAsync()).ReadAllAsync()).Take(3)).ShouldBe(["first", "second", "fork"]);

        (await Should.ThrowAsync<PositionOutOfRangeException>(() => run.AsOfAsync(new Position(4)))).Length.ShouldBe(new Position(3));
        await RefusedAsync<InvalidOperationException>(
            () => part.AppendAsync(Events(1)),
            $"'{part.StreamName}' is the first 2 events of '{run.StreamName}', and takes no more. Append to '{run.StreamName}', or to a branch that is forked there.");
        await Should.ThrowAsync<InvalidOperationException>(() => part.LabelAsync(["l"]));
        await Should.ThrowAsync<InvalidOperationException>(() => part.SaveSnapshotAsync());
        var branch = await run.ForkAsync();
        await Should.ThrowAsync<ArgumentException>(() => branch.PreviewMergeAsync(part));
        await Should.ThrowAsync<ArgumentException>(() => part.MergeAsync(branch));
        await Should.ThrowAsync<ArgumentException>(() => part.PreviewRebaseAsync(branch));
        (await part.ForkWithChangeAsync(new Position(1), JsonElement.Parse("""{"kit":"other"}"""))).Branch.History.Root.ShouldBe(run.StreamName);
        (await Store.GetStreamAsync(part.StreamName)).ShouldBeNull();

        // A run may have that very name.
        var namesake = Runs.GetRun($"{run.Id}@2");
        await namesake.AppendAsync(Events(5));
        (await (await run.AsOfAsync(new Position(2))).ReadAllAsync()).Count.ShouldBe(2);
    }

    // All that a run says of itself, as text.
    private static async Task<string> NoteAsync(Run run)
    {
        var events = (await run.ReadAllAsync()).Select(e => $"{e.Position} {e.Stream}@{e.Version} {e.Type} {e.Id}");
        var world = (await run.GetWorldAsync()).Objects.Select(o => $"{o.Id} {o.Data}");
        var blame = (await run.BlameAsync("a")).Entries.Select(e => $"{e.Event.Position}");
        var summary = (await run.GetSummaryAsync())!;
        var calls = summary.OpenCalls.Select(call => $"{call.RequestId}");
        return string.Join('\n',
        [
            $"{await run.GetLengthAsync()}", .. events, .. world, .. blame, $"{await run.GetUsageAsync()}",
            $"{summary.Version} {summary.Length} {summary.Status} {summary.WaitsFor} {summary.Title} {summary.Model} {summary.ModelCalls} {summary.UpdatedAt:O} {summary.Usage}", .. calls,
        ]);
    }
}
