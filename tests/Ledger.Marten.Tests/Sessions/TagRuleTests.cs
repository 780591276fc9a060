using System.Text.Json;
using FsCheck.Fluent;
using Ledger.Conformance;
using Ledger.Conformance.Laws;
using Ledger.Events;
using Ledger.Log;
using Marten;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Sessions;

/// <summary>Random events have the tags of the rule, restated here by hand, whichever way they come into the log.</summary>
public sealed class TagRuleTests(TaggedLog log) : IClassFixture<TaggedLog>
{
    // By number: ordinary ones, and those that are no tags.
    private static readonly string[] Texts = ["a", "b", "Ü 名", new('x', 1_000), new('x', 1_001), ""];

    [Fact]
    public Task Events_AnyWriter_HaveTheTagsOfTheRule()
    {
        var step =
            from kind in Gen.Choose(0, 6)
            from actor in Gen.Choose(-1, Texts.Length - 1)
            from value in Gen.Choose(-1, Texts.Length - 1)
            from back in Gen.Choose(0, 4)
            from isForeign in Gen.Elements(true, false)
            select new Step(kind, actor, value, back, isForeign);

        return Law.HoldsAsync(Law.ArraysOf(step, upTo: 24), CheckAsync, times: Scale.Of(12, 300));
    }

    [Fact]
    public async Task Result_FarAfterItsCall_IsTaggedByTheIdOfTheCall_AndByAForeignIdForAHundredEvents()
    {
        var stream = StreamName.Run(Guid.NewGuid().ToString("N"));
        var call = new NewEvent(new ToolCalled("kettle"), new EventMetadata { ForeignId = "f" });
        var id = $"{call.IdIn(stream)}";
        object[] events = [call, .. Enumerable.Range(2, 99).Select(n => new KitLoaded($"{n}")), new ToolReturned("f"), new ToolReturned("f"), new ToolReturned(id.ToUpperInvariant())];

        await log.Native.AppendAsync(stream, ExpectedVersion.NoStream, events);

        (await log.TagsAsync(stream.Value)).ShouldBe([.. new[] { 1, 101, 103 }.Select(version => $"tool kettle @{stream}:{version}")]);
    }

    private async Task CheckAsync(Step[] steps)
    {
        var id = Guid.NewGuid().ToString("N");
        var written = new List<StreamName>();
        await using var session = log.Documents.LightweightSession();
        await WriteAsync("native", events => log.Native.AppendAsync(StreamName.Run($"native {id}"), ExpectedVersion.Any, events));
        await WriteAsync("marten", events => log.Marten.AppendAsync(StreamName.Run($"marten {id}"), ExpectedVersion.Any, events));
        await WriteAsync("ledger", events => session.Ledger().Store.AppendAsync(StreamName.Run($"ledger {id}"), ExpectedVersion.Any, events));
        await WriteAsync("plain", events => AppendPlainly(session, StreamName.Run($"plain {id}"), events));
        await WriteAsync("import", events => log.Native.ImportAsync(events.Select(e => new StreamEvent(StreamName.Run($"import {id}"), e)).ToAsyncEnumerable()));
        await session.SaveChangesAsync();

        // Streams that are not there yet, and then those that are.
        StreamName[] pair = [StreamName.Run($"first {id}"), StreamName.Run($"second {id}")];
        var both = pair.Select(stream => Make(stream, steps)).ToList();
        foreach (var half in new[] { ..(steps.Length / 2), (steps.Length / 2).. })
        {
            await log.Native.AppendAsync([.. pair.Select((stream, i) => new StreamAppend(stream, ExpectedVersion.Any, both[i][half]))]);
        }

        written.AddRange(pair);
        (await log.TagsAsync(id)).ShouldBe(written.SelectMany(stream => TagsOf(stream, steps)).Order(StringComparer.Ordinal));

        async Task WriteAsync(string way, Func<NewEvent[], Task> write)
        {
            var stream = StreamName.Run($"{way} {id}");
            written.Add(stream);
            await write(Make(stream, steps));
        }
    }

    private static Task AppendPlainly(IDocumentSession session, StreamName stream, NewEvent[] events)
    {
        foreach (var appended in events)
        {
            var wrapped = session.Events.BuildEvent(appended.Data);
            wrapped.Id = appended.IdIn(stream);
            wrapped.Headers = new() { ["own"] = 1 };
            if (appended.Metadata.Actor is { } actor)
            {
                wrapped.Headers["actor"] = actor;
            }

            if (appended.Metadata.ForeignId is { } foreign)
            {
                wrapped.Headers["foreign_id"] = foreign;
            }

            session.Events.Append(stream.Value, wrapped);
        }

        return Task.CompletedTask;
    }

    private static NewEvent[] Make(StreamName stream, Step[] steps)
    {
        var made = new NewEvent[steps.Length];
        for (var i = 0; i < steps.Length; i++)
        {
            var (step, called) = (steps[i], i - steps[i].Back);
            var callId = step.Kind == 4 ? ForeignIdOf(called) : called >= 0 && called < i ? $"{made[called].IdIn(stream)}" : $"{Guid.NewGuid()}";
            made[i] = new NewEvent(
                step.Kind switch
                {
                    0 => Untyped("llm.request", new { model = ValueOf(step.Value) }),
                    1 => Untyped("llm.response", new { model = ValueOf(step.Value), text = "t" }),
                    2 => Untyped("tool.called", new { tool = ValueOf(step.Value) }),
                    3 or 4 => Untyped("tool.returned", new { call_id = callId, tool = "another" }),
                    5 => Untyped("own", new { model = "m", tool = "t", actor = "a" }),
                    _ => Untyped("tool.called", new[] { "tool" }),
                },
                new EventMetadata { Actor = step.Actor < 0 ? null : Texts[step.Actor], ForeignId = step.IsForeign ? ForeignIdOf(i) : null });
        }

        return made;
    }

    private static IEnumerable<string> TagsOf(StreamName stream, Step[] steps)
    {
        for (var i = 0; i < steps.Length; i++)
        {
            var (step, called) = (steps[i], i - steps[i].Back);
            var call = step.Kind is 3 or 4 && called >= 0 && called < i && steps[called].Kind == 2 && (step.Kind == 3 || steps[called].IsForeign) ? steps[called] : null;
            (string Kind, int Value)[] tags =
            [
                ("actor", step.Actor),
                ("model", step.Kind is 0 or 1 ? step.Value : -1),
                ("tool", step.Kind == 2 ? step.Value : call?.Value ?? -1),
            ];
            foreach (var (kind, value) in tags.Where(tag => tag.Value is >= 0 and <= 3))
            {
                yield return $"{kind} {Texts[value]} @{stream}:{i + 1}";
            }
        }
    }

    // A number is no name.
    private static object ValueOf(int value) => value < 0 ? 5 : Texts[value];

    private static string ForeignIdOf(int index) => $"f{index}";

    private static UntypedEvent Untyped(string type, object data) => new(type, JsonSerializer.SerializeToElement(data));

    /// <summary>An event in small numbers; those below 0 stand for what is missing or no text.</summary>
    private sealed record Step(int Kind, int Actor, int Value, int Back, bool IsForeign);
}
