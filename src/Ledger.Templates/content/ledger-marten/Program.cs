using System.Text.Json.Nodes;
using JasperFx;
using JasperFx.Events.Projections;
using Ledger;
using Marten;
using Wolverine;
using Wolverine.Http;
using Wolverine.Marten;
using Wolverine.Persistence.EventSourcing;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddMarten(options =>
{
    options.Connection(builder.Configuration.GetConnectionString("Postgres")!);
    options.UseLedger();
    options.SnapshotWorlds(ProjectionLifecycle.Inline);
    options.Projections.SnapshotOfHistory<Board>(SnapshotLifecycle.Inline);
}).AddLedger().IntegrateWithWolverine();
builder.Host.UseWolverine(options => options.UseLedger());
builder.Services.AddWolverineHttp();
var app = builder.Build();
app.MapWolverineEndpoints(options => options.UseLedger());
return await app.RunJasperFxCommands(args);

public static class Endpoints
{
    [WolverinePost("/runs/{run}/claims")]
    public static Task ProposeAsync(string run, Claim claim, IMessageBus bus) => bus.InvokeAsync(new ProposeClaim(run, claim));

    [WolverinePost("/runs/{run}/forks/{branch}/{at}")]
    public static Task ForkAsync(Run run, string branch, long at) => run.ForkAsync(new Position(at), new ForkOptions { Id = branch });

    [WolverineGet("/runs/{run}")]
    public static Board? Show(Board? run) => run;

    [WolverineGet("/runs/{run}/diff/{branch}")]
    public static async Task<IEnumerable<string>> DiffAsync(World run, string branch, AgentLedger ledger) =>
        WorldDiff.Between(run, await (await ledger.OpenAsync(branch)).GetWorldAsync()).Changes.Select(c => $"{c.Id} {c.Path}: {c.Old} -> {c.New}");
}

public static class ProposeClaimHandler    // one transaction: the event of the run, the document, the world and the board
{
    public static EventsToAppend Handle(ProposeClaim command, World world, IDocumentSession session)
    {
        session.Store(new CaseFile(command.RunId, command.Claim.Id));
        var data = new JsonObject { ["text"] = command.Claim.Text };
        return world.FindObject(command.Claim.Id) is null ? [new ObjectCreated(command.Claim.Id, "Claim", data)] : [new ObjectPatched(command.Claim.Id, data)];
    }
}

public sealed record Claim(string Id, string Text);
public sealed record ProposeClaim(string RunId, Claim Claim);
public sealed record CaseFile(string Id, string LastClaim);

public sealed partial class Board    // an aggregate of Marten's, which for a branch begins with its parent's claims
{
    public string Id { get; set; } = "";
    public int Claims { get; set; }
    public void Apply(ObjectCreated created) => Claims++;
}
