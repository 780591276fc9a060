namespace Ledger.Postgres.Tasks;

/// <summary>A request that was answered with a broken rule of the tasks, before the task, call or message is named.</summary>
internal sealed class TaskRuleException(string facts) : Exception
{
    /// <summary>The answer of <c>append_tasks_v1</c>, as JSON.</summary>
    public string Facts => facts;
}
