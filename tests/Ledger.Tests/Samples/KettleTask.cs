using System.Text.Json.Nodes;
using Ledger.Bus;
using Ledger.Log;
using Ledger.Tasks;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Samples;

/// <summary>The README's samples of tasks and of the bus.</summary>
public sealed class KettleTask
{
    [Fact]
    public async Task Sample_TaskInARun_FindsItsEventsAndAnswersByJson()
    {
        var store = new MemoryEventStore();
        var time = DateTimeOffset.UnixEpoch;
        var output = new List<string>();
        void Print(string line) => output.Add(line);

        // sample: a task
        var tasks = new TaskLedger(store);
        var run = new AgentLedger(store).GetRun("kettle");
        var task = new AgentTask { Id = "t1", SystemPrompt = "You know kettles.", Run = run.StreamName, CreatedAt = time, UpdatedAt = time };
        var question = new Message { Id = "m1", TaskId = "t1", Role = MessageRole.User, Content = "When does water boil?", Timestamp = time };
        var call = new Call
        {
            Id = "c1", TaskId = "t1", AbilityName = "lab:boil", Parameters = """{"liters": 1}""", Details = "{}",
            Status = CallStatus.InProgress, StartMessageId = "m1", CreatedAt = time, UpdatedAt = time,
        };
        await tasks.SaveAsync(new TaskBatch(task) { Messages = [question], Calls = [call] });      // all or nothing

        var metadata = new EventMetadata { CallId = "c1" };                                        // what the run records for the call
        await run.AppendAsync([new NewEvent(new ToolCalled("kettle"), metadata), new NewEvent(new ToolReturned(), metadata)]);
        await foreach (var recorded in tasks.ReadCallEventsAsync("c1"))
        {
            var made = await tasks.FindCallAsync(recorded.Metadata.CallId!);
            Print($"{recorded.Position}: {recorded.Type} for {made!.AbilityName}");                // 0: tool.called for lab:boil …
        }

        call = await tasks.SaveCallAsync(call with { Status = CallStatus.Completed, Details = """{"celsius": 100}""" }, expectedUpdatedAt: call.UpdatedAt);
        await tasks.SaveTaskAsync(task with { CompletionStatus = "success" });

        // end of sample
        // sample: the bus
        var bus = new AgentBus();
        LedgerAbilities.Register(bus, tasks);
        var answer = await bus.InvokeAsync("ldg:msg:list", """{"taskId": "t1", "limit": 10}""");   // {"messages":[{"id":"m1",…}],"total":1}

        // end of sample
        output.ShouldBe(["0: tool.called for lab:boil", "1: tool.returned for lab:boil"]);
        call.UpdatedAt.ShouldBe(time.AddMilliseconds(1));
        var listed = JsonNode.Parse(answer)!;
        ((string)listed["messages"]![0]!["id"]!).ShouldBe("m1");
        ((int)listed["total"]!).ShouldBe(1);
    }
}
