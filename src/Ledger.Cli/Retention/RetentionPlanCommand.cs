namespace Ledger.Cli.Retention;

/// <summary><c>ledger retention plan</c></summary>
internal sealed class RetentionPlanCommand : LedgerCommand
{
    private readonly PolicyOptions _policies;

    public RetentionPlanCommand()
        : base("plan", "Shows what a run of retention would remove, with events, bytes and rows. Nothing is changed.")
    {
        _policies = new PolicyOptions(this);
        Examples = ["ledger retention plan --older-than 90d", "ledger retention plan --policies retention.json --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var policies = await _policies.ReadAsync(session, cancellationToken);
        await using var connection = await session.ConnectAsync(cancellationToken);
        RetentionText.Print(session, await session.Progress.RunAsync("Planning", () => connection.Retention.PlanAsync(policies, cancellationToken)));
    }
}
