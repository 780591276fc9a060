using Ledger.Abilities;
using Ledger.Bus;
using Ledger.Tasks;

namespace Ledger;

/// <summary>The seven abilities of Agent OS's ledger.</summary>
public static class LedgerAbilities
{
    private static readonly LedgerAbilityContext Json = LedgerAbilityContext.Default;

    private static readonly AbilityMeta<TaskSaveInput, SuccessOutput> TaskSave =
        new("ldg:task:save", "Saves a task: creates it, or replaces the existing one.", Json.TaskSaveInput, Json.SuccessOutput);

    private static readonly AbilityMeta<TaskGetInput, TaskGetOutput> TaskGet =
        new("ldg:task:get", "Returns a task, or null.", Json.TaskGetInput, Json.TaskGetOutput);

    private static readonly AbilityMeta<TaskQueryInput, TaskQueryOutput> TaskQuery =
        new("ldg:task:query", "Lists the tasks that match, the newest first, with the total.", Json.TaskQueryInput, Json.TaskQueryOutput);

    private static readonly AbilityMeta<CallSaveInput, SuccessOutput> CallSave =
        new("ldg:call:save", "Saves a call of an ability: creates it, or replaces the existing one.", Json.CallSaveInput, Json.SuccessOutput);

    private static readonly AbilityMeta<CallListInput, CallListOutput> CallList =
        new("ldg:call:list", "Lists the calls of a task, the oldest first.", Json.CallListInput, Json.CallListOutput);

    private static readonly AbilityMeta<MessageSaveInput, MessageSaveOutput> MessageSave =
        new("ldg:msg:save", "Saves a message; a saved message never changes.", Json.MessageSaveInput, Json.MessageSaveOutput);

    private static readonly AbilityMeta<MessageListInput, MessageListOutput> MessageList =
        new("ldg:msg:list", "Lists the messages of a task by their time, with the total.", Json.MessageListInput, Json.MessageListOutput);

    /// <summary>Registers <c>ldg:task:save|get|query</c>, <c>ldg:call:save|list</c> and <c>ldg:msg:save|list</c>.</summary>
    /// <param name="bus">The bus that they are registered on.</param>
    /// <param name="tasks">The tasks that they work on.</param>
    /// <exception cref="InvalidOperationException">One of the ids is already registered.</exception>
    public static void Register(IAgentBus bus, TaskLedger tasks)
    {
        ArgumentNullException.ThrowIfNull(bus);
        ArgumentNullException.ThrowIfNull(tasks);
        bus.Register(TaskSave, async (input, token) =>
        {
            await tasks.SaveTaskAsync(input.Task, null, token).ConfigureAwait(false);
            return new SuccessOutput { Success = true };
        });
        bus.Register(TaskGet, async (input, token) => new TaskGetOutput
        {
            Task = await tasks.FindTaskAsync(input.TaskId, token).ConfigureAwait(false),
        });
        bus.Register(TaskQuery, async (input, token) =>
        {
            var page = await tasks.QueryTasksAsync(input.ToQuery(), token).ConfigureAwait(false);
            return new TaskQueryOutput { Tasks = page.Tasks, Total = page.Total!.Value };
        });
        bus.Register(CallSave, async (input, token) =>
        {
            await tasks.SaveCallAsync(input.Call, null, token).ConfigureAwait(false);
            return new SuccessOutput { Success = true };
        });
        bus.Register(CallList, async (input, token) => new CallListOutput
        {
            Calls = await tasks.ListCallsAsync(input.TaskId, token).ConfigureAwait(false),
        });
        bus.Register(MessageSave, async (input, token) =>
        {
            await tasks.SaveMessageAsync(input.Message, token).ConfigureAwait(false);
            return new MessageSaveOutput { Success = true, MessageId = input.Message.Id };
        });
        bus.Register(MessageList, async (input, token) =>
        {
            var page = await tasks.ListMessagesAsync(input.ToQuery(), token).ConfigureAwait(false);
            return new MessageListOutput { Messages = page.Messages, Total = page.Total!.Value };
        });
    }
}
