using System.Diagnostics;
using System.Globalization;
using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Writers;
using Ledger.Log;
using Ledger.Tasks;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Questions to many tasks with a hundred messages each.</summary>
internal sealed class TaskQueries : Scenario
{
    private const int MessagesPerTask = 100;
    private const int Questions = 200;

    private readonly Contender _messages = Asking("messages of a task", (tasks, workload, i, cancellationToken) =>
        tasks.ListMessagesAsync(IdOf(i * 7_919L % Tasks(workload)), cancellationToken));

    private readonly Contender _active = Asking("page of active tasks", (tasks, _, _, cancellationToken) =>
        tasks.QueryTasksAsync(new TaskQuery { Completion = CompletionFilter.Active }, cancellationToken));

    private readonly Contender _ended = Asking("page of ended tasks", (tasks, _, _, cancellationToken) =>
        tasks.QueryTasksAsync(new TaskQuery { Completion = CompletionFilter.Ended("success") }, cancellationToken));

    public override string Name => "tasks-query";

    public override string Title => "1,000,000 messages in 10,000 tasks: those of one, and a page by status with its total";

    public override DatabaseLife Life => DatabaseLife.Scenario;

    public override IReadOnlyList<Contender> Contenders => [_messages, _active, _ended];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Absolute(Figure.Middle, _messages) with { AtLeast = 2 },
        Goal.Absolute(Figure.Middle, _active) with { AtLeast = 5 },
        Goal.Absolute(Figure.Middle, _ended) with { AtLeast = 5 },
    ];

    public override Task PrepareAsync(Workbench bench, CancellationToken cancellationToken) =>
        bench.Store.ImportAsync(Events(Tasks(bench.Workload)).ToAsyncEnumerable(), null, cancellationToken);

    private static int Tasks(Workload workload) => workload.LongEvents / MessagesPerTask;

    private static string IdOf(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<StreamEvent> Events(int tasks)
    {
        for (var t = 0; t < tasks; t++)
        {
            var id = IdOf(t);
            var stream = StreamName.Task(id);
            var task = MessageWriter.TaskOf(id, t);
            yield return new StreamEvent(stream, new NewEvent(new TaskSaved(
                task.SystemPrompt,
                task.CreatedAt.ToUnixTimeMilliseconds(),
                task.UpdatedAt.ToUnixTimeMilliseconds(),
                null,
                task.CompletionStatus,
                null,
                null,
                null)));
            for (var m = 0; m < MessagesPerTask; m++)
            {
                var message = MessageWriter.MessageOf(id, m);
                yield return new StreamEvent(stream, new NewEvent(new MessageSaved(
                    message.Id, message.Role, message.Content, message.Timestamp.ToUnixTimeMilliseconds())));
            }
        }
    }

    private static Contender Asking(string name, Func<TaskLedger, Workload, int, CancellationToken, Task> ask) =>
        new(name, async (bench, cancellationToken) =>
        {
            var tasks = new TaskLedger(bench.Store);
            var latencies = new Latencies();
            for (var i = 0; i < Questions; i++)
            {
                var started = Stopwatch.GetTimestamp();
                await ask(tasks, bench.Workload, i, cancellationToken);
                latencies.Add(Stopwatch.GetTimestamp() - started);
            }

            return new Measurement { [Figure.Middle] = latencies.Milliseconds(0.50), [Figure.Tail] = latencies.Milliseconds(0.99) };
        });
}
