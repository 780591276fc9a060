using Ledger;
using Ledger.Tasks;

var store = new MemoryEventStore();
var tasks = new TaskLedger(store);
var run = new AgentLedger(store).GetRun("kettle");
var time = TimeProvider.System.GetUtcNow();

// A task with its first message and a call that has begun: all of it is saved, or nothing.
var task = new AgentTask { Id = "t1", SystemPrompt = "You know kettles.", Run = run.StreamName, CreatedAt = time, UpdatedAt = time };
var question = new Message { Id = "m1", TaskId = "t1", Role = MessageRole.User, Content = "When does water boil?", Timestamp = time };
var call = new Call
{
    Id = "c1", TaskId = "t1", AbilityName = "lab:boil", Parameters = """{"liters": 1}""", Details = "{}",
    Status = CallStatus.InProgress, StartMessageId = "m1", CreatedAt = time, UpdatedAt = time,
};
await tasks.SaveAsync(new TaskBatch(task) { Messages = [question], Calls = [call] });

// A lease keeps a second runner from the same task.
var lease = await tasks.TryLeaseAsync("t1", "runner-1", TimeSpan.FromMinutes(5));
Console.WriteLine($"a second runner gets {(await tasks.TryLeaseAsync("t1", "runner-2", TimeSpan.FromMinutes(5)) is null ? "nothing" : "the task")}");

// After a crash, another process asks what was left.
var recovery = await tasks.RecoverAsync();
Console.WriteLine($"to recover: {recovery.Tasks.Count} task, {recovery.Calls.Count} call");

await tasks.SaveCallAsync(call with { Status = CallStatus.Completed, Details = """{"celsius": 100}""" }, expectedUpdatedAt: call.UpdatedAt);
await tasks.SaveMessageAsync(new Message { Id = "m2", TaskId = "t1", Role = MessageRole.Assistant, Content = "At 100 degrees.", Timestamp = time.AddSeconds(1) });
await tasks.SaveTaskAsync(task with { CompletionStatus = "success" });
await tasks.ReleaseLeaseAsync(lease!);

foreach (var message in (await tasks.ListMessagesAsync("t1")).Messages)
{
    Console.WriteLine($"{message.Role}: {message.Content}");
}

Console.WriteLine($"the task ended with {(await tasks.FindTaskAsync("t1"))!.CompletionStatus}");
