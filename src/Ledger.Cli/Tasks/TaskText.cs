using System.Text.Json;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Tasks;

namespace Ledger.Cli.Tasks;

/// <summary>Prints tasks, calls and messages as lines for people.</summary>
internal static class TaskText
{
    public static void Print(Session session, AgentTask task)
    {
        if (session.Json)
        {
            session.Out.Json(TaskContract.Of(task), ContractContext.Default.TaskContract);
            return;
        }

        var output = session.Out;
        output.Fact("Task ID", task.Id, Tone.Name);
        output.Fact("Status ", StatusOf(task));
        output.Fact("Created", Printable.Time(task.CreatedAt));
        output.Fact("Updated", Printable.Time(task.UpdatedAt));
        if (task.ParentTaskId is { } parent)
        {
            output.Fact("Parent ", parent);
        }

        if (task.Run is { } run)
        {
            output.Fact("Run    ", run.Value);
        }

        output.Fact("Prompt ", task.SystemPrompt);
    }

    public static void PrintLine(Printer output, AgentTask task, int depth = 0) => output
        .Add(new string(' ', depth * 2))
        .Add($"{Printable.Time(task.CreatedAt)}  ", Tone.Faint).Add($"{StatusOf(task),-12}  ").Add(task.Id, Tone.Name)
        .Add("  ").AddRest(task.SystemPrompt, Tone.Faint).EndLine();

    public static void PrintLine(Printer output, Call call) => output
        .Add($"{Printable.Time(call.CreatedAt)}  ", Tone.Faint).Add($"{WordOf(call.Status),-12}  ").Add(call.Id, Tone.Name)
        .Add("  ").AddRest($"{call.AbilityName} {call.Parameters}").EndLine();

    public static void PrintLine(Printer output, Message message) => output
        .Add($"{Printable.Time(message.Timestamp)}  ", Tone.Faint).Add($"{WordOf(message.Role),-9}  ").Add(message.Id, Tone.Name)
        .Add(message.Interrupted ? "  (broke off)" : "", Tone.Faint).Add("  ").AddRest(message.Content).EndLine();

    private static string StatusOf(AgentTask task) => task.CompletionStatus ?? "active";

    private static string WordOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
