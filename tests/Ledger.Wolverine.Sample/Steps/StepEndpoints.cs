using Wolverine;

namespace Ledger.Wolverine.Sample.Steps;

/// <summary>Commands that are handled later.</summary>
public static class StepEndpoints
{
    public static void MapSteps(this WebApplication app) =>
        app.MapPost("/runs/{run}/steps/{count}", async (string run, int count, IMessageBus bus, int from = 0) =>
        {
            for (var number = from; number < from + count; number++)
            {
                await bus.PublishAsync(new TakeStep(run, number));
            }

            return Results.Accepted();
        });
}
