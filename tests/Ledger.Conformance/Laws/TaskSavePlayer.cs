using Ledger.Json;
using Ledger.Log;
using Ledger.Tasks;

namespace Ledger.Conformance.Laws;

/// <summary>Plays saves on a store, and writes down its answers, its rows, and what its log says that the rows must be.</summary>
/// <param name="store">The store.</param>
/// <param name="id">What the ids have in common, so that others in the log do not matter.</param>
internal sealed class TaskSavePlayer(IEventStore store, string id)
{
    private const int Ids = 6;

    private readonly TaskLedger _tasks = new(store);
    private readonly TaskLedger _strict = new(store, new TaskLedgerOptions { StatusMoves = StatusMoves.Forward });

    public async Task<string> PlayAsync(TaskSave save)
    {
        try
        {
            return $"{await AnswerAsync(save)}";
        }
        catch (Exception refused) when (refused is not OutOfMemoryException)
        {
            return $"{refused.GetType().Name}: {refused.Message}";
        }
    }

    /// <summary>What the questions give.</summary>
    public async Task<string> RowsAsync()
    {
        var (tasks, calls, messages) = (new List<AgentTask?>(), new List<Call?>(), new List<Message?>());
        for (var i = 0; i < Ids; i++)
        {
            tasks.Add(await _tasks.FindTaskAsync(TaskId(i)));
            calls.Add(await _tasks.FindCallAsync(CallId(i)));
            messages.Add(await _tasks.FindMessageAsync(MessageId(i)));
        }

        return Print(tasks.OfType<AgentTask>(), calls.OfType<Call>(), messages.OfType<Message>());
    }

    /// <summary>What the events say: of tasks and calls the last, of messages the one that there is.</summary>
    public async Task<string> FoldAsync()
    {
        var (tasks, calls, messages) = (new Dictionary<string, AgentTask>(), new Dictionary<string, Call>(), new Dictionary<string, Message>());
        await foreach (var recorded in store.ReadLogAsync().Where(e => e.Stream.Value.StartsWith($"task:{id}", StringComparison.Ordinal)))
        {
            var taskId = recorded.Stream.Id;
            switch (recorded.Data)
            {
                case TaskSaved task:
                    tasks[taskId] = TaskEventForm.Read(taskId, task);
                    break;
                case CallSaved call:
                    calls[call.Id] = TaskEventForm.Read(taskId, call);
                    break;
                case MessageSaved message:
                    messages.Add(message.Id, TaskEventForm.Read(taskId, message));
                    break;
            }
        }

        return Print(tasks.Values, calls.Values, messages.Values);
    }

    private static string Print(IEnumerable<AgentTask> tasks, IEnumerable<Call> calls, IEnumerable<Message> messages) => string.Join(
        '\n',
        tasks.OrderBy(t => t.Id, CodePointComparer.Instance).Select(t => $"{t}")
            .Concat(calls.OrderBy(c => c.Id, CodePointComparer.Instance).Select(c => $"{c}"))
            .Concat(messages.OrderBy(m => m.Id, CodePointComparer.Instance).Select(m => $"{m}")));

    private async Task<object?> AnswerAsync(TaskSave save)
    {
        switch (save.Kind)
        {
            case TaskSaveKind.Task:
                return await _tasks.SaveTaskAsync(NewTask(save));
            case TaskSaveKind.Subtask:
                return await _tasks.SaveTaskAsync(NewTask(save) with { ParentTaskId = TaskId(save.Other) });
            case TaskSaveKind.ExpectedTask:
                var seen = await _tasks.FindTaskAsync(TaskId(save.Task));
                var isFresh = save.Other % 2 == 0;
                return await _strict.SaveTaskAsync(NewTask(save), isFresh && seen is not null ? seen.UpdatedAt : Time(save.Other));
            case TaskSaveKind.Message:
                await _tasks.SaveMessageAsync(NewMessage(save));
                return null;
            case TaskSaveKind.Call:
                return await _tasks.SaveCallAsync(NewCall(save));
            case TaskSaveKind.ForwardCall:
                return await _strict.SaveCallAsync(NewCall(save));
            default:
                await _tasks.SaveAsync(new TaskBatch(NewTask(save)) { Messages = [NewMessage(save)], Calls = [NewCall(save)] });
                return null;
        }
    }

    private AgentTask NewTask(TaskSave save) => new()
    {
        Id = TaskId(save.Task),
        SystemPrompt = $"prompt {save.Time}",
        CompletionStatus = save.Other < 3 ? null : $"ended {save.Other}",
        CreatedAt = Time(save.Task),
        UpdatedAt = Time(save.Time),
        Run = save.Time > 5 ? StreamName.Run(id) : null,
    };

    private Message NewMessage(TaskSave save) => new()
    {
        Id = MessageId(save.Id),
        TaskId = TaskId(save.Task),
        Role = (MessageRole)(save.Other % 3),
        Content = $"said {save.Time}",
        Timestamp = Time(save.Time),
    };

    private Call NewCall(TaskSave save) => new()
    {
        Id = CallId(save.Id),
        TaskId = TaskId(save.Task),
        AbilityName = "mem:retrieve",
        Parameters = "{}",
        Status = (CallStatus)(save.Other % 4),
        Details = $"{save.Time}",
        CreatedAt = Time(save.Id),
        UpdatedAt = Time(save.Time),
        StartMessageId = MessageId(save.Other),
        EndMessageId = save.Time % 3 == 0 ? MessageId(save.Time % Ids) : null,
    };

    private static DateTimeOffset Time(int milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(1_760_000_000_000 + milliseconds);

    private string TaskId(int n) => $"{id}-{n}";

    private string MessageId(int n) => $"{id}-m{n}";

    private string CallId(int n) => $"{id}-c{n}";
}
