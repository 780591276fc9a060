using Wolverine;

namespace Ledger.Wolverine.Sample.Steps;

/// <summary>Commands that are handled later.</summary>
public static class StepEndpoints
{
    public static void MapSteps(this WebApplication app) =>
        app.MapPost("/runs/{run}/steps/{count}", async (string run, int count, IMessageBus bus, int from = 0, string? tenant = null) =>
        {
            for (var number = from; number < from + count; number++)
            {
                await bus.PublishAsync(new TakeStep(run, number), new DeliveryOptions { TenantId = tenant is { Length: > 0 } ? tenant : null });
            }

            return Results.Accepted();
        });
}
