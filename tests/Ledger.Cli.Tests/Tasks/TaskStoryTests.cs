using System.Text.Json;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Tasks;

/// <summary>Tasks, calls and messages at the command line.</summary>
public sealed class TaskStoryTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task Story_FromTaskToEnd()
    {
        var cli = database.Cli;
        (await cli.RunAsync("task", "save", "t1", "--prompt", "Find out.", "--run", "first")).ShouldSucceed().ShouldContain("run:first");
        (await cli.RunAsync("task", "save", "t2", "--parent", "t1", "--prompt", "A part.")).ShouldSucceed();
        (await cli.RunAsync("message", "save", "When does water boil?", "--task", "t1", "--id", "m1")).ShouldSucceed();
        (await cli.RunAsync("call", "save", "c1", "--task", "t1", "--ability", "mem:retrieve", "--start", "m1")).ShouldSucceed();
        (await cli.RunAsync("call", "save", "c1", "--status", "in_progress")).ShouldSucceed().ShouldContain("in_progress");

        (await cli.JsonAsync("recover")).GetProperty("calls")[0].GetProperty("start_message").GetProperty("id").GetString().ShouldBe("m1");
        (await cli.JsonAsync("call", "list", "--task", "t1")).GetProperty("calls")[0].GetProperty("status").GetString().ShouldBe("in_progress");
        (await cli.JsonAsync("task", "tree", "t1"))[1].GetProperty("task").GetProperty("id").GetString().ShouldBe("t2");
        (await cli.RunAsync("task", "complete", "t2")).ShouldSucceed().ShouldContain("success");
        var active = await cli.JsonAsync("task", "list", "--status", "active");
        active.GetProperty("total").GetInt64().ShouldBe(1);
        active.GetProperty("tasks")[0].GetProperty("system_prompt").GetString().ShouldBe("Find out.");
        (await cli.JsonAsync("message", "list", "--task", "t1")).GetProperty("total").GetInt64().ShouldBe(1);
        (await cli.RunAsync("invoke", "ldg:task:get", """{"taskId":"nobody"}""")).ShouldSucceed().ShouldBe("{\"task\":null}\n");
        (await cli.RunAsync("bus", "list")).ShouldSucceed().ShouldContain("ldg:msg:save");
        (await cli.RunAsync("task", "list")).ShouldSucceed().ShouldContain("2 of 2 tasks.");
        (await cli.RunAsync("recover")).ShouldSucceed().ShouldContain("1 task in progress");
    }

    [Fact]
    public async Task Lists_InPages_GoOnWhereTheyEnded()
    {
        var cli = database.Cli;
        await cli.RunAsync("task", "save", "paged", "--prompt", "Tea 🫖");
        foreach (var id in (string[])["p1", "p2", "p3"])
        {
            await cli.RunAsync("message", "save", $"say {id} 🫖", "--task", "paged", "--id", id);
        }

        var first = await cli.RunAsync("message", "list", "--task", "paged", "--limit", "2", "--json");
        first.ShouldSucceed().ShouldContain("say p1 🫖");
        var next = JsonElement.Parse(first.Output).GetProperty("next").GetString()!;
        var second = await cli.JsonAsync("message", "list", "--task", "paged", "--after", next);
        second.GetProperty("messages").EnumerateArray().ShouldHaveSingleItem().GetProperty("id").GetString().ShouldBe("p3");
        (await cli.RunAsync("message", "list", "--task", "paged", "--offset", "1", "--limit", "1")).ShouldSucceed().ShouldContain($"Next page: --after ");
        (await PipedAsync("from a pipe", "message", "save", "-", "--task", "paged", "--id", "p4", "--json")).ShouldSucceed().ShouldContain("from a pipe");
        (await cli.JsonAsync("task", "list", "--from", "2000-01-01", "--to", "2001-01-01")).GetProperty("total").GetInt64().ShouldBe(0);
        (await cli.JsonAsync("task", "list", "--from", "2000-01-01", "--offset", "100000")).GetProperty("tasks").GetArrayLength().ShouldBe(0);
        (await cli.RunAsync("task", "list", "--offset", "1", "--after", next)).ShouldBeRefused(
            2, "--offset and --after both set where the page begins. Give one of them.");
        (await cli.RunAsync("message", "list", "--task", "paged", "--after", "x")).ShouldBeRefused(
            2, "'x' is not a place in a list. Pass the 'next' of the previous page.");
    }

    [Fact]
    public async Task CallsAndEvents_FindEachOther()
    {
        var cli = database.Cli;
        await cli.RunAsync("task", "save", "found", "--prompt", "Boil it.", "--run", "kettle");
        await cli.RunAsync("message", "save", "Go.", "--task", "found", "--id", "found-m");
        await cli.RunAsync("call", "save", "found-c", "--task", "found", "--ability", "lab:boil", "--start", "found-m");
        await cli.RunAsync("append", "kettle", "--type", "kit.loaded");
        (await cli.RunAsync("append", "kettle", "--type", "tool.called", "--data", """{"tool":"kettle"}""", "--call", "found-c")).ShouldSucceed();

        var shown = await cli.JsonAsync("call", "show", "found-c");
        shown.GetProperty("task").GetProperty("run").GetString().ShouldBe("run:kettle");
        var called = shown.GetProperty("events").EnumerateArray().ShouldHaveSingleItem();
        called.GetProperty("position").GetInt64().ShouldBe(1);
        (await cli.RunAsync("call", "show", "found-c")).ShouldSucceed().ShouldContain("1 event in run:kettle");
        (await cli.JsonAsync("events", "kettle", "--call", "found-c"))[0].GetProperty("call_id").GetString().ShouldBe("found-c");
        (await cli.JsonAsync("events", "kettle", "--call", "nobody")).GetArrayLength().ShouldBe(0);
        var id = called.GetProperty("event_id").GetString()!;
        (await cli.RunAsync("trace", id)).ShouldSucceed().ShouldContain("They belong to the call found-c of the task found: lab:boil");
        (await cli.JsonAsync("trace", id)).GetProperty("calls")[0].GetProperty("task_id").GetString().ShouldBe("found");
        (await cli.JsonAsync("task", "list", "--run", "kettle")).GetProperty("total").GetInt64().ShouldBe(1);
        (await cli.RunAsync("call", "show", "nobody")).ShouldBeRefused(1, "There is no call 'nobody'. 'ledger call list --task ID' shows those of a task.");
    }

    [Fact]
    public async Task Refusals_AreSentences()
    {
        var cli = database.Cli;
        (await cli.RunAsync("task", "show", "nobody")).ShouldBeRefused(1, "There is no task 'nobody'. 'ledger task list' shows what exists.");
        (await cli.RunAsync("message", "save", "x", "--task", "nobody", "--id", "m")).ShouldBeRefused(
            1, "The message 'm' names the task 'nobody', which does not exist. Nothing was written; save that task first.");
        (await cli.RunAsync("message", "save", "x", "--task", "nobody", "--role", "robot")).ShouldBeRefused(2, "--role must be one of system, user, assistant.");
        (await cli.RunAsync("invoke", "ldg:task:get", "{}")).ShouldBeRefused(
            1, "The ability 'ldg:task:get' does not accept this input: 'taskId' is missing. Nothing was done.");
        (await cli.RunAsync("task", "list", "--limit", "1001")).ShouldBeRefused(2, "--limit must be from 0 to 1000.");
    }

    private Task<CliResult> PipedAsync(string input, params string[] args) =>
        new Cli { ConnectionString = database.ConnectionString, Input = input }.RunAsync(args);
}
