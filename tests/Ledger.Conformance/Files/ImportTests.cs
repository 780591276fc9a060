using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Conformance.Worlds;
using Ledger.Events;
using Ledger.Files;
using Ledger.Json;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Files;

/// <summary>Recordings that become runs and branches, and histories that become recordings.</summary>
public abstract class ImportTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public async Task Import_BranchesOfVectors_ForksByReference()
    {
        var vector = KandoVector.Load("branch-07-both-sides-go-on");
        var (parent, branch) = (NewId(), NewId());
        var parentEvents = vector.Events("parent_events");
        var at = vector.Json.GetProperty("fork_position").GetInt32();
        var own = Renamed(vector.Events("branch_events"), branch, parent);

        var first = await ImportAsync(parent, parentEvents);
        var second = await ImportAsync("named-by-its-event", own);

        first.ShouldBe(new ImportResult(StreamName.Run(parent), null, 0, 0, parentEvents.Count, parentEvents.Count));
        second.ShouldBe(new ImportResult(StreamName.Branch(branch), first.Stream, at, 0, own.Length, own.Length));
        var run = await Runs.OpenAsync(second.Stream);
        KandoVector.IdsOf(await run.ReadAllAsync()).ShouldBe(KandoVector.Ids(vector.Expected.GetProperty("event_ids")));
        KandoVector.ShouldBe(await run.GetWorldAsync(), vector.Expected.GetProperty("branch_world"));
        var fork = (await run.ReadAllAsync())[at];
        fork.Metadata.Actor.ShouldBe(own[0].Metadata.Actor);
        fork.Metadata.OccurredAt.ShouldBe(own[0].Metadata.OccurredAt);
        fork.Data.ShouldBeOfType<BranchCreated>().Lineage!.Count.ShouldBe(1);
        (await run.ExplainAsync(fork.Metadata.ForeignId!)).Entries.ShouldAllBe(e => !e.IsMissing);
    }

    [Fact]
    public async Task Import_CopiedPrefix_SavesItsRows()
    {
        var (parent, branch) = (NewId(), NewId());
        var events = Recording(6);
        await ImportAsync(parent, events);
        NewEvent[] copy = [.. events[..4], Fork(branch, parent, 4), .. Recording(2, "b")];

        var result = await ImportAsync("file", copy);

        result.ShouldBe(new ImportResult(StreamName.Branch(branch), StreamName.Run(parent), 4, 4, 7, 3));
        (await VersionAsync(result.Stream)).ShouldBe(new StreamVersion(3));
        (await ImportAsync("file", copy)).WrittenEvents.ShouldBe(0);
    }

    [Fact]
    public async Task Import_CopyOfSomethingElse_RunWithAllEvents()
    {
        var (parent, branch, other) = (NewId(), NewId(), NewId());
        await ImportAsync(parent, Recording(3));
        NewEvent[] copy = [.. Recording(2, "x"), Fork(branch, parent, 2), .. Recording(2, "b")];
        NewEvent[] orphan = [.. Recording(2, "x"), Fork(other, "nowhere", 2)];

        var result = await ImportAsync("file", copy);
        var alone = await ImportAsync("file", orphan);

        result.ShouldBe(new ImportResult(
            StreamName.Run(branch), null, 0, 0, 5, 5,
            $"Imported as a run with a copy of its prefix, because its event 1 differs from that of its parent 'run:{parent}'."));
        alone.Note.ShouldBe("Imported as a run with a copy of its prefix, because its parent 'nowhere' is not in the log.");
    }

    [Fact]
    public async Task Import_Again_GoesOnWhereTheLogEnds()
    {
        var id = NewId();
        (await ImportAsync(id, [])).WrittenEvents.ShouldBe(0);
        (await Runs.FindAsync(StreamName.Run(id))).ShouldNotBeNull();

        (await ImportAsync(id, Recording(3))).WrittenEvents.ShouldBe(3);
        (await ImportAsync(id, Recording(5))).WrittenEvents.ShouldBe(2);
        (await ImportAsync(id, Recording(4))).WrittenEvents.ShouldBe(0);

        (await VersionAsync(StreamName.Run(id))).ShouldBe(new StreamVersion(5));
    }

    [Fact]
    public async Task Import_MoreThanOneAppendTakes_AllInOrder()
    {
        var id = NewId();
        var events = Recording(10_001);

        (await ImportAsync(id, events)).WrittenEvents.ShouldBe(10_001);

        (await Runs.GetRun(id).ReadAsync(new Position(9_999)).ToListAsync()).Select(e => e.Metadata.ForeignId).ShouldBe(["9999", "10000"]);
    }

    [Fact]
    public async Task Import_WhatDoesNotFit_IsRefused()
    {
        var id = NewId();
        await ImportAsync(id, Recording(3));
        var fork = NewId();
        await ImportAsync("file", [Fork(fork, id, 1)]);

        await RefusedAsync<ImportRefusedException>(
            () => ImportAsync(id, Recording(3, "x")),
            $"The recording '{id}' cannot be imported: 'run:{id}' has another event at position 0. Nothing was written; import it under another id.");
        await RefusedAsync<ImportRefusedException>(
            () => ImportAsync("file", [Fork("b", "nowhere", 1)]),
            "The recording 'b' cannot be imported: its parent 'nowhere' is not in the log. Nothing was written; import the parent first.");
        await RefusedAsync<ImportRefusedException>(
            () => ImportAsync("file", [Fork("b", id, -1)]),
            "The recording 'b' cannot be imported: its fork position is -1. Nothing was written; positions count from 0.");
        await RefusedAsync<ImportRefusedException>(
            () => ImportAsync("file", [Fork(fork, id, 2)]),
            $"The recording '{fork}' cannot be imported: 'branch:{fork}' is already forked from 'run:{id}' at 1, but the recording from "
                + $"'run:{id}' at 2. Nothing was written; import it under another id.");
        await RefusedAsync<ImportRefusedException>(
            () => ImportAsync("twice", [.. Recording(2), .. Recording(1)]),
            "The recording 'twice' cannot be imported: its event 3 repeats the id '0' of its event 1. Nothing was written.");
        await RefusedAsync<ImportRefusedException>(
            () => ImportAsync("file", [.. Recording(1), Fork("b", "nowhere", 1), .. Recording(1)]),
            "The recording 'b' cannot be imported: two of its events have the id '0', which is possible only in a fork. "
                + "Nothing was written; import its parent first.");
        (await Should.ThrowAsync<ForkPositionException>(() => ImportAsync("file", [Fork("b", id, 9)]))).Length.ShouldBe(new Position(3));
        (await Runs.FindAsync(StreamName.Branch("b"))).ShouldBeNull();
    }

    [Fact]
    public async Task Export_ImportedAgain_TheSameHistory()
    {
        var run = Runs.GetRun(NewId());
        var first = new NewEvent(new ObjectCreated("a", "T", new JsonObject { ["ü"] = 1.50m }), new EventMetadata { ForeignId = "f", Actor = "an agent" });
        await run.AppendAsync([first, new NewEvent(Labelled("x"), new EventMetadata { Causes = [first.IdIn(run.StreamName)], Source = "s" }), Labelled("y")]);
        var branch = await run.ForkAsync(new Position(2), new ForkOptions { Name = "label" });
        await branch.AppendAsync([new NewEvent(new ObjectPatched("a", new JsonObject()), new EventMetadata { ForeignId = "f", ForeignCauses = ["f", "gone"] })]);
        var leaf = await branch.ForkAsync(new Position(4));
        await leaf.AppendAsync([new NewEvent(Labelled("z"), new EventMetadata { ForeignCauses = ["f"], OccurredAt = DateTimeOffset.UnixEpoch })]);

        foreach (var original in new[] { run, branch, leaf })
        {
            var lines = await ExportAsync(original);
            (await ImportLinesAsync(Runs, original.Id, lines)).WrittenEvents.ShouldBe(0);
        }

        await ShouldImportTheSameAsync([run, branch, leaf]);
    }

    /// <summary>Exports histories, imports them into another log, and compares; parents come first.</summary>
    protected static async Task ShouldImportTheSameAsync(IReadOnlyList<Run> originals)
    {
        var other = new AgentLedger(new MemoryEventStore());
        foreach (var original in originals)
        {
            var lines = await ExportAsync(original);
            var result = await ImportLinesAsync(other, original.Id, lines);
            var copy = await other.OpenAsync(result.Stream);

            result.Stream.ShouldBe(original.StreamName);
            result.SavedEvents.ShouldBe(original.History.PrefixLength.Value);
            copy.History.Lineage.ShouldBe(original.History.Lineage);
            ShouldBeSame($"[{string.Join(',', (await ExportAsync(copy)).Split('\n')[..^1])}]", $"[{string.Join(',', lines.Split('\n')[..^1])}]");
            ShouldBeSame((await copy.GetWorldAsync()).ToString(), (await original.GetWorldAsync()).ToString());
            foreach (var recorded in await original.ReadAllAsync())
            {
                var id = recorded.Metadata.ForeignId ?? recorded.Id.ToString();
                (await copy.ExplainAsync(id)).Entries.Select(e => (e.Id, e.IsMissing))
                    .ShouldBe((await original.ExplainAsync(id)).Entries.Select(e => (e.Id, e.IsMissing)));
            }
        }
    }

    [Fact]
    public async Task Unordered_WithAnEventThatAnotherRunHas_IsRefused_AndWritesNothing()
    {
        var (one, other) = (NewId(), NewId());
        NewEvent[] events = [.. Enumerable.Range(0, 3).Select(n => new NewEvent(Labelled($"{n}")) { Id = Guid.CreateVersion7() })];
        await ImportUnorderedAsync(one, events[1..2]);

        var refusal = await Should.ThrowAsync<EventIdInUseException>(() => ImportUnorderedAsync(other, events));

        refusal.Message.ShouldContain($"run:{one}");
        (await Store.GetStreamAsync(StreamName.Run(other))).ShouldBeNull();
        (await ImportUnorderedAsync(one, events)).WrittenEvents.ShouldBe(2);
    }

    [Fact]
    public async Task Unordered_ManyEventsOfANewRun_ThenSomeOfThemAgain_WritesWhatIsNew()
    {
        // So many that a run is asked for once, and not for each id.
        var id = NewId();
        var events = Recording(150);
        NewEvent[] marked = [new NewEvent(Labelled("mark")) { Id = Guid.CreateVersion7() }, .. events[..140]];
        (await ImportUnorderedAsync(id, marked)).WrittenEvents.ShouldBe(141);

        NewEvent[] changed = [.. events[100..], new NewEvent(Labelled("other"), events[0].Metadata)];
        var result = await ImportUnorderedAsync(id, changed);

        (result.WrittenEvents, result.Note).ShouldBe((10, "1 of the events are in the run with other content, which was kept."));
        (await ImportUnorderedAsync(id, marked)).WrittenEvents.ShouldBe(0);
        (await Should.ThrowAsync<EventIdInUseException>(() => ImportUnorderedAsync(NewId(), marked))).Holder.ShouldBe(StreamName.Run(id));
    }

    protected static NewEvent[] Recording(int count, string prefix = "") =>
        [.. Enumerable.Range(0, count).Select(n => new NewEvent(Labelled($"{prefix}{n}"), new EventMetadata { ForeignId = $"{prefix}{n}" }))];

    // Engines give the members of an object in other orders.
    private static void ShouldBeSame(string actual, string expected) =>
        JsonEquality.Instance.Equals(JsonElement.Parse(actual), JsonElement.Parse(expected)).ShouldBeTrue($"{actual}\n{expected}");

    private static NewEvent Fork(string branch, string parent, long at) =>
        new(new BranchCreated(branch, parent, at), new EventMetadata { ForeignId = $"fork-{branch}" });

    private static NewEvent[] Renamed(IReadOnlyList<NewEvent> events, string branch, string parent) =>
    [
        new NewEvent(new BranchCreated(branch, parent, ((UntypedEvent)events[0].Data).Data.GetProperty("fork_position").GetInt64()), events[0].Metadata),
        .. events.Skip(1),
    ];

    private static async Task<string> ExportAsync(Run run)
    {
        var text = new StringBuilder();
        await foreach (var line in EventExport.ReadLinesAsync(run))
        {
            text.Append(Encoding.UTF8.GetString(line.Span));
        }

        return text.ToString();
    }

    private static Task<ImportResult> ImportLinesAsync(AgentLedger ledger, string id, string lines) =>
        new EventImporter(ledger).ImportAsync(EventRecording.Inspect(id, () => EventFile.Read(Encoding.UTF8.GetBytes(lines))));

    private Task<ImportResult> ImportUnorderedAsync(string name, IReadOnlyList<NewEvent> events) =>
        new EventImporter(Runs).ImportAsync(EventRecording.InspectUnordered(name, () => events));

    private Task<ImportResult> ImportAsync(string name, IReadOnlyList<NewEvent> events) =>
        new EventImporter(Runs).ImportAsync(EventRecording.Inspect(name, () => events));
}
