using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ledger.Log;
using Ledger.Runs;
using Ledger.Tasks;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Pages;

/// <summary>Tasks: the list, the tree, the conversation.</summary>
public sealed partial class TasksTests : IAsyncLifetime
{
    private const string Hostile = "<script>alert(1)</script>";

    private static readonly DateTimeOffset Now = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);

    private ExplorerHost _host = null!;
    private HttpClient _client = null!;
    private TaskLedger _tasks = null!;

    public async Task InitializeAsync()
    {
        _host = await ExplorerHost.InMemoryAsync();
        _client = _host.CreateClient();
        var tasks = _tasks = new TaskLedger(_host.Ledger.Store);
        await tasks.SaveTaskAsync(new AgentTask { CreatedAt = Now, UpdatedAt = Now, Id = "boil", Run = StreamName.Run("kettle"), SystemPrompt = "Boil water." + Hostile });
        await _host.Ledger.GetRun("kettle").AppendAsync([new NewEvent(new ToolCalled("heater"), new EventMetadata { CallId = "c1" }), new KitLoaded("kettle")]);
        await tasks.SaveTaskAsync(new AgentTask { CreatedAt = Now, UpdatedAt = Now, Id = "fill", ParentTaskId = "boil", SystemPrompt = "Fill the kettle." });
        await tasks.SaveMessageAsync(new Message { Timestamp = Now, Id = "m1", TaskId = "boil", Role = MessageRole.User, Content = "How hot? " + Hostile });
        await tasks.SaveCallAsync(new Call
        {
            Id = "c1",
            TaskId = "boil",
            AbilityName = "kettle:heat",
            Parameters = "{}",
            Status = CallStatus.InProgress,
            Details = "{}",
            CreatedAt = Now,
            UpdatedAt = Now,
            StartMessageId = "m1",
        });
    }

    public async Task DisposeAsync()
    {
        _host.Errors.ShouldBeEmpty();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task List_ShowsTasks()
    {
        var html = await _client.GetStringAsync("/ledger/tasks");

        html.ShouldContain(">boil</a>");
        html.ShouldContain(">fill</a>");
        html.ShouldNotContain(Hostile);
    }

    [Fact]
    public async Task Task_ShowsItsTreeAndConversation()
    {
        var html = await _client.GetStringAsync("/ledger/task?id=boil");

        html.ShouldContain(">fill</a>");
        html.ShouldContain("How hot?");
        html.ShouldNotContain(Hostile);
    }

    [Fact]
    public async Task List_MoreThanAPage_IsTurnedToItsEnd()
    {
        for (var i = 0; i < 205; i++)
        {
            var at = Now.AddMinutes(i);
            await _tasks.SaveTaskAsync(new AgentTask { CreatedAt = at, UpdatedAt = at, Id = $"many-{i:000}", SystemPrompt = "One of many." });
        }

        var seen = new List<string>();
        for (string? path = "/ledger/tasks"; path is not null;)
        {
            var html = await _client.GetStringAsync(path);
            seen.AddRange(Names().Matches(html).Select(m => m.Groups[1].Value));
            path = Next().Match(html) is { Success: true } next ? WebUtility.HtmlDecode(next.Groups[1].Value) : null;
        }

        seen.Count.ShouldBe(207);
        seen.Distinct().Count().ShouldBe(207);
        seen[0].ShouldBe("many-204");
    }

    [Fact]
    public async Task List_Filtered_ShowsThoseAlone()
    {
        await _tasks.SaveTaskAsync(new AgentTask { CreatedAt = Now, UpdatedAt = Now, Id = "poured", SystemPrompt = "Pour.", CompletionStatus = "success" });

        Names().Matches(await _client.GetStringAsync("/ledger/tasks?state=success")).ShouldHaveSingleItem().Groups[1].Value.ShouldBe("poured");
        Names().Matches(await _client.GetStringAsync("/ledger/tasks?parent=boil")).ShouldHaveSingleItem().Groups[1].Value.ShouldBe("fill");
        (await _client.GetStringAsync("/ledger/tasks?until=2000-01-01")).ShouldContain("No task matches.");
    }

    [Fact]
    public async Task Task_Conversation_HasItsCallsInPlace_AndItsTextsFormattedOrRaw()
    {
        await _tasks.SaveMessageAsync(new Message { Timestamp = Now.AddMinutes(1), Id = "m2", TaskId = "boil", Role = MessageRole.Assistant, Content = "It is **hot**." });

        var html = await _client.GetStringAsync("/ledger/task?id=boil");
        var talk = html[html.IndexOf("<ol class=\"talk", StringComparison.Ordinal)..];
        string[] parts = ["How hot?", "kettle:heat", "call=c1", "<strong>hot</strong>"];

        parts.Select(part => talk.IndexOf(part, StringComparison.Ordinal)).ShouldBeInOrder();
        talk.ShouldContain("in progress");
        html.ShouldNotContain(Hostile);
        (await _client.GetStringAsync("/ledger/task?id=boil&text=raw")).ShouldContain("It is **hot**.");
    }

    [Fact]
    public async Task Task_LongConversation_IsTurnedPageByPage()
    {
        for (var i = 0; i < 150; i++)
        {
            await _tasks.SaveMessageAsync(new Message { Timestamp = Now.AddSeconds(i), Id = $"long-{i}", TaskId = "fill", Role = MessageRole.Assistant, Content = $"word {i}." });
        }

        var first = await _client.GetStringAsync("/ledger/task?id=fill");
        var second = await _client.GetStringAsync(WebUtility.HtmlDecode(Next().Match(first).Groups[1].Value));

        first.ShouldContain("150 messages");
        first.ShouldContain("word 0.");
        first.ShouldNotContain("word 149.");
        second.ShouldContain("word 149.");
        second.ShouldNotContain("word 0.");
    }

    [Fact]
    public async Task Api_Answers()
    {
        var page = await GetAsync("tasks?limit=1");
        page.GetProperty("tasks").GetArrayLength().ShouldBe(1);
        page.GetProperty("total").GetInt64().ShouldBe(2);
        var next = await GetAsync("tasks?limit=1&after=" + Uri.EscapeDataString(page.GetProperty("next").GetString()!));
        next.GetProperty("tasks")[0].GetProperty("id").GetString().ShouldNotBe(page.GetProperty("tasks")[0].GetProperty("id").GetString());

        (await GetAsync("tasks/boil")).GetProperty("system_prompt").GetString().ShouldBe("Boil water." + Hostile);
        (await GetAsync("tasks/boil/tree")).EnumerateArray().Select(t => (t.GetProperty("depth").GetInt32(), t.GetProperty("task").GetProperty("id").GetString()))
            .ShouldBe([(0, "boil"), (1, "fill")]);
        (await GetAsync("tasks/boil/messages")).GetProperty("messages")[0].GetProperty("id").GetString().ShouldBe("m1");
        (await GetAsync("messages/m1")).GetProperty("task_id").GetString().ShouldBe("boil");
        (await GetAsync("tasks/boil/calls")).GetProperty("calls")[0].GetProperty("ability_name").GetString().ShouldBe("kettle:heat");
        (await GetAsync("calls")).GetProperty("calls").GetArrayLength().ShouldBe(1);
        (await GetAsync("calls?status=failed")).GetProperty("calls").GetArrayLength().ShouldBe(0);
        (await GetAsync("calls/c1")).GetProperty("status").GetString().ShouldBe("in_progress");
        var recovery = await GetAsync("recovery");
        recovery.GetProperty("tasks").GetArrayLength().ShouldBe(2);
        recovery.GetProperty("calls")[0].GetProperty("start_message").GetProperty("id").GetString().ShouldBe("m1");
    }

    [Fact]
    public async Task Recovery_HasTheOpenCallsOfRuns()
    {
        var (begun, end) = (new TaskCompletionSource<Guid>(), new TaskCompletionSource<CallResponse>());
        var call = _host.Ledger.GetRun("kettle").CallAsync("tool", """{"tool":"heat"}""", (context, _) =>
        {
            begun.SetResult(context.RequestId);
            return end.Task;
        });
        var requestId = await begun.Task;

        var open = (await GetAsync("recovery")).GetProperty("run_calls").EnumerateArray().ShouldHaveSingleItem();
        open.GetProperty("stream").GetString().ShouldBe("run:kettle");
        var listed = open.GetProperty("open_calls").EnumerateArray().Single(c => c.GetProperty("request_id").GetGuid() == requestId);
        listed.GetProperty("state").GetString().ShouldBe("open");

        // Pages have each of them once, whichever list it is in.
        var (found, after) = (new List<string>(), "");
        do
        {
            var page = await GetAsync($"recovery?limit=1{after}");
            string[] ids =
            [
                .. page.GetProperty("tasks").EnumerateArray().Select(t => t.GetProperty("task").GetProperty("id").GetString()!),
                .. page.GetProperty("calls").EnumerateArray().Select(c => c.GetProperty("call").GetProperty("id").GetString()!),
                .. page.GetProperty("run_calls").EnumerateArray().SelectMany(r => r.GetProperty("open_calls").EnumerateArray()).Select(c => c.GetProperty("request_id").GetString()!),
            ];
            found.Add(ids.ShouldHaveSingleItem());
            after = page.TryGetProperty("next", out var next) ? $"&after={Uri.EscapeDataString(next.GetString()!)}" : "";
        }
        while (after.Length > 0);

        found.ShouldBe(["boil", "fill", "c1", requestId.ToString()], ignoreOrder: true);

        end.SetResult(CallResponse.OfText("hot"));
        await call;
    }

    [Fact]
    public async Task Task_AndItsRun_FindEachOther()
    {
        var task = WebUtility.HtmlDecode(await _client.GetStringAsync("/ledger/task?id=boil"));
        var run = WebUtility.HtmlDecode(await _client.GetStringAsync("/ledger/run?stream=run:kettle"));
        var events = await _client.GetStringAsync("/ledger/run?stream=run:kettle&call=c1");

        task.ShouldContain("""href="/ledger/run?stream=run%3Akettle">""");
        task.ShouldContain("""href="/ledger/run?stream=run%3Akettle&call=c1">events</a>""");
        run.ShouldContain("""<dt>Tasks</dt><dd><a href="/ledger/tasks?run=run%3Akettle">1</a>""");
        events.ShouldContain("tool.called");
        events.ShouldNotContain("kit: kettle");
        (await _client.GetStringAsync("/ledger/event?stream=run:kettle&position=0")).ShouldContain("/ledger/task?id=boil#calls");
        Names().Matches(await _client.GetStringAsync("/ledger/tasks?run=run:kettle")).ShouldHaveSingleItem().Groups[1].Value.ShouldBe("boil");
        (await GetAsync("calls/c1/events")).GetProperty("call_id").GetString().ShouldBe("c1");
    }

    [Fact]
    public async Task Api_IdWithASlash_IsOneName()
    {
        await _tasks.SaveTaskAsync(new AgentTask { CreatedAt = Now, UpdatedAt = Now, Id = "a/b c?d", SystemPrompt = "x" });

        (await GetAsync("tasks/a%2Fb%20c%3Fd")).GetProperty("id").GetString().ShouldBe("a/b c?d");
    }

    [Theory]
    [InlineData("/ledger/task?id=nobody", HttpStatusCode.NotFound)]
    [InlineData("/ledger/task", HttpStatusCode.BadRequest)]
    [InlineData("/ledger/tasks?after=nowhere", HttpStatusCode.BadRequest)]
    [InlineData("/ledger/tasks?since=soon", HttpStatusCode.BadRequest)]
    [InlineData("/ledger/api/v1/tasks/nobody", HttpStatusCode.NotFound)]
    [InlineData("/ledger/api/v1/tasks/nobody/messages", HttpStatusCode.NotFound)]
    [InlineData("/ledger/api/v1/calls?status=gone", HttpStatusCode.BadRequest)]
    public async Task Request_Wrong_IsAClear4xx(string path, HttpStatusCode status) =>
        (await _client.GetAsync(path)).StatusCode.ShouldBe(status);

    private async Task<JsonElement> GetAsync(string path) =>
        JsonDocument.Parse(await _client.GetStringAsync("/ledger/api/v1/" + path)).RootElement;

    [GeneratedRegex("""<td class="first"><a class="name" href="[^"]*">([^<]*)</a>""")]
    private static partial Regex Names();

    [GeneratedRegex("""<a href="([^"]*)">Next page""")]
    private static partial Regex Next();
}
