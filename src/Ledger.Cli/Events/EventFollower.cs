using Ledger.Events;
using Ledger.Runs;
using Ledger.Streams;

namespace Ledger.Cli.Events;

/// <summary>Shows events as they are appended. Being told to stop is its good end.</summary>
internal sealed class EventFollower(Session session, Run run, string? type)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public async Task RunAsync(Position from, Position? to, CancellationToken cancellationToken)
    {
        try
        {
            for (var next = from; to is null || next < to;)
            {
                next = await ShowAsync(next, to, cancellationToken);
                await session.Out.FlushAsync();
                if (to is null || next < to)
                {
                    await Task.Delay(Pause, session.Io.TimeProvider, cancellationToken);
                }
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // What was read is shown, and nothing else was asked for.
        }
    }

    private async Task<Position> ShowAsync(Position from, Position? to, CancellationToken cancellationToken)
    {
        var next = from;
        await foreach (var recorded in run.ReadAsync(from, to, cancellationToken))
        {
            next = new Position(recorded.Position!.Value.Value + 1);
            if (type is null || recorded.Type == type)
            {
                Show(recorded);
            }
        }

        return next;
    }

    private void Show(RecordedEvent recorded)
    {
        if (session.Json)
        {
            session.Out.Json(writer => EventText.Write(writer, recorded));
        }
        else
        {
            EventText.Print(session.Out, recorded, EventText.DigitsOf(Position.Start));
        }
    }
}
