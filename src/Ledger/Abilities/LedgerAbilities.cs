using Ledger.Abilities;
using Ledger.Bus;
using Ledger.Tasks;

namespace Ledger;

/// <summary>The seven abilities of Agent OS's ledger.</summary>
public static class LedgerAbilities
{
    /// <summary>Registers <c>ldg:task:save|get|query</c>, <c>ldg:call:save|list</c> and <c>ldg:msg:save|list</c>.</summary>
    /// <param name="bus">The bus that they are registered on.</param>
    /// <param name="tasks">The tasks that they work on.</param>
    /// <exception cref="InvalidOperationException">One of the ids is already registered.</exception>
    public static void Register(IAgentBus bus, TaskLedger tasks) => Register(bus, tasks, TaskAbilityForm.AgentOs);

    /// <summary>Registers them with times that a language model can read and write, and with lists of bounded size.</summary>
    internal static void RegisterForModels(IAgentBus bus, TaskLedger tasks) => Register(bus, tasks, TaskAbilityForm.Models);

    private static void Register(IAgentBus bus, TaskLedger tasks, TaskAbilityForm form)
    {
        ArgumentNullException.ThrowIfNull(bus);
        ArgumentNullException.ThrowIfNull(tasks);
        bus.Register(form.Meta<TaskSaveInput, SuccessOutput>("ldg:task:save", "Saves a task: creates it, or replaces the existing one."), async (input, token) =>
        {
            await tasks.SaveTaskAsync(await form.CompleteAsync(input.Task, tasks, token).ConfigureAwait(false), null, token).ConfigureAwait(false);
            return new SuccessOutput { Success = true };
        });
        bus.Register(form.Meta<TaskGetInput, TaskGetOutput>("ldg:task:get", "Returns a task, or null."), async (input, token) => new TaskGetOutput
        {
            Task = await tasks.FindTaskAsync(input.TaskId, token).ConfigureAwait(false),
        });
        bus.Register(form.Meta<TaskQueryInput, TaskQueryOutput>("ldg:task:query", "Lists the tasks that match, the newest first, with the total."), async (input, token) =>
        {
            var page = await tasks.QueryTasksAsync(input.ToQuery(), token).ConfigureAwait(false);
            return new TaskQueryOutput { Tasks = form.Fit(page.Tasks, task => task.SystemPrompt.Length), Total = page.Total!.Value };
        });
        bus.Register(form.Meta<CallSaveInput, SuccessOutput>("ldg:call:save", "Saves a call of an ability: creates it, or replaces the existing one."), async (input, token) =>
        {
            await tasks.SaveCallAsync(await form.CompleteAsync(input.Call, tasks, token).ConfigureAwait(false), null, token).ConfigureAwait(false);
            return new SuccessOutput { Success = true };
        });
        bus.Register(form.Meta<CallListInput, CallListOutput>("ldg:call:list", "Lists the calls of a task, the oldest first."), async (input, token) =>
        {
            var calls = await tasks.ListCallsAsync(input.TaskId, token).ConfigureAwait(false);
            var limit = form.LimitOf(input.Limit);
            return limit is null && input.Offset is null
                ? new CallListOutput { Calls = calls }
                : new CallListOutput
                {
                    Calls = form.Fit([.. calls.Skip(input.Offset ?? 0).Take(limit ?? int.MaxValue)], call => call.Parameters.Length + call.Details.Length),
                    Total = calls.Count,
                };
        });
        bus.Register(form.Meta<MessageSaveInput, MessageSaveOutput>("ldg:msg:save", "Saves a message; a saved message never changes."), async (input, token) =>
        {
            await tasks.SaveMessageAsync(form.Complete(input.Message, tasks), token).ConfigureAwait(false);
            return new MessageSaveOutput { Success = true, MessageId = input.Message.Id };
        });
        bus.Register(form.Meta<MessageListInput, MessageListOutput>("ldg:msg:list", "Lists the messages of a task by their time, with the total."), async (input, token) =>
        {
            var page = await tasks.ListMessagesAsync(input.ToQuery() with { Limit = form.LimitOf(input.Limit) }, token).ConfigureAwait(false);
            return new MessageListOutput { Messages = form.Fit(page.Messages, message => message.Content.Length), Total = page.Total!.Value };
        });
    }
}
