using System.Runtime.InteropServices;

namespace Ledger.Cli;

/// <summary>Ctrl-C and the request to terminate: the first stops the command cleanly, the second at once.</summary>
internal sealed class Interruption : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _exitCode = ExitCodes.Interrupted;

    public Interruption() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => End(context, ExitCodes.Interrupted)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => End(context, ExitCodes.Terminated)),
    ];

    public CancellationToken Token => _source.Token;

    /// <summary>The exit code of the command, even if it cannot be stopped, for example while it waits for standard input.</summary>
    public async Task<int> WatchAsync(Task<int> command)
    {
        var given = new TaskCompletionSource();
        await using var _ = _source.Token.Register(given.SetResult);
        if (await Task.WhenAny(command, given.Task) != command)
        {
            if (Output.Pager.IsShown)
            {
                await Task.WhenAny(command);
            }

            await Task.WhenAny(command, Task.Delay(Grace, TimeProvider.System));
        }

        var exitCode = command.IsCompleted ? await command : ExitCodes.Interrupted;
        return exitCode == ExitCodes.Interrupted ? _exitCode : exitCode;
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void End(PosixSignalContext context, int exitCode)
    {
        if (!_source.IsCancellationRequested)
        {
            context.Cancel = true;
            _exitCode = exitCode;
            _source.Cancel();
        }
    }
}
