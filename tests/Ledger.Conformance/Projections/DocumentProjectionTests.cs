using Ledger.Events;
using Ledger.Log;
using Ledger.Projections;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Projections;

/// <summary>Documents that several streams make up together.</summary>
public abstract class DocumentProjectionTests(ITestEngine engine) : ProjectingStoreTests(engine)
{
    [Fact]
    public async Task Append_SeveralStreams_MakeUpOneDocument()
    {
        var tool = NewId();
        await CallAsync(NewStream(), tool, tool);
        await CallAsync(NewStream(), tool);

        (await LoadAsync(tool)).ShouldBe(new ToolUse("tool.called", 3));
    }

    [Fact]
    public async Task Append_OneEvent_IsAboutSeveralDocuments()
    {
        var (left, right) = (NewId(), NewId());
        await CallAsync(NewStream(), $"{left}+{right}+{left}", right);

        (await LoadAsync(left))!.Calls.ShouldBe(1);
        (await LoadAsync(right))!.Calls.ShouldBe(2);
    }

    [Fact]
    public async Task Append_EvolveGivesNull_DeletesTheDocument()
    {
        var tool = NewId();
        await CallAsync(NewStream(), tool);
        await Store.AppendAsync(NewStream(), ExpectedVersion.Any, [new ToolReturned(tool)]);

        (await LoadAsync(tool)).ShouldBeNull();
        await CallAsync(NewStream(), tool);
        (await LoadAsync(tool))!.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task Append_MadeAndDeletedAtOnce_LeavesNone()
    {
        var tool = NewId();
        await Store.AppendAsync(NewStream(), ExpectedVersion.Any, [new ToolCalled(tool), new ToolReturned(tool)]);

        (await LoadAsync(tool)).ShouldBeNull();
    }

    [Fact]
    public async Task Load_Unknown_IsNull() => (await LoadAsync(NewId())).ShouldBeNull();

    [Fact]
    public async Task Append_EvolveThrows_IsRefusedWhole()
    {
        var (tool, stream) = (NewId(), NewStream());

        await RefusedAsync<ProjectionFailedException>(
            () => CallAsync(stream, tool, "poison"),
            $"Projection 'tool-uses' cannot apply event 'tool.called' at version 2 of stream '{stream}': The tool is poisoned. "
            + "Nothing was written; correct the projection, or append another event.");

        (await LoadAsync(tool)).ShouldBeNull();
        (await Store.GetStreamAsync(stream)).ShouldBeNull();
    }

    [Fact]
    public async Task Append_JsonThatDoesNotFit_IsRefused()
    {
        var stream = NewStream();

        var refused = await Should.ThrowAsync<ProjectionFailedException>(() => Store.AppendAsync(
            stream, ExpectedVersion.Any, [new UntypedEvent("tool.called", System.Text.Json.JsonElement.Parse("""{"tool": []}"""))]));

        refused.InnerException!.ShouldBeOfType<EventMisfitException>().ExpectedType.ShouldBe(typeof(ToolCalled));
        (await Store.GetStreamAsync(stream)).ShouldBeNull();
    }

    [Fact]
    public async Task Append_NoIdForADocument_IsRefused()
    {
        var refused = await Should.ThrowAsync<ProjectionFailedException>(() => CallAsync(NewStream(), ""));

        refused.InnerException!.Message.ShouldBe("An event returned an empty document id.");
    }

    [Fact]
    public async Task Append_ManyWritersOfFewDocuments_CountsAll()
    {
        string[] tools = [NewId(), NewId(), NewId()];

        await Task.WhenAll(Enumerable.Range(0, 60).Select(n => CallAsync(
            NewStream(), n % 2 == 0 ? $"{tools[n % 3]}+{tools[(n + 1) % 3]}" : $"{tools[(n + 1) % 3]}+{tools[n % 3]}")));

        foreach (var tool in tools)
        {
            (await LoadAsync(tool))!.Calls.ShouldBe(40);
        }
    }

    private Task<AppendResult> CallAsync(StreamName stream, params string[] tools) =>
        Store.AppendAsync(stream, ExpectedVersion.Any, [.. tools.Select(tool => new ToolCalled(tool))]);

    private Task<ToolUse?> LoadAsync(string tool) => Documents.LoadAsync(ProjectionSamples.ToolUses, tool);
}
