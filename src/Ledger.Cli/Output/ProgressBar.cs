using Spectre.Console;

namespace Ledger.Cli.Output;

/// <summary>A bar on standard error for what takes longer than a moment; only where a person watches.</summary>
internal sealed class ProgressBar(CommandIo io)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    /// <summary>Does something, and shows a bar once it takes a while.</summary>
    /// <param name="what">What is done, in a few words.</param>
    /// <param name="total">How much there is to do, or null where that is not known.</param>
    /// <param name="work">Does it, and reports how much is done.</param>
    public async Task<T> RunAsync<T>(string what, long? total, Func<IProgress<long>, Task<T>> work)
    {
        var done = new Done();
        var task = work(done);
        if (!io.ErrorIsTerminal || !io.AllowsColours || await EndsWithinAsync(task, Patience))
        {
            return await task;
        }

        await Draw().StartAsync(async context =>
        {
            var bar = context.AddTask(Markup.Escape(what), maxValue: Math.Max(total ?? 1, 1));
            bar.IsIndeterminate = total is null;
            do
            {
                bar.Value = done.Value;
            }
            while (!await EndsWithinAsync(task, Step));
        });
        return await task;
    }

    /// <summary>Does something of which no amount is known.</summary>
    public Task RunAsync(string what, Func<Task> work) => RunAsync(what, null, async _ =>
    {
        await work();
        return true;
    });

    private async Task<bool> EndsWithinAsync(Task task, TimeSpan time) =>
        task.IsCompleted || await Task.WhenAny(task, Task.Delay(time, io.TimeProvider)) == task;

    private Progress Draw() => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = AnsiSupport.Yes,
        Interactive = InteractionSupport.Yes,
        Out = new AnsiConsoleOutput(io.Error),
    }).Progress().AutoClear(true).Columns(
        new TaskDescriptionColumn { Alignment = Justify.Left },
        new ProgressBarColumn(),
        new PercentageColumn(),
        new ElapsedTimeColumn());

    private sealed class Done : IProgress<long>
    {
        private long _value;

        public long Value => Volatile.Read(ref _value);

        public void Report(long value) => Volatile.Write(ref _value, value);
    }
}
