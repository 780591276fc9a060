using Ledger.Wolverine.Messages;
using Marten;
using Wolverine;

namespace Ledger.Wolverine.Sample.Claims;

/// <summary>Commands by HTTP, and what became of them.</summary>
public static class ClaimEndpoints
{
    public static void MapClaims(this WebApplication app)
    {
        // sample: endpoints
        app.MapPost("/runs/{run}/claims", async (string run, NewClaim claim, IMessageBus bus) =>
        {
            await bus.InvokeAsync(new ProposeClaim(run, claim.Id, claim.Text));
            return Results.NoContent();
        });
        app.MapPost("/runs/{run}/forks", (string run, NewFork fork, IMessageBus bus) =>
            bus.InvokeAsync<RunForked>(new ForkRun(run, fork.At, fork.Id)));
        // end of sample
        app.MapGet("/runs/{run}", async (string run, AgentLedger ledger, IQuerySession session, CancellationToken cancellationToken) =>
        {
            var world = await ledger.GetRun(run).GetWorldAsync(cancellationToken: cancellationToken);
            var board = await session.LoadAsync<Board>($"run:{run}", cancellationToken);
            var file = await session.LoadAsync<CaseFile>(run, cancellationToken);
            var notices = await session.Query<Notice>().Where(n => n.Run == $"run:{run}").OrderBy(n => n.Version)
                .ToListAsync(cancellationToken);
            return new RunReport(world.Objects.Count, board?.Claims ?? 0, file?.LastClaim, [.. notices.Select(n => n.Text)]);
        });
    }
}

public sealed record NewClaim(string Id, string Text);

public sealed record NewFork(string Id, long At);

public sealed record RunReport(int Objects, int Claims, string? LastClaim, string[] Notices);
