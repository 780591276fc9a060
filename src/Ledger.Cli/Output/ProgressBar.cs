using Spectre.Console;
using Spectre.Console.Rendering;

namespace Ledger.Cli.Output;

/// <summary>A progress bar on standard error for work that takes longer than a moment; only on a terminal.</summary>
internal sealed class ProgressBar(CommandIo io)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs work of unknown size, and shows a bar once it takes a while.</summary>
    public Task<T> RunAsync<T>(string what, Func<Task<T>> work) => RunAsync(what, null, _ => work());

    /// <summary>Runs work, and shows a bar once it takes a while.</summary>
    /// <param name="what">The work in a few words.</param>
    /// <param name="total">The amount of work, or null if unknown.</param>
    /// <param name="work">The work, which reports its progress.</param>
    public Task<T> RunAsync<T>(string what, long? total, Func<IProgress<long>, Task<T>> work)
    {
        var done = new Done { Total = total };
        return RunAsync(what, done, work(done), showsRate: false);
    }

    /// <summary>Runs work of unknown size that reports nothing.</summary>
    public Task RunAsync(string what, Func<Task> work)
    {
        return !IsPossible ? work() : RunAsync(what, null, DoAsync);

        async Task<bool> DoAsync(IProgress<long> _)
        {
            await work();
            return true;
        }
    }

    /// <summary>Runs work that reports the total of events itself; the bar shows events per second and the time left.</summary>
    public Task RunAsync(string what, Func<IProgress<(long Done, long Total)>, Task> work)
    {
        var done = new Done();
        return RunAsync(what, done, DoAsync(), showsRate: true);

        async Task<bool> DoAsync()
        {
            await work(done);
            return true;
        }
    }

    private bool IsPossible => io.ErrorIsTerminal && io.AllowsColours;

    private Task<T> RunAsync<T>(string what, Done done, Task<T> task, bool showsRate) => IsPossible ? ShowAsync(what, done, task, showsRate) : task;

    private async Task<T> ShowAsync<T>(string what, Done done, Task<T> task, bool showsRate)
    {
        if (await EndsWithinAsync(task, Patience))
        {
            return await task;
        }

        await Draw(showsRate ? [new RateColumn(), new RemainingTimeColumn()] : [new ElapsedTimeColumn()]).StartAsync(async context =>
        {
            var bar = context.AddTask(Markup.Escape(Printable.Of(what)));
            do
            {
                bar.IsIndeterminate = done.Total is null;
                bar.MaxValue = Math.Max(done.Total ?? 1, 1);
                bar.Value = done.Value;
            }
            while (!await EndsWithinAsync(task, Step));
        });
        return await task;
    }

    private async Task<bool> EndsWithinAsync(Task task, TimeSpan time) =>
        task.IsCompleted || await Task.WhenAny(task, Task.Delay(time, io.TimeProvider)) == task;

    private Progress Draw(ProgressColumn[] columns) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = AnsiSupport.Yes,
        Interactive = InteractionSupport.Yes,
        Out = new AnsiConsoleOutput(io.Error),
    }).Progress().AutoClear(true).Columns(
    [
        new TaskDescriptionColumn { Alignment = Justify.Left },
        new ProgressBarColumn(),
        new PercentageColumn(),
        .. columns,
    ]);

    private sealed class Done : IProgress<long>, IProgress<(long Done, long Total)>
    {
        private long _value;
        private long _total = -1;

        public long Value => Volatile.Read(ref _value);

        public long? Total
        {
            get => Volatile.Read(ref _total) is var total and >= 0 ? total : null;
            init => _total = value ?? -1;
        }

        public void Report(long value) => Volatile.Write(ref _value, value);

        public void Report((long Done, long Total) value)
        {
            Volatile.Write(ref _total, value.Total);
            Volatile.Write(ref _value, value.Done);
        }
    }

    private sealed class RateColumn : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(task.Speed is { } speed ? $"{Printable.Number((long)speed)} events/s" : "");
    }
}
