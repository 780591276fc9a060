using System.Net;
using Ledger.Tasks;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Pages;

/// <summary>Tasks: the list, the tree, the conversation.</summary>
public sealed class TasksTests : IAsyncLifetime
{
    private const string Hostile = "<script>alert(1)</script>";

    private static readonly DateTimeOffset Now = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);

    private ExplorerHost _host = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _host = await ExplorerHost.InMemoryAsync();
        _client = _host.CreateClient();
        var tasks = new TaskLedger(_host.Ledger.Store);
        await tasks.SaveTaskAsync(new AgentTask { CreatedAt = Now, UpdatedAt = Now, Id = "boil", SystemPrompt = "Boil water." + Hostile });
        await tasks.SaveTaskAsync(new AgentTask { CreatedAt = Now, UpdatedAt = Now, Id = "fill", ParentTaskId = "boil", SystemPrompt = "Fill the kettle." });
        await tasks.SaveMessageAsync(new Message { Timestamp = Now, Id = "m1", TaskId = "boil", Role = MessageRole.User, Content = "How hot? " + Hostile });
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

    [Theory]
    [InlineData("/ledger/task?id=nobody", HttpStatusCode.NotFound)]
    [InlineData("/ledger/task", HttpStatusCode.BadRequest)]
    [InlineData("/ledger/tasks?state=gone", HttpStatusCode.BadRequest)]
    public async Task Request_Wrong_IsAClear4xx(string path, HttpStatusCode status) =>
        (await _client.GetAsync(path)).StatusCode.ShouldBe(status);
}
